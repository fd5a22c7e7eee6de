"""WA01, WA02: guessing is slow from everywhere, shuts nobody out, and says nothing about who is here."""

from __future__ import annotations

import pytest
from sqlmodel import select
from time_machine import Traveller

from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import Tag
from accredit.domain.notifications.models import OutgoingMail
from accredit.storage import Database
from accredit.web.auth import entering, known
from tests.cast import Cast
from tests.factories import HOST
from tests.unit.web.auth.test_staff_sign_in import NIA, PASSWORD, SAM, is_signed_in, try_password, without_token
from tests.unit.web.auth.test_staff_sign_in import passwords as passwords  # noqa: PLC0414  # a fixture
from tests.web import Browser, ClientFor

KNOWN = "__Host-accredit-known"


def from_network(client: Browser, number: int) -> Browser:
    client.environ_base["REMOTE_ADDR"] = f"203.0.{number // 250}.{number % 250 + 1}"
    return client


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not hash what is wrong anyway: these tests count, and a thousand hashes take minutes."""
    real = entering.account_with_password
    monkeypatch.setattr(
        "accredit.web.auth.staff.account_with_password",
        lambda who, password: real(who, password) if password == PASSWORD else None,
    )


def test_wa01_a_thousand_tries_at_one_account_from_everywhere_shut_nobody_out(
    client_for: ClientFor, passwords: None, quick: None, cast: Cast, sqlite_database: Database
) -> None:
    owner = from_network(client_for(), 9_999)
    assert try_password(owner, NIA, PASSWORD)[0] == 303
    owner.post("/sign-out")
    guesser = client_for()
    told = [try_password(from_network(guesser, number), NIA, f"guess number {number}")[0] for number in range(1_000)]
    assert (told.count(422), told.count(429)) == (100, 900)
    # The right one is not taken from elsewhere either, so a guess learns nothing.
    assert try_password(from_network(client_for(), 5_000), NIA, PASSWORD)[0] == 429
    # Codes by e-mail still are, from a network that has not asked too often; and everybody else signs in.
    assert from_network(client_for(), 5_001).post("/sign-in", data={"email": NIA, "way": "code"}).status_code == 303
    assert try_password(from_network(client_for(), 5_002), SAM, PASSWORD)[0] == 303
    # At their own desk the owner notices nothing.
    assert try_password(owner, NIA, PASSWORD)[0] == 303
    assert is_signed_in(owner)
    with sqlite_database.reading() as db:
        event = db.exec(select(AuditEvent).where(AuditEvent.tag == Tag.STAFF_SIGN_IN_GUESSED)).one()
    assert (event.subject_id, event.organisation_id) == (cast.nia.id, cast.organisation_id)


def test_wa01_one_try_at_each_of_a_thousand_accounts_from_one_network(
    client_for: ClientFor, passwords: None, quick: None
) -> None:
    owner = client_for()
    assert try_password(owner, NIA, PASSWORD)[0] == 303
    owner.post("/sign-out")
    guesser = client_for()
    told = [try_password(guesser, f"person{number}@example.org", "Password2026!")[0] for number in range(1_000)]
    assert (told.count(422), told.count(429)) == (100, 900)
    # A pupil who does this from the school's own network shuts no teacher out who has signed in there before.
    assert try_password(owner, NIA, PASSWORD)[0] == 303


def test_wa01_nobody_fills_the_mailbox_of_another(
    client_for: ClientFor, passwords: None, sqlite_database: Database
) -> None:
    owner = from_network(client_for(), 9_999)
    assert try_password(owner, NIA, PASSWORD)[0] == 303
    owner.post("/sign-out")
    asker = client_for()
    told = [
        from_network(asker, number).post("/sign-in", data={"email": NIA, "way": "code"}).status_code
        for number in range(40)
    ]
    assert (told.count(303), told.count(429)) == (20, 20)
    assert owner.post("/sign-in", data={"email": NIA, "way": "code"}).status_code == 303
    with sqlite_database.reading() as db:
        assert len([row for row in db.exec(select(OutgoingMail)) if row.to_address == NIA]) == 21


def test_wa01_waiting_helps(client_for: ClientFor, passwords: None, quick: None, today: Traveller) -> None:
    client = client_for()
    for _ in range(10):
        try_password(client, NIA, "wrong")
    assert try_password(client, NIA, PASSWORD)[0] == 429
    today.shift(901)
    assert try_password(client, NIA, PASSWORD)[0] == 303


@pytest.mark.parametrize("spoiled", ["", "x", "eyJicm93c2VyIjoieCIsIm1hcmtzIjpbXX0.aaaa.bbbb"])
def test_wa01_a_browser_cannot_say_by_itself_that_it_is_known(
    client_for: ClientFor, passwords: None, quick: None, spoiled: str
) -> None:
    client = client_for()
    for number in range(100):
        try_password(from_network(client, number), NIA, "wrong")
    thief = from_network(client_for(), 500)
    thief.set_cookie(KNOWN, spoiled, domain=HOST, secure=True)
    assert try_password(thief, NIA, PASSWORD)[0] == 429


def test_wa01_a_browser_that_is_known_is_so_for_those_who_signed_in_there(
    client_for: ClientFor, passwords: None, quick: None
) -> None:
    client = from_network(client_for(), 7)
    assert try_password(client, SAM, PASSWORD)[0] == 303
    for number in range(100):
        try_password(from_network(client_for(), number), NIA, "wrong")
    client.post("/sign-out")
    assert try_password(client, NIA, PASSWORD)[0] == 429


@pytest.mark.attack("WA11")
def test_the_cookie_of_a_known_browser_is_bound_to_this_host(client_for: ClientFor, passwords: None) -> None:
    answer = client_for().post("/sign-in", data={"email": NIA, "password": PASSWORD})
    (cookie,) = [each for each in answer.headers.getlist("Set-Cookie") if each.startswith(KNOWN)]
    parts = {part.strip() for part in cookie.split(";")}
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= parts
    assert NIA not in cookie
    assert not any(part.startswith("Domain") for part in parts)


def test_a_browser_knows_five_at_most(client_for: ClientFor) -> None:
    client = client_for()
    with client.application.test_request_context("/"):
        from flask import Response

        answer = Response()
        for number in range(9):
            answer = known.remember(Response(), f"person{number}@example.org")
    assert len(answer.headers["Set-Cookie"]) < 600


@pytest.mark.parametrize(
    "form",
    [
        pytest.param({"password": "not the right one"}, id="WA02 a wrong password"),
        pytest.param({"way": "code"}, id="WA02 a code by e-mail"),
        pytest.param({"password": ""}, id="WA02 no password"),
        pytest.param({"password": "x" * 1025}, id="WA02 a password that is too long"),
    ],
)
def test_nobody_learns_who_has_an_account(client_for: ClientFor, passwords: None, form: dict[str, str]) -> None:
    seen = set()
    for who in (NIA, "lee@example.org", "nobody@example.org"):
        client = client_for()
        answer = client.post("/sign-in", data={"email": who, **form})
        headers = sorted(
            (name, value) for name, value in answer.headers if name not in {"Set-Cookie", "Content-Length", "Date"}
        )
        cookies = [each.partition("=")[0] for each in answer.headers.getlist("Set-Cookie")]
        text = without_token(answer.text.replace(who, "…"))
        seen.add((answer.status_code, answer.location, str(headers), str(cookies), text))
    assert len(seen) == 1


def test_wa02_a_closed_account_reads_like_none(
    client_for: ClientFor, passwords: None, sqlite_database: Database
) -> None:
    from accredit.domain.people import queries

    with sqlite_database.transaction() as db:
        account = queries.account_by_email(db, NIA)
        assert account is not None
        account.active = False
    pages = {
        without_token(client_for().post("/sign-in", data={"email": who, "password": PASSWORD}).text.replace(who, "…"))
        for who in (NIA, "nobody@example.org")
    }
    assert len(pages) == 1
