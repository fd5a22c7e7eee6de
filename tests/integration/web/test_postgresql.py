"""The pages on PostgreSQL: signing in, a page of each audience, a form that writes."""

from __future__ import annotations

import pytest
from time_machine import Traveller

from accredit.domain.organisations import queries as organisations
from accredit.domain.people import queries, signing_in
from accredit.storage import Database
from tests.cast import Cast, make_cast
from tests.web import Browser, compose, make_settings, prepare, sign_in

PASSWORD = "a long walk along the river"


@pytest.fixture
def browser(postgresql_database: Database, today: Traveller) -> tuple[Browser, Cast]:
    settings = make_settings()
    prepare(postgresql_database, settings)
    with postgresql_database.transaction() as db:
        cast = make_cast(db)
        account = queries.account_by_email(db, "operator@example.org")
        assert account is not None
        signing_in.set_password(db, account_id=account.id, text=PASSWORD)
    client = compose(postgresql_database, settings).test_client()
    assert isinstance(client, Browser)
    return client, cast


def test_operator_signs_in_and_confirms_a_school(browser: tuple[Browser, Cast], postgresql_database: Database) -> None:
    client, cast = browser
    client.post("/sign-in", data={"email": "operator@example.org", "password": PASSWORD})
    confirmed = {"channel": "visit", "on": ["29", "6", "2026"]}
    answer = client.post(f"/admin/organisations/{cast.organisation_id}/confirm", data=confirmed, follow_redirects=True)
    assert "Confirmed on 29 June 2026" in answer.text
    with postgresql_database.reading() as db:
        assert organisations.recognition(db, cast.organisation_id) is not None


@pytest.mark.parametrize("who", ["nia", "sam", "lee", "ama", "operator"])
def test_first_page_of_everybody_opens(browser: tuple[Browser, Cast], who: str) -> None:
    client, cast = browser
    sign_in(client, getattr(cast, who), cast)
    assert client.get("/sign-in", follow_redirects=True).status_code == 200


@pytest.mark.parametrize("field", ["contact", "talk_to", "town"])
def test_wi27_a_character_that_cannot_be_kept_is_told_beside_its_field(
    browser: tuple[Browser, Cast], field: str
) -> None:
    client, cast = browser
    sign_in(client, cast.lee, cast)
    answer = client.post("/school/organisation", data={"town": "Exampleton", field: "Office\x00"})
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text


@pytest.mark.parametrize("address", ["/o/%00", "/achievements/%00", "/status/%00", "/v/%00", "/api/verify/%00"])
def test_wi27_an_address_that_cannot_be_kept_leads_nowhere(browser: tuple[Browser, Cast], address: str) -> None:
    client, _cast = browser
    assert client.get(address).status_code == 404


def test_wi27_nobody_signs_in_under_a_name_that_cannot_be_kept(browser: tuple[Browser, Cast]) -> None:
    client, _cast = browser
    for way in ({"password": PASSWORD}, {"way": "code"}):
        assert client.post("/sign-in", data={"email": "operator\x00@example.org", **way}).status_code == 422
