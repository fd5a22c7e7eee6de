"""``accredit keys``: the keys that sign, and their public history."""

from __future__ import annotations

import click

from accredit.clock import utc_now
from accredit.config import Settings, load_settings
from accredit.domain.audit.rules import Actor, ActorKind
from accredit.domain.issuing import operations, queries
from accredit.domain.issuing.queries import KeyFacts
from accredit.domain.issuing.rules import Purpose
from accredit.domain.organisations import queries as organisations
from accredit.domain.transparency import queries as log
from accredit.errors import NotFound
from accredit.keyring import Algorithm, KeyRing
from accredit.kit.vc import json_web_key
from accredit.kit.vc.json_web_key import JoseKey
from accredit.storage import Database, Session

OPERATOR = Actor(kind=ActorKind.OPERATOR)

_organisation = click.option("--organisation", metavar="SLUG", help="The organisation, by the name in its address.")


@click.group()
def keys() -> None:
    """List, make, rotate and retire the keys that sign.

    All but `list` and `retire` need ACCREDIT_KEY_PASSPHRASE. What a retired key signed stays good.
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
        for key in queries.verification_keys(db, controller):
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
