"""The co-ordinator ticks what the signed slip from home says; nobody says yes for a young person."""

from __future__ import annotations

from datetime import date

import pytest

from accredit.domain.people import consents, queries
from accredit.domain.people.rules import About, Answer
from accredit.storage import Database
from tests import factories
from tests.cast import Cast, Player
from tests.factories import NOW
from tests.web import ClientFor


@pytest.fixture
def ida(sqlite_database: Database, cast: Cast) -> Player:
    """Somebody of 11, in the programme."""
    with sqlite_database.transaction() as db:
        young = factories.add_young_person(
            db, cast.organisation_id, name="Ida Malli", reference="7001", year_group="7", born=date(2014, 9, 3)
        )
        enrolment = factories.enrol(db, young, cast.programme_id)
    actor = factories.young_actor(young, cast.organisation_id)
    return Player(id=young, name="Ida Malli", actor=actor, enrolment_id=enrolment)


def test_home_is_asked_for_a_page_below_the_age_alone(client_for: ClientFor, cast: Cast, ida: Player) -> None:
    nia = client_for(cast.nia)
    assert nia.get(f"/school/people/{ida.id}").text.count("Slip from home to come") == 3
    # At 17 only for taking part.
    assert nia.get(f"/school/people/{cast.ama.id}").text.count("Slip from home to come") == 1


def test_a_tick_lets_the_slip_be_made(
    client_for: ClientFor, cast: Cast, ida: Player, sqlite_database: Database
) -> None:
    nia = client_for(cast.nia)
    refused = nia.post(f"/school/people/{ida.id}/slip", follow_redirects=True)
    assert "Home has not said yes to this." in refused.text
    nia.post(f"/school/people/{ida.id}/agreed", data={"about": "own-page", "voice": "home", "answer": "yes"})
    assert "<code>" in nia.post(f"/school/people/{ida.id}/slip").text
    nia.post(f"/school/people/{ida.id}/agreed", data={"about": "own-page", "voice": "home", "answer": "no"})
    with sqlite_database.reading() as db:
        assert queries.current_slip(db, ida.id) is None
        assert consents.answer(db, ida.id, About.OWN_PAGE, now=NOW) is Answer.HOME_SAID_NO


def test_slips_for_a_programme_leave_out_who_waits_for_home_and_say_who(
    client_for: ClientFor, cast: Cast, ida: Player
) -> None:
    page = client_for(cast.nia).post(f"/school/programmes/{cast.programme_id}/slips").text
    assert page.count("<code>") == 3
    assert "No slip for 1 young person yet" in page
    assert ">Ida Malli</a>" in page


@pytest.mark.parametrize(
    ("data", "said"),
    [
        pytest.param(
            {"about": "sharing", "voice": "young-person", "answer": "yes"}, "Only the young person", id="a yes"
        ),
        pytest.param({"about": "own-page", "voice": "before", "answer": "yes"}, "Only the young person", id="before"),
    ],
)
def test_staff_say_no_yes_for_anybody(client_for: ClientFor, cast: Cast, data: dict[str, str], said: str) -> None:
    nia = client_for(cast.nia)
    assert said in nia.post(f"/school/people/{cast.ama.id}/agreed", data=data, follow_redirects=True).text


@pytest.mark.parametrize("data", [{}, {"about": "all", "voice": "home"}, {"about": "sharing", "voice": "me"}])
def test_what_is_no_question_is_not_there(client_for: ClientFor, cast: Cast, data: dict[str, str]) -> None:
    assert client_for(cast.nia).post(f"/school/people/{cast.ama.id}/agreed", data=data).status_code == 404


def test_another_school_ticks_nothing(client_for: ClientFor, cast: Cast, sqlite_database: Database) -> None:
    data = {"about": "taking-part", "voice": "home", "answer": "yes"}
    assert client_for(cast.oz).post(f"/school/people/{cast.ama.id}/agreed", data=data).status_code == 404
    with sqlite_database.reading() as db:
        assert consents.said_by(db, cast.ama.id) == {}


def test_the_administrator_says_below_which_age_home_is_asked(
    client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    lee = client_for(cast.lee)
    page = lee.get("/school/organisation/home-slips").text
    assert 'value="13" checked' in page
    assert lee.post("/school/organisation/home-slips", data={"below": "16"}).status_code == 303
    assert lee.post("/school/organisation/home-slips", data={"below": "21"}).status_code == 422
    with sqlite_database.reading() as db:
        assert consents.asked_below(db, cast.organisation_id) == 16
    assert client_for(cast.nia).post("/school/organisation/home-slips", data={"below": "18"}).status_code == 403
