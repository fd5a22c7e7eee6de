"""``accredit restore``: bring a backup back, notice what it lacks, and never let an old log pass for the newest."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from accredit import migrations
from accredit.cli.backup import DATABASE, ERASED
from accredit.clock import utc_now
from accredit.config import Settings, load_settings
from accredit.domain.audit.rules import Actor, ActorKind
from accredit.domain.clients import operations as clients
from accredit.domain.credentials import waiting
from accredit.domain.credentials.kinds import KINDS
from accredit.domain.credentials.queries import issuance_kind
from accredit.domain.issuing import queries as issuing
from accredit.domain.issuing import recovery as lists
from accredit.domain.issuing.rules import Purpose
from accredit.domain.people import sign_ins
from accredit.domain.retention import operations as retention
from accredit.domain.retention.rules import ErasureReason
from accredit.domain.transparency import operations as transparency
from accredit.domain.transparency import queries as log
from accredit.domain.transparency import recovery
from accredit.errors import Conflict, NotReady
from accredit.jobs.inspecting import checks
from accredit.kit.ledger.signed_note import Ed25519Key
from accredit.kit.ledger.static_log import Held
from accredit.storage import Database, Session, archive, copies
from accredit.storage.durable_folder import DurableFolder
from accredit.storage.lock_store import Latest, LockStore
from accredit.storage.tombstones import Tombstone, Tombstones

_file = click.Path(exists=True, dir_okay=False, path_type=Path)
_published = click.option(
    "--status-list",
    "published",
    multiple=True,
    type=_file,
    help="A published status list: what it says is revoked is revoked again. Can be given several times.",
)


@click.command()
@click.argument("backup", type=_file)
@click.option("--identity", type=_file, help="The file with the age secret key that the backup was encrypted for.")
@click.option(
    "--kept",
    multiple=True,
    type=_file,
    help="A checkpoint, or the receipt (.tlog-proof) of any certificate: shows whether the backup is the newest.",
)
@click.option(
    "--files",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The published files of the log (`accredit ledger export`): what the backup lacks comes from there.",
)
@_published
@click.option(
    "--without-seal",
    is_flag=True,
    help="Take a backup that does not bear this service's seal; its list of erased records is left aside.",
)
def restore(
    backup: Path,
    identity: Path | None,
    kept: tuple[Path, ...],
    files: Path | None,
    published: tuple[Path, ...],
    *,
    without_seal: bool,
) -> None:
    """Put BACKUP in the place that ACCREDIT_DATABASE_URL names, which must be empty, and say what it lacks.

    Exits 1 when something is missing or wrong; signing stays off then (`accredit work` refuses), verifying works.
    """
    settings = load_settings()
    _check_empty(settings)
    with tempfile.TemporaryDirectory(prefix="accredit-restore-") as temporary:
        secret = identity.read_text() if identity else None
        facts, members = archive.unseal(
            backup,
            into=Path(temporary),
            identity=secret,
            pepper=settings.pepper.get_secret_value().encode(),
            without_seal=without_seal,
        )
        _check_facts(facts, settings)
        # Both lists first: where one cannot be read, nobody who was erased may come back.
        _read(Tombstones(settings.tombstones))
        # A list of whom to erase is obeyed without another question, so it is read only from what we made ourselves.
        older = _read(Tombstones(members[ERASED])) if ERASED in members and not without_seal else []
        copies.copy_in(members[DATABASE], settings.database_url)
    click.echo(f"Restored what was saved at {facts['made_at']}.")
    migrations.import_models()
    with Database(settings.database_url) as database:
        migrations.upgrade(database)
        is_whole = _bring_up_to_date(database, settings, older, kept, files, published)
    raise SystemExit(0 if is_whole else 1)


def _bring_up_to_date(
    database: Database,
    settings: Settings,
    older: Sequence[Tombstone],
    kept: Sequence[Path],
    files: Path | None,
    published: Sequence[Path],
) -> bool:
    now = utc_now()
    _erase_again(database, Tombstones(settings.tombstones), older, now)
    with database.transaction() as db:
        sign_ins.forget_all(db)
        # Among them may be one that was ended because it was lost, since the backup was made.
        clients.end_every_key(db, now=now)
        lists.hide_outdated_lists(db)
    is_newest = _compare(database, settings, kept, files, now)
    is_settled = _settle(database, published, now, nothing_was_revoked=False)
    return _is_sound(database, settings) and is_newest and is_settled


def _read(tombstones: Tombstones) -> Sequence[Tombstone]:
    found = tombstones.read()
    known = {reason.value for reason in ErasureReason}
    strange = next((each for each in found if each.reason not in known or each.at.tzinfo is None), None)
    if strange is not None:
        detail = f"The list of erased records tells of one ({strange.erasure_id}) in a way that accredit never writes."
        raise NotReady("tombstones-damaged", detail)
    return found


def _check_empty(settings: Settings) -> None:
    if not copies.is_empty(settings.database_url):
        detail = (
            "There is a database already where ACCREDIT_DATABASE_URL points. Move it away (never delete it before all "
            "is well), or name an empty place."
        )
        raise NotReady("restore", detail)


def _check_facts(facts: dict[str, Any], settings: Settings) -> None:
    wanted = copies.SQLITE if settings.database_url.startswith("sqlite") else copies.POSTGRESQL
    if facts.get("kind") != wanted:
        detail = f"The backup is of a {facts.get('kind')} database, and ACCREDIT_DATABASE_URL names another kind."
        raise NotReady("restore", detail)
    if facts.get("did_host") != settings.did_host:
        detail = f"The backup is of the service at {facts.get('did_host')}, and ACCREDIT_BASE_URL names another."
        raise NotReady("restore", detail)


def _erase_again(database: Database, tombstones: Tombstones, older: Sequence[Tombstone], now: datetime) -> None:
    known = {each.erasure_id for each in tombstones.read()}
    for each in older:
        if each.erasure_id not in known:
            tombstones.write(each)
    with database.transaction() as db:
        erased = retention.reapply(db, tombstones=tombstones, now=now)
    if erased:
        click.echo(f"Erased again {erased} record(s) that had been erased after this backup was made.")


def _compare(database: Database, settings: Settings, kept: Sequence[Path], files: Path | None, now: datetime) -> bool:
    """Say whether the log is the newest that anybody is known to have seen, after bringing in what is missing."""
    with database.reading() as db:
        keys, origin = _log_keys(db), log.origin(db) or ""
    held = [Held(name=str(path), note=path.read_bytes()) for path in kept]
    seen = recovery.read_kept(held, log_keys=keys, origin=origin)
    lock = LockStore(settings.lock_store_path)
    latest = lock.latest(origin)
    if latest is None and not seen and files is None:
        click.echo(
            "Nothing shows whether this is the newest state: there is no lock store, and no --kept was given. "
            "If it is not, what grows from it is another log than people hold receipts of."
        )
    if files is not None:
        _import(database, files, keys, now)
    try:
        with database.transaction() as db:
            transparency.check_against(db, lock=lock, seen=[each.checkpoint for each in seen])
    except Conflict as refused:
        if refused.code != "log-rolled-back":
            raise
        newest = max([each.checkpoint.size for each in seen] + [latest.size if latest else 0])
        with database.transaction() as db:
            recovery.note_gap(db, first=log.size(db), last=newest - 1, now=now)
            _doubt(db, now)
        click.echo(f"{refused.detail} Here: {_next_step(latest, newest, is_from_files=files is not None)}")
        return False
    return latest is not None or bool(seen) or files is not None


def _next_step(latest: Latest | None, newest: int, *, is_from_files: bool) -> str:
    if not is_from_files:
        return "restore again with --files FOLDER, the published files of the log."
    if latest is None or latest.size < newest:
        return "these files lack them too, and somebody holds a receipt of them; find newer ones."
    return (
        "these files lack them too. Look for newer ones: an export, a mirror, the disk of the lost database. Only if "
        "there are none anywhere, and that checkpoint was never published: "
        f"accredit settle --let-go-of {newest} --because 'why you are sure'"
    )


def _import(database: Database, files: Path, keys: Sequence[Ed25519Key], now: datetime) -> None:
    with database.transaction() as db:
        missing = recovery.import_missing(db, read=DurableFolder(files).read, log_keys=keys, now=now)
        closed = _doubt(db, now) if missing else 0
    if missing:
        click.echo(
            f"{missing:,} entries of the log were missing and came back from {files}; their records are lost. "
            f"{closed} status list(s) were closed, so that no place in them is given out twice. Registers, approvals "
            "and awards since the backup must be entered again; certificates since then can no longer be confirmed."
        )


def _doubt(db: Session, now: datetime) -> int:
    closed = lists.close_lists(db, now=now)
    # What was only prepared has been given up by now, and waits again.
    for kind in KINDS:
        kind.hold_back(db, now=now)
    return closed


def _revoke_again(database: Database, published: Sequence[Path], now: datetime) -> None:
    for path in published:
        try:
            document = json.loads(path.read_bytes())
        except ValueError as error:
            raise NotReady("not-our-list", f"{path} is no JSON document.") from error
        with database.transaction() as db:
            revoked = lists.revoke_as_published(db, document=document, now=now)
        click.echo(f"{path}: {revoked} certificate(s) revoked again.")


def _settle(database: Database, published: Sequence[Path], now: datetime, *, nothing_was_revoked: bool) -> bool:
    """Read what was published, or take somebody's word; say whether nothing is in doubt any more."""
    _revoke_again(database, published, now)
    if nothing_was_revoked:
        with database.transaction() as db:
            lists.trust_lists(db)
            waiting.let_all_go(db, kind=issuance_kind, actor=Actor(kind=ActorKind.OPERATOR), now=now)
    with database.reading() as db:
        doubtful = lists.doubtful_lists(db)
        held = len(waiting.held_back(db, kind=issuance_kind))
    if held:
        click.echo(
            f"{held} award(s) waited for their certificate when the backup was made. They may have been signed since, "
            "and revoked, so they wait for a co-ordinator's decision, on the page of the award."
        )
    if doubtful:
        click.echo(
            "What was revoked, replaced or paused since the backup is not known, so certificates of these status "
            f"lists are answered with “cannot confirm” for now: {', '.join(doubtful)}. Fetch each list as it was "
            "published last and run: accredit settle --status-list FILE (once for each). Only if you are sure that "
            "nothing was revoked: accredit settle --nothing-was-revoked. What was paused stands in no list: pause it "
            "again by hand."
        )
    return not doubtful


@click.command()
@_published
@click.option("--nothing-was-revoked", is_flag=True, help="Take your word for it that no list lacks anything.")
@click.option(
    "--let-go-of",
    "size",
    type=click.IntRange(min=1),
    metavar="SIZE",
    help="Go on without the signed checkpoint of SIZE entries, which the lock store knows and no copy anywhere holds.",
)
@click.option("--because", metavar="TEXT", help="Why you are sure; kept in the lock store for ever.")
def settle(published: tuple[Path, ...], *, nothing_was_revoked: bool, size: int | None, because: str | None) -> None:
    """After a restore: say what was revoked meanwhile. Exits 1 while a list is still in doubt.

    Whoever holds the checkpoint that you let go of can prove that the log was begun anew behind it.
    """
    if (size is None) != (not (because or "").strip()):
        raise click.UsageError("--let-go-of and --because belong together.")
    settings = load_settings()
    migrations.import_models()
    with Database(settings.database_url) as database:
        migrations.check(database)
        if size is not None and because is not None:
            _let_go(database, LockStore(settings.lock_store_path), size, because.strip())
        is_settled = _settle(database, published, utc_now(), nothing_was_revoked=nothing_was_revoked)
    if is_settled:
        click.echo("No status list is in doubt. `accredit work` publishes them anew.")
    raise SystemExit(0 if is_settled else 1)


def _let_go(database: Database, lock: LockStore, size: int, reason: str) -> None:
    now = utc_now()
    with database.transaction() as db:
        kept = recovery.let_go(db, lock=lock, size=size, actor=Actor(kind=ActorKind.OPERATOR), now=now)
        _doubt(db, now)
        origin = log.origin(db) or ""
    lock.let_go(origin, expected=kept, reason=reason, at=now)
    click.echo(
        f"The checkpoint of {size:,} entries is let go of. `accredit work` signs again; should a witness have seen "
        "that checkpoint, it says so and signs nothing."
    )


def _is_sound(database: Database, settings: Settings) -> bool:
    problems = [
        f"{name}: {each}" for name, check in checks(settings.lock_store_path).items() for each in check(database)
    ]
    for each in problems:
        click.echo(f"WRONG {each}")
    click.echo("accredit fsck finds something wrong." if problems else "accredit fsck finds nothing wrong.")
    return not problems


def _log_keys(db: Session) -> tuple[Ed25519Key, ...]:
    keys = issuing.verification_keys(db, log.origin(db) or "")
    return tuple(Ed25519Key(key.controller, key.raw) for key in keys if key.purpose is Purpose.CHECKPOINT)
