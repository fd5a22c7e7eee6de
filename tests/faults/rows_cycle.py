"""R02–R07 and R10–R15: the worker dies, or something is raised in it, at every named point of the issuing cycle."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from functools import partial

from accredit.storage.fault_points import NAMES
from tests.faults import child
from tests.faults.catalogue import DATABASES, NotReached, Run
from tests.faults.school import SITUATIONS
from tests.faults.stage import Stage

CYCLE = tuple(name for name in NAMES if name[:2] in {"S1", "S2", "S3", "S4", "S5", "S6"})
# Two awards are prepared, recorded and released together, and are signed one by one.
TWICE = {"S2.after_lint", "S3.before_sign", "S3.after_sign"}
RAISED = {"raise": "an interruption", "fail": "an error of the disk"}


def passings(point: str) -> tuple[int, ...]:
    """Return at which passings of a point in one pass of issuing something can happen."""
    return (1, 2) if point in TWICE else (1,)


def runs() -> Iterator[Run]:
    """Yield a run for each point and passing, on both databases, in both situations."""
    for database in DATABASES:
        for situation in SITUATIONS:
            for point in CYCLE:
                for nth in passings(point):
                    yield from _runs_at(database, situation, point, nth)


def _runs_at(database: str, situation: str, point: str, nth: int) -> Iterator[Run]:
    named = point if situation == "later" else f"{situation}.{point}"

    def run(row: int, kind: str, title: str, play: Callable[[Stage], None]) -> Run:
        return Run(
            row=f"R{row:02}",
            database=database,
            point=named,
            kind=kind,
            nth=nth,
            title=title,
            play=play,
            situation=situation,
        )

    step = int(point[1])
    yield run(step + 1, "KILL", f"power cut at {point}", partial(cut_the_power, f"{point}:kill@{nth}"))
    for kind, what in RAISED.items():
        yield run(step + 9, kind, f"{what} at {point}, and the worker goes on", partial(go_on, f"{point}:{kind}@{nth}"))


def cut_the_power(fault: str, stage: Stage) -> None:
    """Issue, and die at the point."""
    ended = stage.issue(fault)
    if ended.code == 0:
        raise NotReached(fault)
    assert ended.code == -signal.SIGKILL, ended.error


def go_on(fault: str, stage: Stage) -> None:
    """Issue, let it be raised at the point, and let the same worker go on: it must issue the rest by itself."""
    ended = stage.run(child.issue_and_try_again, fault=fault)
    assert ended.code == 0, ended.error
    assert len(ended.result) >= int(fault.partition("@")[2]), "the fault point was not reached"
    with stage.opened() as database:
        assert child.unfinished(database) == ()
