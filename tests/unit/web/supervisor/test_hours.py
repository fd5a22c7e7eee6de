"""The inbox: many at once, each broken rule beside its row, the others go through."""

from __future__ import annotations

import html
from datetime import date, time
from uuid import UUID, uuid4

import pytest

from accredit.domain.organisations.rules import Role
from accredit.domain.practice import operations as practice
from accredit.domain.practice import queries
from accredit.domain.practice.rules import HoursStatus, ReturnReason
from accredit.storage import Database
from accredit.web.supervisor.words import RETURN_REASONS
from tests import factories
from tests.cast import Cast, Player
from tests.factories import NOW
from tests.populated import Year
from tests.web import Browser, ClientFor


def submit(
    database: Database, cast: Cast, who: Player, day: int, *, minutes: int = 30, adult: UUID | None = None
) -> UUID:
    with database.transaction(cast.organisation_id) as db:
        return practice.submit_hours(
            db,
            enrolment_id=who.enrolled,
            activity_type="drop-in",
            held_on=date(2026, 6, day),
            starts_at=time(16),
            minutes=minutes,
            supervised_by=adult or cast.sam.id,
            actor=who.actor,
            now=NOW,
        )


def status(database: Database, cast: Cast, entry_id: UUID) -> HoursStatus:
    with database.reading(cast.organisation_id) as db:
        return queries.entry(db, entry_id).status


def words(text: str) -> str:
    return " ".join(html.unescape(text).split())


def test_what_waits_for_me_is_shown_with_whose_it_is(sam: Browser, year: Year) -> None:
    seen = words(sam.get("/hours").get_data(as_text=True))
    assert f'value="{year.waiting_id}"' in seen
    assert "<bdi>Ama</bdi>" in seen
    assert "23 June 2026, 12:30" in seen
    assert "45 minutes" in seen


def test_mine_and_all_are_told_apart(
    sam: Browser, client_for: ClientFor, cast: Cast, year: Year, sqlite_database: Database
) -> None:
    with sqlite_database.transaction(cast.organisation_id) as db:
        other = factories.add_staff(db, cast.organisation_id, name="Uma Other")
        factories.give_role(db, other, Role.SUPERVISOR, actor=cast.nia.actor)
    theirs = submit(sqlite_database, cast, cast.cai, 24, adult=other)
    mine, everyone = (sam.get(f"/hours{q}").get_data(as_text=True) for q in ("", "?whose=all"))
    assert str(theirs) not in mine
    assert str(theirs) in everyone
    assert "See all 2" in mine
    assert "See the one waiting for you" in everyone


def test_all_that_can_be_approved_is_ticked_with_one_link(
    sam: Browser, cast: Cast, year: Year, sqlite_database: Database
) -> None:
    long = submit(sqlite_database, cast, cast.cai, 24, minutes=150)
    seen = words(sam.get("/hours?tick=all").get_data(as_text=True))
    assert f'value="{year.waiting_id}" checked' in seen
    assert f'value="{long}" aria' in seen
    assert "That is more than usual for one day." in seen


def test_ticked_hours_are_approved_together(sam: Browser, cast: Cast, year: Year, sqlite_database: Database) -> None:
    second = submit(sqlite_database, cast, cast.cai, 24)
    answer = sam.post("/hours", data={"entry": [str(year.waiting_id), str(second)]})
    assert answer.status_code == 303
    assert "2 entries approved." in sam.get("/hours").get_data(as_text=True)
    for entry_id in (year.waiting_id, second):
        assert status(sqlite_database, cast, entry_id) is HoursStatus.APPROVED


def test_a_rule_holds_back_one_row_and_not_the_others(
    sam: Browser, cast: Cast, year: Year, sqlite_database: Database
) -> None:
    long = submit(sqlite_database, cast, cast.cai, 24, minutes=150)
    answer = sam.post("/hours", data={"entry": [str(year.waiting_id), str(long)]})
    seen = words(answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert "1 entry approved." in seen
    assert f'<a href="#entry-{long}">Cai: That makes more than 120 minutes in one day.' in seen
    assert status(sqlite_database, cast, year.waiting_id) is HoursStatus.APPROVED
    assert status(sqlite_database, cast, long) is HoursStatus.SUBMITTED


def test_a_long_day_needs_a_tick_of_its_own(sam: Browser, cast: Cast, sqlite_database: Database) -> None:
    long = submit(sqlite_database, cast, cast.cai, 24, minutes=150)
    assert sam.post("/hours", data={"entry": str(long), "confirm": str(long)}).status_code == 303
    assert status(sqlite_database, cast, long) is HoursStatus.APPROVED


def test_nothing_ticked_is_said_kindly(sam: Browser) -> None:
    answer = sam.post("/hours")
    assert answer.status_code == 422
    assert "Tick the hours you want to approve" in answer.get_data(as_text=True)


def test_a_co_ordinator_without_the_role_looks_on(
    client_for: ClientFor, cast: Cast, year: Year, sqlite_database: Database
) -> None:
    nia = client_for(cast.nia)
    assert "the supervisor’s role is needed" in html.unescape(nia.get("/hours").get_data(as_text=True))
    assert nia.post("/hours", data={"entry": str(year.waiting_id)}).status_code == 422
    assert status(sqlite_database, cast, year.waiting_id) is HoursStatus.SUBMITTED


@pytest.mark.parametrize("reason", list(ReturnReason), ids=lambda reason: reason.value)
def test_an_entry_goes_back_with_a_reason_of_the_list(
    sam: Browser, cast: Cast, year: Year, sqlite_database: Database, reason: ReturnReason
) -> None:
    address = f"/hours/{year.waiting_id}/return"
    page = words(sam.get(address).get_data(as_text=True))
    assert str(RETURN_REASONS[reason]) in page
    assert "<textarea" not in page
    assert sam.post(address, data={"reason": reason.value}).status_code == 303
    with sqlite_database.reading(cast.organisation_id) as db:
        assert queries.entry(db, year.waiting_id).return_reason is reason


def test_without_a_reason_nothing_goes_back(sam: Browser, cast: Cast, year: Year, sqlite_database: Database) -> None:
    answer = sam.post(f"/hours/{year.waiting_id}/return")
    assert answer.status_code == 422
    assert "Choose a reason" in answer.get_data(as_text=True)
    assert status(sqlite_database, cast, year.waiting_id) is HoursStatus.SUBMITTED


def test_what_was_decided_meanwhile_is_not_decided_again(sam: Browser, year: Year) -> None:
    answer = sam.get(f"/hours/{year.approved_id}/return")
    assert answer.location == "/hours"
    assert "This entry has been decided already." in sam.get("/hours").get_data(as_text=True)


@pytest.mark.parametrize("sent", ["not-an-id", str(uuid4())], ids=["no id at all", "an id that nothing has"])
def test_a_tampered_form_finds_nothing(sam: Browser, sent: str) -> None:
    assert sam.post("/hours", data={"entry": sent}).status_code == 404


def test_another_school_sees_and_decides_nothing(
    client_for: ClientFor, cast: Cast, year: Year, sqlite_database: Database
) -> None:
    oz = client_for(cast.oz)
    assert str(year.waiting_id) not in oz.get("/hours?whose=all").get_data(as_text=True)
    assert oz.post("/hours", data={"entry": str(year.waiting_id)}).status_code == 404
    assert oz.post(f"/hours/{year.waiting_id}/return", data={"reason": "overlap"}).status_code == 404
    assert status(sqlite_database, cast, year.waiting_id) is HoursStatus.SUBMITTED


def test_an_empty_inbox_says_what_to_do_next(client_for: ClientFor, cast: Cast) -> None:
    seen = client_for(cast.sam).get("/hours").get_data(as_text=True)
    assert "Nothing waits at the moment." in seen
    assert "Record a drop-in" in seen


def test_what_stands_out_is_said_and_left_for_a_person_to_tick(
    sam: Browser, cast: Cast, year: Year, sqlite_database: Database
) -> None:
    sunday = submit(sqlite_database, cast, cast.cai, 28)
    seen = words(sam.get("/hours?tick=all").get_data(as_text=True))
    assert "That was not a school day." in seen
    assert f'value="{year.waiting_id}" checked' in seen
    assert f'value="{sunday}" aria' in seen
    assert sam.post("/hours", data={"entry": str(sunday)}).status_code == 303
    assert status(sqlite_database, cast, sunday) is HoursStatus.APPROVED


def test_a_lot_lately_asks_the_adult_to_check_in_and_refuses_nothing(
    sam: Browser, client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    for day in (15, 16, 17):
        submit(sqlite_database, cast, cast.ama, day, minutes=110)
    seen = words(sam.get("/hours?tick=all").get_data(as_text=True))
    assert seen.count("A lot lately: 5½ hours in that week. Check in and ask how they are.") == 1, "once for a week"
    assert seen.count(" checked") == 4, "a lot of time is no doubt about it"
    for address in ("/my", "/my/add-time"):
        answer = client_for(cast.ama).get(address, follow_redirects=True)
        assert "A lot lately" not in answer.get_data(as_text=True)


def test_the_inbox_narrows_by_name_and_by_what_stands_out(
    sam: Browser, cast: Cast, year: Year, sqlite_database: Database
) -> None:
    sunday = str(submit(sqlite_database, cast, cast.cai, 28))
    waiting = str(year.waiting_id)
    shown = {
        query: {each for each in (sunday, waiting) if each in sam.get(f"/hours?{query}").get_data(as_text=True)}
        for query in ("q=cai", "q=SAMPLE", "look=plain", "look=stands-out", f"programme={cast.programme_id}")
    }
    assert shown == {
        "q=cai": {sunday},
        "q=SAMPLE": {waiting},
        "look=plain": {waiting},
        "look=stands-out": {sunday},
        f"programme={cast.programme_id}": {sunday, waiting},
    }
    assert "Nothing here fits that." in sam.get("/hours?q=nobody").get_data(as_text=True)
    assert waiting in sam.get(f"/hours?programme={uuid4()}").text


def test_what_was_chosen_outlives_an_approval(sam: Browser, year: Year) -> None:
    answer = sam.post("/hours", data={"entry": str(year.waiting_id), "whose": "all", "q": "Ama", "look": "plain"})
    assert answer.location == "/hours?whose=all&q=Ama&look=plain"
