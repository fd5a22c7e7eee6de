"""Remove my page, or ask the school: two choices on one page, each said plainly before it is one press."""

from __future__ import annotations

from pathlib import Path

import pytest

from accredit.domain.people import asking_school, word_cards
from accredit.domain.people.rules import About, RecordWish
from accredit.storage import Database
from tests.cast import Cast
from tests.populated import Year
from tests.unit.web.learner.sharing import link_on, make_share, work
from tests.unit.web.learner.test_shares import agreed, opened
from tests.web import Browser, ClientFor

__all__ = ["agreed", "opened"]


def test_the_page_says_what_goes_what_stays_and_how_it_comes_back(ama: Browser) -> None:
    page = ama.get("/my/remove").text
    for said in (
        "your words stop, no device opens it any more, and you are signed out everywhere",
        "nobody finds a certificate of yours by its code",
        "there are none now",
        "A file you gave to somebody can still be checked. It still shows your name.",
        "What school wrote down about your training and your time.",
        "Ask at school for a new slip.",
        "Then nobody can check your certificates any more.",
    ):
        assert said in page
    assert 'href="/my/remove"' in ama.get("/my").text
    assert 'href="/my/remove"' in ama.get("/my/choices").text


@pytest.mark.attack("DP05")
def test_one_press_and_page_codes_and_links_are_gone(
    ama: Browser,
    opened: Browser,
    year: Year,
    agreed: None,
    cast: Cast,
    client_for: ClientFor,
    sqlite_database: Database,
    tmp_path: Path,
) -> None:
    link = link_on(ama, make_share(ama, year))
    work(sqlite_database, tmp_path)
    unknown = opened.get("/v/7K3MD-9RTWX-4HQ2")
    assert opened.get(f"/v/{year.code}").status_code == 200
    assert "The link you share: it ends." in ama.get("/my/remove").text
    elsewhere = client_for(cast.ama)
    said = ama.post("/my/remove", follow_redirects=True)
    assert "Your page and your public pages are gone." in said.text
    for browser in (ama, elsewhere):
        assert browser.get("/my").status_code == 303
    assert opened.post(link).status_code == 410
    assert opened.get(f"/v/{year.code}").status_code == unknown.status_code == 404
    again = ama.post("/my/remove")
    assert again.status_code == 401
    assert "If you have just removed it, that is done." in again.text
    assert 'href="/start"' in again.text
    assert "traceback" not in again.text.lower()
    with sqlite_database.reading() as db:
        assert word_cards.current(db, cast.ama.id) is None
    person = client_for(cast.nia).get(f"/school/people/{cast.ama.id}").text
    assert "They removed their page and public pages on" in person
    certificate = client_for(cast.nia).get(f"/school/certificates/{year.award_id}").text
    assert "Not found by its code, as the young person wishes" in certificate


def test_back_again_they_let_their_codes_be_found(
    ama: Browser, opened: Browser, year: Year, client_for: ClientFor, cast: Cast
) -> None:
    ama.post("/my/remove")
    back = client_for(cast.ama)
    page = back.get("/my/certificates").text
    assert "You removed your public pages on" in page
    assert "To keep you safe" not in page
    assert opened.get(f"/v/{year.code}").status_code == 404
    assert "Your codes can be looked up again." in back.post("/my/found-again", follow_redirects=True).text
    assert opened.get(f"/v/{year.code}").status_code == 200
    assert "You removed your public pages on" not in back.get("/my/certificates").text


@pytest.mark.parametrize(
    ("wish", "asked", "told"),
    [
        ("take-away", "You asked your school to take its record away.", "is taken away"),
        ("put-right", "You asked your school to put something right.", "is put right"),
    ],
)
def test_the_school_is_asked_and_answers(
    ama: Browser, client_for: ClientFor, cast: Cast, sqlite_database: Database, wish: str, asked: str, told: str
) -> None:
    nia = client_for(cast.nia)
    assert "An adult will talk with you." in ama.post("/my/ask-school", data={"wish": wish}, follow_redirects=True).text
    page = ama.get("/my/remove").text
    assert asked in page
    assert "Ask school to take it away" not in page
    twice = ama.post("/my/ask-school", data={"wish": wish}, follow_redirects=True).text
    assert "You have asked your school already." in twice
    assert "asks about their record: answer them" in nia.get("/school/").text
    assert told in nia.get(f"/school/people/{cast.ama.id}").text
    done = nia.post(
        f"/school/people/{cast.ama.id}/record-request", data={"answer": "stays"}, follow_redirects=True
    ).text
    assert "Noted." in done
    assert told not in done
    assert "It stays as it is." in ama.get("/my/remove").text
    with sqlite_database.reading() as db:
        assert asking_school.waiting(db, cast.ama.id) is None


@pytest.mark.parametrize("wish", ["", "everything", About.OWN_PAGE.value])
def test_nothing_else_is_asked(ama: Browser, wish: str) -> None:
    assert ama.post("/my/ask-school", data={"wish": wish}).status_code == 404


def test_what_was_asked_is_among_everything_about_me(ama: Browser) -> None:
    ama.post("/my/ask-school", data={"wish": RecordWish.TAKE_AWAY.value})
    page = ama.get("/my/everything").text
    assert "What I asked school about my record" in page
    assert "to take it away" in page
