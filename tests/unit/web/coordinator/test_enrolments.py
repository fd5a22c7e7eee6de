"""Joining, breaks, milestones, leaving."""

from __future__ import annotations

from datetime import date

import pytest

from accredit.domain.enrolments import queries
from accredit.domain.practice import queries as practice
from accredit.storage import Database
from tests.cast import Cast
from tests.web import ClientFor


def day(name: str, on: date) -> dict[str, list[str]]:
    return {name: [str(on.day), str(on.month), str(on.year)]}


def test_somebody_joins(client_for: ClientFor, cast: Cast, sqlite_database: Database) -> None:
    client = client_for(cast.nia)
    added = client.post(
        "/school/people/add", data={"printed_name": "Dai Newydd", "school_reference": "3104", "year_group": "12"}
    )
    person = added.location.rsplit("/", 1)[-1]
    address = f"/school/programmes/{cast.programme_id}/enrol"
    assert "Dai Newydd" in client.get(address).get_data(as_text=True)
    answer = client.post(address, data={"people": [person], **day("started_on", date(2026, 6, 1))})
    assert answer.status_code == 303
    with sqlite_database.reading() as db:
        names = {
            member.printed_name for member in queries.cohort(db, programme_id=cast.programme_id, on=date(2026, 6, 30))
        }
    assert "Dai Newydd" in names


def test_nobody_chosen_is_told_beside_the_field(client_for: ClientFor, cast: Cast) -> None:
    client = client_for(cast.nia)
    client.post(
        "/school/people/add", data={"printed_name": "Dai Newydd", "school_reference": "3104", "year_group": "12"}
    )
    answer = client.post(f"/school/programmes/{cast.programme_id}/enrol", data=day("started_on", date(2026, 6, 1)))
    assert answer.status_code == 422
    assert "Choose who joins." in answer.get_data(as_text=True)


def test_a_break_begins_and_ends_without_a_reason(client_for: ClientFor, cast: Cast, sqlite_database: Database) -> None:
    client = client_for(cast.nia)
    address = f"/school/enrolments/{cast.ama.enrolled}/break"
    text = client.get(address).get_data(as_text=True)
    assert "textarea" not in text
    assert client.post(address, data=day("starts_on", date(2026, 6, 20))).status_code == 303
    with sqlite_database.reading() as db:
        (pause,) = queries.enrolment(db, cast.ama.enrolled).breaks
    ending = f"/school/enrolments/{cast.ama.enrolled}/breaks/{pause.id}/end"
    early = client.post(ending, data=day("day", date(2026, 6, 1)))
    assert early.status_code == 422
    assert "A break ends on or after the day it starts" in early.get_data(as_text=True)
    assert client.post(ending, data=day("day", date(2026, 6, 28))).status_code == 303
    with sqlite_database.reading() as db:
        assert not queries.enrolment(db, cast.ama.enrolled).is_on_break(date(2026, 6, 30))


def test_a_break_over_another_is_refused_kindly(client_for: ClientFor, cast: Cast) -> None:
    answer = client_for(cast.nia).post(
        f"/school/enrolments/{cast.ben.enrolled}/break", data=day("starts_on", date(2026, 6, 20))
    )
    assert answer.status_code == 422
    assert "There is a break in those days already." in answer.get_data(as_text=True)


def test_a_milestone_is_recorded_once_and_not_offered_again(
    client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    client = client_for(cast.nia)
    address = f"/school/enrolments/{cast.ama.enrolled}/milestone"
    assert (
        client.post(address, data={"milestone": "reflection", **day("reached_on", date(2026, 6, 1))}).status_code == 303
    )
    with sqlite_database.reading() as db:
        assert [each.value for each in practice.milestones(db, [cast.ama.enrolled])[cast.ama.enrolled]] == [
            "reflection"
        ]
    assert 'value="reflection"' not in client.get(address).get_data(as_text=True)


def test_leaving_keeps_everything(client_for: ClientFor, cast: Cast) -> None:
    client = client_for(cast.nia)
    answer = client.post(f"/school/enrolments/{cast.ama.enrolled}/end", data=day("day", date(2026, 6, 30)))
    assert answer.status_code == 303
    assert "Wellbeing Ambassadors" in client.get(f"/school/people/{cast.ama.id}").get_data(as_text=True)


@pytest.mark.parametrize("act", ["break", "end", "milestone"])
def test_another_school_finds_no_enrolment(act: str, client_for: ClientFor, cast: Cast) -> None:
    assert client_for(cast.oz).get(f"/school/enrolments/{cast.ama.enrolled}/{act}").status_code == 404
