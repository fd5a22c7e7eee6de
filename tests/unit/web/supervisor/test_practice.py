"""Drop-ins and meetings: two screens, one act."""

from __future__ import annotations

import html
import re
from urllib.parse import urlencode
from uuid import UUID

import pytest

from accredit.domain.practice import queries
from accredit.domain.practice.queries import EntryFacts
from accredit.domain.practice.rules import HoursStatus
from accredit.storage import Database
from tests import factories
from tests.cast import Cast
from tests.populated import Year
from tests.web import Browser, ClientFor


def address(cast: Cast, **changes: object) -> str:
    values: dict[str, object] = {
        "kind": "drop-in",
        "programme": cast.programme_id,
        "activity": "drop-in",
        "day": [29, 6, 2026],
        "starts_at": "12:30",
        "minutes": "40",
    }
    return "/practice/register?" + urlencode(values | changes, doseq=True)


def words(client: Browser, path: str) -> str:
    return " ".join(html.unescape(client.get(path).get_data(as_text=True)).split())


def entries(database: Database, cast: Cast, enrolment_id: UUID) -> tuple[EntryFacts, ...]:
    with database.reading(cast.organisation_id) as db:
        return queries.entries(db, enrolment_id)


def test_the_list_shows_what_was_recorded_and_lets_its_adult_add_somebody(sam: Browser) -> None:
    seen = words(sam, "/practice")
    assert "22 June 2026, 12:30" in seen
    assert "Add somebody" in seen


def test_the_first_screen_begins_with_what_was_right_the_last_time(sam: Browser) -> None:
    seen = words(sam, "/practice/new")
    assert 'value="12:30"' in seen
    assert 'value="45"' in seen
    assert 'value="drop-in" checked' in seen
    # There is one programme, so nobody is asked which.
    assert "Which programme?" not in seen


def test_the_register_offers_those_who_may_be_ticked_and_says_why_not_the_others(sam: Browser, cast: Cast) -> None:
    seen = words(sam, address(cast))
    assert f'value="{cast.ama.enrolled}"' in seen
    assert f'value="{cast.ben.enrolled}"' not in seen
    assert "<bdi>Ben</bdi>: They were on a break that day." in seen


def test_one_act_records_and_approves(sam: Browser, cast: Cast, sqlite_database: Database) -> None:
    answer = sam.post(address(cast), data={"present": [str(cast.ama.enrolled), str(cast.cai.enrolled)]})
    assert (answer.status_code, answer.location) == (303, "/practice")
    assert "Recorded and approved for 2 people." in words(sam, "/practice")
    newest = entries(sqlite_database, cast, cast.ama.enrolled)[0]
    assert (newest.minutes, newest.status, newest.supervised_by) == (40, HoursStatus.APPROVED, cast.sam.id)


def test_the_same_register_twice_changes_nothing(sam: Browser, cast: Cast, sqlite_database: Database) -> None:
    for _ in range(2):
        sam.post(address(cast), data={"present": str(cast.ama.enrolled)})
    assert "1 was there already." in words(sam, "/practice")
    found = entries(sqlite_database, cast, cast.ama.enrolled)
    assert sum(each.minutes == 40 for each in found) == 1


def test_nobody_ticked_is_said_kindly(sam: Browser, cast: Cast) -> None:
    answer = sam.post(address(cast))
    assert answer.status_code == 422
    assert "Tick who was there." in answer.get_data(as_text=True)


def test_somebody_held_back_stays_on_the_page_while_the_others_go_through(
    sam: Browser, cast: Cast, sqlite_database: Database
) -> None:
    # Ama has an entry on 23 June at 12:30 that waits.
    here = address(cast, day=[23, 6, 2026])
    answer = sam.post(here, data={"present": [str(cast.ama.enrolled), str(cast.ben.enrolled), str(cast.cai.enrolled)]})
    seen = " ".join(html.unescape(answer.get_data(as_text=True)).split())
    assert answer.status_code == 422
    assert "Recorded and approved for" in seen
    assert "Ben: They were on a break that day." in seen
    assert entries(sqlite_database, cast, cast.cai.enrolled)[0].minutes == 40


def test_a_long_day_is_confirmed_with_a_tick(sam: Browser, cast: Cast, sqlite_database: Database) -> None:
    here = address(cast, minutes="150")
    first = sam.post(here, data={"present": str(cast.ama.enrolled)})
    assert first.status_code == 422
    assert 'name="confirm"' in first.get_data(as_text=True)
    assert sam.post(here, data={"present": str(cast.ama.enrolled), "confirm": "yes"}).status_code == 303
    assert entries(sqlite_database, cast, cast.ama.enrolled)[0].minutes == 150


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        pytest.param({"day": [1, 7, 2026]}, "day-day", "That day has not come yet", id="tomorrow"),
        pytest.param({"day": ["", "", ""]}, "day-day", "Give the day", id="no day"),
        pytest.param({"minutes": "3"}, "minutes", "between 5 minutes and 8 hours", id="three minutes"),
        pytest.param({"minutes": "900"}, "minutes", "between 5 minutes and 8 hours", id="fifteen hours"),
        pytest.param({"starts_at": "noon"}, "starts_at", "time like 12:40", id="a time in words"),
        pytest.param({"activity": "one-to-one"}, "activity", "choice", id="an activity the programme does not have"),
    ],
)
def test_what_does_not_fit_is_asked_again_on_the_first_screen(
    sam: Browser, cast: Cast, changes: dict[str, object], field: str, said: str
) -> None:
    for answer in (sam.get(address(cast, **changes)), sam.post(address(cast, **changes))):
        seen = html.unescape(answer.get_data(as_text=True))
        assert answer.status_code == 422
        assert f'<a href="#{field}">' in seen
        assert said in seen


def test_a_supervision_meeting_may_come_before_the_first_training(
    client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    sam = client_for(cast.sam)
    assert "What was it?" not in words(sam, "/meetings/new")
    here = address(cast, kind="meeting", activity="supervision")
    assert f'value="{cast.ama.enrolled}"' in words(sam, here)
    assert sam.post(here, data={"present": str(cast.ama.enrolled)}).status_code == 303
    (entry,) = entries(sqlite_database, cast, cast.ama.enrolled)
    assert entry.is_meeting


def test_two_programmes_are_asked_for(sam: Browser, cast: Cast, sqlite_database: Database) -> None:
    with sqlite_database.transaction(cast.organisation_id) as db:
        factories.add_programme(db, cast.organisation_id, template="DB")
    assert "Which programme?" in words(sam, "/practice/new")


def test_a_co_ordinator_without_the_role_records_nothing(
    client_for: ClientFor, cast: Cast, year: Year, sqlite_database: Database
) -> None:
    nia = client_for(cast.nia)
    assert "Record a drop-in" not in words(nia, "/practice")
    before = entries(sqlite_database, cast, cast.cai.enrolled)
    assert nia.post(address(cast), data={"present": str(cast.cai.enrolled)}).status_code == 422
    assert entries(sqlite_database, cast, cast.cai.enrolled) == before


def test_another_school_finds_no_such_programme(client_for: ClientFor, cast: Cast, sqlite_database: Database) -> None:
    oz = client_for(cast.oz)
    assert oz.get(address(cast)).status_code == 404
    with sqlite_database.transaction(cast.other_organisation_id) as db:
        factories.add_programme(db, cast.other_organisation_id)
    assert oz.get(address(cast)).status_code == 404
    assert oz.post(address(cast), data={"present": str(cast.ama.enrolled)}).status_code == 404
    assert "Ama" not in oz.get("/practice").get_data(as_text=True)


def test_an_empty_list_says_what_to_do_next(client_for: ClientFor, cast: Cast) -> None:
    assert "Nothing is recorded yet." in words(client_for(cast.sam), "/practice")


@pytest.mark.parametrize("path", ["/hours", "/practice", "/practice/new", "/meetings/new", "/skills"])
def test_young_people_stay_outside(client_for: ClientFor, cast: Cast, path: str) -> None:
    assert client_for(cast.ama).get(path).status_code == 403


def test_an_activity_it_does_not_have_is_answered_with_those_it_has(
    client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    with sqlite_database.transaction(cast.organisation_id) as db:
        pairs = factories.add_programme(db, cast.organisation_id, template="PM")
    shown = words(client_for(cast.sam), address(cast, programme=pairs, activity="drop-in"))
    assert "One-to-one Peer Mentoring has only: " in shown


def test_a_sheet_for_a_drop_in_without_a_device(sam: Browser) -> None:
    assert "/practice/sheet" in sam.get("/practice").text
    sheet = words(sam, "/practice/sheet")
    for number, name in enumerate(("Ama", "Ben", "Cai"), start=1):
        assert re.search(rf">{number}</td> <th[^>]*><bdi>{name}</bdi>", sheet)
    assert "When did it start?" in sheet


def test_numbers_from_the_sheet_tick_those_who_were_there(sam: Browser, cast: Cast, sqlite_database: Database) -> None:
    before = entries(sqlite_database, cast, cast.cai.enrolled)
    shown = words(sam, f"{address(cast)}&there=3")
    assert f'id="present-{cast.cai.enrolled}" name="present" value="{cast.cai.enrolled}" checked' in shown
    assert "3. <bdi>Cai</bdi>" in shown
    assert shown.count(" checked") == 1
    assert entries(sqlite_database, cast, cast.cai.enrolled) == before
    on_a_break = words(sam, f"{address(cast)}&there=2,3")
    assert "They were on a break that day." in on_a_break
    assert on_a_break.count(" checked") == 2


def test_a_number_beyond_the_sheet_is_asked_again(sam: Browser, cast: Cast) -> None:
    answer = sam.get(f"{address(cast)}&there=17")
    assert answer.status_code == 422
    assert "The last one is 3." in answer.text


def test_the_sheet_of_another_school_is_not_found(client_for: ClientFor, cast: Cast) -> None:
    assert client_for(cast.oz).get(f"/practice/sheet?programme={cast.programme_id}").status_code == 404
