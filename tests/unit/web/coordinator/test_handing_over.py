"""The last co-ordinator cannot leave; after a hand-over the old one can do nothing, and nothing is lost."""

from __future__ import annotations

import re
from datetime import date

import pytest

from accredit.domain.organisations.rules import Role
from accredit.domain.people import queries as people
from accredit.domain.training import queries as training
from accredit.storage import Database
from tests import factories
from tests.cast import Cast, Player
from tests.factories import TODAY
from tests.unit.web.coordinator.school import plan_training, train
from tests.web import ClientFor


@pytest.fixture
def pat(sqlite_database: Database, cast: Cast) -> Player:
    with sqlite_database.transaction() as db:
        staff_id = factories.add_staff(db, cast.organisation_id, name="Pat Muster", email="pat@example.org")
    actor = factories.staff_actor(staff_id, cast.organisation_id, Role.COORDINATOR)
    return Player(id=staff_id, name="Pat Muster", actor=actor)


def test_whoever_hands_over_is_out_and_their_successor_goes_on(
    client_for: ClientFor, cast: Cast, pat: Player, sqlite_database: Database
) -> None:
    session_id = plan_training(sqlite_database, cast, held_on=date(2026, 7, 3))
    nia, elsewhere = client_for(cast.nia), client_for(cast.nia)
    shown = nia.get(f"/school/staff/{cast.nia.id}/hand-over").text
    assert "1 session, which is passed on" in shown
    answer = nia.post(f"/school/staff/{cast.nia.id}/hand-over", data={"successor": str(pat.id)}, follow_redirects=True)
    assert "Everything is handed over" in answer.text
    for browser in (nia, elsewhere):
        assert "/sign-in" in browser.get("/school/people").location
        assert browser.post("/school/people/add", data={"printed_name": "Efa"}).status_code == 401
    with sqlite_database.reading() as db:
        assert people.roles_on(db, pat.id, TODAY) == {Role.COORDINATOR}
        assert training.session(db, session_id).led_by == pat.id
    after = client_for(pat).get(f"/school/people/{cast.ama.id}")
    assert after.status_code == 200
    assert "Ama Sample" in after.text


def test_whoever_left_cannot_sign_in_here_again(
    client_for: ClientFor, cast: Cast, pat: Player, sqlite_database: Database
) -> None:
    client_for(cast.nia).post(f"/school/staff/{cast.nia.id}/hand-over", data={"successor": str(pat.id)})
    again = client_for(cast.nia)
    assert "/sign-in" in again.get("/school/").location
    # To hand over twice is not possible, and the page says when they left.
    shown = client_for(pat).get(f"/school/staff/{cast.nia.id}").text
    assert "Handed over and left on 30 June 2026" in shown
    assert client_for(pat).get(f"/school/staff/{cast.nia.id}/hand-over").status_code == 404


def test_without_a_successor_nobody_leaves(client_for: ClientFor, cast: Cast, pat: Player) -> None:
    nia = client_for(cast.nia)
    answer = nia.post(f"/school/staff/{cast.nia.id}/hand-over", data={})
    assert answer.status_code == 422
    assert "Choose who takes over." in answer.text
    assert nia.get("/school/people").status_code == 200


@pytest.mark.attack("WZ07")
def test_wz07_the_last_co_ordinator_cannot_end_their_role(client_for: ClientFor, cast: Cast) -> None:
    nia = client_for(cast.nia)
    ends = re.search(rf"/school/staff/{cast.nia.id}/roles/[0-9a-f-]+/end", nia.get(f"/school/staff/{cast.nia.id}").text)
    assert ends
    answer = nia.post(ends[0], data={"day": ["30", "6", "2026"]})
    assert answer.status_code == 422
    assert "Someone has to stay co-ordinator" in answer.text


def test_one_co_ordinator_is_warned_and_two_are_not(
    client_for: ClientFor, cast: Cast, pat: Player, sqlite_database: Database
) -> None:
    nia = client_for(cast.nia)
    assert "There is only one co-ordinator" in nia.get("/school/").text
    with sqlite_database.transaction() as db:
        factories.give_role(db, pat.id, Role.COORDINATOR)
    assert "There is only one co-ordinator" not in nia.get("/school/").text


@pytest.mark.attack("WZ01")
def test_wz01_another_school_hands_nobody_over(client_for: ClientFor, cast: Cast, pat: Player) -> None:
    oz = client_for(cast.oz)
    assert oz.get(f"/school/staff/{cast.nia.id}/hand-over").status_code == 404
    assert oz.post(f"/school/staff/{cast.nia.id}/hand-over", data={"successor": str(cast.oz.id)}).status_code == 404
    ours = client_for(cast.nia)
    answer = ours.post(f"/school/staff/{cast.nia.id}/hand-over", data={"successor": str(cast.oz.id)})
    assert answer.status_code == 422


def test_a_planned_session_is_called_off(client_for: ClientFor, cast: Cast, sqlite_database: Database) -> None:
    session_id = plan_training(sqlite_database, cast, held_on=date(2026, 7, 3))
    nia = client_for(cast.nia)
    assert f'href="/school/training/{session_id}/call-off"' in nia.get(f"/school/training/{session_id}/register").text
    assert "tell those who were to come" in nia.get(f"/school/training/{session_id}/call-off").text
    answer = nia.post(f"/school/training/{session_id}/call-off", follow_redirects=True)
    assert "Called off" in answer.text
    assert "First training" not in answer.text
    assert nia.get(f"/school/training/{session_id}/register").status_code == 404
    assert nia.post(f"/school/training/{session_id}/call-off").status_code == 404
    assert "called off the training session First training" in nia.get("/school/record").text


def test_a_session_that_was_held_cannot_be_called_off(
    client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    session_id = train(sqlite_database, cast)
    nia = client_for(cast.nia)
    assert "Call it off" not in nia.get(f"/school/training/{session_id}/call-off").text
    answer = nia.post(f"/school/training/{session_id}/call-off", follow_redirects=True)
    assert "so it was held" in answer.text
    with sqlite_database.reading() as db:
        assert training.session(db, session_id).is_taken
