"""R30, R49 and R51: many writers beside a backup, a batch that breaks off, one award decided twenty times at once."""

from __future__ import annotations

import os
import shutil
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from accredit.clock import utc_now
from accredit.domain.awarding.models import Award
from accredit.domain.enrolments.models import Enrolment
from accredit.domain.people.models import YoungPerson
from accredit.domain.people.rules import NameConfirmedBy
from accredit.domain.programmes.models import Programme
from accredit.errors import AccreditError
from accredit.storage import Database
from tests import factories
from tests.faults import child
from tests.faults.catalogue import DATABASES, Run
from tests.faults.report import name_row, not_here
from tests.faults.rows_restore import command
from tests.faults.rows_workers import give, train
from tests.faults.stage import Stage

BATCH = 50
"""Awards of a batch: three chunks of the worker's, with the two that wait already."""
AT_ONCE = 20
WRITERS, WRITES = 8, 15

name_row("R30", f"{WRITERS} writers, a long reader and a backup at the same time")
name_row("R49", f"a batch of {BATCH} breaks off at one of its awards, or holds one that cannot be signed")
name_row("R51", f"one decision is sent {AT_ONCE} times at the same moment")
not_here(
    "R27", "SQLite keeps no checksums: a flipped bit in the ledger or a document is told by fsck, elsewhere it is not"
)
not_here(
    "R47", "played on its own, by a real mail server and refusing ones: tests/unit/jobs/test_mail.py; and R08, R16"
)


def runs() -> Iterator[Run]:
    """Yield the runs of the three rows."""
    for database in DATABASES:
        for nth in (1, BATCH // 2, BATCH):
            yield Run(
                row="R49",
                database=database,
                point="award",
                kind="KILL",
                nth=nth,
                title=f"power cut at award {nth} of a batch",
                play=partial(break_off, nth),
            )
        for row, point, kind, title, play in _once():
            yield Run(row=row, database=database, point=point, kind=kind, title=title, play=play)


def _once() -> Iterator[tuple[str, str, str, str, Callable[[Stage], None]]]:
    yield "R49", "award", "poison", "one award of a batch cannot be signed", poison
    yield "R51", "award", "twenty-times", "one decision is sent twenty times", twenty_times
    yield "R30", "database", "busy", "everybody writes at once", everybody_writes


def break_off(nth: int, stage: Stage) -> None:
    """Cut the power at one award of a batch."""
    _batch(stage)
    ended = stage.issue(f"S3.after_sign:kill@{nth}")
    assert ended.code == -signal.SIGKILL, ended.error


def poison(stage: Stage) -> None:
    """Have one among the others that must not be signed: somebody whose name nobody has confirmed."""
    awards = _batch(stage)
    _confirm(stage, awards[BATCH // 2], confirmed=False)
    assert stage.issue().code == 0
    with stage.opened() as database:
        left = child.unfinished(database)
    if left != ("1 subjects without a credential",):
        stage.found.wrong.append(f"one award of {BATCH} cannot be signed, and there is left: {left}")
    _confirm(stage, awards[BATCH // 2], confirmed=True)


def twenty_times(stage: Stage) -> None:
    """Decide one award from twenty sides at once, as impatient clicks do."""
    together = threading.Barrier(AT_ONCE)

    def decide(database: Database) -> tuple[UUID, ...]:
        together.wait(30)
        with suppress(AssertionError, AccreditError):
            # It asserts that nothing is refused, which all but one are: awarded already.
            return give(database, stage, [stage.school.candidate])
        return ()

    with Database(stage.url) as database, ThreadPoolExecutor(AT_ONCE) as pool:
        given = [each for found in pool.map(decide, [database] * AT_ONCE) for each in found]
    if len(given) != 1:
        stage.found.duplicated += [f"award {each} by a click" for each in given[1:]]
    stage.awards |= set(given)


def everybody_writes(stage: Stage) -> None:
    """Write from many sides while somebody reads for long and a backup is made; nobody is turned away."""
    from tests.integration.lost_database import postgresql_programs  # it is slow to load, and this alone needs it

    outside = stage.folder.with_name(f"{stage.folder.name}-outside")
    path = f"{postgresql_programs()}:{os.environ['PATH']}"

    def write(writer: int) -> None:
        # A handle of its own, as a process has.
        with Database(stage.url) as database:
            for number in range(WRITES):
                with database.transaction() as db:
                    name, reference = f"Cai Sample-{writer}-{number}", f"{7000 + writer * WRITES + number}"
                    factories.add_young_person(db, stage.school.organisation_id, name=name, reference=reference)

    try:
        with Database(stage.url) as database, database.reading() as long, ThreadPoolExecutor(WRITERS) as pool:
            long.execute(sa.select(col(Programme.id))).all()
            writing = [pool.submit(write, number) for number in range(WRITERS)]
            backup = stage.run(command, ["backup", str(outside)], path)
            issued = stage.issue()
            for each in writing:
                each.result(120)
        assert issued.code == 0, issued.error
        assert (backup.code, backup.result[0]) == (0, 0), backup
    finally:
        shutil.rmtree(outside, ignore_errors=True)
    with stage.opened() as database, database.reading() as db:
        wanted = sa.select(sa.func.count()).where(col(YoungPerson.printed_name).like("Cai Sample-%"))
        written = db.execute(wanted).scalar_one()
    stage.found.lost += [f"{WRITERS * WRITES - written} rows"] if written != WRITERS * WRITES else []


def _batch(stage: Stage) -> Sequence[UUID]:
    with stage.opened() as database:
        awards = give(database, stage, train(database, stage, BATCH))
    stage.awards |= set(awards)
    return awards


def _confirm(stage: Stage, award: UUID, *, confirmed: bool) -> None:

    with stage.opened() as database, database.transaction() as db:
        whose = (
            sa.select(col(Enrolment.young_person_id))
            .join(Award, col(Award.enrolment_id) == col(Enrolment.id))
            .where(col(Award.id) == award)
        )
        changed = sa.update(YoungPerson).where(col(YoungPerson.id).in_(whose))
        at, by = (utc_now(), NameConfirmedBy.COORDINATOR) if confirmed else (None, None)
        db.execute(changed.values(printed_name_confirmed_at=at, printed_name_confirmed_by=by))
