"""Append to the log and sign its checkpoints.

Appending locks the one head row, so leaves are numbered without gaps in the order in which transactions commit. The
lock is held until the caller's transaction ends: append last. The log's private key is not here: whoever holds it
lends a `LogSigner`.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.transparency import queries
from accredit.domain.transparency.models import LedgerCheckpoint, LedgerHead, LedgerLeaf, LedgerNode, LedgerRecord
from accredit.domain.transparency.rules import Act, CheckpointFacts, Entry, LogSigner, statement
from accredit.errors import Conflict, NotReady
from accredit.kit.ledger.checkpoint import Checkpoint, sign_checkpoint
from accredit.kit.ledger.commitment import SALT_BYTES, commit
from accredit.kit.ledger.errors import LedgerError
from accredit.kit.ledger.merkle import (
    HASH_BYTES,
    CompactRange,
    consistency_proof,
    leaf_hash,
    verify_consistency,
)
from accredit.kit.ledger.tiles import TILE_BITS
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
    completed: list[tuple[int, int, bytes]] = []
    for entry in entries:
        if entry.key in known:
            continue
        known[entry.key] = index = tree.size
        salt = secrets.token_bytes(SALT_BYTES)
        record = statement(entry, now=now)
        commitment = commit(record, salt)
        completed += tree.append(leaf_hash(commitment))
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
        _keep_nodes(db, completed)
        db.execute(sa.update(LedgerHead).values(size=tree.size, frontier=b"".join(tree.hashes)))
    return [known[entry.key] for entry in entries]


def hold(db: Session) -> None:
    """Make every other writer of the log wait until this transaction ends; what is read after it is current."""
    _lock_head(db)


def checkpoint(db: Session, *, signer: LogSigner, now: datetime) -> CheckpointFacts | None:
    """Sign the log as it stands and return the checkpoint; for a size signed before, return that one.

    1. The head is locked, so that nobody signs another tree of the same size at the same time.
    2. The tree now must continue the one signed last; if it does not, nothing is signed.
    3. The row is the lock store: one checkpoint for a size, for ever (its primary key), never smaller than the last.

    None for an empty log. Raises `Conflict` (``log-forked``) when the log no longer continues its last checkpoint.
    """
    tree = _lock_head(db)
    if tree.size == 0:
        return None
    last = queries.latest_checkpoint(db)
    if last is not None:
        if last.size == tree.size and last.root == tree.root():
            return last
        _check_continues(db, last, tree)
    origin = db.execute(sa.select(col(LedgerHead.origin))).scalar_one()
    note = sign_checkpoint(Checkpoint(origin=origin, size=tree.size, root=tree.root()), signer.sign, signer.public_key)
    # Times never decrease, whatever the clock does.
    at = max(now, last.signed_at) if last else now
    db.execute(sa.insert(LedgerCheckpoint).values(size=tree.size, root=tree.root(), note=note, signed_at=at))
    return CheckpointFacts(size=tree.size, root=tree.root(), note=note, signed_at=at)


def _check_continues(db: Session, last: CheckpointFacts, tree: CompactRange) -> None:
    if last.size >= tree.size:
        raise Conflict("log-forked", f"{last.size} leaves were signed, but the log now has {tree.size}")
    try:
        proof = consistency_proof(queries.hashes(db, tree.size), last.size, tree.size)
        verify_consistency(last.size, tree.size, proof, last.root, tree.root())
    except LedgerError as error:
        raise Conflict("log-forked", f"the log does not continue its checkpoint of {last.size}: {error}") from error


def _lock_head(db: Session) -> CompactRange:
    # Columns, not the row object: an object loaded before the lock was granted would hold an older size. SQLite has
    # no row locks and needs none: a write transaction is alone from its beginning.
    found = db.execute(sa.select(col(LedgerHead.size), col(LedgerHead.frontier)).with_for_update()).one_or_none()
    if found is None:
        raise NotReady("no-log", "The log has not been started; run: accredit migrate")
    size, frontier = found
    return CompactRange(size, [frontier[at : at + HASH_BYTES] for at in range(0, len(frontier), HASH_BYTES)])


def _keep_nodes(db: Session, completed: Sequence[tuple[int, int, bytes]]) -> None:
    nodes = [
        {"level": level // TILE_BITS, "index": index, "hash": value}
        for level, index, value in completed
        if level and level % TILE_BITS == 0
    ]
    if nodes:
        db.execute(sa.insert(LedgerNode), nodes)


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
