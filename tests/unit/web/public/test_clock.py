"""VS02: a clock that is wrong is said, and nothing is green by it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from sqlmodel import col

from accredit.clock import utc_now
from accredit.domain.transparency.models import LedgerCheckpoint
from accredit.storage import Database, heartbeat
from tests.factories import NOW
from tests.populated import Year
from tests.web import Browser

TEN_YEARS = timedelta(days=3653)


def alive(database: Database) -> None:
    with database.transaction() as db:
        for queue in ("sign", "deliver"):
            heartbeat.beat(db, queue=queue, now=utc_now())


@pytest.mark.attack("VS02")
@pytest.mark.parametrize("behind", [timedelta(hours=1), TEN_YEARS], ids=["by an hour", "by ten years"])
def test_vs02_a_clock_that_is_behind_makes_nothing_green_and_is_said(
    stranger: Browser, sqlite_database: Database, year: Year, behind: timedelta
) -> None:
    assert stranger.get(f"/api/verify/{year.code}").get_json()["verdict"] == "GENUINE"
    with time_machine.travel(NOW - behind, tick=False):
        alive(sqlite_database)
        report = stranger.get(f"/api/verify/{year.code}").get_json()
        ready = stranger.get("/readyz")
    assert (report["verdict"], report["reason"]) == ("CANNOT_CONFIRM", "our_fault")
    assert ready.status_code == 503
    assert "This machine's clock says" in ready.get_json()["clock"]


@pytest.mark.attack("VS02")
def test_vs02_an_hour_behind_cannot_be_confirmed(stranger: Browser, sqlite_database: Database, year: Year) -> None:
    later = NOW + timedelta(days=30)
    with sqlite_database.transaction() as db:
        size, root = db.execute(sa.select(col(LedgerCheckpoint.size), col(LedgerCheckpoint.root))).one()
        # Something was signed a month later; then the clock went back by an hour.
        db.execute(sa.insert(LedgerCheckpoint).values(size=size + 1, root=root, note="", signed_at=later))
    for wrong, verdict in ((timedelta(hours=1), "CANNOT_CONFIRM"), (timedelta(minutes=4), "GENUINE")):
        with time_machine.travel(later - wrong, tick=False):
            report = stranger.get(f"/api/verify/{year.code}").get_json()
        assert report["verdict"] == verdict
        assert report["reason"] == ("our_fault" if verdict == "CANNOT_CONFIRM" else None)


@pytest.mark.attack("VS02")
def test_vs02_a_clock_that_is_ten_years_ahead_is_said(stranger: Browser, sqlite_database: Database, year: Year) -> None:
    with time_machine.travel(NOW + TEN_YEARS, tick=False):
        alive(sqlite_database)
        ready = stranger.get("/readyz")
    assert ready.status_code == 503
    assert "This machine's clock says 2036" in ready.get_json()["clock"]
