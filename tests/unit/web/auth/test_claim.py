"""Young people open their page with a slip, once, and then with five words."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from time_machine import Traveller

from accredit.domain.people import consents, word_cards
from accredit.domain.people import operations as people
from accredit.kit import typed_code
from accredit.storage import Database
from accredit.web.viewer import ViewerKind, current_viewer
from tests.cast import Cast
from tests.factories import NOW, PEPPER
from tests.web import BASE_URL, Browser, ClientFor

NOBODYS = "7K3MD9RTWX4HQ" + typed_code.check_symbol("7K3MD9RTWX4HQ")


@pytest.fixture
def code(sqlite_database: Database, cast: Cast) -> str:
    with sqlite_database.transaction() as db:
        return people.make_claim_slip(db, young_person_id=cast.ama.id, pepper=PEPPER, actor=cast.nia.actor, now=NOW)


@pytest.fixture
def words(sqlite_database: Database, cast: Cast) -> str:
    with sqlite_database.transaction() as db:
        return word_cards.make(
            db,
            organisation_id=cast.organisation_id,
            young_person_id=cast.ama.id,
            language="en",
            pepper=PEPPER,
            actor=cast.ama.actor,
            now=NOW,
        )[1]


def who_is_there(client: Browser) -> str:
    with client:
        client.get("/sign-in/organisation")
        viewer = current_viewer()
        return viewer.display_name if viewer.kind == ViewerKind.YOUNG_PERSON else viewer.kind.value


def words_on(page: str) -> str:
    return " ".join(re.findall(r"<code[^>]*>([^<]+)</code>", page))


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param(typed_code.show, id="as it is printed"),
        pytest.param(lambda code: code.lower(), id="in small letters without the lines"),
        pytest.param(lambda code: f"  {code[:5]} {code[5:10]}–{code[10:]} ", id="with spaces and a long dash"),
    ],
)
def test_a_slip_asks_whose_it_is_and_then_shows_five_words(client_for: ClientFor, code: str, typed: object) -> None:
    assert callable(typed)
    client = client_for()
    assert client.post("/start", data={"code": typed(code)}).location == "/start/yours"
    assert who_is_there(client) == "anonymous"
    assert "Are you Ama?" in client.get("/start/yours").text
    shown = client.post("/start/yours", data={"answer": "yes"})
    assert shown.status_code == 200
    assert len(words_on(shown.text).split()) == 5
    assert who_is_there(client) == "Ama"
    assert words_on(shown.text) not in client.get("/my").text


def test_the_words_open_the_page_on_another_day(client_for: ClientFor, code: str, today: Traveller) -> None:
    client = client_for()
    client.post("/start", data={"code": code})
    words = words_on(client.post("/start/yours", data={"answer": "yes"}).text)
    client.post("/sign-out")
    today.shift(timedelta(days=400))
    other = client_for()
    assert other.post("/start", data={"code": words.title(), "next": "/my/name"}).location == "/my/name"
    assert who_is_there(other) == "Ama"


def test_whoever_says_no_uses_nothing_up(client_for: ClientFor, code: str) -> None:
    client = client_for()
    client.post("/start", data={"code": code})
    answer = client.post("/start/yours", data={"answer": "no"}, follow_redirects=True)
    assert "Nothing was used up." in answer.text
    assert who_is_there(client) == "anonymous"
    assert client.get("/start/yours").location == "/start"
    assert client_for().post("/start", data={"code": code}).location == "/start/yours"


def test_a_used_slip_says_so_and_what_to_do(client_for: ClientFor, code: str) -> None:
    first, second, late = client_for(), client_for(), client_for()
    for client in (first, second):
        client.post("/start", data={"code": code})
    assert first.post("/start/yours", data={"answer": "yes"}).status_code == 200
    # Somebody who had typed it before, and presses now; and somebody who types it now.
    pressed = second.post("/start/yours", data={"answer": "yes"})
    typed = late.post("/start", data={"code": code})
    for answer in (pressed, typed):
        assert answer.status_code == 422
        assert "This slip was used already" in answer.text
        assert "tell an adult" in answer.text.lower()
    assert who_is_there(second) == "anonymous"


def test_what_was_typed_is_forgotten_after_ten_minutes(client_for: ClientFor, code: str, today: Traveller) -> None:
    client = client_for()
    client.post("/start", data={"code": code})
    today.shift(601)
    assert client.get("/start/yours").location == "/start"
    assert client.post("/start/yours", data={"answer": "yes"}).location == "/start"
    assert who_is_there(client) == "anonymous"


def test_words_are_shown_once_and_going_back_to_them_says_so(client_for: ClientFor, code: str) -> None:
    client = client_for()
    client.post("/start", data={"code": code})
    shown = client.post("/start/yours", data={"answer": "yes"})
    # With a program the address of this page is asked for when somebody goes back; without one the form is sent again.
    assert 'src="/static/once.js' in shown.text
    assert client.post("/start/yours", data={"answer": "yes"}).location == "/start/yours"
    again = client.get("/start/yours")
    assert again.status_code == 200
    assert "Your words were shown once" in again.text
    assert not words_on(again.text)
    for answer in (shown, again):
        assert answer.headers["Cache-Control"] == "no-store"
    assert len(re.findall(r"<li><code", shown.text)) == 5


def test_whoever_used_their_slip_types_their_words_where_that_is_said(client_for: ClientFor, code: str) -> None:
    client = client_for()
    client.post("/start", data={"code": code})
    words = words_on(client.post("/start/yours", data={"answer": "yes"}).text)
    other = client_for()
    over = other.post("/start", data={"code": code}).text
    assert "This slip was used already" in over
    assert 'action="/start"' in over
    assert 'name="code"' in over
    assert code not in over
    assert other.post("/start", data={"code": words}).location == "/my"


def test_whoever_was_away_is_told_why_their_page_closed(client_for: ClientFor, words: str, today: Traveller) -> None:
    client = client_for()
    client.post("/start", data={"code": words})
    today.shift(601)
    answer = client.get("/my/done", follow_redirects=True)
    assert "Your page closed by itself" in answer.text
    assert 'value="/my/done"' in answer.text
    # Nobody else is told so: they never had a page open here.
    assert "closed by itself" not in client_for().get("/my/done", follow_redirects=True).text


def test_what_is_sent_after_the_page_closed_says_so_and_leads_back(client_for: ClientFor) -> None:
    answer = client_for().post("/my/ask-school", data={})
    assert answer.status_code == 401
    assert "Your page is closed" in answer.text
    assert "five words" in answer.text
    assert 'href="/start"' in answer.text


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        pytest.param(lambda code: "", "Type your five words, or the code", id="nothing typed"),
        pytest.param(lambda code: "O" + code[1:], "never has “O”", id="a letter O"),
        pytest.param(lambda code: code[:-1] + "1", "never has “1”", id="a digit one"),
        pytest.param(lambda code: code[:-1] + "é", "only letters and numbers", id="a letter no code has"),
        pytest.param(lambda code: code[:-2], "typed 12 so far", id="two symbols short"),
        pytest.param(
            lambda code: ("3" if code[0] != "3" else "4") + code[1:], "Nearly!", id="one wrong symbol is noticed"
        ),
        pytest.param(lambda code: NOBODYS, "new slip", id="nobody's"),
        pytest.param(lambda code: "apple kite river stamp", "typed 4 so far", id="one word short"),
        pytest.param(lambda code: "apple kite rivver stamp goat", "Is it “river”?", id="a word with a slip in it"),
        pytest.param(lambda code: "apple kite qqqqq stamp goat", "know the word “qqqqq”", id="a word of no list"),
        pytest.param(lambda code: "apple kite river stamp goat", "do not open a page", id="nobody's words"),
        pytest.param(lambda code: "goat " * 50, "too long", id="far too much"),
    ],
)
def test_mistakes_are_explained(client_for: ClientFor, code: str, spoil: object, said: str) -> None:
    assert callable(spoil)
    client = client_for()
    answer = client.post("/start", data={"code": spoil(code)})
    assert answer.status_code == 422
    assert said in answer.text
    assert 'href="#code"' in answer.text
    assert who_is_there(client) == "anonymous"


def test_what_was_typed_stands_in_the_box_again(client_for: ClientFor) -> None:
    answer = client_for().post("/start", data={"code": "apple kite rivver stamp goat"})
    assert 'value="apple kite rivver stamp goat"' in answer.text


def test_words_that_are_stopped_end_the_sign_in(
    client_for: ClientFor, words: str, cast: Cast, sqlite_database: Database
) -> None:
    client = client_for()
    client.post("/start", data={"code": words})
    assert who_is_there(client) == "Ama"
    client_for(cast.nia).post(f"/school/people/{cast.ama.id}/withdraw-slip")
    assert who_is_there(client) == "anonymous"
    assert client.post("/start", data={"code": words}).status_code == 422


def test_a_slip_waits_until_home_has_said_yes(
    client_for: ClientFor, code: str, cast: Cast, sqlite_database: Database
) -> None:
    with sqlite_database.transaction() as db:
        consents.ask_below(db, organisation_id=cast.organisation_id, below=18, actor=cast.lee.actor, now=NOW)
    answer = client_for().post("/start", data={"code": code})
    assert answer.status_code == 422
    assert "somebody at home says yes" in answer.text
    client_for(cast.nia).post(
        f"/school/people/{cast.ama.id}/agreed", data={"about": "own-page", "voice": "home", "answer": "yes"}
    )
    assert client_for().post("/start", data={"code": code}).location == "/start/yours"


@pytest.mark.attack("DP05")
def test_a_page_that_is_not_wanted_any_more_closes(client_for: ClientFor, words: str, cast: Cast) -> None:
    client = client_for()
    client.post("/start", data={"code": words})
    client_for(cast.nia).post(
        f"/school/people/{cast.ama.id}/agreed", data={"about": "own-page", "voice": "young-person", "answer": "no"}
    )
    assert who_is_there(client) == "anonymous"
    assert client_for().post("/start", data={"code": words}).status_code == 422


def test_page_closes_after_ten_quiet_minutes(client_for: ClientFor, cast: Cast, today: Traveller) -> None:
    client = client_for(cast.ama)
    today.shift(9 * 60)
    assert who_is_there(client) == "Ama"
    today.shift(9 * 60)
    assert who_is_there(client) == "Ama"
    today.shift(10 * 60 + 1)
    assert who_is_there(client) == "anonymous"


def test_page_that_is_kept_awake_closes_after_two_hours(client_for: ClientFor, cast: Cast, today: Traveller) -> None:
    client = client_for(cast.ama)
    for _minutes in range(0, 120, 8):
        assert who_is_there(client) == "Ama"
        today.shift(8 * 60)
    today.shift(1)
    assert who_is_there(client) == "anonymous"


def test_done_signs_out(client_for: ClientFor, cast: Cast) -> None:
    client = client_for(cast.ama)
    assert client.post("/sign-out").location == "/start"
    assert who_is_there(client) == "anonymous"


def test_done_ends_every_copy_of_the_cookie(client_for: ClientFor, words: str, today: Traveller) -> None:
    client, copy = client_for(), client_for()
    client.post("/start", data={"code": words})
    with client.session_transaction(base_url=BASE_URL) as session:
        kept = dict(session)
    today.shift(60)
    client.post("/sign-out")
    with copy.session_transaction(base_url=BASE_URL) as session:
        session.update(kept)
    assert who_is_there(copy) == "anonymous"
    # And its owner comes in again at once.
    client.post("/start", data={"code": words})
    assert who_is_there(client) == "Ama"


def test_a_cookie_from_before_there_were_words_opens_nothing(client_for: ClientFor, cast: Cast) -> None:
    client = client_for()
    with client.session_transaction(base_url=BASE_URL) as session:
        session.update(young_person=str(cast.ama.id), slip=str(cast.ben.id), came=int(NOW.timestamp()))
    assert who_is_there(client) == "anonymous"


def test_words_sign_whoever_was_there_out_first(client_for: ClientFor, cast: Cast, words: str) -> None:
    client = client_for(cast.nia)
    client.post("/start", data={"code": words})
    assert who_is_there(client) == "Ama"
    client.post("/sign-out")
    assert who_is_there(client) == "anonymous"


def test_a_link_with_a_code_opens_nothing(client_for: ClientFor, code: str) -> None:
    client = client_for()
    assert client.get(f"/start?code={code}").status_code == 200
    assert client.get("/start/yours").location == "/start"
    assert who_is_there(client) == "anonymous"


@pytest.mark.parametrize("wrong", ["no", "apple kite river stamp goat"])
def test_a_class_may_mistype_but_a_machine_waits(client_for: ClientFor, code: str, wrong: str) -> None:
    client = client_for()
    for _ in range(90):
        assert client.post("/start", data={"code": wrong}).status_code == 422
    answer = client.post("/start", data={"code": code})
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) <= 600
