"""A young person leaves; nobody opens their page again alone, where another could look at it too."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from accredit.domain.enrolments import queries as enrolments
from accredit.domain.organisations.rules import Role
from accredit.domain.people import operations as people_write
from accredit.domain.people import queries as people
from accredit.storage import Database
from tests import factories
from tests.cast import Cast, Player
from tests.factories import NOW, PEPPER, TODAY
from tests.populated import populate
from tests.web import Browser, ClientFor


@pytest.fixture
def pat(sqlite_database: Database, cast: Cast) -> Player:
    """A second co-ordinator."""
    with sqlite_database.transaction() as db:
        staff_id = factories.add_staff(db, cast.organisation_id, name="Pat Muster", email="pat@example.org")
        factories.give_role(db, staff_id, Role.COORDINATOR)
    actor = factories.staff_actor(staff_id, cast.organisation_id, Role.COORDINATOR)
    return Player(id=staff_id, name="Pat Muster", actor=actor)


@pytest.fixture
def nia(client_for: ClientFor, cast: Cast) -> Browser:
    return client_for(cast.nia)


def has_left(database: Database, who: Player) -> bool:
    with database.reading() as db:
        return people.young_person(db, who.id).left_at is not None


def has_slip(database: Database, who: Player) -> bool:
    with database.reading() as db:
        return people.current_slip(db, who.id) is not None


def test_a_leavers_page_closes_and_their_places_end(
    nia: Browser, client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    with sqlite_database.transaction() as db:
        code = people_write.make_claim_slip(
            db, young_person_id=cast.ama.id, pepper=PEPPER, actor=cast.nia.actor, now=NOW
        )
    assert "two co-ordinators" not in nia.get(f"/school/people/{cast.ama.id}/leave").text
    answer = nia.post(f"/school/people/{cast.ama.id}/leave", follow_redirects=True)
    assert "stays on record and genuine" in answer.text
    with sqlite_database.reading() as db:
        assert enrolments.enrolment(db, cast.ama.enrolled).ended_on == TODAY
    assert "Ama Sample" not in nia.get("/school/people").text
    assert "Ama Sample" in nia.get("/school/people/left").text
    # What is theirs stays theirs: the slip that they never used opens their page all the same.
    young = client_for()
    assert young.post("/start", data={"code": code}).location == "/start/yours"
    assert "Your five words" in young.post("/start/yours", data={"answer": "yes"}).text
    assert young.get("/my").status_code == 200
    assert "This young person has left." in nia.post(f"/school/people/{cast.ama.id}/leave", follow_redirects=True).text


def test_of_a_leaver_the_school_sees_what_their_certificates_need(
    app: Flask, nia: Browser, client_for: ClientFor, cast: Cast, sqlite_database: Database, tmp_path: Path
) -> None:
    populate(sqlite_database, cast, tmp_path)
    address = f"/school/people/{cast.ama.id}"
    days = ("Time, newest first", "Breaks", "Skills shown", "What was agreed", "Pupil number", "Year and form")
    before = nia.get(address).text
    assert [each for each in days if each not in before] == []
    nia.post(f"{address}/leave")
    after = nia.get(address).text
    assert [each for each in days if each in after] == []
    for kept in ("Ama Sample", "Supervised time", "Trained Peer Supporter", "not shown here unless they come back"):
        assert kept in after
    assert client_for(cast.ama).get("/my/done").status_code == 200
    nia.post(f"{address}/open", data={})
    with sqlite_database.reading() as db:
        assert people.young_person(db, cast.ama.id).left_at is None
    assert [each for each in days if each not in nia.get(address).text] == [], "all of it is still there"


@pytest.mark.attack("IN12", "WZ13")
def test_in12_one_co_ordinator_asks_and_another_agrees(
    nia: Browser, client_for: ClientFor, cast: Cast, pat: Player, sqlite_database: Database
) -> None:
    nia.post(f"/school/people/{cast.ama.id}/leave")
    page = f"/school/people/{cast.ama.id}"
    assert "Another co-ordinator is to agree" in nia.post(f"{page}/open", follow_redirects=True).text
    assert has_left(sqlite_database, cast.ama)
    answer = nia.post(f"{page}/open/answer", data={"answer": "yes"}, follow_redirects=True)
    assert "Somebody else has to do this" in answer.text
    assert has_left(sqlite_database, cast.ama)
    # No slip comes of it meanwhile, in any way.
    nia.post(f"{page}/slip")
    assert not has_slip(sqlite_database, cast.ama)
    other = client_for(pat)
    assert "may be opened again: look" in other.get("/school/").text
    assert "A colleague asks" in other.get(page).text
    other.post(f"{page}/open/answer", data={"answer": "yes"})
    assert not has_left(sqlite_database, cast.ama)
    assert not has_slip(sqlite_database, cast.ama)


def test_what_is_declined_stays_closed(
    nia: Browser, client_for: ClientFor, cast: Cast, pat: Player, sqlite_database: Database
) -> None:
    nia.post(f"/school/people/{cast.ama.id}/leave")
    nia.post(f"/school/people/{cast.ama.id}/open")
    client_for(pat).post(f"/school/people/{cast.ama.id}/open/answer", data={"answer": "no"})
    assert has_left(sqlite_database, cast.ama)
    assert "may be opened again" not in nia.get("/school/").text
    answer = nia.post(f"/school/people/{cast.ama.id}/open/answer", data={"answer": "yes"}, follow_redirects=True)
    assert "Nobody asks for this any more" in answer.text


def test_the_only_co_ordinator_is_not_stalled(nia: Browser, cast: Cast, sqlite_database: Database) -> None:
    nia.post(f"/school/people/{cast.ama.id}/leave")
    assert "You are the only co-ordinator" in nia.get(f"/school/people/{cast.ben.id}/leave").text
    assert "on the list again" in nia.post(f"/school/people/{cast.ama.id}/open", follow_redirects=True).text
    assert not has_left(sqlite_database, cast.ama)


def test_whoever_has_not_left_is_not_opened(nia: Browser, cast: Cast, pat: Player) -> None:
    answer = nia.post(f"/school/people/{cast.ama.id}/open", follow_redirects=True)
    assert "has not left" in answer.text


@pytest.mark.attack("WZ01")
@pytest.mark.parametrize("path", ["leave", "open", "open/answer"])
def test_wz01_another_school_finds_nobody(
    client_for: ClientFor, cast: Cast, sqlite_database: Database, app: Flask, path: str
) -> None:
    assert client_for(cast.oz).post(f"/school/people/{cast.ama.id}/{path}").status_code == 404
    assert not has_left(sqlite_database, cast.ama)
