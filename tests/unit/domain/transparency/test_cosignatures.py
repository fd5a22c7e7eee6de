"""What witnesses add: their lines beside the checkpoint and in receipts, and a time that somebody else states."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from accredit.domain.transparency import operations, queries
from accredit.domain.transparency.models import LedgerCosignature
from accredit.domain.transparency.rules import Act, Entry, LogSigner
from accredit.errors import NotFound
from accredit.kit.ledger.cosignature import CosignerKey, cosign, is_surely_before
from accredit.kit.ledger.errors import NoteRejected
from accredit.kit.ledger.signed_note import Ed25519Key, parse
from accredit.kit.ledger.tlog_proof import verify_receipt
from accredit.storage import Database
from accredit.storage.append_only import drop_statements, guards

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ORIGIN = "accredit.example/ledger"
LOG, FIRST, SECOND = (Ed25519PrivateKey.generate() for _ in range(3))
SIGNER = LogSigner(public_key=LOG.public_key().public_bytes_raw(), sign=LOG.sign)
LOG_KEY = Ed25519Key(ORIGIN, SIGNER.public_key)
ONE = CosignerKey("one.example", FIRST.public_key().public_bytes_raw())
TWO = CosignerKey("two.example", SECOND.public_key().public_bytes_raw())


def _grow(database: Database, count: int) -> int:
    entries = [Entry(act=Act.HOURS_APPROVED, subject_id=uuid.uuid4(), record={"minutes": 45}) for _ in range(count)]
    with database.transaction() as db:
        operations.ensure_log(db, origin=ORIGIN)
        operations.append_many(db, entries=entries, now=NOW)
        signed = operations.checkpoint(db, signer=SIGNER, now=NOW)
    assert signed is not None
    return signed.size


def _answer(database: Database, size: int, key: CosignerKey, private: Ed25519PrivateKey, at: datetime) -> bytes:
    with database.reading() as db:
        found = queries.covering_checkpoint(db, size - 1)
    assert found is not None
    text = parse(found.note).text
    return cosign(text, key.name, private.sign, key.public_key, time=int(at.timestamp())).line.encode()


def _cosign(database: Database, size: int, key: CosignerKey = ONE, at: datetime = NOW) -> None:
    private = FIRST if key is ONE else SECOND
    answer = _answer(database, size, key, private, at)
    with database.transaction() as db:
        assert operations.keep_cosignature(db, size=size, witness=key, answer=answer) == at


def test_a_witness_stands_beside_the_checkpoint_and_in_the_receipt(database: Database) -> None:
    size = _grow(database, 5)
    with database.reading() as db:
        before = queries.receipt(db, 3)
        hashed = queries.leaf_hash_at(db, 3)
        assert queries.inclusion(db, 3).witnessed == ()  # type: ignore[union-attr]
    assert before is not None
    assert hashed is not None
    assert verify_receipt(before, hashed, log_key=LOG_KEY, expected_origin=ORIGIN, witnesses=[ONE, TWO]).seen == {}

    _cosign(database, size, ONE, NOW + timedelta(seconds=5))
    _cosign(database, size, TWO, NOW + timedelta(seconds=3))
    with database.reading() as db:
        latest = queries.latest_checkpoint(db)
        assert latest is not None
        shown = queries.published_note(db, latest)
        receipt = queries.receipt(db, 3)
        proved = queries.inclusion(db, 3)
        assert queries.verify_chain(db) == ()
    assert [each.name for each in parse(shown).signatures] == [ORIGIN, "two.example", "one.example"]
    assert receipt is not None
    found = verify_receipt(receipt, hashed, log_key=LOG_KEY, expected_origin=ORIGIN, witnesses=[ONE, TWO], quorum=2)
    assert found.seen == {
        "one.example": int(NOW.timestamp()) + 5,
        "two.example": int(NOW.timestamp()) + 3,
    }
    assert proved is not None
    assert [each.at for each in proved.witnessed] == [NOW + timedelta(seconds=3), NOW + timedelta(seconds=5)]


def test_a_receipt_takes_the_first_checkpoint_that_a_witness_saw_and_keeps_it(database: Database) -> None:
    sizes = [_grow(database, 2) for _ in range(4)]
    with database.reading() as db:
        assert queries.inclusion(db, 0).checkpoint.size == sizes[0]  # type: ignore[union-attr]
    _cosign(database, sizes[2])
    with database.reading() as db:
        first = queries.receipt(db, 0)
        assert queries.inclusion(db, 0).checkpoint.size == sizes[2]  # type: ignore[union-attr]
        assert queries.inclusion(db, 7).checkpoint.size == sizes[3]  # type: ignore[union-attr]
    _cosign(database, sizes[3])
    with database.reading() as db:
        assert queries.receipt(db, 0) == first
        last = queries.last_cosigned(db, str(ONE))
        assert last is not None
        assert last.size == sizes[3]
        assert queries.last_cosigned(db, str(TWO)) is None


@pytest.mark.parametrize(
    ("after", "is_before"),
    [(timedelta(milliseconds=999), False), (timedelta(seconds=1), True), (timedelta(seconds=2), True)],
    ids=["in the second that it states", "when that second is over", "later"],
)
def test_what_was_cosigned_in_the_second_of_a_theft_was_not_surely_before_it(
    database: Database, after: timedelta, is_before: bool
) -> None:
    size = _grow(database, 2)
    _cosign(database, size, at=NOW)
    with database.reading() as db:
        assert queries.was_witnessed(db, 0, before=NOW + after) is is_before
        assert queries.witnessed_size(db, before=NOW + after) == (size if is_before else 0)
    assert is_surely_before(NOW, NOW + after) is is_before


def test_the_first_cosignature_of_a_witness_stands(database: Database) -> None:
    size = _grow(database, 2)
    _cosign(database, size)
    _cosign(database, size, at=NOW + timedelta(hours=1))
    with database.reading() as db:
        (only,) = queries.cosignatures(db, size)
    assert (only.name, only.at) == ("one.example", NOW)


def test_an_answer_that_does_not_verify_is_not_kept(database: Database) -> None:
    size = _grow(database, 2)
    other = _grow(database, 2)
    for answer in (_answer(database, other, ONE, FIRST, NOW), _answer(database, size, TWO, SECOND, NOW)):
        with pytest.raises(NoteRejected), database.transaction() as db:
            operations.keep_cosignature(db, size=size, witness=ONE, answer=answer)
    with pytest.raises(NotFound), database.transaction() as db:
        operations.keep_cosignature(db, size=99, witness=ONE, answer=b"")
    with database.reading() as db:
        assert queries.cosignatures(db, size) == ()


def test_fsck_names_a_cosignature_that_was_altered(database: Database) -> None:
    size = _grow(database, 2)
    _cosign(database, size)
    with database.reading() as db:
        (kept,) = queries.cosignatures(db, size)
    (guard,) = [each for each in guards() if each.table == "ledger_cosignature"]
    with database.engine.begin() as connection:
        for statement in drop_statements(guard, connection.dialect.name):
            connection.exec_driver_sql(statement)
        connection.execute(sa.update(LedgerCosignature).values(line=kept.line.replace(kept.line[-20:-15], "AAAAA")))
    with database.reading() as db:
        (problem,) = queries.verify_chain(db)
    assert problem == f"the cosignature of one.example on the checkpoint of {size} does not verify"
