"""The page is rendered once for many readers, and anew as soon as anything was written."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
import time_machine

from accredit.domain.issuing import operations as issuing
from accredit.storage import Database
from tests.cast import Cast
from tests.factories import NOW
from tests.populated import Year
from tests.web import BASE_URL, Browser, ClientFor, compose, make_settings


@pytest.fixture
def statements(sqlite_database: Database, year: Year) -> Iterator[list[str]]:
    """What is asked of the database while the test runs."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    sa.event.listen(sqlite_database.engine, "before_cursor_execute", note)
    yield asked
    sa.event.remove(sqlite_database.engine, "before_cursor_execute", note)


def reads(statements: list[str]) -> list[str]:
    return [statement for statement in statements if statement.startswith("SELECT")]


def test_second_reader_gets_the_same_page_without_another_look(
    client_for: ClientFor, year: Year, statements: list[str]
) -> None:
    first = client_for().get(f"/v/{year.code}")
    assert reads(statements)
    statements.clear()
    second = client_for().get(f"/v/{year.code}")
    assert not reads(statements)
    assert (second.data, dict(second.headers)) == (first.data, dict(first.headers))


@pytest.mark.attack("VS04")
@pytest.mark.parametrize("address", ["/v/{}", "/api/verify/{}"], ids=["the page", "the API"])
def test_vs04_revoked_by_another_process_is_seen_by_the_next_reader(
    stranger: Browser, sqlite_database: Database, cast: Cast, year: Year, address: str
) -> None:
    address = address.format(year.code)
    assert any(word in stranger.get(address).data for word in (b'"GENUINE"', b"verdict--genuine"))
    with Database(sqlite_database.engine.url.render_as_string()) as other, other.transaction() as db:
        issuing.revoke(db, issuance_id=year.issuance_id, reason="wrong", actor=cast.nia.actor, now=NOW)
    after = stranger.get(address)
    assert b"verdict--genuine" not in after.data
    assert any(word in after.data for word in (b'"reason": "revoked"', b"The organisation has revoked it."))


def test_the_moment_on_the_page_is_that_of_the_reader(
    stranger: Browser, year: Year, today: time_machine.Traveller
) -> None:
    assert "30 June 2026" in stranger.get(f"/v/{year.code}").text
    today.shift(86_400)
    text = stranger.get(f"/v/{year.code}").text
    assert "Checked just now, 1 July 2026" in text
    assert "As of 1 July 2026" in text


def test_what_a_reader_with_a_cookie_saw_is_nobody_elses(client_for: ClientFor, cast: Cast, year: Year) -> None:
    signed_in = client_for(cast.nia).get(f"/v/{year.code}")
    stranger = client_for().get(f"/v/{year.code}")
    assert "Set-Cookie" not in stranger.headers
    assert "csrf_token" not in stranger.text
    assert signed_in.headers["Cache-Control"] == stranger.headers["Cache-Control"] == "no-store"


def test_name_is_asked_without_a_cookie_though_forms_are_guarded(
    sqlite_database: Database, year: Year, cast: Cast, client_for: ClientFor
) -> None:
    guarded = compose(sqlite_database, make_settings(), csrf=True).test_client()
    assert isinstance(guarded, Browser)
    answer = guarded.post(f"{BASE_URL}/v/{year.code}", data={"name": cast.ama.name})
    assert answer.status_code == 200
    assert "That is the name on this certificate." in answer.text
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("act", ["suspend", "revoke"])
def test_status_that_changed_is_on_the_page_at_once(
    stranger: Browser, year: Year, change_status: Callable[[str], None], act: str
) -> None:
    assert "verdict--genuine" in stranger.get(f"/v/{year.code}").text
    change_status(act)
    assert "verdict--genuine" not in stranger.get(f"/v/{year.code}").text
