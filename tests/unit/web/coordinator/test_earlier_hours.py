"""Bringing hours forward: a box for each person, and wherever hours are shown it is said where they are from."""

from __future__ import annotations

from datetime import date

import pytest

from accredit.domain.awarding import queries as awarding
from accredit.domain.transparency import operations as transparency
from accredit.storage import Database
from tests.cast import Cast
from tests.web import ClientFor


@pytest.fixture(autouse=True)
def log(sqlite_database: Database, cast: Cast) -> None:
    with sqlite_database.transaction() as db:
        transparency.ensure_log(db, origin="accredit.example/ledger")


def day(value: date) -> dict[str, list[str]]:
    return {"until": [str(value.day), str(value.month), str(value.year)]}


def minutes(database: Database, cast: Cast) -> list[int]:
    with database.reading() as db:
        found = awarding.portfolios(db, [cast.ama.enrolled, cast.cai.enrolled], until=date(2026, 6, 30))
    return [found[cast.ama.enrolled].earlier_minutes, found[cast.cai.enrolled].earlier_minutes]


def test_totals_are_attested_and_named_wherever_hours_are_shown(
    client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    client = client_for(cast.nia)
    address = f"/school/programmes/{cast.programme_id}/earlier-hours"
    assert "Hours of Ama Sample" in client.get(address).get_data(as_text=True)
    boxes = {f"hours:{cast.ama.enrolled}": "12:30", f"hours:{cast.cai.enrolled}": "4,5"}
    answer = client.post(address, data={**boxes, **day(date(2026, 6, 1))})
    assert answer.status_code == 303
    assert minutes(sqlite_database, cast) == [750, 270]
    assert "12½ hours up to 1 June 2026, attested by Nia Enghraifft" in client.get(address).get_data(as_text=True)
    for place in (f"/school/people/{cast.ama.id}", f"/school/programmes/{cast.programme_id}/progress"):
        assert "from the school’s earlier records" in client.get(place).get_data(as_text=True)
    assert "All of this is from the school’s earlier records." in client_for(cast.ama).get("/my").get_data(as_text=True)


@pytest.mark.parametrize(
    ("box", "until", "told"),
    [
        pytest.param("twelve", date(2026, 6, 1), "Write hours as 12, 12.5 or 12:30.", id="no number"),
        pytest.param("12:75", date(2026, 6, 1), "Write hours as 12, 12.5 or 12:30.", id="75 minutes"),
        pytest.param("900", date(2026, 6, 1), "Give hours between 0 and 500.", id="too many"),
        pytest.param("12", date(2027, 6, 1), "That day has not come yet.", id="a day to come"),
    ],
)
def test_what_was_typed_stays_and_the_fault_is_told_beside_it(
    box: str, until: date, told: str, client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    address = f"/school/programmes/{cast.programme_id}/earlier-hours"
    answer = client_for(cast.nia).post(address, data={f"hours:{cast.ama.enrolled}": box, **day(until)})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert told in text
    assert f'value="{box}"' in text
    assert minutes(sqlite_database, cast) == [0, 0]


def test_another_schools_programme_is_not_found(client_for: ClientFor, cast: Cast) -> None:
    assert client_for(cast.oz).get(f"/school/programmes/{cast.programme_id}/earlier-hours").status_code == 404
