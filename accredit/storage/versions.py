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
from weakref import WeakKeyDictionary

from sqlalchemy import Engine
from sqlalchemy.pool import Pool

from accredit.storage.database import Database, Session

Answer = TypeVar("Answer")

_NUMBERS = itertools.count()
_ASKED = "accredit_version"


def version(db: Session) -> str | None:
    """Return what stays the same exactly as long as nobody writes.

    None for a handle that may itself write, and for one that has read something before it asks: what it reads may be
    older than what others have seen by now.
    """
    if _ASKED in db.info:
        asked: str | None = db.info[_ASKED]
        return asked
    if db.in_transaction():
        return None
    connection = db.connection()
    options = connection.get_execution_options()
    if not (options.get("accredit_read") or options.get("postgresql_readonly")):
        return None
    db.info[_ASKED] = found = _version(connection.connection, connection.engine)
    return found


def version_of(database: Database) -> str | None:
    """Return the same without a transaction, for whoever may not have to read anything at all."""
    with closing(database.engine.raw_connection()) as connection:
        return _version(connection, database.engine)


def _version(connection: Any, engine: Engine) -> str | None:
    if engine.dialect.name == "postgresql":
        # Two equal snapshots see the same rows: a commit takes a transaction out of the list or raises its end.
        (snapshot,) = connection.driver_connection.execute("SELECT pg_current_snapshot()::text").fetchone()
        return f"{engine.url.render_as_string()} {snapshot}"
    with _LOCK:
        epoch = _EPOCHS.setdefault(engine.pool, _Epoch())
    return epoch.seen_by(connection)


class _Epoch:
    """A number that all connections of one SQLite file share, and that is another after every write.

    SQLite tells each connection apart whether others have written since it asked last (PRAGMA data_version), and what
    it wrote itself. The number is taken before a connection asks, so that whoever sees nothing new is at least as new
    as the number; whoever sees something new gives everybody another one. Was somebody else quicker with that, nobody
    can say which of the two saw more, and this one has no number.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._number = next(_NUMBERS)

    def seen_by(self, connection: Any) -> str | None:
        """Return the number of what a connection sees now."""
        before = self._number
        driver = connection.driver_connection
        (by_others,) = driver.execute("PRAGMA data_version").fetchone()
        seen = by_others, driver.total_changes
        if connection.info.get(_ASKED) == seen:
            return str(before)
        connection.info[_ASKED] = seen
        with self._lock:
            is_first, self._number = self._number == before, next(_NUMBERS)
            return str(self._number) if is_first else None


_LOCK = threading.Lock()
_EPOCHS: WeakKeyDictionary[Pool, _Epoch] = WeakKeyDictionary()


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
