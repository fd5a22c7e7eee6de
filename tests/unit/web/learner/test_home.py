"""The first page says where somebody stands and what comes next."""

from __future__ import annotations

import html
from datetime import date

import pytest

from accredit.domain.enrolments import operations as enrolments
from accredit.domain.practice import operations as practice
from accredit.domain.practice.rules import ReturnReason
from accredit.domain.training import operations as training
from accredit.storage import Database
from tests import factories
from tests.cast import Cast
from tests.factories import NOW
from tests.populated import Year
from tests.web import Browser, ClientFor


def read(client: Browser, path: str = "/my") -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return " ".join(html.unescape(answer.get_data(as_text=True)).split())


def test_award_next_level_and_what_waits_stand_on_one_page(ama: Browser) -> None:
    seen = read(ama)
    assert "<h1>Hi Ama</h1>" in seen
    assert "You are a Trained Peer Supporter" in seen
    assert "Next: Peer Supporter. Still to do: 9¼ hours more and 3 more meetings with your adult." in seen
    assert "45 minutes done, 9¼ hours to go." in seen
    assert "One is waiting for Sam Specimen." in seen
    assert "0 of 3 meetings with your adult" in seen


@pytest.mark.parametrize("path", ["/my", "/my/done"])
def test_skills_that_an_adult_saw_are_told_apart_from_others(ama: Browser, path: str) -> None:
    seen = read(ama, path)
    saw, shown = seen.index("An adult has seen:"), seen.index("Your training and your time show:")
    assert saw < shown
    assert 'class="chips"' in seen[saw:shown]


def test_training_that_was_done_carries_its_date(ama: Browser) -> None:
    assert "Listening well <small>12 September 2025</small>" in read(ama)


def test_a_long_list_of_what_is_done_is_folded_away(ama: Browser) -> None:
    seen = read(ama)
    assert "<summary>Seven parts done</summary>" in seen
    assert seen.index("Seven parts done") < seen.index("Listening well")


def test_training_still_to_do_says_when_and_where_it_is(
    client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    with sqlite_database.transaction(cast.organisation_id) as db:
        training.plan_session(
            db,
            programme_id=cast.programme_id,
            title="Listening",
            held_on=date(2026, 7, 2),
            module_codes=("M2",),
            led_by=cast.nia.id,
            place="Room 4",
            actor=cast.nia.actor,
            now=NOW,
        )
    seen = read(client_for(cast.ama))
    assert "Listening well <small>2 July 2026, Room 4</small>" in seen
    assert "Still to do: seven parts of the training." in seen


def test_an_unconfirmed_name_is_the_first_thing_to_look_at(client_for: ClientFor, cast: Cast) -> None:
    assert 'href="/my/name"' in read(client_for(cast.cai))
    assert 'href="/my/name"' not in read(client_for(cast.ama))


def test_somebody_on_a_break_is_told_that_nothing_is_lost(client_for: ClientFor, cast: Cast) -> None:
    seen = read(client_for(cast.ben))
    assert "You are taking a break. Nothing is lost" in seen
    assert "I am back" in seen


def test_an_entry_that_came_back_says_why_and_can_be_put_right(
    ama: Browser, cast: Cast, year: Year, sqlite_database: Database
) -> None:
    with sqlite_database.transaction(cast.organisation_id) as db:
        practice.return_hours(db, entry_id=year.waiting_id, reason=ReturnReason.OVERLAP, actor=cast.sam.actor, now=NOW)
    seen = read(ama)
    assert "One came back. Have another look." in seen
    assert "There is something else at the same time." in seen
    assert f'href="/my/time/{year.waiting_id}"' in seen


def test_somebody_in_no_programme_learns_what_will_happen(client_for: ClientFor, cast: Cast) -> None:
    assert "You are not in a programme yet" in read(client_for(cast.olu))


def test_two_programmes_stand_below_each_other(
    ama: Browser, client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    with sqlite_database.transaction(cast.organisation_id) as db:
        second = factories.add_programme(db, cast.organisation_id, template="DB")
        factories.enrol(db, cast.ama.id, second)
    seen = read(ama)
    assert "<h2>Wellbeing Ambassadors</h2>" in seen
    assert "<h2>Drop-in and Buddying</h2>" in seen
    assert seen.count("Add time") == 1


def test_an_enrolment_that_has_ended_is_no_longer_shown(
    client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    with sqlite_database.transaction(cast.organisation_id) as db:
        enrolments.end_enrolment(
            db, enrolment_id=cast.ama.enrolled, ended_on=date(2026, 6, 29), actor=cast.nia.actor, now=NOW
        )
    assert "You are not in a programme yet" in read(client_for(cast.ama))


UNFRIENDLY = ("ledger", "credential", "claim", "wallet", "failed", "rejected", "expired", "mandatory", "complete")


@pytest.mark.parametrize("path", ["/my", "/my/break", "/my/name", "/my/certificates", "/my/take", "/my/dofe", "/talk"])
def test_pages_keep_to_plain_and_positive_words(ama: Browser, path: str) -> None:
    text = " ".join(part.split(">", 1)[-1] for part in read(ama, path).split("<")).lower()
    assert [word for word in UNFRIENDLY if word in text] == []
