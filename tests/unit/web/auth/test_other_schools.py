"""Somebody with a page at two schools goes from one to the other; no school reaches the other's page by it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select
from time_machine import Traveller

from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import Tag
from accredit.domain.organisations import suspending
from accredit.domain.organisations.rules import SuspensionReason
from accredit.domain.people import operations as people
from accredit.domain.people import pages_together, word_cards
from accredit.storage import Database
from tests.cast import Cast, Player
from tests.factories import NOW, PEPPER
from tests.web import Browser, ClientFor

SAID = "These words do not open a page."


def words_of(database: Database, organisation_id: object, who: Player) -> str:
    with database.transaction() as db:
        return word_cards.make(
            db,
            organisation_id=organisation_id,  # type: ignore[arg-type]
            young_person_id=who.id,
            language="en",
            pepper=PEPPER,
            actor=who.actor,
            now=NOW,
        )[1]


@pytest.fixture
def elsewhere(sqlite_database: Database, cast: Cast) -> str:
    """The words of a page at the other school."""
    return words_of(sqlite_database, cast.other_organisation_id, cast.olu)


@pytest.fixture
def ama(sqlite_database: Database, cast: Cast, client_for: ClientFor) -> Browser:
    """Whoever opened Ama's page with its words."""
    return opened(client_for, words_of(sqlite_database, cast.organisation_id, cast.ama))


def opened(client_for: ClientFor, words: str) -> Browser:
    browser = client_for()
    assert browser.post("/start", data={"code": words}).location.endswith("/my")
    return browser


def together(browser: Browser, words: str) -> str:
    return browser.post("/my/schools", data={"words": words}, follow_redirects=True).text


def there(cast: Cast, who: Player | None = None) -> str:
    return f"/my/schools/{(who or cast.olu).id}/go"


def test_from_one_to_the_other_and_back(
    ama: Browser, elsewhere: str, cast: Cast, client_for: ClientFor, sqlite_database: Database
) -> None:
    assert "Example Valley School" not in ama.get("/my/schools").text
    assert "Now you can go from one page to the other." in together(ama, elsewhere)
    assert "Go to my page at Example Valley School" in ama.get("/my/schools").text
    assert ama.post(there(cast)).location.endswith("/my")
    assert "Hi Olu" in ama.get("/my").text
    assert "Go to my page at Example Park Academy" in ama.get("/my/schools").text
    ama.post(there(cast, cast.ama))
    assert "Hi Ama" in ama.get("/my").text
    other = opened(client_for, elsewhere)
    assert other.post(there(cast, cast.ama)).location.endswith("/my"), "either words lead to both"
    with sqlite_database.reading() as db:
        told = [row for row in db.exec(select(AuditEvent)) if row.tag is Tag.PAGES_BROUGHT_TOGETHER]
    assert {row.subject_id for row in told} == {cast.ama.id, cast.olu.id}
    assert all(str(cast.other_organisation_id) not in str(row.details) for row in told)
    assert "Together with a page at another school since" in ama.get("/my/everything").text


def test_taken_out_it_stands_by_itself(ama: Browser, elsewhere: str, cast: Cast) -> None:
    assert ama.post("/my/schools/part").status_code == 404, "nothing to take out"
    together(ama, elsewhere)
    assert "stands by itself again" in ama.post("/my/schools/part", follow_redirects=True).text
    assert ama.post(there(cast)).status_code == 404
    assert "Go to my page at" not in ama.get("/my/schools").text
    assert "Now you can go" in together(ama, elsewhere), "and it can be brought back"


@pytest.mark.attack("WZ01")
def test_nobody_goes_to_a_page_that_is_not_theirs(
    ama: Browser, elsewhere: str, cast: Cast, client_for: ClientFor
) -> None:
    assert ama.post(there(cast)).status_code == 404, "before they were brought together"
    together(ama, elsewhere)
    assert ama.post(there(cast, cast.ben)).status_code == 404
    assert client_for(cast.ben).post(there(cast)).status_code == 404
    assert client_for(cast.nia).post(there(cast)).status_code == 403


@pytest.mark.attack("WZ08")
def test_a_slip_from_one_school_opens_nothing_at_the_other(
    ama: Browser, elsewhere: str, cast: Cast, client_for: ClientFor, sqlite_database: Database
) -> None:
    """Whoever makes a slip and uses it up themselves stands before one page alone."""
    together(ama, elsewhere)
    with sqlite_database.transaction(cast.other_organisation_id) as db:
        slip = people.make_claim_slip(db, young_person_id=cast.olu.id, pepper=PEPPER, actor=cast.oz.actor, now=NOW)
    thief = client_for()
    thief.post("/start", data={"code": slip})
    thief.post("/start/yours", data={"answer": "yes"})
    assert "Hi Olu" in thief.get("/my").text
    assert thief.post(there(cast, cast.ama)).status_code == 404
    assert "Example Park Academy" not in thief.get("/my/schools").text
    assert ama.post(there(cast)).status_code == 404, "what was together is so no longer"
    assert ama.get("/my").status_code == 200


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Type the five words of your other page"),
        ("apple kite river stamp goat", SAID),
        ("apple kite river", "You need five words. You have typed 3 so far."),
        ("x" * 201, "That is too long"),
    ],
)
def test_words_that_open_nothing_are_named_kindly(ama: Browser, typed: str, said: str) -> None:
    answer = ama.post("/my/schools", data={"words": typed})
    assert (answer.status_code, said in answer.text) == (422, True)


def test_a_page_is_brought_together_with_another_school_once(
    ama: Browser, elsewhere: str, cast: Cast, sqlite_database: Database, client_for: ClientFor
) -> None:
    own = words_of(sqlite_database, cast.organisation_id, cast.ama)
    ama = opened(client_for, own)
    assert "These are the words of this page." in together(ama, own)
    bens = words_of(sqlite_database, cast.organisation_id, cast.ben)
    assert "That page is at this school, too." in together(ama, bens)
    together(ama, elsewhere)
    assert "These two pages are together already." in together(ama, elsewhere)


def test_a_suspended_school_is_not_gone_to(ama: Browser, elsewhere: str, cast: Cast, sqlite_database: Database) -> None:
    def suspend() -> None:
        with sqlite_database.transaction() as db:
            suspending.suspend(
                db,
                organisation_id=cast.other_organisation_id,
                reason=SuspensionReason.NOT_THEM,
                actor=cast.operator.actor,
                now=NOW,
            )

    together(ama, elsewhere)
    suspend()
    assert ama.post(there(cast)).status_code == 404
    assert "Example Valley School" not in ama.get("/my/schools").text


def test_done_on_one_page_ends_them_all(
    ama: Browser, elsewhere: str, cast: Cast, client_for: ClientFor, today: Traveller
) -> None:
    other = opened(client_for, elsewhere)
    together(ama, elsewhere)
    today.shift(timedelta(seconds=5))
    ama.post("/sign-out")
    assert other.get("/my").status_code == 303


def test_going_there_makes_no_sign_in_longer(ama: Browser, elsewhere: str, cast: Cast, today: Traveller) -> None:
    together(ama, elsewhere)
    for _ in range(14):
        today.shift(timedelta(minutes=9))
        ama.post(there(cast))
        ama.post(there(cast, cast.ama))
    assert ama.get("/my").status_code == 303, "two hours are two hours"


def test_what_goes_at_one_school_leaves_the_other(
    ama: Browser, elsewhere: str, cast: Cast, client_for: ClientFor, sqlite_database: Database
) -> None:
    together(ama, elsewhere)
    other = opened(client_for, elsewhere)
    other.post("/my/remove")
    assert ama.get("/my").status_code == 200
    assert "Example Valley School" not in ama.get("/my/schools").text
    with sqlite_database.reading() as db:
        assert pages_together.others(db, cast.ama.id) == ()


def test_whoever_came_over_from_another_page_adds_no_device_here(ama: Browser, elsewhere: str, cast: Cast) -> None:
    """What opens a page on every other day is added by who opened that page, and outlasts no parting of pages."""
    together(ama, elsewhere)
    ama.post("/my/devices/mine")
    assert ama.post("/my/devices/begin").status_code == 200
    ama.post(there(cast))
    assert ama.post("/my/devices/begin").status_code in {401, 403}
    ama.post(there(cast, cast.ama))
    assert ama.post("/my/devices/begin").status_code == 200
