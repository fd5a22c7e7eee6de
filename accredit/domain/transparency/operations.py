"""Append to the log and sign its checkpoints.

Appending locks the one head row, so leaves are numbered without gaps in the order in which transactions commit. The
lock is held until the caller's transaction ends: append last. The log's private key is not here: whoever holds it
lends a `LogSigner`.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.transparency import queries
from accredit.domain.transparency.models import (
    LedgerCheckpoint,
    LedgerCosignature,
    LedgerHead,
    LedgerLeaf,
    LedgerNode,
    LedgerRecord,
)
from accredit.domain.transparency.rules import (
    Act,
    CheckpointFacts,
    Entry,
    LogSigner,
    forked,
    rolled_back,
    statement,
)
from accredit.errors import Conflict, NotFound, NotReady
from accredit.kit.ledger.checkpoint import Checkpoint, sign_checkpoint
from accredit.kit.ledger.commitment import SALT_BYTES, commit
from accredit.kit.ledger.cosignature import CosignerKey, cosigned_at
from accredit.kit.ledger.errors import LedgerError
from accredit.kit.ledger.merkle import (
    HASH_BYTES,
    CompactRange,
    consistency_proof,
    leaf_hash,
    verify_consistency,
)
from accredit.kit.ledger.signed_note import parse
from accredit.kit.ledger.tiles import TILE_BITS
from accredit.kit.ledger.witness import read_cosignature
from accredit.storage import Session
from accredit.storage.lock_store import Latest, LockStore
from accredit.storage.promises import Promise, promise


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
    tree = lock_head(db)
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
        hashed = leaf_hash(commitment)
        completed += tree.append(hashed)
        leaves.append({"index": index, "entry": commitment, "leaf_hash": hashed, "appended_at": now})
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
        # On the connection: for rows without objects the session would only look at each of them once more.
        connection = db.connection()
        connection.execute(sa.insert(LedgerLeaf), leaves)
        connection.execute(sa.insert(LedgerRecord), records)
        keep_nodes(db, completed)
        db.execute(sa.update(LedgerHead).values(size=tree.size, frontier=b"".join(tree.hashes)))
    return [known[entry.key] for entry in entries]


def forget(db: Session, *, subject_ids: Collection[UUID]) -> int:
    """Empty salt and record of every leaf about some subjects; return how many leaves mean nothing from now on.

    The leaves, the tree and every proof stay as they are (LG15).
    """
    emptied = db.execute(
        sa.update(LedgerRecord)
        .where(col(LedgerRecord.subject_id).in_(subject_ids), col(LedgerRecord.salt).is_not(None))
        .values(record=sa.null(), salt=sa.null())
        .returning(col(LedgerRecord.leaf_index))
    ).all()
    return len(emptied)


def hold(db: Session) -> None:
    """Make every other writer of the log wait until this transaction ends; what is read after it is current."""
    lock_head(db)


def checkpoint(
    db: Session, *, signer: LogSigner, now: datetime, lock: LockStore | None = None
) -> CheckpointFacts | None:
    """Sign the log as it stands and return the checkpoint; for a size signed before, return that one.

    1. The head is locked, so that nobody signs another tree of the same size at the same time.
    2. The tree now must continue the one signed last, by this database's word and by the ``lock``'s, which lies outside
       its backups; if it does not, nothing is signed.
    3. The lock is swapped, durably: of two servers that hold the key, one loses here. After a crash: the lock is ahead
       of the rows by a checkpoint that nobody saw, and the same leaves are signed again to the same bytes.
    4. The row: one checkpoint for a size, for ever (its primary key), never smaller than the last.

    None for an empty log. Without a ``lock`` only the rows are compared: for a log that nobody else may ever sign.
    Raises `Conflict`: ``log-forked``, ``log-rolled-back``, ``lock-lost``.
    """
    tree = lock_head(db)
    origin = db.execute(sa.select(col(LedgerHead.origin))).scalar_one()
    kept = lock.latest(origin) if lock else None
    if kept is not None:
        _check_continues(db, kept.size, kept.root, tree)
    if tree.size == 0:
        return None
    last = queries.latest_checkpoint(db)
    if last is not None:
        if last.size == tree.size and last.root == tree.root():
            return last
        _check_continues(db, last.size, last.root, tree)
    note = sign_checkpoint(Checkpoint(origin=origin, size=tree.size, root=tree.root()), signer.sign, signer.public_key)
    if lock is not None:
        lock.swap(origin, expected=kept, new=Latest(size=tree.size, root=tree.root(), note=note))
    # Times never decrease, whatever the clock does.
    at = max(now, last.signed_at) if last else now
    db.execute(sa.insert(LedgerCheckpoint).values(size=tree.size, root=tree.root(), note=note, signed_at=at))
    return CheckpointFacts(size=tree.size, root=tree.root(), note=note, signed_at=at)


def have_cosigned(db: Session, *, size: int) -> None:
    """Promise that witnesses are asked to cosign the checkpoint of ``size``, unless one of them did already."""
    if not queries.cosignatures(db, size):
        promise(db, Promise.ASK_WITNESSES, str(size))


def keep_cosignature(db: Session, *, size: int, witness: CosignerKey, answer: bytes) -> datetime:
    """Keep a witness's cosignature of the checkpoint of ``size``; return the time it states. The first one stands.

    ``answer`` is what the witness said. Raises `NotFound` (``checkpoint``), and the errors of
    `kit.ledger.witness.read_cosignature` for an answer that its key does not bear out.
    """
    note = db.execute(
        sa.select(col(LedgerCheckpoint.note)).where(col(LedgerCheckpoint.size) == size)
    ).scalar_one_or_none()
    if note is None:
        raise NotFound("checkpoint")
    line = read_cosignature(answer, parse(note).text, witness)
    at = datetime.fromtimestamp(cosigned_at(line), tz=UTC)
    if str(witness) not in {each.verifier_key for each in queries.cosignatures(db, size)}:
        row = {"size": size, "verifier_key": str(witness), "line": line.line.rstrip("\n"), "cosigned_at": at}
        db.execute(sa.insert(LedgerCosignature).values(**row))
    return at


def check_against(db: Session, *, lock: LockStore, seen: Sequence[Checkpoint] = ()) -> None:
    """Compare the log with what was signed before, by the lock's word and by that of witnesses (``seen``).

    A lock that knows nothing yet learns what the database holds. Raises `Conflict`: ``log-rolled-back``,
    ``log-forked``; each says what to do.
    """
    tree = lock_head(db)
    for each in seen:
        _check_continues(db, each.size, each.root, tree)
    origin = db.execute(sa.select(col(LedgerHead.origin))).scalar_one()
    kept = lock.latest(origin)
    if kept is not None:
        _check_continues(db, kept.size, kept.root, tree)
        return
    last = queries.latest_checkpoint(db)
    if last is not None:
        lock.swap(origin, expected=None, new=Latest(size=last.size, root=last.root, note=last.note))


def _check_continues(db: Session, signed_size: int, signed_root: bytes, tree: CompactRange) -> None:
    if signed_size > tree.size:
        raise Conflict("log-rolled-back", rolled_back(signed_size, tree.size))
    if signed_size == 0:
        return
    try:
        proof = consistency_proof(queries.hashes(db, tree.size), signed_size, tree.size)
        verify_consistency(signed_size, tree.size, proof, signed_root, tree.root())
    except LedgerError as error:
        raise Conflict("log-forked", forked(signed_size)) from error


def lock_head(db: Session) -> CompactRange:
    """Make every other writer of the log wait until this transaction ends, and return the tree as it is."""
    # Columns, not the row object: an object loaded before the lock was granted would hold an older size. SQLite has
    # no row locks and needs none: a write transaction is alone from its beginning.
    found = db.execute(sa.select(col(LedgerHead.size), col(LedgerHead.frontier)).with_for_update()).one_or_none()
    if found is None:
        raise NotReady("no-log", "The log has not been started; run: accredit migrate")
    size, frontier = found
    return CompactRange(size, [frontier[at : at + HASH_BYTES] for at in range(0, len(frontier), HASH_BYTES)])


def keep_nodes(db: Session, completed: Sequence[tuple[int, int, bytes]]) -> None:
    """Keep the hashes above the leaves that stand in tiles: ``(level, index, hash)`` as `CompactRange.append` gives."""
    nodes = [
        {"level": level // TILE_BITS, "index": index, "hash": value}
        for level, index, value in completed
        if level and level % TILE_BITS == 0
    ]
    if nodes:
        db.connection().execute(sa.insert(LedgerNode), nodes)


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
