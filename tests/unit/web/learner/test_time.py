"""Adding time takes a few taps, and every refusal is a kind sentence beside its field."""

from __future__ import annotations

import html
from datetime import date, time

import pytest

from accredit.domain.organisations.rules import Role
from accredit.domain.people import operations as people
from accredit.domain.practice import operations as practice
from accredit.domain.practice import queries
from accredit.domain.practice.queries import EntryFacts
from accredit.domain.practice.rules import HoursStatus
from accredit.storage import Database
from tests import factories
from tests.cast import Cast
from tests.factories import NOW
from tests.populated import Year
from tests.web import Browser, ClientFor


def filled(cast: Cast, **changes: object) -> dict[str, object]:
    day = changes.pop("on", date(2026, 6, 30))
    assert isinstance(day, date)
    form: dict[str, object] = {"activity": "drop-in", "starts_at": "15:30", "minutes": "30", "adult": str(cast.sam.id)}
    return form | {"day": [day.day, day.month, day.year]} | changes


def address(cast: Cast) -> str:
    return f"/my/add-time/{cast.ama.enrolled}"


def entries(database: Database, cast: Cast) -> tuple[EntryFacts, ...]:
    with database.reading(cast.organisation_id) as db:
        return queries.entries(db, cast.ama.enrolled)


def test_one_programme_leads_straight_to_the_form(ama: Browser, cast: Cast) -> None:
    assert ama.get("/my/add-time").location == address(cast)


def test_two_programmes_are_asked_for_first(ama: Browser, cast: Cast, sqlite_database: Database) -> None:
    with sqlite_database.transaction(cast.organisation_id) as db:
        second = factories.enrol(db, cast.ama.id, factories.add_programme(db, cast.organisation_id, template="DB"))
    seen = ama.get("/my/add-time").get_data(as_text=True)
    assert address(cast) in seen
    assert f"/my/add-time/{second}" in seen


def test_the_form_begins_with_today_and_what_was_right_the_last_time(ama: Browser, cast: Cast) -> None:
    seen = ama.get(address(cast)).get_data(as_text=True)
    for value in ('value="30"', 'value="06"', 'value="2026"', 'value="12:30"', 'value="45"'):
        assert value in seen
    assert f'value="{cast.sam.id}" checked' in " ".join(seen.split())


def test_added_time_waits_for_the_adult_who_was_there(ama: Browser, cast: Cast, sqlite_database: Database) -> None:
    answer = ama.post(address(cast), data=filled(cast))
    assert (answer.status_code, answer.location) == (303, "/my")
    newest = entries(sqlite_database, cast)[0]
    assert (newest.held_on, newest.starts_at, newest.minutes) == (date(2026, 6, 30), time(15, 30), 30)
    assert (newest.supervised_by, newest.status) == (cast.sam.id, HoursStatus.SUBMITTED)


@pytest.mark.attack("WZ17")
@pytest.mark.parametrize(
    "minutes",
    ["-45", "0", "NaN", "inf", "1e9", "45.5", "45,5", "1.5 h", "24.01", "99999", "0x2D", "４５", "٤٥", "45\u200b", "½"],
)
def test_a_length_that_is_no_whole_number_of_minutes_is_asked_again(
    ama: Browser, cast: Cast, sqlite_database: Database, minutes: str
) -> None:
    before = entries(sqlite_database, cast)
    answer = ama.post(address(cast), data=filled(cast, minutes=minutes))
    assert answer.status_code == 422
    assert '<a href="#minutes">' in answer.text
    assert entries(sqlite_database, cast) == before


@pytest.mark.attack("WZ17")
@pytest.mark.parametrize("minutes", ["721", "1000", "1441", "9999"])
def test_more_than_half_a_day_is_refused_beside_its_field(
    ama: Browser, cast: Cast, sqlite_database: Database, minutes: str
) -> None:
    before = entries(sqlite_database, cast)
    answer = ama.post(address(cast), data=filled(cast, starts_at="00:00", minutes=minutes))
    assert answer.status_code == 422
    assert '<a href="#minutes">' in answer.text
    assert entries(sqlite_database, cast) == before


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        pytest.param({"on": date(2026, 7, 1)}, "day-day", "That day has not come yet", id="tomorrow"),
        pytest.param({"on": date(2026, 5, 1)}, "day-day", "more than 28 days ago", id="too long ago"),
        pytest.param({"on": date(2025, 8, 1)}, "day-day", "before you joined", id="before the programme"),
        pytest.param(
            {"on": date(2026, 6, 23), "starts_at": "12:45"}, "starts_at", "already added", id="at the same time"
        ),
        pytest.param({"minutes": "600"}, "minutes", "past midnight", id="past midnight"),
        pytest.param({"minutes": "about an hour"}, "minutes", "whole number, like 45", id="minutes in words"),
        pytest.param({"minutes": "0"}, "minutes", "whole number, like 45", id="no minutes"),
        pytest.param({"starts_at": "late"}, "starts_at", "time like 12:40", id="a time in words"),
        pytest.param({"day": ["31", "2", "2026"]}, "day-day", "Enter a date", id="no such day"),
        pytest.param({"activity": ""}, "activity", "Choose what you did", id="nothing chosen"),
        pytest.param({"adult": ""}, "adult", "Choose the adult", id="no adult"),
    ],
)
def test_a_refusal_stands_beside_its_field(
    ama: Browser, cast: Cast, sqlite_database: Database, changes: dict[str, object], field: str, said: str
) -> None:
    before = entries(sqlite_database, cast)
    answer = ama.post(address(cast), data=filled(cast, **changes))
    seen = html.unescape(answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert f'<a href="#{field}">' in seen
    assert said in seen
    assert entries(sqlite_database, cast) == before


def test_a_break_is_spoken_of_kindly(client_for: ClientFor, cast: Cast) -> None:
    answer = client_for(cast.ben).post(f"/my/add-time/{cast.ben.enrolled}", data=filled(cast))
    assert "You were on a break that day. Nothing is lost." in answer.get_data(as_text=True)


def test_before_the_first_training_nothing_counts_yet(client_for: ClientFor, cast: Cast) -> None:
    answer = client_for(cast.ama).post(address(cast), data=filled(cast))
    assert "the day after your first training" in answer.get_data(as_text=True)


def test_a_waiting_entry_can_be_put_right(ama: Browser, cast: Cast, year: Year, sqlite_database: Database) -> None:
    assert ama.get(f"/my/time/{year.waiting_id}").status_code == 200
    changed = filled(cast, on=date(2026, 6, 23), starts_at="12:40", minutes="40")
    assert ama.post(f"/my/time/{year.waiting_id}", data=changed).status_code == 303
    (entry, *_) = entries(sqlite_database, cast)
    assert (entry.minutes, entry.corrects_id) == (40, year.waiting_id)


def test_an_approved_entry_cannot_be_changed(ama: Browser, cast: Cast, year: Year) -> None:
    assert ama.get(f"/my/time/{year.approved_id}").status_code == 404
    assert ama.post(f"/my/time/{year.approved_id}", data=filled(cast)).status_code == 404


def test_an_entry_that_was_a_mistake_is_taken_back(
    ama: Browser, cast: Cast, year: Year, sqlite_database: Database
) -> None:
    changed = filled(cast, on=date(2026, 6, 23), starts_at="12:40", minutes="40")
    ama.post(f"/my/time/{year.waiting_id}", data=changed)
    (entry, *_) = entries(sqlite_database, cast)
    assert "Was it a mistake?" in ama.get(f"/my/time/{entry.id}").text
    before = entries(sqlite_database, cast)
    answer = ama.post(f"/my/time/{entry.id}/take-back", follow_redirects=True)
    assert "Taken back. It does not count, and nobody has to look at it." in html.unescape(answer.text)
    # What it had put right does not come back; what an adult has approved is as it was.
    assert entries(sqlite_database, cast) == before[1:]
    assert ama.get(f"/my/time/{entry.id}").status_code == 404
    # The same time can be added again.
    assert ama.post(address(cast), data=changed).status_code == 303


def test_what_an_adult_has_decided_is_not_taken_back(
    ama: Browser, cast: Cast, year: Year, sqlite_database: Database
) -> None:
    before = entries(sqlite_database, cast)
    answer = ama.post(f"/my/time/{year.approved_id}/take-back", follow_redirects=True)
    assert "An adult has looked at this one already." in html.unescape(answer.text)
    assert entries(sqlite_database, cast) == before


def test_nobody_takes_back_what_is_somebody_elses(
    client_for: ClientFor, cast: Cast, year: Year, sqlite_database: Database
) -> None:
    before = entries(sqlite_database, cast)
    for who in (cast.cai, cast.olu, cast.sam):
        assert client_for(who).post(f"/my/time/{year.waiting_id}/take-back").status_code in {302, 303, 403, 404}
    assert entries(sqlite_database, cast) == before


def test_nobody_adds_or_changes_time_for_somebody_else(client_for: ClientFor, cast: Cast, year: Year) -> None:
    cai, olu = client_for(cast.cai), client_for(cast.olu)
    for client in (cai, olu):
        assert client.get(address(cast)).status_code == 404
        assert client.post(address(cast), data=filled(cast)).status_code == 404
        assert client.get(f"/my/time/{year.waiting_id}").status_code == 404


def test_an_adult_who_stopped_is_no_longer_offered(
    ama: Browser, cast: Cast, year: Year, sqlite_database: Database
) -> None:
    with sqlite_database.transaction(cast.organisation_id) as db:
        people.end_role(db, role_id=year.role_id, held_until=date(2026, 6, 29), actor=cast.nia.actor, now=NOW)
    answer = ama.post(address(cast), data=filled(cast))
    assert answer.status_code == 422
    seen = answer.get_data(as_text=True)
    assert str(cast.sam.id) not in seen
    assert "No adult is looking after peer support at the moment." in seen


def test_time_given_before_the_adult_stopped_is_refused_kindly(
    ama: Browser, cast: Cast, sqlite_database: Database
) -> None:
    with sqlite_database.transaction(cast.organisation_id) as db:
        late = factories.add_staff(db, cast.organisation_id, name="Lou Late")
        factories.give_role(db, late, Role.SUPERVISOR, actor=cast.nia.actor, held_from=date(2026, 6, 29))
    answer = ama.post(address(cast), data=filled(cast, on=date(2026, 6, 25), adult=str(late)))
    assert answer.status_code == 422
    assert '<a href="#adult">' in answer.get_data(as_text=True)


def test_hours_are_never_approved_by_adding_them(ama: Browser, cast: Cast, sqlite_database: Database) -> None:
    ama.post(address(cast), data=filled(cast))
    newest = entries(sqlite_database, cast)[0]
    with pytest.raises(Exception, match="own-hours"), sqlite_database.transaction(cast.organisation_id) as db:
        practice.approve_hours(db, entry_id=newest.id, actor=cast.ama.actor, now=NOW)


def test_what_stands_at_the_same_time_is_named_and_can_be_changed(ama: Browser, cast: Cast, year: Year) -> None:
    assert ama.post(address(cast), data=filled(cast)).status_code == 303
    answer = ama.post(address(cast), data=filled(cast, starts_at="15:45"))
    assert answer.status_code == 422
    page = " ".join(html.unescape(answer.text).split())
    assert "You have already added something at that time." in page
    assert "At that time there is: Drop-in at lunch or after school, 30 June 2026, 15:30, 30 minutes." in page
    assert "Change that one</a>" in page
