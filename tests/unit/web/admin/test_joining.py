"""A school asks to join at a public page; the operator checks, and it is let in with a letter, or told why not."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlmodel import select

from accredit.domain.notifications.models import OutgoingMail
from accredit.domain.organisations import queries as organisations
from accredit.domain.people import joining
from accredit.storage import Database
from tests.cast import Cast
from tests.factories import HOST, NOW
from tests.web import Browser, ClientFor

GOOD = {
    "name": "Coleg Enghraifft",
    "kind": "college",
    "nation": "wales",
    "town": "Tre Enghraifft",
    "urn": "402 907",
    "person": "Mair Sampl",
    "job_title": "Pastoral lead",
    "email": "Mair@example.org",
    "may_ask": "y",
}
CHECKED = {"channel": "telephone", "on": ["30", "6", "2026"]}


def letters(database: Database) -> dict[str, str]:
    with database.reading() as db:
        return {row.to_address or "": f"{row.subject}\n{row.text}" for row in db.exec(select(OutgoingMail))}


@pytest.fixture
def operator(client_for: ClientFor, cast: Cast) -> Browser:
    return client_for(cast.operator)


@pytest.fixture
def request_id(client_for: ClientFor, sqlite_database: Database) -> UUID:
    answer = client_for().post("/join", data=GOOD, follow_redirects=True)
    assert "Then they write to you" in answer.text
    with sqlite_database.reading() as db:
        (asked,) = joining.waiting(db, now=NOW)
    return asked.id


def test_a_school_asks_and_is_let_in(operator: Browser, request_id: UUID, sqlite_database: Database) -> None:
    assert "asks to join accredit" in letters(sqlite_database)["operator@example.org"]
    assert "Coleg Enghraifft" in operator.get("/admin/").text
    page = operator.get(f"/admin/joining/{request_id}").text
    assert "Mair Sampl, Pastoral lead" in page
    answer = operator.post(f"/admin/joining/{request_id}", data=CHECKED, follow_redirects=True)
    assert "is in, and confirmed" in answer.text
    with sqlite_database.reading() as db:
        facts = organisations.organisation_by_slug(db, "coleg-enghraifft")
    assert facts is not None
    assert facts.recognition is not None
    letter = letters(sqlite_database)["mair@example.org"]
    assert f"https://{HOST}/sign-in" in letter
    assert "Coleg Enghraifft invites you" in letter
    assert operator.get(f"/admin/joining/{request_id}").status_code == 404


def test_a_school_that_could_not_be_checked_is_told_kindly(
    operator: Browser, request_id: UUID, sqlite_database: Database
) -> None:
    answer = operator.post(
        f"/admin/joining/{request_id}/decline", data={"reason": "could-not-check"}, follow_redirects=True
    )
    assert "not kept any longer" in answer.text
    assert "official telephone number" in letters(sqlite_database)["mair@example.org"]
    with sqlite_database.reading() as db:
        assert joining.waiting(db, now=NOW) == ()
        assert organisations.organisation_by_slug(db, "coleg-enghraifft") is None


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        pytest.param("name", "", "Give the name", id="no name"),
        pytest.param("urn", "12345", "six digits", id="a URN of five digits"),
        pytest.param("email", "mair at example", "name@example.org", id="no e-mail address"),
        pytest.param("may_ask", "", "asked whoever decides", id="nobody was asked"),
    ],
)
def test_a_mistake_is_shown_beside_its_field_and_what_was_typed_stays(
    client_for: ClientFor, sqlite_database: Database, field: str, text: str, said: str
) -> None:
    answer = client_for().post("/join", data={**GOOD, field: text})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert said in answer.text
    assert 'value="Tre Enghraifft"' in answer.text
    with sqlite_database.reading() as db:
        assert joining.waiting(db, now=NOW) == ()


def test_one_without_a_day_or_channel_is_not_let_in(
    operator: Browser, request_id: UUID, sqlite_database: Database
) -> None:
    answer = operator.post(f"/admin/joining/{request_id}", data={"on": ["1", "7", "2026"]})
    assert answer.status_code == 422
    assert "Choose how you know" in answer.text
    assert "cannot lie in the future" in answer.text
    with sqlite_database.reading() as db:
        assert organisations.organisation_by_slug(db, "coleg-enghraifft") is None


def test_an_organisation_that_is_here_already_is_pointed_out(
    operator: Browser, client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    client_for().post("/join", data={**GOOD, "urn": "199902"})
    with sqlite_database.reading() as db:
        (asked,) = joining.waiting(db, now=NOW)
    page = operator.get(f"/admin/joining/{asked.id}").text
    assert "It may be here already" in page
    assert f"/admin/organisations/{cast.organisation_id}" in page


@pytest.mark.attack("WA02")
def test_wa02_asking_tells_nobody_who_is_known_here(client_for: ClientFor, sqlite_database: Database) -> None:
    browser = client_for()
    answers = [browser.post("/join", data={**GOOD, "email": who}) for who in ("nia@example.org", "new@example.org")]
    told = {(answer.status_code, answer.location, answer.data) for answer in answers}
    assert len(told) == 1
    # Nobody is written to but those who run the service, and they only once.
    assert list(letters(sqlite_database)) == ["operator@example.org"]


def test_one_address_does_not_ask_all_day(client_for: ClientFor) -> None:
    browser = client_for()
    answers = [browser.post("/join", data={**GOOD, "name": f"School {n}"}).status_code for n in range(6)]
    assert answers == [303] * 5 + [429]
