"""The page of a new school year: who moves up, who leaves, slips before, and once a year."""

from __future__ import annotations

import re
from datetime import date
from uuid import UUID

import pytest

from accredit.domain.enrolments import queries as enrolments
from accredit.domain.people import queries
from accredit.domain.people.models import YoungPerson
from accredit.storage import Database
from tests.cast import Cast
from tests.web import Browser, ClientFor

ADDRESS = "/school/people/new-year"


@pytest.fixture(autouse=True)
def ama_is_in_the_last_year(sqlite_database: Database, cast: Cast) -> None:
    with sqlite_database.transaction() as db:
        for who, year_group in ((cast.ama, "13"), (cast.ben, "12"), (cast.cai, "12"), (cast.olu, None)):
            row = db.get(YoungPerson, who.id)
            row.year_group = year_group
            db.add(row)


def start(client: Browser, *leaving: UUID, **more: str) -> tuple[int, str]:
    text = client.get(ADDRESS).get_data(as_text=True)
    [digest] = re.findall(r'name="digest" value="(\w+)"', text)
    answer = client.post(ADDRESS, data={"digest": digest, "leaving": [str(each) for each in leaving], **more})
    return answer.status_code, answer.get_data(as_text=True)


def test_it_shows_what_it_would_do_and_then_does_it(
    client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    client = client_for(cast.nia)
    text = client.get(ADDRESS).get_data(as_text=True)
    assert "they leave, unless you say otherwise below" in text
    assert re.search(rf'value="{cast.ama.id}" checked', text)
    assert start(client, cast.ama.id)[0] == 303
    with sqlite_database.reading() as db:
        people = {person.id: person for person in queries.young_people(db, organisation_id=cast.organisation_id)}
        ended = enrolments.enrolment(db, cast.ama.enrolled).ended_on
    assert cast.ama.id not in people
    assert people[cast.ben.id].year_group == "13"
    assert ended == date(2026, 6, 30)


def test_a_leaver_keeps_their_page(client_for: ClientFor, cast: Cast, sqlite_database: Database) -> None:
    hers = client_for(cast.ama)
    assert hers.get("/my").status_code == 200
    start(client_for(cast.nia), cast.ama.id)
    with sqlite_database.reading() as db:
        assert queries.young_person(db, cast.ama.id).left_at is not None
    assert hers.get("/my").status_code == 200


def test_a_second_time_needs_a_tick(client_for: ClientFor, cast: Cast) -> None:
    client = client_for(cast.nia)
    start(client)
    status, text = start(client)
    assert status == 422
    assert "Tick the box if it is to be done again." in text
    assert start(client, again="yes")[0] == 303


def test_slips_are_made_for_leavers_who_have_none(client_for: ClientFor, cast: Cast) -> None:
    client = client_for(cast.nia)
    assert "1 of those who leave has never had a slip." in client.get(ADDRESS).get_data(as_text=True)
    assert "Ama" in client.post(f"{ADDRESS}/slips").get_data(as_text=True)
    assert "has a slip, never used" in client.get(ADDRESS).get_data(as_text=True)
    assert client.post(f"{ADDRESS}/slips").status_code == 303


def test_another_schools_young_person_cannot_be_let_go(client_for: ClientFor, cast: Cast) -> None:
    assert start(client_for(cast.nia), cast.olu.id)[0] == 404


def test_a_school_without_year_groups_is_told_what_to_do(client_for: ClientFor, cast: Cast) -> None:
    assert "Bring in a class list first." in client_for(cast.oz).get(ADDRESS).get_data(as_text=True)
