"""From each page of a co-ordinator there is a way on to what comes next."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from time_machine import Traveller

from accredit.domain.people import queries as people
from accredit.storage import Database
from tests import factories
from tests.cast import Cast
from tests.factories import HOST
from tests.unit.web.coordinator.school import train
from tests.web import ClientFor, remember_account


@pytest.fixture
def newcomer(sqlite_database: Database, cast: Cast) -> str:
    with sqlite_database.transaction(cast.organisation_id) as db:
        factories.add_young_person(db, cast.organisation_id, name="Zed Newydd", reference="3199")
    return "Zed Newydd"


def test_the_name_of_the_service_leads_to_where_the_reader_begins(client_for: ClientFor, cast: Cast) -> None:
    assert 'class="brand" href="/school/"' in client_for(cast.nia).get("/school/people").text
    assert 'class="brand" href="/admin/"' in client_for(cast.operator).get("/admin/organisations/add").text


def test_somebody_of_one_organisation_is_offered_no_other(client_for: ClientFor, cast: Cast) -> None:
    assert "Change organisation" not in client_for(cast.nia).get("/school/").text


def test_whoever_is_in_no_programme_is_pointed_out(client_for: ClientFor, cast: Cast, newcomer: str) -> None:
    client = client_for(cast.nia)
    shown = client.get("/school/people").text
    assert "1 young person is in no programme yet." in shown
    assert f'href="/school/programmes/{cast.programme_id}/enrol"' in shown


def test_nobody_without_a_programme_needs_no_note(client_for: ClientFor, cast: Cast) -> None:
    assert "in no programme yet" not in client_for(cast.nia).get("/school/people").text


def test_whoever_is_in_no_programme_stands_first_in_the_next(
    client_for: ClientFor, cast: Cast, sqlite_database: Database, newcomer: str
) -> None:
    client = client_for(cast.nia)
    client.post("/school/programmes/add", data={"template": "PM", "effective_from": ["1", "6", "2026"]})
    place = client.get("/school/programmes").text.split("/enrol")[0]
    assert "One-to-one Peer Mentoring" in place
    identifier = next(
        part.split('"')[0].split("/")[0]
        for part in place.split("/school/programmes/")[1:]
        if "One-to-one" in part.split("</a>")[0]
    )
    shown = client.get(f"/school/programmes/{identifier}/enrol").text
    assert shown.index(newcomer) < shown.index("Ama Sample")
    assert "Wellbeing Ambassadors)" in shown


def test_a_new_supervisor_is_told_how_to_sign_in(client_for: ClientFor, cast: Cast) -> None:
    data = {"name": "Pat Muster", "email": "pat@example.org", "role": "supervisor", "checks_confirmed": "y"}
    answer = client_for(cast.nia).post("/school/staff/add", data=data, follow_redirects=True)
    assert "/sign-in, give this e-mail address and ask for a code" in answer.text
    assert "An invitation went to them by e-mail" in answer.text


def test_a_refresher_that_is_due_leads_to_who(
    client_for: ClientFor, cast: Cast, sqlite_database: Database, today: Traveller
) -> None:
    train(sqlite_database, cast)
    later = datetime(2026, 9, 1, 9, tzinfo=UTC)
    today.move_to(later)
    client = client_for()
    with sqlite_database.reading() as db:
        account = people.account_by_email(db, "nia@example.org")
        assert account is not None
    with client.session_transaction(base_url=f"https://{HOST}") as session:
        remember_account(sqlite_database, session, account, now=later)
    shown = client.get("/school/").text
    assert "Wellbeing Ambassadors: a refresher is due for 2 young people" in shown
    assert '<a href="/school/training/up-to-date">See who</a>' in shown
