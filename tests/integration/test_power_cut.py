"""SIGKILL at every named point of the cycle: nothing lost, nothing issued twice, on both databases."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from accredit.storage import Database
from accredit.storage.fault_points import NAMES, PowerCut, arrange
from tests.integration.cohort import (
    ISSUE_ONCE,
    awarded,
    check_nothing_lost_nothing_doubled,
    wait_until_released,
    working,
)

CYCLE = [name for name in NAMES if not name.startswith(("S7.", "web."))]
SAMPLE = {"S1.after_commit", "S3.after_sign", "S4.after_commit", "S6.before_commit"}
KILLED = [name if name in SAMPLE else pytest.param(name, marks=pytest.mark.slow) for name in CYCLE]


@pytest.fixture(autouse=True)
def _no_fault_is_left() -> Iterator[None]:
    yield
    arrange("")


@pytest.mark.parametrize("point", CYCLE)
def test_an_exception_at(point: str, database: Database, tmp_path: Path) -> None:
    cohort = awarded(database, tmp_path, 2)
    arrange(f"{point}:raise")
    with pytest.raises(PowerCut):
        cohort.issuer().issue_waiting()
    arrange("")
    cohort.issuer().issue_waiting()
    check_nothing_lost_nothing_doubled(cohort)


@pytest.mark.parametrize("point", KILLED)
def test_power_cut_at(point: str, database: Database, tmp_path: Path) -> None:
    cohort = awarded(database, tmp_path, 3)
    dead = cohort.start(ISSUE_ONCE, f"{point}:kill")
    assert dead.wait(60) == -signal.SIGKILL, "the fault point was not reached"
    cohort.issuer().issue_waiting()
    check_nothing_lost_nothing_doubled(cohort)


@pytest.mark.parametrize("point", ["S1.after_commit", "S3.after_sign@2", "S4.after_commit", "S5.after_commit"])
def test_power_cut_twice_the_second_time_while_recovering(point: str, database: Database, tmp_path: Path) -> None:
    cohort = awarded(database, tmp_path, 3)
    name, _, number = point.partition("@")
    action = "raise" + (f"@{number}" if number else "")
    for fault in (f"{name}:{action}", "S4.before_commit:raise", "S6.before_commit:raise"):
        arrange(fault)
        try:
            cohort.issuer().issue_waiting()
        except PowerCut:
            continue
    arrange("")
    cohort.issuer().issue_waiting()
    check_nothing_lost_nothing_doubled(cohort)


def test_power_cut_in_the_worker_itself_and_it_goes_on_by_itself(database: Database, tmp_path: Path) -> None:
    cohort = awarded(database, tmp_path, 3)
    with working(cohort, "S4.after_commit:kill") as process:
        assert process.wait(60) == -signal.SIGKILL
    assert cohort.released() == 0
    with working(cohort):
        wait_until_released(cohort, 3)
    check_nothing_lost_nothing_doubled(cohort)
