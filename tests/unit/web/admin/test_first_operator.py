"""A fresh service is begun with the code from its console, and with nothing else."""

from __future__ import annotations

import pytest

from accredit.domain.people import first_operator, queries
from accredit.domain.people.models import Account
from accredit.storage import Database
from tests.cast import Cast
from tests.factories import NOW, PEPPER
from tests.web import ClientFor

TYPED = {"email": "Ops@example.org", "password": "walrus pencil yonder figment"}


@pytest.fixture
def code(sqlite_database: Database, cast: Cast) -> str:
    """Nobody runs the service, and this is the code of its console."""
    with sqlite_database.transaction() as db:
        account = db.get(Account, cast.operator.id)
        assert account is not None
        db.delete(account)
        db.flush()
        return first_operator.make_code(db, pepper=PEPPER, now=NOW)


def operators(database: Database) -> list[str]:
    with database.reading() as db:
        return [account.email for account in queries.operators(db)]


def test_the_code_makes_an_operator_who_is_signed_in_at_once(
    code: str, client_for: ClientFor, sqlite_database: Database
) -> None:
    browser = client_for()
    assert "Nobody runs this service yet" in browser.get("/begin").text
    answer = browser.post("/begin", data={"code": code, **TYPED}, follow_redirects=True)
    assert answer.request.path == "/admin/"
    assert "You run this service now" in answer.text
    assert operators(sqlite_database) == ["ops@example.org"]
    # And with the password from any other browser.
    answer = client_for().post("/sign-in", data={"email": "ops@example.org", "password": TYPED["password"]})
    assert answer.status_code == 303


@pytest.mark.attack("WA34")
@pytest.mark.parametrize("typed", ["", "aaaa-aaaa-aaaa-aaaa"], ids=["no code", "another code"])
def test_wa34_without_the_code_nobody_begins_and_what_was_typed_stays(
    code: str, client_for: ClientFor, sqlite_database: Database, typed: str
) -> None:
    answer = client_for().post("/begin", data={"code": typed, **TYPED})
    assert answer.status_code == 422
    assert 'id="code-error"' in answer.text
    assert 'value="Ops@example.org"' in answer.text
    assert TYPED["password"] not in answer.text
    assert operators(sqlite_database) == []


@pytest.mark.attack("WA34")
def test_wa34_guessing_is_slowed_down(code: str, client_for: ClientFor) -> None:
    browser = client_for()
    answers = [browser.post("/begin", data={"code": "aaaa", **TYPED}).status_code for _ in range(21)]
    assert (answers[0], answers[-1]) == (422, 429)


def test_a_service_that_somebody_runs_sends_to_the_sign_in(client_for: ClientFor, sqlite_database: Database) -> None:
    browser = client_for()
    assert browser.get("/begin").location.endswith("/sign-in")
    assert browser.post("/begin", data={"code": "aaaa-aaaa-aaaa-aaaa", **TYPED}).location.endswith("/sign-in")
    assert operators(sqlite_database) == ["operator@example.org"]
