"""Look through the whole record once a night: database, ledger, signed documents, status lists (``accredit fsck``).

What is found goes to the journal, to ``/readyz`` and to the operator's page, and changes nothing: a document without
its leaf (attacks.md LG18), a leaf without its document (LG19) and a bit that nobody decided (LG17) are for a person to
judge.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from accredit.clock import LONDON
from accredit.domain.awarding import self_audit
from accredit.domain.issuing.self_audit import verify_lists, verify_store
from accredit.domain.transparency import queries as transparency
from accredit.errors import NotReady
from accredit.jobs.tidying import tidy
from accredit.storage import Database, inspection, integrity
from accredit.storage.lock_store import LockStore

logger = structlog.get_logger()

HOUR = 2
"""Of the night, in London: few people wait for anything then."""
LOOK_SECONDS = 60.0

Checks = dict[str, Callable[[Database], tuple[str, ...]]]


def _ledger(database: Database) -> tuple[str, ...]:
    with database.reading() as db:
        return transparency.verify_chain(db)


def _status_lists(database: Database) -> tuple[str, ...]:
    with database.reading() as db:
        return verify_lists(db)


def _signed_documents(database: Database) -> tuple[str, ...]:
    with database.reading() as db:
        return verify_store(db)


def _records(database: Database) -> tuple[str, ...]:
    with database.reading() as db:
        return self_audit.verify_records(db)


def _audit_trail(database: Database) -> tuple[str, ...]:
    with database.reading() as db:
        return self_audit.verify_audit_trail(db)


CHECKS_OF_A_COPY: Checks = {
    "the database is whole": integrity.problems,
    "every guard of what only grows is in its place": integrity.missing_guards,
    "the ledger is whole, and every checkpoint agrees with it": _ledger,
    "every signed document is the one that was recorded": _signed_documents,
    "every published status list says what the record says": _status_lists,
    "hours, registers and awards are as they were decided": _records,
    "the audit trail tells of every decision": _audit_trail,
}
"""What holds of every copy. A copy is of one moment, and what was signed since then says nothing against it."""


def checks(lock_store: Path) -> Checks:
    """Return every check of a live service, by what it says when all is well."""

    def last_signed(database: Database) -> tuple[str, ...]:
        try:
            with database.reading() as db:
                kept = LockStore(lock_store).latest(transparency.origin(db) or "")
                if kept is None:
                    return ()
                told = transparency.contradiction(db, signed_size=kept.size, signed_root=kept.root)
        except (OSError, NotReady) as error:
            return (f"what was signed last cannot be read: {error}",)
        return () if told is None else (told,)

    return CHECKS_OF_A_COPY | {"the ledger continues what was signed last": last_signed}


def is_due(latest: datetime | None, *, now: datetime) -> bool:
    """Say whether the record is to be looked through: it never was, or not since the hour of the latest night."""
    local = now.astimezone(LONDON)
    hour = local.replace(hour=HOUR, minute=0, second=0, microsecond=0)
    return latest is None or latest < (hour if hour <= local else hour - timedelta(days=1))


def inspect(database: Database, lock_store: Path, clock: Callable[[], datetime]) -> tuple[str, ...]:
    """Look through everything, keep what was found and return it in sentences; each is in the journal, too."""
    began = clock()
    found: list[str] = []
    for name, check in checks(lock_store).items():
        try:
            found += check(database)
        except Exception as error:  # noqa: BLE001  # a check that breaks off must not hide what the others find
            # Its kind only: the message may quote the row that broke it.
            found.append(f"could not be checked ({type(error).__name__}): {name}")
    with database.transaction() as db:
        inspection.keep(db, began_at=began, ended_at=clock(), findings=found)
    for each in found:
        logger.error("the record is not as it should be", finding=each)
    logger.info("the record was looked through", wrong=len(found))
    return tuple(found)


def inspect_nightly(
    database: Database, lock_store: Path, clock: Callable[[], datetime], ended: threading.Event
) -> None:
    """Look through the record whenever that is due, and let go of what was kept for days only, until told to stop."""
    while not ended.wait(LOOK_SECONDS):
        try:
            with database.reading() as db:
                latest = inspection.latest(db)
            if is_due(latest.began_at if latest else None, now=clock()):
                inspect(database, lock_store, clock)
                tidy(database, now=clock())
        except Exception:
            # The database may be away, or another process writing: the next look finds it due still.
            logger.exception("the record could not be looked through")
