"""The lock beside the database: a backup that came back, a second server, a crash between the two stores.

The misfortunes are those of the attack catalogue: LG04 equivocation, LG05 rollback, LG06 two servers with one key.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from accredit.domain.transparency import operations, queries
from accredit.domain.transparency.models import LedgerHead
from accredit.domain.transparency.rules import Act, Entry, LogSigner
from accredit.errors import Conflict
from accredit.kit.ledger.checkpoint import Checkpoint
from accredit.kit.ledger.merkle import CompactRange
from accredit.storage import Database
from accredit.storage.lock_store import Latest, LockStore

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ORIGIN = "accredit.example/ledger"
KEY = Ed25519PrivateKey.generate()
SIGNER = LogSigner(public_key=KEY.public_key().public_bytes_raw(), sign=KEY.sign)


@pytest.fixture
def lock(tmp_path: Path) -> LockStore:
    return LockStore(tmp_path / "keys" / "last-signed.sqlite")


def _grow(database: Database, count: int) -> None:
    entries = [Entry(act=Act.HOURS_APPROVED, subject_id=uuid.uuid4(), record={"minutes": 45}) for _ in range(count)]
    with database.transaction() as db:
        operations.ensure_log(db, origin=ORIGIN)
        operations.append_many(db, entries=entries, now=NOW)


def _sign(database: Database, lock: LockStore) -> int:
    with database.transaction() as db:
        signed = operations.checkpoint(db, signer=SIGNER, now=NOW, lock=lock)
    assert signed is not None
    return signed.size


def _refused(act: Callable[[], object]) -> Conflict:
    with pytest.raises(Conflict) as refused:
        act()
    return refused.value


def test_each_checkpoint_is_in_the_lock_before_it_is_in_the_database(database: Database, lock: LockStore) -> None:
    for size in (3, 5):
        _grow(database, size - (3 if size == 5 else 0))
        assert _sign(database, lock) == size
        with database.reading() as db:
            latest = queries.latest_checkpoint(db)
        assert latest is not None
        assert lock.latest(ORIGIN) == Latest(size=size, root=latest.root, note=latest.note)
    assert _sign(database, lock) == 5


def test_power_cut_after_the_lock_and_before_the_row(database: Database, lock: LockStore) -> None:
    _grow(database, 3)
    with pytest.raises(KeyboardInterrupt), database.transaction() as db:
        operations.checkpoint(db, signer=SIGNER, now=NOW, lock=lock)
        raise KeyboardInterrupt
    kept = lock.latest(ORIGIN)
    assert kept is not None
    _grow(database, 2)
    assert _sign(database, lock) == 5


def test_power_cut_and_the_same_leaves_are_signed_to_the_same_bytes(database: Database, lock: LockStore) -> None:
    _grow(database, 3)
    with pytest.raises(KeyboardInterrupt), database.transaction() as db:
        operations.checkpoint(db, signer=SIGNER, now=NOW, lock=lock)
        raise KeyboardInterrupt
    kept = lock.latest(ORIGIN)
    assert _sign(database, lock) == 3
    assert lock.latest(ORIGIN) == kept


@pytest.mark.attack("LG05")
def test_lg05_restored_last_weeks_backup(sqlite_schema: Path, tmp_path: Path, lock: LockStore) -> None:
    live, backup = tmp_path / "live.sqlite", tmp_path / "backup.sqlite"
    shutil.copy(sqlite_schema, live)
    database = Database(f"sqlite:///{live}")
    _grow(database, 3)
    _sign(database, lock)
    database.engine.dispose()
    shutil.copy(live, backup)
    _grow(database, 4)
    _sign(database, lock)
    database.close()

    restored = Database(f"sqlite:///{backup}")

    def check() -> None:
        with restored.transaction() as db:
            operations.check_against(db, lock=lock)

    refused = _refused(check)
    assert refused.code == "log-rolled-back"
    assert "7 entries were signed, and this database holds 3" in refused.detail
    assert "Next: 1." in refused.detail
    # Growing past the lost size does not help: it is another history.
    _grow(restored, 9)
    assert _refused(check).code == "log-forked"
    assert _refused(lambda: _sign(restored, lock)).code == "log-forked"
    with restored.reading() as db:
        # What was issued can still be proved.
        assert queries.receipt(db, 2) is not None
        assert queries.latest_checkpoint(db).size == 3  # type: ignore[union-attr]
    restored.close()


@pytest.mark.attack("LG05")
def test_lg05_a_witness_remembers_when_the_lock_is_lost_too(database: Database, tmp_path: Path) -> None:
    _grow(database, 3)
    seen = Checkpoint(origin=ORIGIN, size=7, root=bytes(32))
    with database.transaction() as db, pytest.raises(Conflict) as refused:
        operations.check_against(db, lock=LockStore(tmp_path / "lost.sqlite"), seen=[seen])
    assert refused.value.code == "log-rolled-back"


def test_fsck_tells_the_log_from_the_one_that_was_signed(database: Database) -> None:
    _grow(database, 5)
    with database.transaction() as db:
        signed = operations.checkpoint(db, signer=SIGNER, now=NOW)
    assert signed is not None
    _grow(database, 3)
    with database.reading() as db:
        assert queries.contradiction(db, signed_size=5, signed_root=signed.root) is None
        assert "does not continue" in (queries.contradiction(db, signed_size=5, signed_root=bytes(32)) or "")
        assert "rolled back" in (queries.contradiction(db, signed_size=9, signed_root=bytes(32)) or "")


def test_a_new_lock_learns_what_the_database_holds(database: Database, lock: LockStore) -> None:
    _grow(database, 3)
    with database.transaction() as db:
        operations.checkpoint(db, signer=SIGNER, now=NOW)
        operations.check_against(db, lock=lock)
    kept = lock.latest(ORIGIN)
    assert kept is not None
    assert kept.size == 3
    _grow(database, 1)
    assert _sign(database, lock) == 4


@pytest.mark.attack("LG04")
def test_lg04_no_second_root_is_signed_for_a_size(database: Database, lock: LockStore) -> None:
    _grow(database, 5)
    _sign(database, lock)
    other = CompactRange()
    for number in range(5):
        other.append(bytes([number]) * 32)
    with database.transaction() as db:
        db.execute(sa.update(LedgerHead).values(frontier=b"".join(other.hashes)))
    assert _refused(lambda: _sign(database, lock)).code == "log-forked"
    assert lock.latest(ORIGIN) is not None


@pytest.mark.attack("LG06")
def test_lg06_of_two_servers_with_one_key_one_stops(
    database: Database, sqlite_schema: Path, tmp_path: Path, lock: LockStore
) -> None:
    path = tmp_path / "second.sqlite"
    shutil.copy(sqlite_schema, path)
    second = Database(f"sqlite:///{path}")
    _grow(database, 3)
    _grow(second, 4)
    assert _sign(database, lock) == 3
    assert _refused(lambda: _sign(second, lock)).code == "log-forked"
    _grow(database, 1)
    assert _sign(database, lock) == 4
    second.close()


@pytest.mark.attack("LG06")
def test_lg06_whoever_loses_the_swap_signs_nothing(
    database: Database, lock: LockStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    _grow(database, 3)
    rival, swap = Latest(size=2, root=bytes(32), note="theirs"), LockStore.swap

    def meanwhile(store: LockStore, origin: str, *, expected: Latest | None, new: Latest) -> None:
        swap(store, origin, expected=None, new=rival)
        swap(store, origin, expected=expected, new=new)

    monkeypatch.setattr(LockStore, "swap", meanwhile)
    assert _refused(lambda: _sign(database, lock)).code == "lock-lost"
    with database.reading() as db:
        assert queries.latest_checkpoint(db) is None
    assert lock.latest(ORIGIN) == rival
