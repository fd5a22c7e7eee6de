"""A promise lives and dies with the transaction that makes it."""

from __future__ import annotations

import uuid

import pytest
import sqlalchemy as sa

from accredit.storage import Database, promises


def _promised(database: Database) -> list[tuple[str, str]]:
    table = "dbos.workflow_status" if database.is_postgresql else "workflow_status"
    with database.reading() as db:
        rows = db.execute(sa.text(f"SELECT name, queue_name FROM {table} WHERE status = 'ENQUEUED' ORDER BY name"))
        return [(name, queue) for name, queue in rows]


def test_a_committed_promise_waits_in_the_queue_of_its_kind(database: Database) -> None:
    with database.transaction() as db:
        promises.promise(db, "issue-award", uuid.uuid4())
        promises.promise(db, promises.Promise.SEND_MAIL, uuid.uuid4())
    assert _promised(database) == [("issue-award", "sign"), ("send-mail", "deliver")]


def test_a_promise_of_a_rolled_back_transaction_was_never_made(database: Database) -> None:
    with pytest.raises(RuntimeError), database.transaction() as db:
        promises.promise(db, "issue-award", uuid.uuid4())
        raise RuntimeError
    assert _promised(database) == []


def test_a_name_that_nobody_keeps_is_refused(database: Database) -> None:
    with pytest.raises(ValueError, match="issue-cheese"), database.transaction() as db:
        promises.promise(db, "issue-cheese", uuid.uuid4())


def test_preparing_twice_changes_nothing(database: Database) -> None:
    with database.transaction() as db:
        promises.promise(db, "issue-award", uuid.uuid4())
    promises.prepare(database)
    assert len(_promised(database)) == 1


def test_the_list_of_tables_that_migrations_ignore_is_whole(sqlite_database: Database) -> None:
    with sqlite_database.reading() as db:
        found = set(db.scalars(sa.text("SELECT name FROM sqlite_master WHERE type = 'table'")))
    ours = {"ledger_leaf", "award"}
    assert ours <= found
    import sqlmodel

    assert found - set(sqlmodel.SQLModel.metadata.tables) - {"sqlite_sequence"} == promises.SQLITE_TABLES
