"""The latest signed checkpoint of each log, in a small file of its own, changed only by compare-and-swap.

The file lies outside the database and outside its backups, so it still knows what was signed when an old database comes
back, and of two servers that hold one key only one can take the next step. A witness keeps what it cosigned in the same
way. A swap is on disk when the call returns (rollback journal, ``synchronous=FULL``: no acknowledged write was lost in
simulated power cuts). Nothing here knows what a checkpoint is.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pysqlite3.dbapi2 as sqlite

from accredit.errors import Conflict, NotReady

_PRAGMAS = ("busy_timeout = 10000", "journal_mode = TRUNCATE", "synchronous = FULL", "trusted_schema = OFF")
_SCHEMA = """
CREATE TABLE IF NOT EXISTS latest (
    origin TEXT PRIMARY KEY,
    size INTEGER NOT NULL CHECK (size >= 0),
    root BLOB NOT NULL CHECK (length(root) = 32),
    note TEXT NOT NULL
) STRICT
"""
_NEVER_SMALLER = """
CREATE TRIGGER IF NOT EXISTS latest_never_smaller BEFORE UPDATE ON latest
WHEN NEW.origin IS NOT OLD.origin OR NEW.size < OLD.size OR (NEW.size = OLD.size AND NEW.root IS NOT OLD.root)
BEGIN SELECT RAISE(ABORT, 'a log never shrinks and never forks'); END
"""
_NEVER_GONE = """
CREATE TRIGGER IF NOT EXISTS latest_never_gone BEFORE DELETE ON latest
BEGIN SELECT RAISE(ABORT, 'a log is never forgotten'); END
"""

_LET_GO = """
CREATE TABLE IF NOT EXISTS let_go (
    origin TEXT NOT NULL, size INTEGER NOT NULL, root BLOB NOT NULL, note TEXT NOT NULL, reason TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT
"""


@dataclass(frozen=True, kw_only=True)
class Latest:
    """What was signed last of one log: how many leaves, their root (32 bytes), and the note."""

    size: int
    root: bytes
    note: str


class LockStore:
    """One file; every call opens it anew, so processes and threads may share it."""

    def __init__(self, path: Path, *, must_exist: bool = False) -> None:
        """Name the file; it is made with the first swap, or with `begin` where it ``must_exist`` ever after."""
        self.path = path
        self._must_exist = must_exist

    def begin(self) -> None:
        """Make the file, empty, where there is none. Raises `NotReady` (``lock-store``)."""
        with self._open(is_new=True):
            _sync_folder(self.path.parent)

    def latest(self, origin: str) -> Latest | None:
        """Return what was signed last of a log; None when nothing was. Raises `NotReady` (``lock-store``)."""
        if not self._must_exist and not self.path.exists():
            return None
        with self._open() as connection:
            row = connection.execute("SELECT size, root, note FROM latest WHERE origin = ?", [origin]).fetchone()
        return None if row is None else Latest(size=row[0], root=row[1], note=row[2])

    def swap(self, origin: str, *, expected: Latest | None, new: Latest) -> None:
        """Put ``new`` in the place of ``expected``, durably.

        Raises `Conflict` (``lock-lost``) when something else stands there by now: somebody else signs this log.
        `NotReady` (``lock-store``) when the file cannot be written; whether it was is then not known, so read again.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self._open() as connection:
            connection.execute("BEGIN IMMEDIATE")
            if expected is None:
                done = connection.execute(
                    "INSERT INTO latest (origin, size, root, note) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                    [origin, new.size, new.root, new.note],
                )
            else:
                done = connection.execute(
                    "UPDATE latest SET size = ?, root = ?, note = ? WHERE origin = ? AND size = ? AND root = ?",
                    [new.size, new.root, new.note, origin, expected.size, expected.root],
                )
            if done.rowcount != 1:
                connection.execute("ROLLBACK")
                detail = f"Another process signed the log {origin} meanwhile. Only one server may hold its key."
                raise Conflict("lock-lost", detail)
            connection.execute("COMMIT")

    def let_go(self, origin: str, *, expected: Latest, reason: str, at: datetime) -> None:
        """Know nothing of a log any more, and keep what was known beside it, with the reason, for ever.

        Raises `Conflict` (``lock-lost``) when something else than ``expected`` stands there; `NotReady`
        (``lock-store``). All of it happens or nothing.
        """
        with self._open() as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(_LET_GO)
            done = connection.execute(
                "INSERT INTO let_go SELECT origin, size, root, note, ?, ? FROM latest "
                "WHERE origin = ? AND size = ? AND root = ?",
                [reason, at.isoformat(), origin, expected.size, expected.root],
            )
            if done.rowcount != 1:
                connection.execute("ROLLBACK")
                raise Conflict("lock-lost", f"Something else was signed of the log {origin} meanwhile. Look again.")
            connection.execute("DROP TRIGGER latest_never_gone")
            connection.execute("DELETE FROM latest WHERE origin = ?", [origin])
            connection.execute(_NEVER_GONE)
            connection.execute("COMMIT")

    @contextmanager
    def _open(self, *, is_new: bool = False) -> Iterator[sqlite.Connection]:
        is_kept = self._must_exist and not is_new
        if is_kept and not self.path.exists():
            detail = f"{self.path} is gone, and with it what was signed last. Nothing is signed until it is back."
            raise NotReady("lock-store", detail)
        try:
            connection = sqlite.connect(str(self.path), isolation_level=None)
        except sqlite.Error as error:
            raise NotReady("lock-store", f"{self.path} cannot be opened: {error}.") from error
        try:
            for pragma in (
                "busy_timeout = 10000",
                "journal_mode = TRUNCATE",
                "synchronous = FULL",
                "trusted_schema = OFF",
            ):
                connection.execute(f"PRAGMA {pragma}")
            # Of a file that must be there a missing table is a loss too, and is told by the first question.
            for statement in () if is_kept else (_SCHEMA, _NEVER_SMALLER, _NEVER_GONE):
                connection.execute(statement)
            yield connection
        except sqlite.Error as error:
            detail = f"{self.path} cannot be read or written ({error}). See the disk and the rights of the file."
            raise NotReady("lock-store", detail) from error
        finally:
            connection.close()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
