"""An answer is given again exactly as long as everything it follows from is read again unchanged."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlmodel import col

from accredit.storage import Database, Session, readings
from accredit.storage.heartbeat import Heartbeat, beat
from accredit.storage.readings import Notes, Reasoned

NOW = datetime(2026, 6, 30, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
SEEN = sa.select(col(Heartbeat.queue), col(Heartbeat.seen_at)).where(col(Heartbeat.queue) == sa.bindparam("queue"))


def write(database: Database, queue: str = "sign", now: datetime = NOW) -> None:
    with database.transaction() as db:
        beat(db, queue=queue, now=now)


def read(db: Session) -> Notes:
    with readings.noting(db) as notes:
        readings.rows(db, SEEN, queue="sign")
    return notes


@pytest.fixture
def notes(database: Database) -> Notes:
    write(database)
    with database.reading() as db:
        return read(db)


def holds(database: Database, notes: Notes) -> bool:
    with database.reading() as db:
        return notes.still_hold(db)


def test_notes_hold_whatever_else_is_written(database: Database, notes: Notes) -> None:
    write(database, "deliver")
    assert holds(database, notes)


def test_notes_do_not_hold_once_a_row_is_another(database: Database, notes: Notes) -> None:
    write(database, now=LATER)
    assert not holds(database, notes)


def test_notes_do_not_hold_once_a_row_is_gone(database: Database, notes: Notes) -> None:
    with database.transaction() as db:
        db.execute(sa.delete(Heartbeat))
    assert not holds(database, notes)


def test_notes_of_nothing_do_not_hold_once_there_is_something(database: Database) -> None:
    with database.reading() as db:
        notes = read(db)
    assert holds(database, notes)
    write(database)
    assert not holds(database, notes)


@pytest.mark.parametrize("past", ["execute", "exec", "get"])
def test_what_goes_past_the_notes_leaves_them_incomplete(database: Database, past: str) -> None:
    write(database)
    with database.reading() as db:
        with readings.noting(db) as notes:
            if past == "get":
                db.get(Heartbeat, "sign")
            else:
                getattr(db, past)(sa.select(Heartbeat))
        assert not notes.is_whole
        assert not notes.still_hold(db)


def test_what_is_settled_is_not_asked_again(database: Database) -> None:
    with database.reading() as db, readings.noting(db) as notes, readings.settled(db):
        db.execute(sa.select(Heartbeat)).all()
        readings.rows(db, SEEN, queue="sign")
    assert notes.is_whole
    assert not notes.asked


def test_notes_within_notes_are_in_both_and_end_when_they_end(database: Database) -> None:
    with database.reading() as db, readings.noting(db) as outer:
        with readings.noting(db) as inner:
            readings.rows(db, SEEN, queue="sign")
        readings.rows(db, SEEN, queue="deliver")
        db.execute(sa.select(Heartbeat)).all()
    assert (len(outer.asked), len(inner.asked)) == (2, 1)
    assert (outer.is_whole, inner.is_whole) == (False, True)


def test_notes_of_a_confined_handle_never_hold(database: Database, notes: Notes) -> None:
    with database.reading(uuid4()) as db:
        assert not notes.still_hold(db)
        assert not read(db).is_whole


def test_what_is_about_to_be_written_counts(database: Database, notes: Notes) -> None:
    with database.transaction() as db:
        db.get(Heartbeat, "sign").seen_at = LATER
        assert not notes.still_hold(db)


def test_an_answer_is_kept_until_its_time_is_over(database: Database, notes: Notes) -> None:
    kept = Reasoned[str](size=2)
    kept.keep("a", "personal", notes, now=NOW, until=LATER)
    with database.reading() as db:
        assert kept.get(db, "a", now=NOW) == "personal"
        assert kept.get(db, "a", now=NOW - timedelta(seconds=1)) is None, "the clock went back"
        kept.keep("a", "personal", notes, now=NOW, until=LATER)
        assert kept.get(db, "b", now=LATER) is None
        assert "personal" not in repr(vars(kept)), "whatever is asked for, what has run out is dropped"


def test_an_answer_that_no_longer_follows_is_dropped(database: Database, notes: Notes) -> None:
    kept = Reasoned[str](size=2)
    kept.keep("a", "personal", notes, now=NOW, until=LATER)
    write(database, now=LATER)
    with database.reading() as db:
        assert kept.get(db, "a", now=NOW) is None
    assert "personal" not in repr(vars(kept))


def test_an_answer_with_incomplete_notes_is_not_kept(database: Database) -> None:
    kept = Reasoned[str](size=2)
    kept.keep("a", "answer", Notes(is_whole=False), now=NOW, until=LATER)
    with database.reading() as db:
        assert kept.get(db, "a", now=NOW) is None


def test_the_oldest_makes_room(database: Database, notes: Notes) -> None:
    kept = Reasoned[str](size=2)
    for key in ("a", "b", "c"):
        kept.keep(key, key, notes, now=NOW, until=LATER)
    with database.reading() as db:
        assert [kept.get(db, key, now=NOW) for key in ("a", "b", "c")] == [None, "b", "c"]
