"""The log as static files: whole at every moment, continued and never replaced, and checked by itself."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from accredit.domain.transparency import operations, publishing
from accredit.domain.transparency.publishing import Published
from accredit.domain.transparency.rules import Act, Entry, LogSigner
from accredit.errors import Conflict, NotFound
from accredit.kit.ledger import static_log
from accredit.kit.ledger.signed_note import Ed25519Key
from accredit.storage import Database
from accredit.storage.durable_folder import DurableFolder

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
        operations.checkpoint(db, signer=SIGNER, now=NOW)


def _publish(database: Database, folder: DurableFolder) -> Published:
    with database.reading() as db:
        return publishing.publish(db, folder=folder, log_keys=[LOG_KEY])


def _problems(folder: DurableFolder) -> tuple[static_log.Finding, ...]:
    key = folder.read(static_log.KEY)
    assert key is not None
    keys = static_log.read_keys(key)
    return static_log.examine(folder.read, log_keys=keys, expected_origin=ORIGIN).findings


def test_a_folder_is_continued_and_is_whole_each_time(database: Database, tmp_path: Path) -> None:
    folder = DurableFolder(tmp_path)
    before = 0
    for now in (3, 256, 300, 700):
        _grow(database, now - before)
        done = _publish(database, folder)
        assert (done.before, done.now) == (before, now)
        assert _problems(folder) == ()
        before = now
    assert _publish(database, folder) == Published(before=700, now=700, written=0)
    assert (tmp_path / "tile/0/002.p/188").exists()


def test_power_cut_in_the_middle_of_an_export(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = DurableFolder(tmp_path)
    _grow(sqlite_database, 300)
    _publish(sqlite_database, folder)
    _grow(sqlite_database, 400)
    write = DurableFolder.write

    for number in range(1, 20):
        left = [number]

        def until_the_cut(place: DurableFolder, path: str, content: bytes, left: list[int] = left) -> bool:
            left[0] -= 1
            if left[0] == 0:
                raise KeyboardInterrupt
            return write(place, path, content)

        with monkeypatch.context() as patched:
            patched.setattr(DurableFolder, "write", until_the_cut)
            try:
                done = _publish(sqlite_database, DurableFolder(tmp_path))
            except KeyboardInterrupt:
                # It still states the older size, and holds all of that.
                assert _problems(folder) == ()
                continue
        assert done.now == 700
        break
    assert number > 5
    assert _problems(folder) == ()


def test_a_folder_whose_checkpoint_was_altered_is_left_alone(database: Database, tmp_path: Path) -> None:
    folder = DurableFolder(tmp_path)
    _grow(database, 10)
    _publish(database, folder)
    kept = folder.read(static_log.CHECKPOINT)
    other = DurableFolder(tmp_path / "other")
    other.write(static_log.CHECKPOINT, kept.replace(b"\n10\n", b"\n11\n") if kept else b"")
    with pytest.raises(Conflict, match="not one of this log"):
        _publish(database, other)


@pytest.mark.parametrize(
    ("size", "sentence"), [(5, "rolled back"), (12, "another history")], ids=["a shorter log", "a longer one"]
)
def test_a_database_that_was_rolled_back_does_not_overwrite_the_folder(
    sqlite_database: Database, postgresql_database: Database, tmp_path: Path, size: int, sentence: str
) -> None:
    folder = DurableFolder(tmp_path)
    _grow(sqlite_database, 10)
    _publish(sqlite_database, folder)
    kept = folder.read(static_log.CHECKPOINT)
    _grow(postgresql_database, size)
    with pytest.raises(Conflict, match=sentence):
        _publish(postgresql_database, folder)
    assert folder.read(static_log.CHECKPOINT) == kept
    assert _problems(folder) == ()


def test_nothing_is_written_before_anything_was_signed(sqlite_database: Database, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        _publish(sqlite_database, DurableFolder(tmp_path / "new"))
    assert not (tmp_path / "new").exists()
