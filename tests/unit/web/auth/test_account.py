"""Somebody's own account: where they are signed in, ending that, and another password."""

from __future__ import annotations

import re

import pytest
from sqlmodel import select

from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import Tag
from accredit.storage import Database
from tests.cast import Cast
from tests.unit.web.auth.test_staff_sign_in import NIA, OPERATOR, PASSWORD, ask_for_code, is_signed_in, try_password
from tests.unit.web.auth.test_staff_sign_in import passwords as passwords  # noqa: PLC0414  # a fixture
from tests.web import Browser, ClientFor

NEW = "violet tractor under seven lanterns"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1"


def sign_in_from(client_for: ClientFor, user_agent: str) -> Browser:
    client = client_for()
    client.environ_base["HTTP_USER_AGENT"] = user_agent
    assert try_password(client, NIA, PASSWORD)[0] == 303
    return client


def test_sign_ins_are_listed_and_one_is_ended(client_for: ClientFor, passwords: None) -> None:
    phone, desk = sign_in_from(client_for, PHONE), sign_in_from(client_for, "Mozilla/5.0 (Windows NT) Firefox/131")
    shown = desk.get("/account").text
    assert "Safari on iPhone" in shown
    assert "Firefox on Windows" in shown
    (end,) = re.findall(r'action="(/account/sign-ins/[0-9a-f-]{36}/end)"', shown)
    assert desk.post(end).location == "/account"
    assert not is_signed_in(phone)
    assert is_signed_in(desk)
    assert desk.post(end).status_code == 404


def test_wa12_every_other_device_is_signed_out(
    client_for: ClientFor, passwords: None, sqlite_database: Database
) -> None:
    phone, desk = sign_in_from(client_for, PHONE), sign_in_from(client_for, "")
    assert "1 other device is signed out." in desk.post("/account/sign-ins/end", follow_redirects=True).text
    assert (is_signed_in(phone), is_signed_in(desk)) == (False, True)
    assert "You are signed in nowhere else." in desk.post("/account/sign-ins/end", follow_redirects=True).text
    with sqlite_database.reading() as db:
        events = db.exec(select(AuditEvent).where(AuditEvent.tag == Tag.STAFF_SIGN_INS_ENDED)).all()
    assert [event.details for event in events] == [{"ended": 1}, {"ended": 0}]


def test_wa12_signing_out_on_one_device_leaves_the_others(client_for: ClientFor, passwords: None) -> None:
    phone, desk = sign_in_from(client_for, PHONE), sign_in_from(client_for, "")
    desk.post("/sign-out")
    assert (is_signed_in(phone), is_signed_in(desk)) == (True, False)


def test_nobody_sees_or_ends_the_sign_in_of_another(client_for: ClientFor, passwords: None, cast: Cast) -> None:
    nia, sam = sign_in_from(client_for, PHONE), client_for(cast.sam)
    assert "Safari on iPhone" not in sam.get("/account").text
    desk = sign_in_from(client_for, "")
    (end,) = re.findall(r'action="(/account/sign-ins/[0-9a-f-]{36}/end)"', desk.get("/account").text)
    assert sam.post(end).status_code == 404
    assert is_signed_in(nia)


def test_wa12_a_new_password_ends_every_other_sign_in_and_every_code(
    client_for: ClientFor, passwords: None, sqlite_database: Database
) -> None:
    phone, desk, forgetful = sign_in_from(client_for, PHONE), sign_in_from(client_for, ""), client_for()
    code = ask_for_code(forgetful, sqlite_database, NIA)
    assert desk.post("/account/password", data={"password": NEW}).location == "/account"
    assert (is_signed_in(phone), is_signed_in(desk)) == (False, True)
    assert forgetful.post("/sign-in/code", data={"code": code}).status_code == 422
    assert try_password(client_for(), NIA, PASSWORD)[0] == 422
    assert try_password(client_for(), NIA, NEW)[0] == 303
    with sqlite_database.reading() as db:
        assert db.exec(select(AuditEvent).where(AuditEvent.tag == Tag.STAFF_PASSWORD_CHANGED)).one()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        pytest.param("", "Type the new password", id="WA24 nothing"),
        pytest.param("elevenchars", "four words", id="WA24 too short"),
        pytest.param("password1234", "list of stolen passwords", id="WA24 a stolen one"),
        pytest.param("nia enghraifft", "list of stolen passwords", id="WA24 the reader's own name"),
        pytest.param("x" * 1025, "at most 1,024 characters", id="WA24 more than a kilobyte"),
        pytest.param("ﷺ" * 100, "at most 1,024 characters", id="WA24 signs that grow when they are compared"),
    ],
)
def test_passwords_that_are_not_taken(client_for: ClientFor, passwords: None, typed: str, said: str) -> None:
    client = sign_in_from(client_for, "")
    answer = client.post("/account/password", data={"password": typed})
    assert answer.status_code == 422
    assert said in answer.text
    assert typed == "" or f'value="{typed}"' not in answer.text
    assert try_password(client_for(), NIA, PASSWORD)[0] == 303


def test_wa24_a_password_of_a_megabyte_costs_nothing(client_for: ClientFor, passwords: None) -> None:
    client = client_for()
    assert try_password(client, NIA, "x" * 1_000_000)[0] in {413, 422}
    assert try_password(client, NIA, "a" * 1025)[0] == 422


def test_wa24_the_same_letters_typed_on_another_keyboard_open_the_account(
    client_for: ClientFor, passwords: None
) -> None:
    client = sign_in_from(client_for, "")
    assert client.post("/account/password", data={"password": "tŷ gwyn wrth afon Conwy"}).status_code == 303
    assert try_password(client_for(), NIA, "ty\u0302 gwyn wrth afon Conwy")[0] == 303
    assert try_password(client_for(), NIA, "ty gwyn wrth afon Conwy")[0] == 422


def test_an_operator_has_the_same_page(client_for: ClientFor, passwords: None) -> None:
    client = client_for()
    assert try_password(client, OPERATOR, PASSWORD)[0] == 303
    assert OPERATOR in client.get("/account").text


def test_somebody_without_a_password_chooses_one(client_for: ClientFor, cast: Cast) -> None:
    client = client_for(cast.lee)
    assert "none: you sign in with a code by e-mail" in client.get("/account").text
    assert client.post("/account/password", data={"password": NEW}).status_code == 303
    assert try_password(client_for(), "lee@example.org", NEW)[0] == 303
