"""Append to the log.

Appending locks the one head row, so leaves are numbered without gaps in the order in which transactions commit. The
lock is held until the caller's transaction ends: append last. Signing checkpoints is in `checkpoints`.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.transparency.models import LedgerHead, LedgerLeaf, LedgerRecord
from accredit.domain.transparency.rules import Act, Entry, statement
from accredit.errors import Conflict, NotReady
from accredit.kit.ledger.commitment import SALT_BYTES, commit
from accredit.kit.ledger.merkle import HASH_BYTES, CompactRange, leaf_hash
from accredit.storage import Session


def ensure_log(db: Session, *, origin: str) -> None:
    """Start the log with its permanent origin (``host/ledger``), or check that it is this one.

    Raises `Conflict` (``log-origin``) when the database holds a log of another origin.
    """
    found = db.execute(sa.select(col(LedgerHead.origin))).scalar_one_or_none()
    if found is None:
        db.execute(sa.insert(LedgerHead).values(id=1, origin=origin, size=0, frontier=b""))
    elif found != origin:
        raise Conflict("log-origin", f"this database holds the log of {found}, not of {origin}")


def append(
    db: Session,
    *,
    act: Act,
    subject_id: UUID,
    record: Mapping[str, object],
    now: datetime,
    organisation_id: UUID | None = None,
    occurrence: int = 0,
) -> int:
    """Commit one accountable act to the log and return its leaf index; the same act again returns the same index.

    ``record`` is as in `rules.Entry`. Raises `NotReady` (``no-log``) before `ensure_log`.
    """
    entry = Entry(act=act, subject_id=subject_id, record=record, organisation_id=organisation_id, occurrence=occurrence)
    return append_many(db, entries=[entry], now=now)[0]


def append_many(db: Session, *, entries: Sequence[Entry], now: datetime) -> list[int]:
    """Commit many acts in a constant number of statements; return their leaf indices in the order given."""
    if not entries:
        return []
    db.flush()
    tree = _lock_head(db)
    known = _known(db, entries)
    leaves: list[dict[str, object]] = []
    records: list[dict[str, object]] = []
    for entry in entries:
        if entry.key in known:
            continue
        known[entry.key] = index = tree.size
        salt = secrets.token_bytes(SALT_BYTES)
        record = statement(entry, now=now)
        commitment = commit(record, salt)
        tree.append(leaf_hash(commitment))
        leaves.append({"index": index, "entry": commitment, "leaf_hash": leaf_hash(commitment), "appended_at": now})
        records.append(
            {
                "leaf_index": index,
                "organisation_id": entry.organisation_id,
                "act": entry.act,
                "subject_id": entry.subject_id,
                "occurrence": entry.occurrence,
                "record": record,
                "salt": salt,
            }
        )
    if leaves:
        db.execute(sa.insert(LedgerLeaf), leaves)
        db.execute(sa.insert(LedgerRecord), records)
        db.execute(sa.update(LedgerHead).values(size=tree.size, frontier=b"".join(tree.hashes)))
    return [known[entry.key] for entry in entries]


def _lock_head(db: Session) -> CompactRange:
    # Columns, not the row object: an object loaded before the lock was granted would hold an older size. SQLite has
    # no row locks and needs none: a write transaction is alone from its beginning.
    found = db.execute(sa.select(col(LedgerHead.size), col(LedgerHead.frontier)).with_for_update()).one_or_none()
    if found is None:
        raise NotReady("no-log", "The log has not been started; run: accredit migrate")
    size, frontier = found
    return CompactRange(size, [frontier[at : at + HASH_BYTES] for at in range(0, len(frontier), HASH_BYTES)])


def _known(db: Session, entries: Sequence[Entry]) -> dict[tuple[Act, UUID, int], int]:
    subjects = {entry.subject_id for entry in entries}
    rows = db.execute(
        sa.select(
            col(LedgerRecord.act),
            col(LedgerRecord.subject_id),
            col(LedgerRecord.occurrence),
            col(LedgerRecord.leaf_index),
        ).where(col(LedgerRecord.subject_id).in_(subjects))
    )
    return {(act, subject, occurrence): index for act, subject, occurrence, index in rows}
