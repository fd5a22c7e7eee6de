"""R01 and R09: a page dies, or fails, while it writes a decision; its form is sent again until it is answered well.

The answers that were seen are remembered: what was acknowledged must be there, and of what was not, all or nothing.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.awarding.models import Award
from accredit.domain.issuing.models import StatusEvent
from tests.faults import pages
from tests.faults.catalogue import DATABASES, Run
from tests.faults.school import School
from tests.faults.stage import Stage

POINTS = ("web.before_commit", "web.after_commit")
SEE_OTHER, REFUSED, SERVER_ERROR = 303, 422, 500
Act = Callable[[Path, School], int]
ACTS: dict[str, Act] = {"award": pages.award, "suspend": pages.suspend}


def runs() -> Iterator[Run]:
    """Yield a run for each act, each side of its commit, and each way to fail."""
    for database in DATABASES:
        for name in ACTS:
            for point in POINTS:
                for kind, row in (("KILL", "R01"), ("raise", "R09"), ("fail", "R09")):
                    yield Run(
                        row=row,
                        database=database,
                        point=point if name == "award" else f"{name}.{point}",
                        kind=kind,
                        title=f"the page on which somebody would {name}: {kind} at {point}, and the form is sent again",
                        play=partial(play, name, point, kind),
                    )


def play(name: str, point: str, kind: str, stage: Stage) -> None:
    """Send the form to a page that dies or fails; send it again, twice."""
    act = ACTS[name]
    first = stage.run(act, stage.school, fault=f"{point}:{kind.lower()}")
    if kind == "KILL":
        assert first.code == -signal.SIGKILL, first
    elif kind == "raise":
        assert first.error.startswith("PowerCut"), first
    else:
        assert first.result == SERVER_ERROR, first
    happened = point == "web.after_commit"
    assert effects(name, stage) == (1 if happened else 0), "half of it, or what was never answered well"
    for _ in range(2):
        again = stage.run(act, stage.school)
        # The effect is there already: a page may say so as a rule does, and must never say that it failed.
        assert again.result in {SEE_OTHER, REFUSED if happened else SEE_OTHER}, again
        happened = True
        assert effects(name, stage) == 1
    adopt(stage)


def effects(name: str, stage: Stage) -> int:
    """Count what the act left: awards of the candidate, or acts on the status of any certificate."""
    counted = sa.select(sa.func.count())
    with stage.opened() as database, database.reading() as db:
        statement = (
            counted.where(col(Award.enrolment_id) == stage.school.candidate)
            if name == "award"
            else counted.select_from(StatusEvent)
        )
        found: int = db.execute(statement).scalar_one()
    return found


def adopt(stage: Stage) -> None:
    """Count the candidate's award among what was acknowledged."""
    with stage.opened() as database, database.reading() as db:
        of_candidate = col(Award.enrolment_id) == stage.school.candidate
        stage.awards |= set(db.execute(sa.select(col(Award.id)).where(of_candidate)).scalars())
