"""Checkpoints and what they prove: never smaller, never two for one size, receipts that anybody can check."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from accredit.domain.transparency import operations, queries
from accredit.domain.transparency.models import LedgerHead
from accredit.domain.transparency.rules import Act, Entry, LogSigner
from accredit.errors import Conflict, NotFound
from accredit.kit.ledger.checkpoint import open_checkpoint
from accredit.kit.ledger.signed_note import Ed25519Key
from accredit.kit.ledger.tiles import decode_bundle
from accredit.kit.ledger.tlog_proof import verify_receipt
from accredit.storage import Database
from accredit.storage.append_only import drop_statements, guards

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ORIGIN = "accredit.example/ledger"
KEY = Ed25519PrivateKey.generate()
SIGNER = LogSigner(public_key=KEY.public_key().public_bytes_raw(), sign=KEY.sign)
LOG_KEY = Ed25519Key(ORIGIN, SIGNER.public_key)


def _grow(database: Database, count: int) -> None:
    entries = [Entry(act=Act.HOURS_APPROVED, subject_id=uuid.uuid4(), record={"minutes": 45}) for _ in range(count)]
    with database.transaction() as db:
        operations.ensure_log(db, origin=ORIGIN)
        operations.append_many(db, entries=entries, now=NOW)


def _sign(database: Database, now: datetime = NOW) -> int:
    with database.transaction() as db:
        signed = operations.checkpoint(db, signer=SIGNER, now=now)
    assert signed is not None
    return signed.size


def test_a_checkpoint_states_the_log_and_verifies_with_its_key(database: Database) -> None:
    _grow(database, 7)
    assert _sign(database) == 7
    with database.reading() as db:
        latest = queries.latest_checkpoint(db)
        assert latest is not None
        stated, _ = open_checkpoint(latest.note, [LOG_KEY], expected_origin=ORIGIN)
        assert (stated.size, stated.root) == (7, latest.root)
        assert queries.verify_chain(db) == ()


def test_an_empty_log_is_not_signed(database: Database) -> None:
    _grow(database, 0)
    with database.transaction() as db:
        assert operations.checkpoint(db, signer=SIGNER, now=NOW) is None


def test_the_same_size_again_returns_the_checkpoint_there_is(database: Database) -> None:
    _grow(database, 3)
    _sign(database)
    assert _sign(database, NOW + timedelta(hours=1)) == 3
    with database.reading() as db:
        latest = queries.latest_checkpoint(db)
    assert latest is not None
    assert latest.signed_at == NOW


def test_a_clock_that_goes_back_does_not_make_checkpoints_go_back(database: Database) -> None:
    _grow(database, 3)
    _sign(database)
    _grow(database, 1)
    _sign(database, NOW - timedelta(days=3650))
    with database.reading() as db:
        latest = queries.latest_checkpoint(db)
    assert latest is not None
    assert latest.signed_at == NOW


@pytest.mark.parametrize(
    ("kept", "code"),
    [(2, "log-rolled-back"), (5, "log-forked")],
    ids=["fewer leaves than were signed", "as many leaves but others"],
)
def test_a_log_that_does_not_continue_its_checkpoint_is_not_signed(database: Database, kept: int, code: str) -> None:
    _grow(database, 5)
    _sign(database)
    frontier = b"".join(bytes([n]) * 32 for n in range(kept.bit_count()))
    with database.transaction() as db:
        db.execute(sa.update(LedgerHead).values(size=kept, frontier=frontier))
    with pytest.raises(Conflict) as refused, database.transaction() as db:
        operations.checkpoint(db, signer=SIGNER, now=NOW)
    assert refused.value.code == code


def test_receipts_verify_offline_at_every_place_of_a_log_longer_than_a_tile(database: Database) -> None:
    _grow(database, 300)
    _sign(database)
    _grow(database, 300)
    _sign(database)
    with database.reading() as db:
        for index in (0, 255, 256, 299, 300, 511, 512, 599):
            text, hashed = queries.receipt(db, index), queries.leaf_hash_at(db, index)
            assert text is not None
            assert hashed is not None
            shown = verify_receipt(text, hashed, log_key=LOG_KEY, expected_origin=ORIGIN)
            assert shown.index == index
            assert shown.checkpoint.size == (300 if index < 300 else 600)
        assert queries.verify_chain(db) == ()


def test_a_leaf_that_no_checkpoint_covers_has_no_receipt_and_no_tile(database: Database) -> None:
    _grow(database, 2)
    _sign(database)
    _grow(database, 2)
    with database.reading() as db:
        assert queries.receipt(db, 2) is None
        assert queries.receipt(db, 1) is not None
        assert len(queries.tile(db, "tile/0/000.p/2")) == 64
        for path in ("tile/0/000.p/3", "tile/0/000", "tile/1/000", "tile/0/001", "tile/0/x000/000", "nonsense"):
            with pytest.raises(NotFound):
                queries.tile(db, path)


def test_tiles_and_bundles_hold_what_their_names_say(database: Database) -> None:
    _grow(database, 257)
    _sign(database)
    with database.reading() as db:
        assert len(queries.tile(db, "tile/0/000")) == 256 * 32
        assert len(queries.tile(db, "tile/1/000.p/1")) == 32
        assert len(decode_bundle(queries.tile(db, "tile/entries/000"), 256)) == 256
        assert len(decode_bundle(queries.tile(db, "tile/entries/001.p/1"), 1)) == 1


def test_a_subject_finds_its_leaf(database: Database) -> None:
    _grow(database, 2)
    subject = uuid.uuid4()
    with database.transaction() as db:
        operations.append(db, act=Act.AWARD_DECIDED, subject_id=subject, record={}, now=NOW)
    with database.reading() as db:
        assert queries.leaf_index(db, act=Act.AWARD_DECIDED, subject_id=subject) == 2
        found = queries.leaf_indexes(db, act=Act.AWARD_DECIDED, subject_ids=[subject, uuid.uuid4()])
        assert found == {subject: 2}
        assert queries.leaf_index(db, act=Act.HOURS_APPROVED, subject_id=subject) is None


TAMPERING = {
    "an entry that was exchanged": ('UPDATE ledger_leaf SET entry = leaf_hash WHERE "index" = 2', "leaf 2 does not"),
    "a leaf that was dropped": ('DELETE FROM ledger_leaf WHERE "index" = 2', "leaf 2 is missing"),
    "two leaves that were swapped": (
        """UPDATE ledger_leaf SET entry = (SELECT other.entry FROM ledger_leaf AS other
        WHERE other."index" = 3 - ledger_leaf."index") WHERE "index" IN (1, 2)""",
        "leaf 1 does not",
    ),
    "a tail that was cut off": ('DELETE FROM ledger_leaf WHERE "index" > 2', "larger than the log"),
    "a leaf hash that was exchanged": ('UPDATE ledger_leaf SET leaf_hash = entry WHERE "index" = 1', "leaf 1 does not"),
    "a checkpoint of another tree": ("UPDATE ledger_checkpoint SET size = 4", "checkpoint of 4"),
    "a checkpoint of leaves that are gone": ("UPDATE ledger_checkpoint SET size = 9", "larger than the log"),
    "a record that was rewritten": (
        """UPDATE ledger_record SET record = '{"minutes": 900}' WHERE leaf_index = 0""",
        "record of leaf 0",
    ),
    "a head that was set back": ("UPDATE ledger_head SET size = 3", "the head is not"),
}


@pytest.mark.attack("LG02")
@pytest.mark.parametrize(("statement", "problem"), TAMPERING.values(), ids=TAMPERING.keys())
def test_whoever_gets_past_the_triggers_is_found_out(database: Database, statement: str, problem: str) -> None:
    _grow(database, 5)
    _sign(database)
    with database.transaction() as db:
        for guard in guards():
            if guard.table.startswith("ledger_"):
                for drop in drop_statements(guard, database.engine.dialect.name):
                    db.execute(sa.text(drop))
        db.execute(sa.text(statement.replace(":", r"\:")))
    with database.reading() as db:
        assert any(problem in found for found in queries.verify_chain(db))


@pytest.mark.attack("LG15")
def test_erasing_a_record_and_its_salt_leaves_the_log_whole(database: Database) -> None:
    _grow(database, 5)
    _sign(database)
    with database.transaction() as db:
        db.execute(sa.text("UPDATE ledger_record SET record = NULL, salt = NULL WHERE leaf_index = 1"))
    with database.reading() as db:
        assert queries.verify_chain(db) == ()
        assert queries.receipt(db, 1) is not None
