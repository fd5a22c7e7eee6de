"""R42: the clock is an hour or ten years off, or the hour of summer time comes or goes in the middle of a pass.

Whatever can be noticed is refused, and goes on by itself when the clock is set right. Before the first checkpoint, and
within a year, a clock that is ahead cannot be told from a service that rested: when it is set right, nothing is signed
until somebody says so, and the lists that it signed are signed anew.
"""

from __future__ import annotations

import os
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path

import sqlalchemy as sa
import time_machine
from click.testing import CliRunner
from sqlmodel import col

from accredit.cli.issuing import issuing
from accredit.clock import utc_now
from accredit.config import load_settings
from accredit.domain.issuing.models import StatusList
from accredit.domain.transparency.models import LedgerCheckpoint
from accredit.errors import NotReady
from accredit.jobs.worker import open_desk
from accredit.storage import Database
from accredit.storage.promises import Queue
from tests.faults import child
from tests.faults.catalogue import DATABASES, Run
from tests.faults.report import name_row
from tests.faults.rows_disks import verify_everything
from tests.faults.stage import Stage

YEAR = timedelta(days=365)
MOMENTS_BEFORE = timedelta(milliseconds=100)

name_row("R42", "the clock is wrong for the time of a pass, or summer time begins or ends in it")


@dataclass(frozen=True, kw_only=True)
class Clock:
    """A clock that is wrong: by how much, or what it says; and whether that is refused."""

    name: str
    title: str
    off: timedelta = timedelta(0)
    says: datetime | None = None
    refused: str = ""
    must_be_trusted: bool = False

    def now(self) -> datetime:
        """Return what it says."""
        return self.says or utc_now() + self.off


def _next(month: int) -> datetime:
    """Return when the hour changes next in a month: at 1 o'clock UTC of its last Sunday."""
    now = utc_now()
    last_days = (datetime(year, month, 31, 1, tzinfo=UTC) for year in (now.year, now.year + 1))
    moments = [day - timedelta(days=(day.weekday() + 1) % 7) for day in last_days]
    return next(each for each in moments if each > now + timedelta(days=1))


_SPRING, _AUTUMN = _next(3), _next(10)
LATER = (
    Clock(name="an-hour-back", title="is an hour behind", off=timedelta(hours=-1), refused="clock-behind"),
    Clock(name="ten-years-back", title="is ten years behind", off=-10 * YEAR, refused="clock-behind"),
    Clock(name="ten-years-ahead", title="is ten years ahead", off=10 * YEAR, refused="clock-ahead"),
    Clock(name="a-minute-back", title="is put back by a minute", off=timedelta(minutes=-1)),
    Clock(name="an-hour-ahead", title="is an hour ahead", off=timedelta(hours=1), must_be_trusted=True),
    Clock(name="spring", title="meets summer time", says=_SPRING - MOMENTS_BEFORE, must_be_trusted=True),
    Clock(name="autumn", title="meets the end of summer time", says=_AUTUMN - MOMENTS_BEFORE, must_be_trusted=True),
)
NEW = (
    Clock(name="ten-years-back", title="is ten years behind at first", off=-10 * YEAR, must_be_trusted=True),
    Clock(name="ten-years-ahead", title="is ten years ahead at first", off=10 * YEAR, must_be_trusted=True),
)


def runs() -> Iterator[Run]:
    """Yield a run for each clock."""
    for database in DATABASES:
        for situation, clocks in (("later", LATER), ("new", NEW)):
            for clock in clocks:
                yield Run(
                    row="R42",
                    database=database,
                    point=f"{situation}.pass",
                    kind=clock.name,
                    title=f"the clock {clock.title}",
                    play=partial(live_by, clock),
                    situation=situation,
                )


def live_by(clock: Clock, stage: Stage) -> None:
    """Issue by a wrong clock, then by the right one."""
    ended = stage.run(issue_by, clock)
    assert ended.code == 0, ended.error
    refused, wrong = ended.result
    stage.found.wrong += wrong
    if refused != clock.refused:
        stage.found.wrong.append(f"by the wrong clock: {refused or 'it issued'}")
    if clock.must_be_trusted:
        again = stage.issue()
        if "trust-clock" not in again.error:
            stage.found.wrong.append(f"by the right clock: {again.error or 'it issued'}")
        assert stage.run(trust).code == 0
    assert stage.recover().code == 0
    with stage.opened() as database:
        stage.found.wrong += _of_times(database)


def issue_by(_folder: Path, clock: Clock) -> tuple[str, tuple[str, ...]]:
    """Issue by a clock; return the code of a refusal, and what is wrong with what was issued before."""
    os.environ["TZ"] = "Europe/London"
    time.tzset()
    settings, refused = load_settings(), ""
    with time_machine.travel(clock.now(), tick=True), Database(settings.database_url) as database:
        try:
            issuer = open_desk(settings, database, [Queue.SIGN]).issuer
            assert issuer is not None
            issuer.issue_waiting()
        except NotReady as error:
            traceback.print_exc()
            refused = error.code
        left = () if refused else child.unfinished(database)
    with Database(settings.database_url) as database:
        return refused, (*left, *(verify_everything(database) if refused else ()))


def trust(_folder: Path) -> None:
    """Say that the clock is right, as an operator does."""
    told = CliRunner().invoke(issuing, ["trust-clock"])
    assert told.exit_code == 0, told.output


def _of_times(database: Database) -> list[str]:
    with database.reading() as db:
        signed = sa.select(col(LedgerCheckpoint.signed_at)).order_by(col(LedgerCheckpoint.size))
        times = list(db.execute(signed).scalars())
        lists = list(db.execute(sa.select(col(StatusList.signed_at))).scalars())
    wrong = [f"a checkpoint of {later} after one of {former}" for former, later in pairwise(times) if later < former]
    # Recovered by a clock that is some minutes ahead, so that letters count as late.
    soon = utc_now() + timedelta(minutes=10)
    return wrong + [f"a list is signed at {each}" for each in lists if each is None or each > soon]
