"""The second step: added, asked for, lost, and never gone round (WA18)."""

from __future__ import annotations

import base64
import re

import pytest
from sqlmodel import select
from time_machine import Traveller

from accredit.clock import utc_now
from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import Tag
from accredit.domain.people.models import RecoveryCode, SecondStep
from accredit.kit import rfc6238
from accredit.storage import Database
from tests.cast import Cast
from tests.factories import HOST
from tests.unit.web.auth.test_staff_sign_in import NIA, PASSWORD, SAM, ask_for_code, is_signed_in, try_password
from tests.unit.web.auth.test_staff_sign_in import passwords as passwords  # noqa: PLC0414  # a fixture
from tests.web import Browser, ClientFor

NEXT = "/sign-in/second-step"


class App:
    """An authenticator app, which was given a secret."""

    def __init__(self, spelled: str) -> None:
        self.secret = base64.b32decode(spelled.replace(" ", ""))

    def shows(self) -> str:
        return rfc6238.code(self.secret, rfc6238.step_at(utc_now()))

    def wrong(self) -> str:
        return f"{(int(self.shows()) + 1) % 10**6:06}"


def add_second_step(client: Browser) -> tuple[App, list[str]]:
    client.post("/account/second-step/begin")
    shown = client.get("/account/second-step").text
    (spelled,) = re.findall(r"<code>([A-Z2-7 ]{39})</code>", shown)
    app = App(spelled)
    paper = client.post("/account/second-step", data={"code": app.shows()})
    assert paper.status_code == 200
    return app, re.findall(r"<code>([0-9A-Z-]{16})</code>", paper.text)


@pytest.fixture
def nia(client_for: ClientFor, cast: Cast, passwords: None, today: Traveller) -> tuple[App, list[str]]:
    """Nia has added a second step, half a minute ago."""
    app, codes = add_second_step(client_for(cast.nia))
    today.shift(30)
    return app, codes


def test_the_second_step_counts_once_its_first_code_was_typed(
    client_for: ClientFor, cast: Cast, passwords: None, sqlite_database: Database
) -> None:
    client = client_for(cast.nia)
    client.post("/account/second-step/begin")
    (spelled,) = re.findall(r"<code>([A-Z2-7 ]{39})</code>", client.get("/account/second-step").text)
    app = App(spelled)
    assert client.post("/account/second-step", data={"code": app.wrong()}).status_code == 422
    assert try_password(client_for(), NIA, PASSWORD)[1] == "/school/"
    assert client.post("/account/second-step", data={"code": app.shows()}).status_code == 200
    assert try_password(client_for(), NIA, PASSWORD)[1] == NEXT
    with sqlite_database.reading() as db:
        assert app.secret not in db.exec(select(SecondStep)).one().secret
        assert db.exec(select(AuditEvent).where(AuditEvent.tag == Tag.STAFF_SECOND_STEP_ADDED)).one()


def test_password_and_digits_sign_in(client_for: ClientFor, nia: tuple[App, list[str]]) -> None:
    client = client_for()
    assert try_password(client, NIA, PASSWORD, next="/school/people")[1] == f"{NEXT}?next=/school/people"
    assert not is_signed_in(client)
    answer = client.post(NEXT, data={"code": nia[0].wrong(), "next": "/school/people"})
    assert answer.status_code == 422
    assert not is_signed_in(client)
    answer = client.post(NEXT, data={"code": nia[0].shows(), "next": "/school/people"})
    assert answer.location == "/school/people"
    assert is_signed_in(client)


def test_wa18_a_code_by_mail_does_not_go_round_it(
    client_for: ClientFor, nia: tuple[App, list[str]], sqlite_database: Database
) -> None:
    client = client_for()
    code = ask_for_code(client, sqlite_database, NIA)
    assert client.post("/sign-in/code", data={"code": code}).location == NEXT
    for path in ("/school/", "/account", "/account/password", "/sign-in/organisation"):
        assert client.get(path).status_code == 303
    assert client.post("/account/password", data={"password": "violet tractor under lanterns"}).status_code == 401
    assert not is_signed_in(client)


def test_wa18_every_step_out_of_order_is_refused(
    client_for: ClientFor, nia: tuple[App, list[str]], today: Traveller
) -> None:
    stranger = client_for()
    assert stranger.get(NEXT).location == "/sign-in"
    assert stranger.post(NEXT, data={"code": nia[0].shows()}).location == "/sign-in"
    half = client_for()
    try_password(half, NIA, PASSWORD)
    # Going back and beginning again, as somebody else, takes the first step away.
    assert try_password(half, NIA, "wrong")[0] == 422
    assert try_password(half, SAM, PASSWORD)[0] == 303
    assert half.post(NEXT, data={"code": nia[0].shows()}).location == "/sign-in"
    late = client_for()
    try_password(late, NIA, PASSWORD)
    today.shift(601)
    assert late.post(NEXT, data={"code": nia[0].shows()}).location == "/sign-in"
    assert not is_signed_in(late)


def test_wa18_a_new_password_ends_a_first_step_that_waits(
    client_for: ClientFor, nia: tuple[App, list[str]], cast: Cast
) -> None:
    half = client_for()
    try_password(half, NIA, PASSWORD)
    owner = client_for(cast.nia)
    assert owner.post("/account/password", data={"password": "violet tractor under lanterns"}).status_code == 303
    assert half.post(NEXT, data={"code": nia[0].shows()}).location == "/sign-in"
    # And the second step is still asked for.
    assert try_password(client_for(), NIA, "violet tractor under lanterns")[1] == NEXT


def test_wa18_the_half_way_cookie_of_another_is_no_use(
    client_for: ClientFor, nia: tuple[App, list[str]], cast: Cast
) -> None:
    sams, _ = add_second_step(client_for(cast.sam))
    half = client_for()
    try_password(half, NIA, PASSWORD)
    assert half.post(NEXT, data={"code": sams.shows()}).status_code == 422
    assert not is_signed_in(half)


def test_digits_work_once(client_for: ClientFor, nia: tuple[App, list[str]]) -> None:
    first, second = client_for(), client_for()
    for client in (first, second):
        try_password(client, NIA, PASSWORD)
    assert first.post(NEXT, data={"code": nia[0].shows()}).status_code == 303
    assert second.post(NEXT, data={"code": nia[0].shows()}).status_code == 422


def test_wa01_digits_cannot_be_tried_for_ever(client_for: ClientFor, nia: tuple[App, list[str]]) -> None:
    client = client_for()
    try_password(client, NIA, PASSWORD)
    for _ in range(10):
        assert client.post(NEXT, data={"code": nia[0].wrong()}).status_code == 422
    assert client.post(NEXT, data={"code": nia[0].shows()}).status_code == 429


def test_a_code_on_paper_signs_in_once(
    client_for: ClientFor, nia: tuple[App, list[str]], sqlite_database: Database
) -> None:
    assert len(nia[1]) == 10
    with sqlite_database.reading() as db:
        kept = b"".join(row.code_hash for row in db.exec(select(RecoveryCode)))
    assert not any(code.encode() in kept for code in nia[1])
    for status in (303, 422):
        client = client_for()
        try_password(client, NIA, PASSWORD)
        assert client.post(NEXT, data={"code": nia[1][0].lower()}).status_code == status
    with sqlite_database.reading() as db:
        assert db.exec(select(AuditEvent).where(AuditEvent.tag == Tag.STAFF_RECOVERY_CODE_USED)).one()


def test_new_codes_end_the_old(client_for: ClientFor, nia: tuple[App, list[str]], cast: Cast) -> None:
    paper = client_for(cast.nia).post("/account/recovery-codes")
    codes = re.findall(r"<code>([0-9A-Z-]{16})</code>", paper.text)
    assert not set(codes) & set(nia[1])
    client = client_for()
    try_password(client, NIA, PASSWORD)
    assert client.post(NEXT, data={"code": nia[1][3]}).status_code == 422
    assert client.post(NEXT, data={"code": codes[3]}).status_code == 303


def test_wa16_what_weighs_asks_for_the_second_step_and_nothing_less(
    client_for: ClientFor, nia: tuple[App, list[str]], cast: Cast, today: Traveller
) -> None:
    client = client_for(cast.nia)
    today.shift(12 * 60)
    form = {"name": "Una Uno", "email": "una@example.org", "role": "co-ordinator"}
    by_password = {**form, "proof-do": "password", "proof-password": PASSWORD}
    assert client.post("/school/staff/add", data=by_password).status_code == 401
    assert client.post("/school/staff/add", data={**form, "proof-do": "send"}).status_code == 401
    digits = {**form, "proof-do": "second-step", "proof-second-step": nia[0].shows()}
    assert client.post("/school/staff/add", data=digits).status_code == 303


def test_it_is_taken_away_by_its_owner(client_for: ClientFor, nia: tuple[App, list[str]], cast: Cast) -> None:
    client = client_for(cast.nia)
    assert client.post("/account/second-step/end").location == "/account"
    assert client.post("/account/second-step/end").status_code == 404
    assert try_password(client_for(), NIA, PASSWORD)[1] == "/school/"


def test_nobody_replaces_the_secret_of_one_that_counts(
    client_for: ClientFor, nia: tuple[App, list[str]], cast: Cast
) -> None:
    client = client_for(cast.nia)
    assert client.post("/account/second-step/begin").status_code == 404
    assert client.post("/account/second-step", data={"code": nia[0].shows()}).location == "/account/second-step"


def test_the_half_way_cookie_signs_nobody_in_elsewhere(client_for: ClientFor, nia: tuple[App, list[str]]) -> None:
    half, other = client_for(), client_for()
    try_password(half, NIA, PASSWORD)
    cookie = half.get_cookie("__Host-accredit", domain=HOST)
    assert cookie is not None
    other.set_cookie("__Host-accredit", cookie.value, domain=HOST, secure=True)
    assert not is_signed_in(other)
    assert other.get("/school/").status_code == 303
