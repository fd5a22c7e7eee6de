"""WA02: signing in does the same work for an address that somebody has and for one that nobody has.

What a clock could tell is what was done, so what was done is compared: every statement, and every hash of a password.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from flask_security.utils import hash_password
from sqlmodel import select

from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import Tag
from accredit.domain.people import queries
from accredit.storage import Database
from accredit.web.auth.accounts import SignInAccount
from tests.cast import Cast
from tests.unit.web.auth.test_second_step import NEXT, add_second_step
from tests.unit.web.auth.test_staff_sign_in import NIA, PASSWORD, SAM, ask_for_code, try_password
from tests.unit.web.auth.test_staff_sign_in import passwords as passwords  # noqa: PLC0414  # a fixture
from tests.web import ClientFor

NOBODY, CLOSED, WITHOUT = "nobody@example.org", "lee@example.org", "oz@example.org"
_PLACES = re.compile(r"IN \((?:SELECT 1 FROM \(SELECT 1\) WHERE 1!=1|[^()]*)\)")
ADDRESSES = (NIA, NOBODY, CLOSED, WITHOUT)


@pytest.fixture
def closed(sqlite_database: Database, passwords: None) -> None:
    """An account that was closed; another has no password."""
    with sqlite_database.transaction() as db:
        account = queries.account_by_email(db, CLOSED)
        assert account is not None
        account.active = False


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """Note every statement, without its values and without how many places a list of them has."""
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        found.append(_PLACES.sub("IN ()", re.sub(r"\s+", " ", statement)))

    sa.event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        sa.event.remove(database.engine, "before_cursor_execute", note)


@pytest.mark.attack("WA02")
def test_a_wrong_password_costs_one_hash_whoever_it_is(
    client_for: ClientFor, closed: None, monkeypatch: pytest.MonkeyPatch, sqlite_database: Database
) -> None:
    hashed: list[str] = []
    real_check = SignInAccount.verify_and_update_password

    def make(text: str) -> str:
        hashed.append("made")
        return str(hash_password(text))

    def check(account: SignInAccount, text: str) -> bool:
        hashed.append("checked")
        return bool(real_check(account, text))

    monkeypatch.setattr("accredit.web.auth.entering.hash_password", make)
    monkeypatch.setattr(SignInAccount, "verify_and_update_password", check)
    told = {}
    for who in ADDRESSES:
        hashed.clear()
        client = client_for()
        client.get("/sign-in")
        with statements(sqlite_database) as done:
            assert try_password(client, who, "not the right one at all")[0] == 422
        told[who] = (len(hashed), tuple(done))
    assert {count for count, _ in told.values()} == {1}
    assert len({done for _, done in told.values()}) == 1


@pytest.mark.attack("WA02")
def test_asking_for_a_code_and_typing_a_wrong_one_is_the_same_work(
    client_for: ClientFor, closed: None, sqlite_database: Database
) -> None:
    asked, typed = set(), set()
    for who in ADDRESSES:
        client = client_for()
        client.get("/sign-in")
        with statements(sqlite_database) as done:
            assert client.post("/sign-in", data={"email": who, "way": "code"}).status_code == 303
        asked.add(tuple(done))
        with statements(sqlite_database) as done:
            assert client.post("/sign-in/code", data={"code": "12345678"}).status_code == 422
        typed.add(tuple(done))
    assert len(asked) == 1
    assert len(typed) == 1


@pytest.mark.attack("WA04")
def test_every_code_that_is_refused_is_on_record_without_its_digits(
    client_for: ClientFor, cast: Cast, passwords: None, sqlite_database: Database
) -> None:
    def reasons() -> list[tuple[object, ...]]:
        with sqlite_database.reading() as db:
            found = db.exec(select(AuditEvent).where(AuditEvent.tag == Tag.STAFF_CODE_REFUSED)).all()
        assert all(code not in str(row.details) for row in found for code in typed)
        return [(row.subject_id, row.organisation_id, row.details["why"]) for row in found]

    nia, school, typed = client_for(), cast.organisation_id, ["00000000"]
    code = ask_for_code(nia, sqlite_database, NIA)
    typed.append(code)
    wrong = f"{(int(code) + 1) % 10**8:08}"
    nia.post("/sign-in/code", data={"code": wrong})
    older = client_for()
    first = ask_for_code(older, sqlite_database, SAM)
    newer = client_for()
    ask_for_code(newer, sqlite_database, SAM)
    older.post("/sign-in/code", data={"code": first})
    stranger = client_for()
    stranger.post("/sign-in", data={"email": NOBODY, "way": "code"})
    stranger.post("/sign-in/code", data={"code": "00000000"})
    assert reasons() == [
        (cast.nia.id, school, "wrong"),
        (cast.sam.id, school, "used-up"),
        (None, None, "wrong"),
    ]
    assert "refused a code that was to sign Nia Enghraifft in" in client_for(cast.nia).get("/school/record").text


@pytest.mark.attack("WA04")
def test_a_refused_second_step_is_on_record_too(
    client_for: ClientFor, cast: Cast, passwords: None, sqlite_database: Database
) -> None:
    app, _codes = add_second_step(client_for(cast.nia))
    again = client_for()
    assert try_password(again, NIA, PASSWORD)[0] == 303
    again.post(NEXT, data={"code": app.wrong()})
    with sqlite_database.reading() as db:
        (event,) = db.exec(select(AuditEvent).where(AuditEvent.tag == Tag.STAFF_CODE_REFUSED)).all()
    assert (event.subject_id, event.details) == (cast.nia.id, {"why": "second-step"})
