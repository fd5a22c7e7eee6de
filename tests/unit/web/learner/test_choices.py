"""My choices: three different things, and each taken back with one press."""

from __future__ import annotations

import pytest

from accredit.domain.people import consents, word_cards
from accredit.domain.people.rules import About, Answer, Voice
from accredit.storage import Database
from tests.cast import Cast
from tests.factories import NOW
from tests.web import ClientFor


def test_the_three_are_explained_apart(client_for: ClientFor, cast: Cast) -> None:
    page = client_for(cast.ama).get("/my/choices").text
    for title in ("What school writes down", "Taking part", "My own page", "Sharing from my page"):
        assert f">{title}</h2>" in page
    assert "A yes to one is not a yes to the others." in page


@pytest.mark.attack("DP05")
def test_sharing_is_given_and_taken_back_with_one_press_each(
    client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    ama = client_for(cast.ama)
    assert "Yes, I would like to share" in ama.get("/my/choices").text
    for answer, stands, offered in (
        ("yes", Answer.YES, "Stop sharing"),
        ("no", Answer.NO, "Yes, I would like to share"),
        ("yes", Answer.YES, "Stop sharing"),
    ):
        sent = ama.post("/my/choices", data={"about": "sharing", "answer": answer}, follow_redirects=True)
        assert offered in sent.text
        with sqlite_database.reading() as db:
            assert consents.answer(db, cast.ama.id, About.SHARING, now=NOW) is stands


@pytest.mark.attack("DP05")
def test_a_page_is_closed_with_one_press_and_its_reader_is_out(
    client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    ama = client_for(cast.ama)
    said = ama.post("/my/choices", data={"about": "own-page", "answer": "no"}, follow_redirects=True).text
    assert "Your page is closed. Your certificates stay yours." in said
    assert ama.get("/my").location == "/start?next=/my"
    with sqlite_database.reading() as db:
        assert word_cards.current(db, cast.ama.id) is None
        assert not consents.may_have_page(db, cast.ama.id, now=NOW)


@pytest.mark.parametrize("about", ["taking-part", "everything", ""])
def test_nothing_else_is_asked_here(client_for: ClientFor, cast: Cast, about: str) -> None:
    assert client_for(cast.ama).post("/my/choices", data={"about": about, "answer": "yes"}).status_code == 404


def test_whoever_is_below_the_age_is_told_that_home_comes_first(
    client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    with sqlite_database.transaction() as db:
        consents.ask_below(db, organisation_id=cast.organisation_id, below=18, actor=cast.lee.actor, now=NOW)
    page = client_for(cast.ama).get("/my/choices").text
    assert "somebody at home says yes to sharing first" in page
    assert "Yes, I would like to share" not in page


def test_what_home_said_about_taking_part_is_shown(
    client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    with sqlite_database.transaction() as db:
        consents.say(
            db,
            young_person_id=cast.ama.id,
            about=About.TAKING_PART,
            is_yes=True,
            voice=Voice.HOME,
            actor=cast.nia.actor,
            now=NOW,
        )
    assert "School noted it on 30 June 2026" in client_for(cast.ama).get("/my/choices").text
