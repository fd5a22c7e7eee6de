"""Where two people are needed, as they meet it on their pages: time that is late, large totals, a surname in common."""

from __future__ import annotations

import re

import pytest

from accredit.domain.organisations.rules import Role
from accredit.domain.people.models import Staff
from accredit.domain.practice import asking_forward, queries
from accredit.domain.practice.earlier_hours import earlier_hours
from accredit.storage import Database
from tests import factories
from tests.cast import Cast, Player
from tests.factories import NOW
from tests.unit.web.coordinator.school import train
from tests.web import ClientFor

HIDDEN = re.compile(r'name="shown" value="([^"]*)"')
LATE = {
    "activity": "drop-in",
    "day": ["30", "4", "2026"],
    "starts_at": "12:30",
    "minutes": "30",
    "reason": "kept-on-paper",
}


@pytest.fixture
def mia(app: object, sqlite_database: Database, cast: Cast) -> Player:
    """A second co-ordinator."""
    with sqlite_database.transaction() as db:
        staff_id = factories.add_staff(db, cast.organisation_id, name="Mia Mostra", email="mia@example.org")
        factories.give_role(db, staff_id, Role.COORDINATOR)
    actor = factories.staff_actor(staff_id, cast.organisation_id, Role.COORDINATOR)
    return Player(id=staff_id, name="Mia Mostra", actor=actor)


@pytest.mark.attack("WZ19")
def test_late_time_is_added_on_their_page_and_approved_by_another_adult(
    client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    train(sqlite_database, cast)
    nia, address = client_for(cast.nia), f"/school/enrolments/{cast.ama.enrolled}/late-hours"
    assert address in nia.get(f"/school/people/{cast.ama.id}").text
    assert "within 28 days" in nia.get(address).text
    early = nia.post(address, data={**LATE, "adult": str(cast.sam.id), "day": ["25", "6", "2026"]})
    assert early.status_code == 422
    assert "can still add this themselves" in early.text
    assert 'value="12:30"' in early.text
    assert nia.post(address, data={**LATE, "adult": str(cast.sam.id)}).status_code == 303
    with sqlite_database.reading(cast.organisation_id) as db:
        (waiting,) = queries.inbox(db, now=NOW)
    sam = client_for(cast.sam)
    assert "Added long after, by a member of staff: it was kept on paper." in sam.get("/hours").text
    assert sam.post("/hours", data={"entry": str(waiting.entry.id)}).status_code == 303
    assert (
        "Nia Enghraifft added 30 minutes of Ama Sample on 30 April 2026, long after that day"
        in nia.get("/school/record").text
    )


@pytest.mark.attack("WZ20")
def test_a_large_total_is_agreed_to_on_the_same_page(
    client_for: ClientFor, cast: Cast, sqlite_database: Database, mia: Player
) -> None:
    address = f"/school/programmes/{cast.programme_id}/earlier-hours"
    boxes = {f"hours:{cast.ama.enrolled}": "150", "until": ["1", "6", "2026"]}
    nia, second = client_for(cast.nia), client_for(mia)
    asked = nia.post(address, data=boxes)
    assert asked.location == address
    own = nia.get(address).text
    assert "wait until somebody else agrees: Mia Mostra." in own or "waits until somebody else agrees: Mia" in own
    assert "You attested these, so somebody else agrees." in own
    assert "I have seen the records too" not in own
    shown = {"shown": HIDDEN.findall(own)[0]}
    assert nia.post(f"{address}/answer", data={"answer": "yes", **shown}).location == address
    assert "Somebody else has to do this" in nia.get(address).text
    assert "large totals to agree to" in second.get("/school/").text
    assert "150 hours up to 1 June 2026, attested by Nia Enghraifft" in second.get(address).text
    nia.post(address, data={**boxes, f"hours:{cast.ama.enrolled}": "151"})
    assert second.post(f"{address}/answer", data={"answer": "yes", **shown}).location == address
    assert "changed this while you had the page open" in second.get(address).text
    nia.post(address, data=boxes)
    shown = {"shown": HIDDEN.findall(second.get(address).text)[0]}
    assert second.post(f"{address}/answer", data={"answer": "yes", **shown}).location == address
    with sqlite_database.reading() as db:
        assert earlier_hours(db, [cast.ama.enrolled])[cast.ama.enrolled].minutes == 9_000
        assert asking_forward.waiting_totals(db, [cast.ama.enrolled]) == ()


@pytest.mark.attack("WZ20")
def test_a_sole_co_ordinator_is_told_that_the_record_says_so(client_for: ClientFor, cast: Cast) -> None:
    address = f"/school/programmes/{cast.programme_id}/earlier-hours"
    nia = client_for(cast.nia)
    answer = nia.post(address, data={f"hours:{cast.ama.enrolled}": "150", "until": ["1", "6", "2026"]})
    assert "the record says that you decided alone" in nia.get(answer.location).text


def test_what_another_school_waits_for_is_not_found(client_for: ClientFor, cast: Cast) -> None:
    oz = client_for(cast.oz)
    for path in (f"programmes/{cast.programme_id}/earlier-hours/answer", f"enrolments/{cast.ama.enrolled}/late-hours"):
        assert oz.post(f"/school/{path}", data={"answer": "yes"}).status_code == 404


@pytest.mark.attack("WZ24")
def test_a_surname_in_common_is_pointed_out_before_the_decision(
    client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    train(sqlite_database, cast)
    look = f"/school/programmes/{cast.programme_id}/award/WA-TRN/look"
    chosen = {"enrolments": [str(cast.ama.enrolled)], "awarded_on": ["30", "6", "2026"]}
    said = "You have a surname in common."
    assert said not in client_for(cast.nia).post(look, data=chosen).text
    for name, told in (("Kofi Sample", said), ("Ama Sample", "This award bears your own name.")):
        with sqlite_database.transaction() as db:
            staff = db.get(Staff, cast.nia.id)
            assert staff is not None
            staff.name = name
        assert told in client_for(cast.nia).post(look, data=chosen).text
