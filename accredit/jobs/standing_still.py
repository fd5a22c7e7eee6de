"""Say in the database why signing stands still, where it does not go on by itself: pages and ``/readyz`` read it.

A database that is away for a moment, or one certificate that cannot be built, is none of these. What is no more is
taken back with the first pass that meets nothing of the kind.
"""

from __future__ import annotations

import errno
from collections.abc import Iterable
from datetime import datetime

import structlog

from accredit.errors import AccreditError
from accredit.jobs.issuing import Issuer
from accredit.storage import Database, standstill
from accredit.storage.promises import Queue

logger = structlog.get_logger()

NOT_KNOWN = ""
"""Something went wrong that may pass: what was written down before stays."""
LASTING = frozenset(
    {
        "passphrase-missing",
        "key-missing",
        "key-unreadable",
        "key-mismatch",
        "key-known",
        "keys-permissions",
        "keys-shared",
        "key-compromised",
        "lock-store",
        "lock-lost",
        "log-origin",
        "log-forked",
        "log-rolled-back",
        "clock-behind",
        "clock-ahead",
        "low-water",
        "disk-full",
    }
)
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}


def code_of(error: BaseException) -> str:
    """Return the word for what an error says of signing; `NOT_KNOWN` for what may pass by itself."""
    if isinstance(error, AccreditError):
        return error.code if error.code in LASTING else NOT_KNOWN
    if isinstance(error, OSError) and error.errno in _FULL:
        return "disk-full"
    # What SQLite and PostgreSQL say (SQLITE_FULL; 53100): either wraps it in an error of its own.
    said = str(error)
    return "disk-full" if "disk is full" in said or "No space left" in said else NOT_KNOWN


def of_pass(issuer: Issuer | None, refused: Iterable[str]) -> str | None:
    """Return why signing stands still after a pass that ended; None where it does not."""
    if issuer is None:
        return None
    if not issuer.has_its_keys():
        return "key-missing"
    if not issuer.has_room():
        return "low-water"
    return next((code for code in refused if code in LASTING), None)


def tell(database: Database, code: str | None, *, now: datetime) -> None:
    """Write down why signing stands still, or with None that it does not; on a full disk the journal alone says it."""
    if code == NOT_KNOWN:
        return
    try:
        with database.reading() as db:
            before = standstill.current(db, Queue.SIGN)
        if (before.code if before else None) == code:
            return
        with database.transaction() as db:
            if code is None:
                standstill.clear(db, queue=Queue.SIGN)
            else:
                standstill.note(db, queue=Queue.SIGN, code=code, now=now)
    except Exception:
        logger.exception("why signing stands still could not be written down", code=code)
