"""Those who run the service add organisations and say which are recognised."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from sqlmodel import select

from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import Tag
from accredit.domain.organisations import operations as organisations_write
from accredit.domain.organisations import queries as organisations
from accredit.domain.organisations.rules import Channel, Details, Kind, Nation, Role
from accredit.domain.people import queries as people
from accredit.storage import Database, inspection
from tests.cast import Cast
from tests.factories import HOST, NOW, TODAY
from tests.web import Browser, ClientFor

GOOD = {
    "name": "Coleg Enghraifft",
    "kind": "college",
    "nation": "wales",
    "town": "Tre Enghraifft",
    "urn": "402 907",
    "ukprn": "",
    "charity_number": "",
    "contact": "",
    "person": "Mair Sampl",
    "job_title": "Pastoral lead",
    "email": "Mair@example.org",
}
CONFIRMED = {"channel": "telephone", "on": ["30", "6", "2026"]}


@pytest.fixture
def operator(client_for: ClientFor, cast: Cast) -> Browser:
    return client_for(cast.operator)


def test_first_page_lists_every_organisation_and_no_young_person(operator: Browser, cast: Cast) -> None:
    page = operator.get("/admin/").text
    assert "Example Park Academy" in page
    assert "Example Valley School" in page
    detail = operator.get(f"/admin/organisations/{cast.organisation_id}").text
    assert "Nia Enghraifft" in detail
    assert "Ama" not in page + detail


def test_organisation_is_added_with_its_administrator(operator: Browser, sqlite_database: Database) -> None:
    answer = operator.post("/admin/organisations/add", data=GOOD, follow_redirects=True)
    assert "Coleg Enghraifft is here now" in answer.text
    with sqlite_database.reading() as db:
        facts = organisations.organisation_by_slug(db, "coleg-enghraifft")
        assert facts is not None
        (mair,) = people.staff(db, organisation_id=facts.id)
    assert (facts.urn, facts.did, facts.recognition) == ("402907", f"did:web:{HOST}:o:coleg-enghraifft", None)
    assert mair.email == "mair@example.org"
    assert mair.roles_on(TODAY) == {Role.ADMINISTRATOR, Role.COORDINATOR}


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        pytest.param("name", "", "Give the name", id="no name"),
        pytest.param("urn", "12345", "six digits", id="a URN of five digits"),
        pytest.param("ukprn", "22345678", "starts with 1", id="a UKPRN that starts with 2"),
        pytest.param("charity_number", "X1", "charity number", id="no charity number"),
        pytest.param("email", "mair at example", "name@example.org", id="no e-mail address"),
        pytest.param("person", "Mair\u202e", "", id="a name that turns the text around"),
        pytest.param("kind", "", "Choose what it is", id="no kind"),
    ],
)
def test_mistake_is_shown_beside_its_field_and_nothing_is_added(
    operator: Browser, sqlite_database: Database, field: str, text: str, said: str
) -> None:
    answer = operator.post("/admin/organisations/add", data={**GOOD, field: text})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert said in answer.text
    with sqlite_database.reading() as db:
        assert len(organisations.organisations(db)) == 2


def test_confirmation_is_recorded_with_who_when_and_how(
    operator: Browser, cast: Cast, sqlite_database: Database
) -> None:
    answer = operator.post(
        f"/admin/organisations/{cast.organisation_id}/confirm", data=CONFIRMED, follow_redirects=True
    )
    assert "Confirmed on 30 June 2026" in answer.text
    with sqlite_database.reading() as db:
        recognition = organisations.recognition(db, cast.organisation_id)
        event = db.exec(select(AuditEvent).where(AuditEvent.tag == Tag.ORGANISATION_RECOGNISED)).one()
    assert recognition is not None
    assert (recognition.channel, recognition.confirmed_on) == (Channel.TELEPHONE, TODAY)
    assert event.actor_id == cast.operator.id


@pytest.mark.attack("VI02", "VI04")
def test_vi02_an_organisation_that_looks_like_a_confirmed_one_is_warned_about(
    operator: Browser, cast: Cast, sqlite_database: Database
) -> None:
    operator.post(f"/admin/organisations/{cast.organisation_id}/confirm", data=CONFIRMED)
    with sqlite_database.transaction() as db:
        name = organisations.organisation(db, cast.organisation_id).name
        double = organisations_write.add_organisation(
            db,
            details=Details(name=name.replace("a", "а").replace("e", "е")),
            kind=Kind.SCHOOL,
            nation=Nation.ENGLAND,
            host="accredit.example",
            slug="double",
            actor=cast.operator.actor,
            now=NOW,
        )
    for path in (f"/admin/organisations/{double}", f"/admin/organisations/{double}/confirm"):
        answer = operator.get(path)
        assert "looks like that of a confirmed organisation" in answer.text
        assert f"<bdi>{name}</bdi>" in answer.text
    assert "looks like" not in operator.get(f"/admin/organisations/{cast.other_organisation_id}").text


def test_withdrawn_confirmation_no_longer_holds(operator: Browser, cast: Cast, sqlite_database: Database) -> None:
    path = f"/admin/organisations/{cast.organisation_id}"
    operator.post(f"{path}/confirm", data=CONFIRMED)
    assert operator.post(f"{path}/withdraw", data=CONFIRMED).status_code == 303
    with sqlite_database.reading() as db:
        assert organisations.recognition(db, cast.organisation_id) is None
    again = operator.post(f"{path}/withdraw", data=CONFIRMED)
    assert again.status_code == 422


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param({"on": ["1", "7", "2026"]}, "cannot lie in the future", id="tomorrow"),
        pytest.param({"on": ["31", "6", "2026"]}, "day, month and year", id="a day that does not exist"),
        pytest.param({"channel": ""}, "Choose how you know", id="no channel"),
        pytest.param({"channel": "rumour"}, "", id="a channel that is not on the list"),
    ],
)
def test_confirmation_that_is_not_right_changes_nothing(
    operator: Browser, cast: Cast, sqlite_database: Database, change: dict[str, object], said: str
) -> None:
    path = f"/admin/organisations/{cast.organisation_id}/confirm"
    answer = operator.post(path, data={**CONFIRMED, **change})
    assert answer.status_code == 422
    assert said in answer.text
    with sqlite_database.reading() as db:
        assert organisations.recognition(db, cast.organisation_id) is None


def test_another_administrator_is_given_once(operator: Browser, cast: Cast, sqlite_database: Database) -> None:
    path = f"/admin/organisations/{cast.organisation_id}/administrator"
    data = {"person": "Una Uno", "job_title": "", "email": "una@example.org"}
    assert operator.post(path, data=data).status_code == 303
    again = operator.post(path, data=data)
    assert again.status_code == 422
    assert 'id="email-error"' in again.text
    with sqlite_database.reading() as db:
        names = [facts.name for facts in people.staff(db, organisation_id=cast.organisation_id)]
    assert names.count("Una Uno") == 1


@pytest.mark.parametrize("path", ["", "/confirm", "/withdraw", "/administrator"])
def test_unknown_organisation_is_not_there(operator: Browser, path: str) -> None:
    assert operator.get(f"/admin/organisations/{UUID(int=7)}{path}").status_code == 404
    if path:
        data = CONFIRMED | {"person": "Una", "email": "una@example.org"}
        assert operator.post(f"/admin/organisations/{UUID(int=7)}{path}", data=data).status_code in {404, 422}


@pytest.mark.parametrize("who", ["nia", "lee", "sam", "oz", "ama"])
def test_nobody_else_gets_in(client_for: ClientFor, cast: Cast, who: str) -> None:
    client = client_for(getattr(cast, who))
    assert client.get("/admin/").status_code == 403
    assert client.post(f"/admin/organisations/{cast.organisation_id}/confirm", data=CONFIRMED).status_code == 403


def test_each_page_has_one_main_button(operator: Browser, cast: Cast) -> None:
    base = f"/admin/organisations/{cast.organisation_id}"
    for path in ("/admin/", "/admin/organisations/add", base, f"{base}/confirm", f"{base}/administrator"):
        page = operator.get(path).text
        assert len(re.findall(r'class="govuk-button"', page)) == 1, path


def test_first_page_says_what_the_night_found(operator: Browser, sqlite_database: Database) -> None:
    assert "Not yet." in operator.get("/admin/").text
    with sqlite_database.transaction() as db:
        inspection.keep(db, began_at=NOW, ended_at=NOW, findings=[])
    assert "All is well" in operator.get("/admin/").text
    with sqlite_database.transaction() as db:
        inspection.keep(db, began_at=NOW, ended_at=NOW, findings=[f"place {each} <is> wrong" for each in range(150)])
    page = operator.get("/admin/").text
    assert "150 things to look at" in page
    assert "place 99 &lt;is&gt; wrong" in page
    assert "These are the first of them" in page
