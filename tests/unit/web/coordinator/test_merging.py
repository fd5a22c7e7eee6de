"""A young person who is on the list twice: found by name, looked at side by side, made one."""

from __future__ import annotations

from pathlib import Path

import pytest

from accredit.domain.organisations.rules import Role
from accredit.domain.people import looking
from accredit.domain.people import operations as people_write
from accredit.domain.people.models import YoungPerson
from accredit.storage import Database
from tests import factories
from tests.cast import Cast, Player
from tests.factories import NOW, PEPPER
from tests.populated import populate
from tests.web import Browser, ClientFor


@pytest.fixture
def amy(sqlite_database: Database, cast: Cast) -> Player:
    """Ama again, as somebody typed her in."""
    with sqlite_database.transaction() as db:
        amy_id = factories.add_young_person(db, cast.organisation_id, name="Amy Sample", form="12B")
        place = factories.enrol(db, amy_id, cast.programme_id)
    actor = factories.young_actor(amy_id, cast.organisation_id)
    return Player(id=amy_id, name="Amy Sample", actor=actor, enrolment_id=place)


@pytest.fixture
def nia(client_for: ClientFor, cast: Cast) -> Browser:
    return client_for(cast.nia)


@pytest.fixture
def mia(sqlite_database: Database, cast: Cast) -> Player:
    """A second co-ordinator."""
    with sqlite_database.transaction() as db:
        staff_id = factories.add_staff(db, cast.organisation_id, name="Mia Mostra", email="mia@example.org")
        factories.give_role(db, staff_id, Role.COORDINATOR)
    actor = factories.staff_actor(staff_id, cast.organisation_id, Role.COORDINATOR)
    return Player(id=staff_id, name="Mia Mostra", actor=actor)


def is_there(database: Database, who: Player) -> bool:
    with database.reading() as db:
        return db.get(YoungPerson, who.id) is not None


def test_two_records_become_one(nia: Browser, cast: Cast, amy: Player, sqlite_database: Database) -> None:
    assert "They are on the list twice" in nia.get(f"/school/people/{cast.ama.id}").text
    found = nia.get(f"/school/people/{cast.ama.id}/same").text
    assert "Amy Sample" in found
    assert "Ben Beispiel" not in found
    assert "Ben Beispiel" in nia.get(f"/school/people/{cast.ama.id}/same?q=ben").text
    pair = f"/school/people/{cast.ama.id}/same/{amy.id}"
    shown = nia.get(pair).text
    assert shown.index("cannot be undone") < shown.index("This record is kept")
    assert "Both are in Wellbeing Ambassadors" in shown
    unsure = nia.post(pair)
    assert unsure.status_code == 422
    assert "Tick that you are sure." in unsure.text
    assert is_there(sqlite_database, amy)
    assert "There is one record now." in nia.post(pair, data={"sure": "yes"}, follow_redirects=True).text
    assert not is_there(sqlite_database, amy)
    assert nia.get(f"/school/people/{amy.id}").status_code == 404
    assert "made one record of two for Ama Sample" in nia.get("/school/record").text


@pytest.mark.attack("IN17")
def test_in17_whoever_looks_at_two_is_written_down_for_both_also_when_they_are_one(
    nia: Browser, cast: Cast, amy: Player, sqlite_database: Database
) -> None:
    pair = f"/school/people/{cast.ama.id}/same/{amy.id}"
    nia.get(pair)
    for each in (cast.ama, amy):
        with sqlite_database.reading() as db:
            assert [look.name for look in looking.looks(db, each.id)] == [cast.nia.name]
    nia.post(pair, data={"sure": "yes"})
    with sqlite_database.reading() as db:
        assert len(looking.looks(db, cast.ama.id)) == 2


def test_whoever_is_signed_in_by_the_other_slip_is_signed_out(
    nia: Browser, client_for: ClientFor, cast: Cast, amy: Player, sqlite_database: Database
) -> None:
    with sqlite_database.transaction() as db:
        code = people_write.make_claim_slip(db, young_person_id=amy.id, pepper=PEPPER, actor=cast.nia.actor, now=NOW)
    young = client_for()
    assert young.post("/start", data={"code": code}).status_code == 303
    assert young.post("/start/yours", data={"answer": "yes"}).status_code == 200
    assert young.get("/my/certificates").status_code == 200
    nia.post(f"/school/people/{cast.ama.id}/same/{amy.id}", data={"sure": "yes"})
    assert young.get("/my/certificates").status_code == 303
    assert young.post("/start", data={"code": code}).status_code == 422


def test_another_co_ordinator_agrees_where_there_is_an_award(
    nia: Browser, client_for: ClientFor, cast: Cast, amy: Player, mia: Player, sqlite_database: Database, tmp_path: Path
) -> None:
    populate(sqlite_database, cast, tmp_path)
    pair = f"/school/people/{amy.id}/same/{cast.ama.id}"
    assert "another co-ordinator is to agree" in nia.get(pair).text
    asked = nia.post(pair, data={"sure": "yes"}, follow_redirects=True).text
    assert "Asked. Another co-ordinator is to agree." in asked
    assert "may be here twice" not in nia.get("/school/").text
    assert "I agree: make one record" not in nia.get(pair).text
    refused = nia.post(f"{pair}/answer", data={"answer": "yes"})
    assert refused.status_code == 422
    assert "Somebody else has to do this" in refused.text
    assert is_there(sqlite_database, cast.ama)
    other = client_for(mia)
    assert "young person may be here twice: look" in other.get("/school/").text
    assert "Look at both" in other.get(f"/school/people/{amy.id}").text
    assert "I agree: make one record" in other.get(pair).text
    assert other.post(f"{pair}/answer", data={"answer": "yes"}).status_code == 303
    assert not is_there(sqlite_database, cast.ama)
    # The certificate is on the page of whom it belongs to now.
    assert "Trained" in nia.get(f"/school/people/{amy.id}").text


def test_what_is_declined_stays_two_and_what_is_in_the_way_is_said(
    nia: Browser, client_for: ClientFor, cast: Cast, amy: Player, mia: Player, sqlite_database: Database, tmp_path: Path
) -> None:
    populate(sqlite_database, cast, tmp_path)
    shown = nia.get(f"/school/people/{cast.ama.id}/same/{cast.cai.id}").text
    assert "they may be two people" in shown
    assert 'name="sure"' not in shown
    pair = f"/school/people/{amy.id}/same/{cast.ama.id}"
    nia.post(pair, data={"sure": "yes"})
    said = client_for(mia).post(f"{pair}/answer", data={"answer": "no"}, follow_redirects=True).text
    assert "They stay two records." in said
    assert is_there(sqlite_database, cast.ama)
    assert "Nobody asks for this any more" in nia.post(f"{pair}/answer", data={"answer": "no"}).text


@pytest.mark.attack("WZ01")
@pytest.mark.parametrize("way", ["", "/answer"])
def test_wz01_another_school_finds_nobody(
    client_for: ClientFor, cast: Cast, amy: Player, sqlite_database: Database, way: str
) -> None:
    oz = client_for(cast.oz)
    pair = f"/school/people/{cast.ama.id}/same/{amy.id}"
    assert oz.get(pair).status_code == 404
    assert oz.get(f"/school/people/{cast.ama.id}/same").status_code == 404
    assert oz.post(f"{pair}{way}", data={"sure": "yes", "answer": "yes"}).status_code == 404
    assert is_there(sqlite_database, amy)
