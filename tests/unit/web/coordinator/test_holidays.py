"""A school tells its holidays, if it wants to: no e-mail that can wait comes in them."""

from __future__ import annotations

from datetime import date

import pytest
from sqlmodel import select

from accredit.domain.organisations import holidays
from accredit.domain.organisations.models import SchoolHoliday
from accredit.storage import Database
from tests.cast import Cast
from tests.web import ClientFor

pytestmark = pytest.mark.usefixtures("today")
AUTUMN = {"first_on": ["26", "10", "2026"], "last_on": ["30", "10", "2026"]}


def typed(day: str) -> list[str]:
    return [part.lstrip("0") for part in reversed(day.split("-"))] if day else ["", "", ""]


def noted(database: Database) -> list[tuple[date, date]]:
    with database.reading() as db:
        return [(row.first_on, row.last_on) for row in db.exec(select(SchoolHoliday))]


def test_a_holiday_is_noted_and_removed(client_for: ClientFor, cast: Cast, sqlite_database: Database) -> None:
    nia = client_for(cast.nia)
    answer = nia.post("/school/organisation/holidays", data=AUTUMN)
    assert answer.status_code == 303
    assert noted(sqlite_database) == [(date(2026, 10, 26), date(2026, 10, 30))]
    shown = nia.get("/school/organisation/holidays").text
    assert "26 October 2026" in shown
    with sqlite_database.reading() as db:
        (row,) = db.exec(select(SchoolHoliday))
    nia.post(f"/school/organisation/holidays/{row.id}/remove")
    assert noted(sqlite_database) == []


@pytest.mark.parametrize(
    ("days", "sentence"),
    [
        pytest.param(("2026-10-30", "2026-10-26"), "the last day comes last", id="the last day before the first"),
        pytest.param(("2026-10-30", "2026-11-01"), "stands here already", id="a day of another holiday"),
        pytest.param(("2026-01-02", "2026-01-05"), "not over yet", id="one that is over"),
        pytest.param(("2030-01-02", "2030-01-05"), "within three years", id="one that is far away"),
        pytest.param(("2026-11-02", "2027-11-05"), "Give the first and the last day", id="a whole year"),
        pytest.param(("", "2026-10-26"), "Enter the first day", id="no first day"),
    ],
)
def test_what_is_no_holiday_is_refused_in_a_sentence(
    client_for: ClientFor, cast: Cast, sqlite_database: Database, days: tuple[str, str], sentence: str
) -> None:
    lee = client_for(cast.lee)
    lee.post("/school/organisation/holidays", data=AUTUMN)
    answer = lee.post("/school/organisation/holidays", data={"first_on": typed(days[0]), "last_on": typed(days[1])})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert len(noted(sqlite_database)) == 1


def test_another_school_neither_sees_nor_removes_them(
    client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    client_for(cast.nia).post("/school/organisation/holidays", data=AUTUMN)
    with sqlite_database.reading() as db:
        (row,) = db.exec(select(SchoolHoliday))
        assert holidays.is_holiday(db, cast.organisation_id, date(2026, 10, 30))
        assert not holidays.is_holiday(db, cast.organisation_id, date(2026, 10, 31))
    oz = client_for(cast.oz)
    assert "October 2026" not in oz.get("/school/organisation/holidays").text
    assert oz.post(f"/school/organisation/holidays/{row.id}/remove").status_code == 404
    assert len(noted(sqlite_database)) == 1
