"""IN17: whoever opens what is kept about a young person stands in the record of what was done, once a day."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import event

from accredit.domain.people import looking
from accredit.storage import Database
from tests.cast import Cast
from tests.web import ClientFor

pytestmark = pytest.mark.attack("IN17")


def readers(database: Database, cast: Cast) -> list[str | None]:
    with database.reading() as db:
        return [look.name for look in looking.looks(db, cast.ama.id)]


def test_the_record_says_who_looked_at_whose_page(client_for: ClientFor, cast: Cast, sqlite_database: Database) -> None:
    nia = client_for(cast.nia)
    for _ in range(3):
        assert nia.get(f"/school/people/{cast.ama.id}").status_code == 200
    assert readers(sqlite_database, cast) == [cast.nia.name]
    found = nia.get("/school/record?part=looking").text
    assert len(re.findall(f"{cast.nia.name} looked at the page of Ama Sample", found)) == 1
    assert "looked at the page" not in nia.get("/school/record?part=people").text


def test_every_page_that_names_a_young_person_is_the_schools(app: Flask) -> None:
    # Otherwise the next page of somebody's would be opened by whoever likes to, and nobody knew.
    pages = [
        rule
        for rule in app.url_map.iter_rules()
        if "young_person_id" in rule.arguments and "GET" in (rule.methods or ())
    ]
    # A program is known by its key, whose last day of use is written down (ADR 30).
    assert {rule.endpoint.partition(".")[0] for rule in pages} <= {"coordinator", "api_v1"}
    assert sum(rule.endpoint.startswith("coordinator.") for rule in pages) >= 3


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/school/people/{}/change", id="the form with their details"),
        pytest.param("/school/people/{}/leave", id="the question whether they leave"),
    ],
)
def test_what_stands_beside_the_page_counts_too(
    client_for: ClientFor, cast: Cast, sqlite_database: Database, path: str
) -> None:
    assert client_for(cast.nia).get(path.format(cast.ama.id)).status_code == 200
    assert readers(sqlite_database, cast) == [cast.nia.name]


def test_what_was_not_shown_is_not_written_down(client_for: ClientFor, cast: Cast, sqlite_database: Database) -> None:
    path = f"/school/people/{cast.ama.id}"
    answers = [client_for(who).get(path).status_code for who in (cast.oz, cast.sam, cast.cai, None)]
    assert 200 not in answers
    assert readers(sqlite_database, cast) == []


def test_lists_of_everybody_do_not_count(client_for: ClientFor, cast: Cast, sqlite_database: Database) -> None:
    assert "Ama Sample" in client_for(cast.nia).get("/school/people").text
    assert readers(sqlite_database, cast) == []


def test_what_cannot_be_written_down_is_not_shown(client_for: ClientFor, cast: Cast, sqlite_database: Database) -> None:
    nia = client_for(cast.nia)

    def full(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("INSERT INTO audit_event"):
            raise OSError("no space left")

    event.listen(sqlite_database.engine, "before_cursor_execute", full)
    try:
        # In production the answer is the page for our own faults.
        with pytest.raises(OSError, match="no space left"):
            nia.get(f"/school/people/{cast.ama.id}")
    finally:
        event.remove(sqlite_database.engine, "before_cursor_execute", full)
    assert readers(sqlite_database, cast) == []


@contextmanager
def somebody_writes(database: Database) -> Iterator[threading.Event]:
    """Hold the database for writing until the event is set, or the block ends."""
    begun, ended = threading.Event(), threading.Event()

    def hold() -> None:
        with database.transaction() as db:
            # A transaction begins with its first statement.
            db.execute(sa.select(1))
            begun.set()
            ended.wait(60)

    writer = threading.Thread(target=hold)
    writer.start()
    begun.wait(60)
    try:
        yield ended
    finally:
        ended.set()
        writer.join()


def test_the_page_comes_although_somebody_else_writes(
    client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    nia = client_for(cast.nia)
    with somebody_writes(sqlite_database) as ended:
        threading.Timer(0.3, ended.set).start()
        answer = nia.get(f"/school/people/{cast.ama.id}")
    assert answer.status_code == 200
    assert "Ama Sample" in answer.text
    assert readers(sqlite_database, cast) == [cast.nia.name]


def test_whoever_writes_for_too_long_hides_the_page_and_breaks_nothing(
    client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    """What cannot be written down is not shown; it is told as any moment without the database, and comes again."""
    nia = client_for(cast.nia)

    def hurried(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA busy_timeout = 20")

    sqlite_database.engine.dispose()
    event.listen(sqlite_database.engine, "connect", hurried)
    path = f"/school/people/{cast.ama.id}"
    with somebody_writes(sqlite_database):
        answer = nia.get(path)
        assert answer.status_code == 503
        assert answer.headers["Retry-After"]
        assert "Ama Sample" not in answer.text
        # Others are read meanwhile.
        assert nia.get("/school/people").status_code == 200
    assert nia.get(path).status_code == 200
    assert readers(sqlite_database, cast) == [cast.nia.name]
