"""Appending to the log: numbered without gaps, once for each act, provable at every size."""

from __future__ import annotations

import threading
import uuid
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.transparency import operations
from accredit.domain.transparency.models import LedgerHead, LedgerLeaf, LedgerRecord
from accredit.domain.transparency.rules import Act, Entry
from accredit.errors import Conflict, NotReady
from accredit.kit.ledger import commitment, merkle
from accredit.storage import Database

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ORIGIN = "accredit.example/ledger"


def _entries(count: int) -> list[Entry]:
    return [Entry(act=Act.HOURS_APPROVED, subject_id=uuid.uuid4(), record={"minutes": 45}) for _ in range(count)]


def _started(database: Database) -> None:
    with database.transaction() as db:
        operations.ensure_log(db, origin=ORIGIN)


def test_leaves_are_numbered_from_zero_and_the_frontier_gives_their_root(database: Database) -> None:
    _started(database)
    with database.transaction() as db:
        assert operations.append_many(db, entries=_entries(5), now=NOW) == [0, 1, 2, 3, 4]
        assert operations.append(db, act=Act.AWARD_DECIDED, subject_id=uuid.uuid4(), record={}, now=NOW) == 5
    with database.reading() as db:
        hashes = db.scalars(sa.select(col(LedgerLeaf.leaf_hash)).order_by(col(LedgerLeaf.index))).all()
        head = db.scalars(sa.select(LedgerHead)).one()
        frontier = [head.frontier[at : at + 32] for at in range(0, len(head.frontier), 32)]
    assert head.size == 6
    assert merkle.CompactRange(6, frontier).root() == merkle.root_of(hashes)


def test_the_same_act_again_adds_nothing(database: Database) -> None:
    _started(database)
    entry = _entries(1)[0]
    with database.transaction() as db:
        assert operations.append_many(db, entries=[entry, entry], now=NOW) == [0, 0]
    with database.transaction() as db:
        assert operations.append_many(db, entries=[entry], now=NOW) == [0]
        again = Entry(act=entry.act, subject_id=entry.subject_id, record={}, occurrence=1)
        assert operations.append_many(db, entries=[again], now=NOW) == [1]


def test_a_rolled_back_append_leaves_no_gap(database: Database) -> None:
    _started(database)
    with pytest.raises(RuntimeError), database.transaction() as db:
        operations.append_many(db, entries=_entries(3), now=NOW)
        raise RuntimeError
    with database.transaction() as db:
        assert operations.append_many(db, entries=_entries(1), now=NOW) == [0]


def test_each_leaf_opens_with_its_own_salt(database: Database) -> None:
    _started(database)
    entry = _entries(1)[0]
    twin = Entry(act=entry.act, subject_id=uuid.uuid4(), record=entry.record)
    with database.transaction() as db:
        operations.append_many(db, entries=[entry, twin], now=NOW)
    with database.reading() as db:
        leaves = db.scalars(sa.select(LedgerLeaf).order_by(col(LedgerLeaf.index))).all()
        records = db.scalars(sa.select(LedgerRecord).order_by(col(LedgerRecord.leaf_index))).all()
    assert records[0].salt != records[1].salt
    for leaf, row in zip(leaves, records, strict=True):
        assert row.record is not None
        assert row.salt is not None
        assert commitment.opens(leaf.entry, row.record, row.salt)
    assert records[0].record is not None
    assert records[0].record["record"] == {"minutes": 45}


def test_a_log_keeps_its_origin_for_ever(database: Database) -> None:
    _started(database)
    with pytest.raises(Conflict, match="of accredit"), database.transaction() as db:
        operations.ensure_log(db, origin="elsewhere.example/ledger")


def test_nothing_can_be_appended_before_the_log_is_started(database: Database) -> None:
    with pytest.raises(NotReady), database.transaction() as db:
        operations.append_many(db, entries=_entries(1), now=NOW)


def test_four_writers_at_once_leave_neither_gap_nor_double(database: Database) -> None:
    _started(database)
    taken: list[int] = []

    def write() -> None:
        for _ in range(10):
            with database.transaction() as db:
                index = operations.append_many(db, entries=_entries(1), now=NOW)
            taken.extend(index)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == list(range(40))
    with database.reading() as db:
        hashes = db.scalars(sa.select(col(LedgerLeaf.leaf_hash)).order_by(col(LedgerLeaf.index))).all()
        head = db.scalars(sa.select(LedgerHead)).one()
    frontier = [head.frontier[at : at + 32] for at in range(0, len(head.frontier), 32)]
    assert merkle.CompactRange(40, frontier).root() == merkle.root_of(hashes)
