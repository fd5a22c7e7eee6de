"""What is remembered between two reads is forgotten as soon as anybody writes anything."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from accredit.storage import Database
from accredit.storage.heartbeat import beat
from accredit.storage.versions import Remembered, version, version_of

NOW = datetime(2026, 6, 30, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)


def seen(database: Database) -> str | None:
    with database.reading() as db:
        return version(db)


def write(database: Database) -> None:
    with database.transaction() as db:
        beat(db, queue="sign", now=NOW)


def test_it_stays_the_same_while_nobody_writes(database: Database) -> None:
    assert seen(database) == seen(database)


def test_a_write_of_this_process_changes_it(database: Database) -> None:
    before = seen(database)
    write(database)
    assert seen(database) != before


def test_a_write_of_another_process_changes_it(database: Database) -> None:
    address = database.engine.url.render_as_string(hide_password=False)
    before = seen(database)
    with Database(address) as other:
        write(other)
    assert seen(database) != before


def test_what_is_read_after_it_is_never_older_than_it(database: Database) -> None:
    count = sa.text("SELECT count(*) FROM heartbeat")
    with database.reading() as db:
        before = version(db)
        write(database)
        read = db.execute(count).scalar_one()
    if read:
        # The write was seen already: nobody will be given this count under the version of before.
        assert seen(database) != before


def test_it_is_the_same_with_and_without_a_transaction(database: Database) -> None:
    with database.reading() as db:
        within = version(db)
    assert version_of(database) == within


def test_it_is_the_same_for_every_connection(database: Database) -> None:
    with database.reading() as one, database.reading() as other:
        version(one)
        version(other)
    # Two were open at once; each asks once more, and by then nothing is new to either of them.
    with database.reading() as one, database.reading() as other:
        version(one)
        assert version(one) == version(other)


def test_whoever_has_read_before_it_asks_has_none(sqlite_database: Database) -> None:
    with sqlite_database.reading() as db:
        db.execute(sa.text("SELECT count(*) FROM heartbeat")).scalar_one()
        assert version(db) is None
    with sqlite_database.reading() as db:
        first = version(db)
        db.execute(sa.text("SELECT count(*) FROM heartbeat")).scalar_one()
        assert version(db) == first


def test_one_version_never_stands_for_two_states(database: Database) -> None:
    """Four threads read, two write, one of them as another process would: equal versions must have read equal rows."""
    read: dict[str, set[object]] = {}
    lock, ended = threading.Lock(), threading.Event()
    question = sa.text("SELECT max(seen_at) FROM heartbeat")

    def look() -> None:
        while not ended.is_set():
            with database.reading() as db:
                found, answer = version(db), db.execute(question).scalar_one()
            if found is not None:
                with lock:
                    read.setdefault(found, set()).add(answer)

    def go_on_writing(by: Database, first: int) -> None:
        for step in range(150):
            with by.transaction() as db:
                beat(db, queue="sign", now=NOW + timedelta(seconds=first + 2 * step))

    write(database)
    with Database(database.engine.url.render_as_string(hide_password=False)) as other:
        readers = [threading.Thread(target=look) for _ in range(4)]
        writers = [threading.Thread(target=go_on_writing, args=given) for given in ((database, 0), (other, 1))]
        for thread in (*readers, *writers):
            thread.start()
        for thread in writers:
            thread.join()
        ended.set()
        for thread in readers:
            thread.join()
    assert len(read) > 10
    if database.is_postgresql:
        # What is read there after asking may be newer than the version, never older: that answer is given to nobody.
        return
    assert {found: answers for found, answers in read.items() if len(answers) > 1} == {}


def test_a_handle_that_may_write_has_none(database: Database) -> None:
    with database.transaction() as db:
        assert version(db) is None


def test_two_databases_never_share_one(sqlite_database: Database, postgresql_database: Database) -> None:
    assert seen(sqlite_database) != seen(postgresql_database)


def test_an_answer_is_kept_for_its_version_and_its_time() -> None:
    kept = Remembered[str](size=2)
    kept.keep("1", "a", "answer", until=LATER)
    assert kept.get("1", "a", now=NOW) == "answer"
    assert kept.get("1", "a", now=LATER) is None, "its time was over"
    assert kept.get("2", "a", now=NOW) is None, "it was of another version"
    assert kept.get(None, "a", now=NOW) is None, "nobody knew the version"


def test_a_new_version_forgets_everything_of_the_last() -> None:
    kept = Remembered[str](size=2)
    kept.keep("1", "a", "personal", until=LATER)
    kept.keep("2", "b", "other", until=LATER)
    assert kept.get("1", "a", now=NOW) is None
    assert "personal" not in repr(vars(kept))


@pytest.mark.parametrize("used", ["a", "b"])
def test_the_one_that_was_not_used_for_longest_makes_room(used: str) -> None:
    kept = Remembered[str](size=2)
    kept.keep("1", "a", "first", until=LATER)
    kept.keep("1", "b", "second", until=LATER)
    kept.get("1", used, now=NOW)
    kept.keep("1", "c", "third", until=LATER)
    assert kept.get("1", used, now=NOW) is not None
    assert kept.get("1", {"a": "b", "b": "a"}[used], now=NOW) is None


def test_nothing_is_kept_without_a_version() -> None:
    kept = Remembered[str](size=2)
    kept.keep(None, "a", "answer", until=LATER)
    assert kept.get(None, "a", now=NOW) is None
