"""What may be remembered between two reads: everything, until anything at all is written; and nothing after that.

The database itself says whether somebody wrote in between, whichever process it was, so that nothing has to be listed
that an answer depends on, and nothing has to be told to the other processes: a revocation is seen by the next read.
It is asked first, in the transaction that reads: what is read afterwards is never older than what was asked.
"""

from __future__ import annotations

import itertools
import threading
from collections import OrderedDict
from collections.abc import Hashable
from contextlib import closing
from datetime import datetime
from typing import Any, Generic, TypeVar

from accredit.storage.database import Database, Session

Answer = TypeVar("Answer")

_CONNECTIONS = itertools.count()


def version(db: Session) -> str | None:
    """Return what stays the same exactly as long as nobody writes; None for a handle that may itself write."""
    connection = db.connection()
    options = connection.get_execution_options()
    if not (options.get("accredit_read") or options.get("postgresql_readonly")):
        return None
    return _version(connection.connection, connection.engine.url.render_as_string())


def version_of(database: Database) -> str:
    """Return the same without a transaction, for whoever may not have to read anything at all."""
    with closing(database.engine.raw_connection()) as connection:
        return _version(connection, database.engine.url.render_as_string())


def _version(connection: Any, address: str) -> str:
    driver = connection.driver_connection
    if address.startswith("postgresql"):
        # Two equal snapshots see the same rows: a commit takes a transaction out of the list or raises its end.
        (snapshot,) = driver.execute("SELECT pg_current_snapshot()::text").fetchone()
        return f"{address} {snapshot}"
    # https://www.sqlite.org/pragma.html#pragma_data_version: it means something on one connection only, and does not
    # tell what that connection itself has written.
    number = connection.info.setdefault("accredit_number", next(_CONNECTIONS))
    (seen,) = driver.execute("PRAGMA data_version").fetchone()
    return f"{number} {seen} {driver.total_changes}"


class Remembered(Generic[Answer]):
    """Answers that hold for one version of the database; those of an earlier one are forgotten at once.

    So what was erased is not kept either. At most ``size`` of them; a newer answer pushes out the oldest used.
    """

    def __init__(self, *, size: int) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._version: str | None = None
        self._answers: OrderedDict[Hashable, tuple[Answer, datetime]] = OrderedDict()

    def get(self, version: str | None, key: Hashable, *, now: datetime) -> Answer | None:
        """Return what was kept under a key for this version, unless its time is over."""
        with self._lock:
            if version is None or version != self._version:
                return None
            answer, until = self._answers.get(key, (None, now))
            if answer is None or until <= now:
                return None
            self._answers.move_to_end(key)
            return answer

    def keep(self, version: str | None, key: Hashable, answer: Answer, *, until: datetime) -> None:
        """Keep an answer of this version until a moment."""
        if version is None:
            return
        with self._lock:
            if version != self._version:
                self._answers.clear()
                self._version = version
            self._answers[key] = answer, until
            self._answers.move_to_end(key)
            while len(self._answers) > self._size:
                self._answers.popitem(last=False)
