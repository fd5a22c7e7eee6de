"""Young people sign in with the code on their slip."""

from __future__ import annotations

import pytest
from time_machine import Traveller

from accredit.domain.people import operations as people
from accredit.domain.people import queries
from accredit.kit import typed_code
from accredit.storage import Database
from accredit.web.viewer import ViewerKind, current_viewer
from tests.cast import Cast
from tests.factories import NOW, PEPPER
from tests.web import Browser, ClientFor

NOBODYS = "7K3MD9RTWX4HQ" + typed_code.check_symbol("7K3MD9RTWX4HQ")


@pytest.fixture
def code(sqlite_database: Database, cast: Cast) -> str:
    with sqlite_database.transaction() as db:
        return people.make_claim_slip(db, young_person_id=cast.ama.id, pepper=PEPPER, actor=cast.nia.actor, now=NOW)


def who_is_there(client: Browser) -> str:
    with client:
        client.get("/sign-in/organisation")
        viewer = current_viewer()
        return viewer.display_name if viewer.kind == ViewerKind.YOUNG_PERSON else viewer.kind.value


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param(typed_code.show, id="as it is printed"),
        pytest.param(lambda code: code.lower(), id="in small letters without the lines"),
        pytest.param(lambda code: f"  {code[:5]} {code[5:10]}–{code[10:]} ", id="with spaces and a long dash"),
    ],
)
def test_slip_opens_the_page(client_for: ClientFor, code: str, typed: object, sqlite_database: Database) -> None:
    assert callable(typed)
    client = client_for()
    assert client.post("/start", data={"code": typed(code)}).status_code == 303
    assert who_is_there(client) == "Ama"


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        pytest.param(lambda code: "", "Type the code from your slip", id="nothing typed"),
        pytest.param(lambda code: "O" + code[1:], "never has “O”", id="a letter O"),
        pytest.param(lambda code: code[:-1] + "1", "never has “1”", id="a digit one"),
        pytest.param(lambda code: code[:-1] + "é", "only letters and numbers", id="a letter no code has"),
        pytest.param(lambda code: code[:-2], "typed 12 so far", id="two symbols short"),
        pytest.param(
            lambda code: ("3" if code[0] != "3" else "4") + code[1:], "Nearly!", id="one wrong symbol is noticed"
        ),
        pytest.param(lambda code: NOBODYS, "new slip", id="nobody's"),
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


def test_withdrawn_slip_ends_the_sign_in(
    client_for: ClientFor, code: str, cast: Cast, sqlite_database: Database
) -> None:
    client = client_for()
    client.post("/start", data={"code": code})
    with sqlite_database.transaction() as db:
        slip = queries.current_slip(db, cast.ama.id)
        assert slip is not None
        people.withdraw_claim_slip(db, slip_id=slip.id, actor=cast.nia.actor, now=NOW)
    assert who_is_there(client) == "anonymous"
    assert client.post("/start", data={"code": code}).status_code == 422


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


def test_slip_signs_whoever_was_there_out_first(client_for: ClientFor, cast: Cast, code: str) -> None:
    client = client_for(cast.nia)
    client.post("/start", data={"code": code})
    assert who_is_there(client) == "Ama"
    client.post("/sign-out")
    assert who_is_there(client) == "anonymous"


def test_a_link_with_a_code_opens_nothing(client_for: ClientFor, code: str) -> None:
    client = client_for()
    assert client.get(f"/start?code={code}").status_code == 200
    assert who_is_there(client) == "anonymous"


def test_a_class_may_mistype_but_a_machine_waits(client_for: ClientFor, code: str) -> None:
    client = client_for()
    for _ in range(90):
        assert client.post("/start", data={"code": "no"}).status_code == 422
    answer = client.post("/start", data={"code": code})
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) <= 600
