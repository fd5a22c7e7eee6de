"""``accredit publish``: every public document as static files, for any web host that is to stand in for the service."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import click

from accredit.clock import utc_now
from accredit.config import load_settings
from accredit.domain.issuing import queries as issuing
from accredit.domain.issuing.rules import Purpose
from accredit.domain.transparency import publishing
from accredit.domain.transparency import queries as log
from accredit.domain.verification import leaving
from accredit.domain.verification.handing_out import trust_of
from accredit.errors import NotFound, NotReady
from accredit.kit.ledger import static_log
from accredit.kit.ledger.signed_note import Ed25519Key
from accredit.rendering.published_site import pages
from accredit.storage import Database, Session
from accredit.storage.durable_folder import DurableFolder

LEDGER = "ledger"


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--check", "is_check", is_flag=True, help="Write nothing; exit 1 where the folder is not as it would be.")
def publish(folder: Path, *, is_check: bool) -> None:
    """Write identity, keys, status lists, achievements, the ledger and the checking file into FOLDER; again, to renew.

    Put the folder at the root of the service's own host name, and every address in a certificate but its own page goes
    on answering. Nothing personal is in it. A stopped run is finished by the next one.
    """
    with Database(load_settings().database_url) as database, database.reading() as db:
        if is_check:
            faults = list(_faults(db, folder))
            for each in faults:
                click.echo(each)
            click.echo("The folder is as the record is." if not faults else f"{len(faults):,} things to put right.")
            sys.exit(1 if faults else 0)
        written, kept = _write(db, folder)
    click.echo(f"{folder} holds {written + kept:,} documents, {written:,} of them new or changed, and the ledger.")


def _write(db: Session, folder: Path) -> tuple[int, int]:
    place = DurableFolder(folder)
    place.sweep()
    changed = [place.write(path, content) for path, content in _files(db)]
    place.settle()
    try:
        publishing.publish(db, folder=DurableFolder(folder / LEDGER), log_keys=_log_keys(db))
    except NotFound:
        # Nothing was ever issued, so there is no checkpoint, and nothing that could be checked against one.
        click.echo("The ledger has no checkpoint yet and was left out.", err=True)
    return sum(changed), len(changed) - sum(changed)


def _files(db: Session) -> Iterator[tuple[str, bytes]]:
    trust = trust_of(db, now=leaving.on_day(utc_now()))
    if trust is None:
        raise NotReady("not-migrated", "The database is not set up yet. Run: accredit migrate")
    return chain(leaving.documents(db, trust=trust), pages(trust))


def _faults(db: Session, folder: Path) -> Iterator[str]:
    place = DurableFolder(folder)
    for path, content in _files(db):
        held = place.read(path)
        if held != content:
            yield f"{path} is missing." if held is None else f"{path} is not as it would be written now."
    latest, ledger = log.latest_checkpoint(db), DurableFolder(folder / LEDGER)
    if latest is None:
        return
    keys = _log_keys(db)
    found = static_log.examine(ledger.read, log_keys=keys, expected_origin=keys[0].name)
    yield from (each.sentence for each in found.findings)
    if found.size != latest.size:
        yield f"The ledger in the folder has {found.size:,} entries, and the latest checkpoint {latest.size:,}."


def _log_keys(db: Session) -> tuple[Ed25519Key, ...]:
    keys = issuing.verification_keys(db, log.origin(db) or "")
    return tuple(Ed25519Key(key.controller, key.raw) for key in keys if key.purpose is Purpose.CHECKPOINT)
