"""R38 and R39: workers that issue at the same moment: a thousand duels for one award, and fifty with one award each.

R38: two processes, each with its own database handle and key ring, begin at the same moment on one award that waits,
ten times in each of a hundred runs. R39: fifty threads of one process (two cores would not carry fifty processes), each
with its own database handle and its own award, prepare, sign and record at the same moment, in each of forty runs; then
every one of them publishes.
"""

from __future__ import annotations

import threading
import traceback
from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from threading import Barrier
from uuid import UUID

from accredit.config import load_settings
from accredit.domain.awarding import operations as awarding
from accredit.domain.credentials.kinds import AWARDS
from accredit.domain.credentials.waiting import Waiting, awards_to_prepare
from accredit.domain.issuing import queries
from accredit.domain.training import operations as training
from accredit.jobs.issuing import Issued, Issuer
from accredit.jobs.worker import open_desk
from accredit.storage import Database
from accredit.storage.promises import Queue
from tests import factories
from tests.factories import NOW
from tests.faults import child
from tests.faults.catalogue import DATABASES, Run
from tests.faults.report import name_row
from tests.faults.school import FIRST_TRAINING, LEVEL
from tests.faults.stage import Stage

DUELS, DUEL_TURNS = 10, 100
WORKERS, AWARDS_EACH, WORKER_TURNS = 50, 1, 40
PATIENCE_SECONDS = 120

name_row("R38", f"two workers issue one award at the same moment, {DUELS} times a run")
name_row("R39", f"{WORKERS} workers, which are threads, issue an award each at the same moment")


def runs() -> Iterator[Run]:
    """Yield the turns, on both databases."""
    for database in DATABASES:
        for turn in range(1, DUEL_TURNS + 1):
            yield Run(
                row="R38",
                database=database,
                point="one-award",
                kind="duel",
                turn=turn,
                title=f"{DUELS} duels of two workers for one award each",
                play=partial(duels, DUELS),
            )
        for turn in range(1, WORKER_TURNS + 1):
            yield Run(
                row="R39",
                database=database,
                point="own-awards",
                kind="fifty",
                turn=turn,
                title=f"{WORKERS} workers at the same moment, each with an award of its own",
                play=partial(fifty_workers, WORKERS, AWARDS_EACH),
            )


def duels(count: int, stage: Stage) -> None:
    """Have two workers begin at the same moment on one award, again and again."""
    with stage.opened() as database:
        candidates = train(database, stage, count)
        both, done = child.barrier(3), child.barrier(3)
        workers = [stage.start(issue_each, both, done, count) for _ in range(2)]
        try:
            for candidate in candidates:
                stage.awards |= set(give(database, stage, [candidate]))
                both.wait(PATIENCE_SECONDS)
                done.wait(PATIENCE_SECONDS)
        except threading.BrokenBarrierError:
            stage.found.wrong.append("a worker did not come to the next duel")
        for worker in workers:
            ended = worker.end()
            stage.found.wrong += [f"a worker: {each}" for each in ended.result or ()]
            stage.found.wrong += [f"a worker ended with {ended.code}: {ended.error}"] if ended.code else []
        # Nobody has recovered anything yet: between them they finished every one.
        stage.found.wrong += child.unfinished(database)


def issue_each(_folder: Path, both: Barrier, done: Barrier, count: int) -> tuple[str, ...]:
    """Issue what waits, ``count`` times, beginning together with the other; return the errors there were."""
    settings, errors = load_settings(), []
    with Database(settings.database_url) as database:
        issuer = open_desk(settings, database, [Queue.SIGN]).issuer
        assert issuer is not None
        for _ in range(count):
            both.wait(PATIENCE_SECONDS)
            try:
                issuer.issue_waiting()
            except Exception as error:  # noqa: BLE001  # every one is told to the test
                traceback.print_exc()
                errors.append(f"{type(error).__name__}: {error}")
            done.wait(PATIENCE_SECONDS)
    return tuple(errors)


def fifty_workers(workers: int, each: int, stage: Stage) -> None:
    """Have many workers issue awards of their own at the same moment."""
    assert stage.issue().code == 0
    with stage.opened() as database:
        stage.awards |= set(give(database, stage, train(database, stage, workers * each)))
    ended = stage.run(issue_beside_others, workers, each)
    assert ended.code == 0, ended.error
    stage.found.wrong += ended.result
    with stage.opened() as database:
        stage.found.wrong += child.unfinished(database)


def issue_beside_others(_folder: Path, workers: int, each: int) -> tuple[str, ...]:
    """Let each of many threads issue its own awards; return the errors there were."""
    settings = load_settings()
    with Database(settings.database_url) as database, database.reading() as db:
        waiting = awards_to_prepare(db, kind=AWARDS.name, limit=workers * each)
    assert len(waiting) == workers * each
    together, errors = threading.Barrier(workers), []

    def work(mine: Sequence[Waiting]) -> None:
        try:
            with Database(settings.database_url) as database:
                issuer = open_desk(settings, database, [Queue.SIGN]).issuer
                assert issuer is not None
                together.wait(PATIENCE_SECONDS)
                _issue_own(database, issuer, mine)
        except Exception as error:  # noqa: BLE001  # every one is told to the test
            traceback.print_exc()
            errors.append(f"{type(error).__name__}: {error}")

    threads = [threading.Thread(target=work, args=[waiting[at::workers]]) for at in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return tuple(errors)


def _issue_own(database: Database, issuer: Issuer, mine: Sequence[Waiting]) -> None:
    done = Issued()
    for award in mine:
        with database.transaction() as db:
            issuer._prepare(db, AWARDS, [award], issuer._clock(), done)
    with database.reading() as db:
        found = [queries.of_subject(db, kind=AWARDS.name, subject_id=award.subject_id) for award in mine]
        intents = queries.intents(db, [each.id for each in found if each is not None])
    assert len(intents) == len(mine)
    signer = issuer._signer(done)
    signed = [each for intent in intents if (each := signer.sign(intent)) is not None]
    issuer._record(AWARDS, signed, done)
    issuer.publish()
    assert not done.refused, done.refused


def train(database: Database, stage: Stage, count: int) -> list[UUID]:
    """Enrol and train more young people of the school; return their enrolments."""
    school = stage.school
    assert school.nia.id is not None
    with database.transaction() as db:
        enrolments = []
        for number in range(count):
            person = factories.add_young_person(
                db, school.organisation_id, name=f"Ben Sample-{number}", reference=str(5000 + number)
            )
            enrolments.append(factories.enrol(db, person, school.programme_id))
        session = training.plan_session(
            db,
            programme_id=school.programme_id,
            title="Another training",
            held_on=date(2025, 9, 13),
            module_codes=FIRST_TRAINING,
            led_by=school.nia.id,
            actor=school.nia,
            now=NOW,
        )
        everybody = dict.fromkeys(enrolments, True)
        training.record_attendance(db, session_id=session, present=everybody, actor=school.nia, now=NOW)
    return enrolments


def give(database: Database, stage: Stage, enrolments: Sequence[UUID]) -> tuple[UUID, ...]:
    """Award the first level to some; return the awards."""
    with database.transaction() as db:
        done = awarding.award_cohort(
            db,
            programme_id=stage.school.programme_id,
            level_code=LEVEL,
            awarded_on=NOW.date(),
            enrolment_ids=enrolments,
            actor=stage.school.nia,
            now=NOW,
        )
        assert not done.refused
    return tuple(done.awarded.values())
