"""``accredit keys``: the keys that sign, and their public history."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from accredit.clock import utc_now
from accredit.config import Settings, load_settings
from accredit.domain.audit.rules import Actor, ActorKind
from accredit.domain.credentials import reissuing
from accredit.domain.issuing import operations, queries
from accredit.domain.issuing.queries import KeyFacts
from accredit.domain.issuing.register import register_toml
from accredit.domain.issuing.rules import Purpose
from accredit.domain.organisations import queries as organisations
from accredit.domain.transparency import queries as log
from accredit.errors import NotFound
from accredit.keyring import Algorithm, KeyRing
from accredit.kit.vc import json_web_key
from accredit.kit.vc.json_web_key import JoseKey
from accredit.storage import Database, Session

OPERATOR = Actor(kind=ActorKind.OPERATOR)
CHUNK = 100

_organisation = click.option("--organisation", metavar="SLUG", help="The organisation, by the name in its address.")


@click.group()
def keys() -> None:
    """List, make, rotate and retire the keys that sign, and say which was stolen.

    Making and deleting a key needs ACCREDIT_KEY_PASSPHRASE. What a retired key signed stays good; of a stolen one only
    what a witness saw in the log before.
    """


@keys.command("list")
def list_keys() -> None:
    """Show every key this service ever had, without any secret."""
    database = Database(load_settings().database_url)
    with database.reading() as db:
        register = queries.register(db)
    for key in register:
        click.echo(_line(key))
    if not register:
        click.echo("No keys yet: `accredit work` makes them when the first award waits.")


@keys.command()
@_organisation
def create(organisation: str | None) -> None:
    """Make the keys that are missing: an organisation's own, or the log's without --organisation."""
    settings = load_settings()
    keyring = _keyring(settings)
    with Database(settings.database_url).transaction() as db:
        if organisation is None:
            operations.ensure_log_key(db, origin=_origin(db), keyring=keyring, now=utc_now(), actor=OPERATOR)
            controller = _origin(db)
        else:
            found = _organisation_named(db, organisation)
            controller = found.did
            operations.ensure_keys(
                db,
                organisation_id=found.id,
                controller=controller,
                keyring=keyring,
                now=utc_now(),
                jwt_algorithm=Algorithm(settings.jwt_algorithm),
                actor=OPERATOR,
            )
        known = queries.verification_keys(db, controller)
        # A key that is registered and lost is never made again under its name: its file must come from a backup.
        keyring.check({key.id: key.public_key for key in known if key.is_in_use})
    for key in known:
        click.echo(_line(key))


@keys.command()
@_organisation
@click.option(
    "--purpose",
    type=click.Choice([purpose.value for purpose in Purpose]),
    default=Purpose.ASSERTION.value,
    show_default=True,
)
def rotate(organisation: str | None, purpose: str) -> None:
    """Put a fresh key in the place of the one in use; the log's is `--purpose checkpoint`."""
    settings = load_settings()
    keyring = _keyring(settings)
    if (organisation is None) != (purpose == Purpose.CHECKPOINT):
        raise click.UsageError("Name an --organisation, or the log's key with --purpose checkpoint.")
    with Database(settings.database_url).transaction() as db:
        controller = _origin(db) if organisation is None else _organisation_named(db, organisation).did
        fresh = operations.rotate_key(
            db,
            controller=controller,
            purpose=Purpose(purpose),
            keyring=keyring,
            now=utc_now(),
            jwt_algorithm=Algorithm(settings.jwt_algorithm),
            actor=OPERATOR,
        )
    click.echo(_line(fresh))


@keys.command()
@click.argument("name")
def retire(name: str) -> None:
    """End the use of the key NAME, as `accredit keys list` shows it. Make its successor first, with `rotate`."""
    controller, _, fragment = name.partition("#")
    with Database(load_settings().database_url).transaction() as db:
        key = operations.retire_key(db, controller=controller, fragment=fragment, now=utc_now(), actor=OPERATOR)
    click.echo(_line(key))


@keys.command()
@click.argument("name")
@click.option("--since", metavar="TIME", required=True, help="Since when, as 2026-11-20T09:30Z; the earliest you fear.")
@click.option("--rotate", "rotates", is_flag=True, help="Put a fresh key in its place at once.")
def compromised(name: str, since: str, *, rotates: bool) -> None:
    """Mark the key NAME as stolen or lost: nothing is signed with it any more, from now on.

    What it signed holds where a witness saw it in the log before TIME, and nothing else does. To have the rest issued
    anew: accredit keys reissue NAME
    """
    settings = load_settings()
    keyring = _keyring(settings) if rotates else None
    now = utc_now()
    with Database(settings.database_url).transaction() as db:
        known = _known(db, name)
        if known.purpose is Purpose.CHECKPOINT and known.is_in_use and not rotates:
            raise click.UsageError("Without its key the log stands still. Add --rotate.")
        operations.mark_compromised(
            db, controller=known.controller, fragment=known.fragment, since=_moment(since), now=now, actor=OPERATOR
        )
        if keyring is not None and known.retired_at is None:
            operations.rotate_key(
                db,
                controller=known.controller,
                purpose=known.purpose,
                keyring=keyring,
                now=now,
                jwt_algorithm=Algorithm(settings.jwt_algorithm),
                actor=OPERATOR,
            )
        for key in queries.verification_keys(db, known.controller):
            if key.purpose is known.purpose:
                click.echo(_line(key))
        _say_what_next(db, _known(db, name))


@keys.command()
@click.argument("name")
@click.option("--go", is_flag=True, help="Order them. Without --go, only say which.")
def reissue(name: str, *, go: bool) -> None:
    """Issue anew, from the records, what the stolen key NAME signed and no witness places before the theft.

    Run it again at any time: what was ordered is not ordered twice, and what is under way and done is counted.
    """
    database = Database(load_settings().database_url)
    ordered = 0
    while go:
        with database.transaction() as db:
            now_ordered = reissuing.order(db, key=_known(db, name), limit=CHUNK, actor=OPERATOR, now=utc_now())
        if not now_ordered:
            break
        ordered += now_ordered
        click.echo(f"{ordered:,} ordered", err=True)
    with database.reading() as db:
        found = reissuing.progress(db, key=_known(db, name))
    for credential_id in found.to_order:
        click.echo(f"urn:uuid:{credential_id}")
    click.echo(
        f"{len(found.to_order):,} to be ordered, {len(found.under_way):,} under way, {len(found.done):,} done, "
        f"{len(found.paused):,} paused and left alone."
    )
    if found.to_order:
        click.echo("Nothing was changed. To have them issued anew: add --go")


@keys.command()
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path), default="-")
def export(file: Path) -> None:
    """Write the public history of every key to FILE (register.toml), or to the screen."""
    with Database(load_settings().database_url).reading() as db:
        text = register_toml(db)
    if str(file) == "-":
        click.echo(text, nl=False)
    else:
        file.write_text(text, encoding="utf-8")


@keys.command()
@click.argument("name")
@click.option("--force", is_flag=True, help="Although credentials that it signed are in force.")
def delete(name: str, *, force: bool) -> None:
    """Delete the private half of the key NAME, which signs no more. Its public half stays for ever."""
    settings = load_settings()
    keyring = _keyring(settings)
    with Database(settings.database_url).transaction() as db:
        known = _known(db, name)
        operations.delete_key(
            db,
            controller=known.controller,
            fragment=known.fragment,
            keyring=keyring,
            force=force,
            now=utc_now(),
            actor=OPERATOR,
        )
    click.echo(f"Deleted. What {name} signed is verified with its public half, as before.")


def _say_what_next(db: Session, key: KeyFacts) -> None:
    if key.purpose not in {Purpose.ASSERTION, Purpose.ASSERTION_JWT}:
        return
    found = reissuing.progress(db, key=key)
    click.echo(f"{len(found.to_order):,} credentials can no longer be trusted.")
    if queries.signing_key(db, controller=key.controller, purpose=key.purpose) is None:
        click.echo("Nothing is issued for this organisation until another key is there: accredit keys rotate")
    if found.to_order:
        click.echo(f"To have them issued anew: accredit keys reissue {key.verification_method}")


def _known(db: Session, name: str) -> KeyFacts:
    found = queries.key(db, name)
    if found is None:
        raise NotFound("key", f"No key is called {name}; accredit keys list shows them all.")
    return found


def _moment(text: str) -> datetime:
    try:
        given = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.UsageError("Write the time as 2026-11-20T09:30Z.") from error
    return given.replace(tzinfo=given.tzinfo or UTC).astimezone(UTC)


def _keyring(settings: Settings) -> KeyRing:
    passphrase = settings.key_passphrase.get_secret_value() if settings.key_passphrase else ""
    return KeyRing.open(settings.keys_dir, passphrase)


def _organisation_named(db: Session, slug: str) -> organisations.OrganisationFacts:
    found = organisations.organisation_by_slug(db, slug)
    if found is None:
        raise NotFound("organisation", f"There is no organisation at /o/{slug}.")
    return found


def _origin(db: Session) -> str:
    origin = log.origin(db)
    if origin is None:
        raise NotFound("log", "The log has not been started. Run: accredit migrate")
    return origin


def _line(key: KeyFacts) -> str:
    state = "in use"
    if key.compromised_at:
        state = f"COMPROMISED {key.compromised_at:%Y-%m-%d %H:%M} UTC"
    elif key.retired_at:
        state = f"retired {key.retired_at:%Y-%m-%d %H:%M} UTC"
    since = f"since {key.created_at:%Y-%m-%d %H:%M} UTC"
    public = key.public_key_multibase or _shortened(key.public_key)
    return f"{key.verification_method}  {public}  {key.purpose.value}  {since}  {state}"


def _shortened(public_key: JoseKey) -> str:
    # A modulus of RSA fills the screen; its thumbprint names it as well (RFC 7638).
    (algorithm,) = json_web_key.algorithms_of(public_key)
    return f"{algorithm}:{json_web_key.thumbprint(public_key)}"
