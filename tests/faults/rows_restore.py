"""R57 and R41: an old backup comes back, or a second server signs the same log. Noticed before anything is signed.

What was issued since the backup is known to nobody but its holders, who are told that it cannot be confirmed; the
awards it was for are issued anew. Every place of a list that may have been given out meanwhile stays empty.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa
from click.testing import CliRunner
from sqlmodel import col

from accredit.cli import cli
from accredit.domain.issuing.models import Issuance
from accredit.domain.transparency import queries as log
from accredit.errors import AccreditError
from tests import databases
from tests.faults import child
from tests.faults.catalogue import DATABASES, Run
from tests.faults.report import name_row
from tests.faults.stage import Stage

LOST = {
    "lock": "an old backup comes back, and the lock store knows it",
    "receipt": "an old backup comes back without the lock store, and somebody has the receipt of a certificate",
    "files": "an old backup comes back, and the published files with it",
    "nothing": "an old backup comes back, and nothing shows that it is old",
}

name_row("R41", "a second server with a copy of the database signs the same log")
name_row("R57", "an old backup is restored")


def runs() -> Iterator[Run]:
    """Yield a run for each thing that is left."""
    for database in DATABASES:
        for kind, title in LOST.items():
            yield Run(
                row="R57",
                database=database,
                point="later.backup",
                kind=kind,
                title=title,
                play=partial(restore_old, kind),
            )
        yield Run(
            row="R41",
            database=database,
            point="copy",
            kind="second-server",
            title="a second server has a copy of the database, the keys and the lock store",
            play=second_server,
        )


def restore_old(kind: str, stage: Stage) -> None:
    """Back up, issue, lose the database, restore, and go on as the pages of the operator say."""
    outside = stage.folder.with_name(f"{stage.folder.name}-outside")
    try:
        _told(stage, ["backup", str(outside / "backups")], 0, "checked by restoring it")
        (backup,) = (outside / "backups").iterdir()
        assert stage.issue().code == 0
        _told(stage, ["ledger", "export", str(outside / "published")], 0, "")
        given_out = _places(stage)
        (outside / "kept.tlog-proof").write_text(_youngest_receipt(stage))
        _lose(stage, with_lock=kind in {"receipt", "nothing"})
        files = ["--files", str(outside / "published")]
        restore = ["restore", str(backup)]
        if kind == "nothing":
            _told(stage, restore, 1, "Nothing shows whether this is the newest state")
            return
        if kind != "files":
            kept = ["--kept", str(outside / "kept.tlog-proof")] if kind == "receipt" else []
            _told(stage, [*restore, *kept], 1, "rolled back")
            if kind == "lock":
                refused = stage.issue()
                if "rolled back" not in refused.error:
                    stage.found.wrong.append(f"it signs with an old database: {refused.error or refused.code}")
            _lose(stage, with_lock=False)
            files += kept
        _told(stage, [*restore, *files], 1, "came back from")
        _told(stage, ["settle", "--nothing-was-revoked"], 0, "")
        assert stage.issue().code == 0
        if again := given_out & (_places(stage) - _places_of_backup(stage, given_out)):
            stage.found.duplicated += [f"place {index} after a restore" for _, index in again]
    finally:
        shutil.rmtree(outside, ignore_errors=True)


def second_server(stage: Stage) -> None:
    """Copy the database, let the first server sign, and let the second try."""
    with ExitStack() as stack:
        if stage.database_kind == "postgresql":
            url = sa.make_url(stage.url)
            address = url.set(database="{}").render_as_string(hide_password=False).replace("%7B%7D", "{}")
            copy = stack.enter_context(databases.postgresql_copy(address, template=str(url.database)))
        else:
            file = stage.folder.with_name(f"{stage.folder.name}-copy.sqlite")
            shutil.copy(stage.folder / "accredit.sqlite", file)
            stack.callback(file.unlink)
            copy = f"sqlite:///{file}"
        assert stage.issue().code == 0
        signed = stage.lock.latest("accredit.example/ledger")
        second = child.start(child.issue_once, stage.folder, stage.settings | {"ACCREDIT_DATABASE_URL": copy}).end()
        if "rolled back" not in second.error:
            stage.found.wrong.append(f"the second server signs too: {second.error or second.code}")
        if stage.lock.latest("accredit.example/ledger") != signed or signed is None:
            stage.found.wrong.append("the second server changed what was signed last")


def command(_folder: Path, words: Sequence[str], path: str) -> tuple[int, str]:
    """Run one of our commands; return its exit code and what it said."""
    os.environ["PATH"] = path
    done = CliRunner().invoke(cli, list(words))
    if isinstance(done.exception, AccreditError):
        return 70, done.exception.detail
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.output


def _told(stage: Stage, words: Sequence[str], code: int, part: str) -> None:
    from tests.integration.lost_database import postgresql_programs  # it is slow to load, and this alone needs it

    ended = stage.run(command, words, f"{postgresql_programs()}:{os.environ['PATH']}")
    assert ended.code == 0, ended.error
    if ended.result[0] != code or part not in ended.result[1]:
        message = f"{words[0]} ended with {ended.result[0]} and said: {ended.result[1]}"
        raise AssertionError(message)


def _lose(stage: Stage, *, with_lock: bool) -> None:
    if with_lock:
        stage.lock.path.unlink()
    if stage.database_kind == "sqlite":
        for each in stage.folder.glob("accredit.sqlite*"):
            each.unlink()
        return
    databases.empty_again(stage.url)


def _places(stage: Stage) -> set[tuple[UUID, int]]:
    with stage.opened() as database, database.reading() as db:
        rows = db.execute(sa.select(col(Issuance.status_list_id), col(Issuance.status_index))).all()
    return {(row.status_list_id, row.status_index) for row in rows}


def _places_of_backup(stage: Stage, given_out: set[tuple[UUID, int]]) -> set[tuple[UUID, int]]:
    # The certificate that the backup holds keeps its place.
    first = stage.school.awards[0]
    with stage.opened() as database, database.reading() as db:
        row = db.execute(sa.select(Issuance).where(col(Issuance.subject_id) == first)).scalars().first()
    return given_out & {(row.status_list_id, row.status_index)} if row is not None else set()


def _youngest_receipt(stage: Stage) -> str:
    with stage.opened() as database, database.reading() as db:
        found = log.receipt(db, log.size(db) - 1)
    assert found is not None
    return found
