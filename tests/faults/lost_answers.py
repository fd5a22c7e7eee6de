"""Acts whose effect is on disk although they are told that it failed: the answer was lost on its way back."""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import psycopg
import pysqlite3.dbapi2 as sqlite
import sqlalchemy as sa
from sqlalchemy import event

from accredit.errors import NotReady
from accredit.storage.durable_folder import DurableFolder
from accredit.storage.lock_store import LockStore
from tests.faults import child, rows_export
from tests.faults.child import Outbox


class Passed:
    """Counts calls, and says which is the one that is lost."""

    def __init__(self, nth: int) -> None:
        """Lose the nth."""
        self.count, self._nth = 0, nth

    def is_it(self) -> bool:
        """Count one more."""
        self.count += 1
        return self.count == self._nth


def issue_with_lost_commit(folder: Path, nth: int) -> int:
    """Issue, and be told at the nth commit that the database went away, when it had committed. Return how many were."""
    passed = Passed(nth)
    event.listen(sa.Engine, "engine_connect", lambda connection: _lose_commits(connection.dialect, passed))
    child.issue_and_go_on(folder)
    return passed.count


def _lose_commits(dialect: Any, passed: Passed) -> None:
    if getattr(dialect, "loses_commits", False):
        return
    commit: Callable[[Any], None] = dialect.do_commit

    def commit_and_fail(connection: Any) -> None:
        commit(connection)
        if passed.is_it():
            raise _went_away(dialect.name)

    dialect.do_commit, dialect.loses_commits = commit_and_fail, True


def _went_away(dialect: str) -> Exception:
    if dialect == "postgresql":
        return psycopg.OperationalError("server closed the connection unexpectedly")
    error: Exception = sqlite.OperationalError("disk I/O error")
    return error


def issue_with_lost_swap(folder: Path, nth: int) -> int:
    """Issue, and be told at the nth swap of what was signed last that it failed. Return how many swaps there were."""
    passed = Passed(nth)
    swap = LockStore.swap

    def swap_and_fail(self: LockStore, *arguments: Any, **named: Any) -> None:
        swap(self, *arguments, **named)
        if passed.is_it():
            raise NotReady("lock-store", "the disk did not answer")

    LockStore.swap = swap_and_fail  # type: ignore[method-assign]  # in a process of its own
    child.issue_and_go_on(folder)
    return passed.count


def send_with_lost_answer(folder: Path) -> int:
    """Sweep, and lose the mail server's answer after it has accepted the letter."""
    send = Outbox.send

    def send_and_fail(self: Outbox, message: EmailMessage) -> None:
        send(self, message)
        raise smtplib.SMTPServerDisconnected("Connection unexpectedly closed")

    Outbox.send = send_and_fail  # type: ignore[method-assign]  # in a process of its own
    return child.recover(folder)


def export_with_lost_write(folder: Path, nth: int) -> None:
    """Export the log, and be told at the nth file that it could not be written, when it is in its place."""
    passed = Passed(nth)
    write = DurableFolder.write

    def write_and_fail(self: DurableFolder, path: str, content: bytes) -> bool:
        write(self, path, content)
        if passed.is_it():
            raise NotReady("folder", "the disk did not answer")
        return True

    DurableFolder.write = write_and_fail  # type: ignore[method-assign]  # in a process of its own
    rows_export.export(folder)
