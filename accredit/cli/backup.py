"""``accredit backup``: one file that brings everything back but the keys, checked by bringing it back."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from datetime import UTC
from pathlib import Path
from typing import Any

import click

from accredit import __version__, migrations
from accredit.clock import utc_now
from accredit.config import Settings, load_settings
from accredit.domain.transparency import queries as log
from accredit.errors import NotReady
from accredit.jobs.inspecting import CHECKS_OF_A_COPY
from accredit.storage import Database, archive, copies, identity

ENDING = ".accredit-backup"
DATABASE, ERASED = "database", "erased.jsonl"
ROOM = 3
"""A backup needs its own room three times over while it is made: the copy, the copy that checks it, and the archive."""


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--recipient",
    "recipients",
    multiple=True,
    metavar="AGE1…",
    help="Encrypt for this age public key. Can be given several times. Without it the backup can be read by anybody.",
)
def backup(folder: Path, recipients: tuple[str, ...]) -> None:
    """Write a backup into FOLDER while the service runs, and check it by restoring it into a scratch database.

    The folder of keys and the lock store are not in it: keep a copy of the keys elsewhere, and the lock store nowhere.
    """
    settings = load_settings()
    migrations.import_models()
    folder.mkdir(parents=True, exist_ok=True)
    with (
        Database(settings.database_url) as database,
        tempfile.TemporaryDirectory(prefix=".accredit-", dir=folder) as temporary,
    ):
        migrations.check(database)
        _check_room(database, folder)
        members = _copy(database, settings, Path(temporary))
        entries = _check(database, members[DATABASE], Path(temporary))
        facts = _facts(database, settings)
        place = folder / f"accredit-{facts['made_at'].replace(':', '')}{ENDING}{'.age' if recipients else ''}"
        try:
            pepper = settings.pepper.get_secret_value().encode()
            archive.seal(place, members=members, facts=facts, recipients=recipients, pepper=pepper)
        except OSError as error:
            detail = f"{place} could not be written: {error.strerror}. Make room, or choose another folder."
            raise NotReady("backup", detail) from error
    kind = "encrypted" if recipients else "NOT ENCRYPTED"
    click.echo(
        f"{place}: {place.stat().st_size:,} bytes, {kind}, {entries:,} entries in the ledger, checked by restoring it."
    )


def _copy(database: Database, settings: Settings, folder: Path) -> dict[str, Path]:
    members = {DATABASE: folder / DATABASE, ERASED: folder / ERASED}
    # The list first: whoever is erased in between is in neither, or in the database and not on the list, and then the
    # list beside the service knows it when this is restored.
    members[ERASED].write_bytes(settings.tombstones.read_bytes() if settings.tombstones.exists() else b"")
    copies.copy_out(database, members[DATABASE])
    return members


def _check(database: Database, file: Path, folder: Path) -> int:
    """Restore the copy into a scratch database and check every invariant; return how many entries its ledger has."""
    with copies.scratch(database, folder) as url:
        copies.copy_in(file, url)
        with Database(url) as restored:
            problems = [f"{name}: {each}" for name, check in CHECKS_OF_A_COPY.items() for each in check(restored)]
            with restored.reading() as db:
                entries = log.size(db)
    if problems:
        detail = f"The copy does not pass accredit fsck, so there is no backup: {problems[0]}."
        raise NotReady("backup", detail)
    return entries


def _facts(database: Database, settings: Settings) -> Mapping[str, Any]:
    with database.reading() as db:
        service = identity.read(db)
        latest = log.latest_checkpoint(db)
    return {
        "made_at": utc_now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "accredit": __version__,
        "kind": copies.kind(database),
        "did_host": service.did_host if service else settings.did_host,
        "checkpoint": latest.note if latest else None,
    }


def _check_room(database: Database, folder: Path) -> None:
    needed, free = ROOM * copies.size(database), shutil.disk_usage(folder).free
    if free < needed:
        detail = (
            f"{os.fspath(folder)} has {free:,} bytes free; a backup of this database needs about {needed:,}. Make "
            "room, or choose another folder."
        )
        raise NotReady("backup", detail)
