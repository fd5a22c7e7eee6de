"""A school that begins: five steps, in sight on every page until they are done, whoever did them and in any order."""

from __future__ import annotations

import re
from datetime import date
from html import unescape
from uuid import UUID

import pytest

from accredit.domain.organisations import operations as organisations_write
from accredit.domain.organisations import queries as organisations
from accredit.domain.organisations.rules import Channel, Nation, Role
from accredit.domain.people import queries as people
from accredit.domain.people.joining import Asker, add_first_person
from accredit.domain.programmes import queries as programmes
from accredit.storage import Database
from tests import factories
from tests.cast import Cast, Player
from tests.factories import NOW, TODAY
from tests.unit.web.coordinator.school import plan_training
from tests.web import Browser, ClientFor

LINE = "Setting up: %d of 5 done."
US = {"talk_to": "Mair Sampl, room 3", "contact": "Office: 01632 960002", "town": "Tre", "nation": "wales"}


@pytest.fixture
def school(sqlite_database: Database, cast: Cast) -> UUID:
    """A school with nothing but its first person."""
    with sqlite_database.transaction() as db:
        school = factories.add_organisation(db, name="Ysgol Newydd", urn="402907")
        mair = Asker(name="Mair Sampl", job_title="Pastoral lead", email="mair@example.org")
        add_first_person(db, organisation_id=school, asker=mair, actor=cast.operator.actor, now=NOW)
    return school


@pytest.fixture
def mair(school: UUID, sqlite_database: Database, client_for: ClientFor) -> Browser:
    with sqlite_database.reading() as db:
        (facts,) = people.staff(db, organisation_id=school)
    actor = factories.staff_actor(facts.id, school, Role.COORDINATOR)
    return client_for(Player(id=facts.id, name=facts.name, actor=actor))


def test_five_steps_lead_from_nothing_to_the_first_session(
    mair: Browser, school: UUID, sqlite_database: Database
) -> None:
    begun = mair.get("/school/").text
    assert "0 of 5 steps are done" in begun
    assert 'href="/school/organisation"' in begun
    assert LINE % 0 in mair.get("/school/people").text

    mair.post("/school/organisation", data={**US, "name": "Ysgol Newydd", "urn": "402907"})
    assert LINE % 1 in mair.get("/school/staff").text
    sam = {"name": "Sam Dysgwr", "email": "sam2@example.org", "role": "supervisor", "checks_confirmed": "y"}
    mair.post("/school/staff/add", data=sam)
    assert LINE % 2 in mair.get("/school/staff").text
    place = mair.post("/school/programmes/add", data={"template": "WA", "effective_from": ["1", "9", "2025"]}).location
    # Nobody is there yet, so the way goes to the class list.
    assert place == "/school/people/class-list"
    shown = mair.get(place).text
    assert LINE % 3 in shown
    assert "This page is the next step." in shown
    mair.post("/school/people/add", data={"printed_name": "Efa Enghraifft", "known_as": "Efa", "year_group": ""})
    # Somebody is there now, so the step leads on to who joins.
    with sqlite_database.reading() as db:
        (programme,) = programmes.programmes(db, organisation_id=school, on=TODAY)
    shown = mair.get("/school/people").text
    assert f'href="/school/programmes/{programme.id}/enrol">Choose who joins</a>' in shown
    # Whoever joins first has mostly begun with the programme; what came before the day given would not count.
    assert re.findall(
        r'name="started_on"[^>]* value="(\d+)"', mair.get(f"/school/programmes/{programme.id}/enrol").text
    ) == [
        "01",
        "09",
        "2025",
    ]


def test_a_class_list_leads_on_to_who_joins(mair: Browser, school: UUID, sqlite_database: Database) -> None:
    with sqlite_database.transaction() as db:
        programme = factories.add_programme(db, school)
    shown = mair.post(
        "/school/people/class-list", data={"text": "Hello, these are ours:\nEfa Enghraifft\nThanks!"}
    ).text
    assert "Bring in 1 young person" in shown
    given = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', unescape(shown)))
    answer = mair.post("/school/people/class-list/plan", data={**given, "do": "import"})
    assert answer.location == f"/school/programmes/{programme}/enrol"


def test_several_members_of_staff_are_added_one_after_another(mair: Browser) -> None:
    sam = {"name": "Sam Dysgwr", "email": "", "role": "supervisor", "checks_confirmed": "y", "then": "another"}
    answer = mair.post("/school/staff/add", data=sam)
    assert answer.location == "/school/staff/add"
    shown = mair.get(answer.location).text
    assert "Sam Dysgwr is added." in shown
    assert 'value="Sam Dysgwr"' not in shown


def test_what_is_left_stays_in_sight_and_what_is_done_needs_nobodys_tick(
    mair: Browser, school: UUID, sqlite_database: Database
) -> None:
    with sqlite_database.transaction() as db:
        programme = factories.add_programme(db, school)
        young = factories.add_young_person(db, school, name="Efa Enghraifft", reference="1")
        factories.enrol(db, young, programme)
    home = mair.get("/school/").text
    assert "2 of 5 steps are done" in home
    # The step before is left for later, and this one can be taken already.
    assert f'href="/school/programmes/{programme}/training/add"' in home


def test_a_school_that_is_set_up_sees_no_steps(client_for: ClientFor, cast: Cast, sqlite_database: Database) -> None:
    nia = client_for(cast.nia)
    assert "Setting up:" in nia.get("/school/people").text
    with sqlite_database.transaction() as db:
        facts = organisations.organisation(db, cast.organisation_id)
        details = facts.details.__class__(**{**vars(facts.details), "talk_to": "Lee Muster, office"})
        organisations_write.change_details(
            db, organisation_id=cast.organisation_id, details=details, actor=cast.operator.actor, now=NOW
        )
    plan_training(sqlite_database, cast, held_on=date(2026, 6, 12))
    assert "Setting up" not in nia.get("/school/people").text
    assert "Setting up" not in nia.get("/school/").text


def test_a_co_ordinator_is_told_what_an_administrator_does(client_for: ClientFor, cast: Cast) -> None:
    shown = client_for(cast.nia).get("/school/").text
    assert "An administrator does this." in shown
    assert 'href="/school/organisation"' not in shown


@pytest.mark.parametrize(
    ("nation", "lead", "guidance", "needs"),
    [
        ("england", "designated safeguarding lead", "Keeping Children Safe in Education", "SEND"),
        ("wales", "designated safeguarding person", "Keeping Learners Safe", "ALN"),
        ("scotland", "child protection co-ordinator", "National Guidance for Child Protection in Scotland", "ASN"),
        (
            "northern-ireland",
            "designated teacher for child protection",
            "Safeguarding and Child Protection in Schools",
            "SEN",
        ),
    ],
)
def test_the_nation_changes_the_words(
    mair: Browser, school: UUID, sqlite_database: Database, nation: str, lead: str, guidance: str, needs: str
) -> None:
    mair.post("/school/organisation", data={**US, "name": "Ysgol Newydd", "nation": nation})
    with sqlite_database.reading() as db:
        assert organisations.organisation(db, school).nation is Nation(nation)
    assert lead in mair.get("/school/organisation").text
    assert guidance in mair.get("/school/staff/add").text
    assert f"such as gender, {needs}, meals" in mair.get("/school/people/class-list").text


def test_name_and_numbers_are_mended_until_they_are_confirmed(
    mair: Browser, school: UUID, cast: Cast, sqlite_database: Database
) -> None:
    answer = mair.post("/school/organisation", data={**US, "name": "Ysgol Newydd", "urn": "12"})
    assert answer.status_code == 422
    assert 'id="urn-error"' in answer.text
    mair.post("/school/organisation", data={**US, "name": "Ysgol Newydd Sbon", "urn": "402908"})
    with sqlite_database.transaction() as db:
        assert organisations.organisation(db, school).name == "Ysgol Newydd Sbon"
        organisations_write.confirm(
            db,
            organisation_id=school,
            channel=Channel.TELEPHONE,
            confirmed_on=TODAY,
            actor=cast.operator.actor,
            now=NOW,
        )
    mair.post("/school/organisation", data={**US, "name": "Eton", "urn": "402909"})
    with sqlite_database.reading() as db:
        facts = organisations.organisation(db, school)
    assert (facts.name, facts.urn, facts.town) == ("Ysgol Newydd Sbon", "402908", "Tre")
