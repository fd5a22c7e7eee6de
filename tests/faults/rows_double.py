"""R18: the power is cut, and cut again while the service recovers from that; then it is left in peace."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from functools import partial

from tests.faults import pages, rows_mail, rows_pages
from tests.faults.catalogue import DATABASES, NotReached, Run
from tests.faults.rows_cycle import CYCLE
from tests.faults.stage import Stage

# What a recovery passes again, by where the first cut was: what was committed then is not done twice.
_FROM = {
    "S1.before_commit": "S1.before_commit",
    "S1.after_commit": "S2.after_lint",
    "S2.after_lint": "S2.after_lint",
    "S3.before_sign": "S2.after_lint",
    "S3.after_sign": "S2.after_lint",
    "S4.before_commit": "S2.after_lint",
    "S4.after_commit": "S5.before_commit",
    "S5.before_commit": "S5.before_commit",
    "S5.after_commit": "S5.before_commit",
    "S6.before_commit": "S5.before_commit",
}


def pairs() -> Iterator[tuple[str, str]]:
    """Yield every first cut with every point that the recovery from it comes by."""
    for first, begun_at in _FROM.items():
        for second in CYCLE[CYCLE.index(begun_at) :]:
            yield first, second
    for first in rows_pages.POINTS:
        for second in CYCLE:
            yield first, second
    for first in rows_mail.POINTS:
        for second in rows_mail.POINTS:
            yield first, second


def runs() -> Iterator[Run]:
    """Yield a run for each pair."""
    for database in DATABASES:
        for first, second in pairs():
            yield Run(
                row="R18",
                database=database,
                point=f"{first}.then.{second}",
                kind="KILL",
                title=f"power cut at {first}, and again at {second} while recovering",
                play=partial(play, first, second),
            )


def play(first: str, second: str, stage: Stage) -> None:
    """Die at the first point, and in the recovery at the second."""
    fault = f"{first}:kill"
    if first in rows_pages.POINTS:
        ended = stage.run(pages.award, stage.school, fault=fault)
    elif first in rows_mail.POINTS:
        ended = stage.recover(fault)
    else:
        ended = stage.issue(fault)
    assert ended.code == -signal.SIGKILL, ended.error
    rows_pages.adopt(stage)
    again = stage.recover(f"{second}:kill")
    if again.code == 0:
        raise NotReached(second)
    assert again.code == -signal.SIGKILL, again.error
