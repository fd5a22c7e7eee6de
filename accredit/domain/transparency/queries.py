"""Read the log: its size, checkpoints, proofs, receipts and tiles. What is published is what a checkpoint covers."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

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
    Inclusion,
    Witnessed,
    forked,
    rolled_back,
)
from accredit.errors import NotFound
from accredit.kit.ledger.commitment import opens
from accredit.kit.ledger.cosignature import A_SECOND, CosignerKey
from accredit.kit.ledger.errors import LedgerError
from accredit.kit.ledger.merkle import (
    CompactRange,
    GetHash,
    inclusion_proof,
    leaf_hash,
    range_root,
    verify_inclusion,
)
from accredit.kit.ledger.signed_note import parse, parse_signature_line
from accredit.kit.ledger.tiles import TILE_WIDTH, TileRef, encode_bundle, hashes_from_tiles, parse_path, tile_at
from accredit.kit.ledger.tlog_proof import TlogProof
from accredit.storage import Session, readings


def origin(db: Session) -> str | None:
    """Return the log's permanent origin, or None before it was started."""
    return db.execute(sa.select(col(LedgerHead.origin))).scalar_one_or_none()


def size(db: Session) -> int:
    """Return how many leaves the log has, signed or not."""
    return db.execute(sa.select(col(LedgerHead.size))).scalar_one_or_none() or 0


def leaf_indexes(db: Session, *, act: Act, subject_ids: Collection[UUID]) -> dict[UUID, int]:
    """Return the leaf of each subject's first ``act``; subjects without one are left out."""
    if not subject_ids:
        return {}
    rows = db.execute(
        sa.select(col(LedgerRecord.subject_id), col(LedgerRecord.leaf_index)).where(
            col(LedgerRecord.act) == act,
            col(LedgerRecord.occurrence) == 0,
            col(LedgerRecord.subject_id).in_(subject_ids),
        )
    )
    return {subject: index for subject, index in rows}  # noqa: C416  # a Result of rows is no mapping's items


def count(db: Session, *, act: Act, subject_id: UUID) -> int:
    """Return how often an act on one subject is in the log."""
    found: int = db.execute(
        sa.select(sa.func.count()).where(col(LedgerRecord.act) == act, col(LedgerRecord.subject_id) == subject_id)
    ).scalar_one()
    return found


def leaf_index(db: Session, *, act: Act, subject_id: UUID, occurrence: int = 0) -> int | None:
    """Return the leaf of one act, or None."""
    return db.execute(
        sa.select(col(LedgerRecord.leaf_index)).where(
            col(LedgerRecord.act) == act,
            col(LedgerRecord.subject_id) == subject_id,
            col(LedgerRecord.occurrence) == occurrence,
        )
    ).scalar_one_or_none()


@dataclass(frozen=True, kw_only=True)
class Committed:
    """One act in the log, with the record its leaf commits to; None once erased."""

    leaf_index: int
    act: Act
    subject_id: UUID
    record: Mapping[str, Any] | None


def committed(db: Session, *, acts: Collection[Act]) -> Iterator[Committed]:
    """Yield every act of some kinds, in the order of the log."""
    rows = db.execute(
        sa.select(
            col(LedgerRecord.leaf_index), col(LedgerRecord.act), col(LedgerRecord.subject_id), col(LedgerRecord.record)
        )
        .where(col(LedgerRecord.act).in_(acts))
        .order_by(col(LedgerRecord.leaf_index)),
        execution_options={"yield_per": 1000},
    )
    for index, act, subject_id, statement in rows:
        record = None if statement is None else statement.get("record")
        yield Committed(leaf_index=index, act=act, subject_id=subject_id, record=record)


def leaf_hash_at(db: Session, index: int) -> bytes | None:
    """Return the hash of one leaf, or None."""
    return db.execute(sa.select(col(LedgerLeaf.leaf_hash)).where(col(LedgerLeaf.index) == index)).scalar_one_or_none()


def latest_checkpoint(db: Session) -> CheckpointFacts | None:
    """Return the checkpoint that covers most, which is the one signed last."""
    found = readings.rows(db, _LATEST)
    return None if not found else _checkpoint_facts(found[0])


def published_note(db: Session, checkpoint: CheckpointFacts) -> str:
    """Return a checkpoint as it is shown to everybody, with the lines of the witnesses that cosigned it."""
    return checkpoint.note + "".join(f"{each.line}\n" for each in cosignatures(db, checkpoint.size))


def cosignatures(db: Session, log_size: int) -> tuple[Witnessed, ...]:
    """Return who cosigned the checkpoint of a size, and when each says it did."""
    rows = db.execute(
        sa.select(col(LedgerCosignature.verifier_key), col(LedgerCosignature.line), col(LedgerCosignature.cosigned_at))
        .where(col(LedgerCosignature.size) == log_size)
        .order_by(col(LedgerCosignature.cosigned_at), col(LedgerCosignature.verifier_key))
    )
    return tuple(Witnessed(name=key.partition("+")[0], verifier_key=key, line=line, at=at) for key, line, at in rows)


def last_cosigned(db: Session, verifier_key: str) -> CheckpointFacts | None:
    """Return the largest checkpoint that a witness cosigned, or None."""
    return _checkpoint(
        db,
        sa.select(LedgerCheckpoint)
        .join(LedgerCosignature, col(LedgerCosignature.size) == col(LedgerCheckpoint.size))
        .where(col(LedgerCosignature.verifier_key) == verifier_key)
        .order_by(col(LedgerCheckpoint.size).desc()),
    )


def covering_checkpoint(db: Session, index: int) -> CheckpointFacts | None:
    """Return the first checkpoint that covers a leaf and that a witness cosigned, or else the first of all.

    Once a witness cosigned one it stays the same for ever, and so does the receipt.
    """
    covering = (
        sa.select(LedgerCheckpoint).where(col(LedgerCheckpoint.size) > index).order_by(col(LedgerCheckpoint.size))
    )
    seen = sa.select(col(LedgerCosignature.size))
    return _checkpoint(db, covering.where(col(LedgerCheckpoint.size).in_(seen))) or _checkpoint(db, covering)


def _checkpoint(db: Session, query: sa.Select[LedgerCheckpoint]) -> CheckpointFacts | None:
    row = db.execute(query.limit(1)).scalar_one_or_none()
    return None if row is None else _checkpoint_facts(row)


def _checkpoint_facts(row: Any) -> CheckpointFacts:
    return CheckpointFacts(size=row.size, root=row.root, note=row.note, signed_at=row.signed_at)


_LATEST = (
    sa.select(
        col(LedgerCheckpoint.size),
        col(LedgerCheckpoint.root),
        col(LedgerCheckpoint.note),
        col(LedgerCheckpoint.signed_at),
    )
    .order_by(col(LedgerCheckpoint.size).desc())
    .limit(1)
)


def hashes(db: Session, log_size: int) -> GetHash:
    """Answer the hashes of the tree of ``log_size`` leaves; a tile is read in one statement, and kept for a while."""
    return hashes_from_tiles(lambda ref: b"".join(_row(db, ref)), log_size)


def _row(db: Session, ref: TileRef) -> list[bytes]:
    first = ref.index * TILE_WIDTH
    if ref.level:
        found = db.execute(
            sa.select(col(LedgerNode.hash))
            .where(
                col(LedgerNode.level) == ref.level,
                col(LedgerNode.index) >= first,
                col(LedgerNode.index) < first + ref.width,
            )
            .order_by(col(LedgerNode.index))
        )
    else:
        found = db.execute(
            sa.select(col(LedgerLeaf.leaf_hash))
            .where(col(LedgerLeaf.index) >= first, col(LedgerLeaf.index) < first + ref.width)
            .order_by(col(LedgerLeaf.index))
        )
    return list(found.scalars())


def entries(db: Session, start: int, end: int) -> list[bytes]:
    """Return the entries from ``start`` up to ``end``, in order."""
    found = db.execute(
        sa.select(col(LedgerLeaf.entry))
        .where(col(LedgerLeaf.index) >= start, col(LedgerLeaf.index) < end)
        .order_by(col(LedgerLeaf.index))
    )
    return list(found.scalars())


def inclusion(db: Session, index: int) -> Inclusion | None:
    """Prove that a leaf is in the log under the checkpoint that `covering_checkpoint` chooses; None while none does."""
    covering = covering_checkpoint(db, index)
    hashed = leaf_hash_at(db, index)
    if covering is None or hashed is None:
        return None
    proof = inclusion_proof(hashes(db, covering.size), index, covering.size)
    witnessed = cosignatures(db, covering.size)
    return Inclusion(index=index, leaf_hash=hashed, proof=tuple(proof), checkpoint=covering, witnessed=witnessed)


def witnessed_size(db: Session, *, before: datetime) -> int:
    """Return how many leaves some witness had surely cosigned before a moment, by its own time; 0 for none."""
    # As `cosignature.is_surely_before` has it.
    is_over = col(LedgerCosignature.cosigned_at) <= before - A_SECOND
    found = db.execute(sa.select(sa.func.max(col(LedgerCosignature.size))).where(is_over)).scalar_one()
    return found or 0


def was_witnessed(db: Session, index: int, *, before: datetime) -> bool:
    """Say whether a leaf is proved to lie under a checkpoint that a witness cosigned before a moment.

    Raises `LedgerError` where the log does not hold together.
    """
    size_then, hashed = witnessed_size(db, before=before), leaf_hash_at(db, index)
    if hashed is None or index >= size_then:
        return False
    signed = _checkpoint(db, sa.select(LedgerCheckpoint).where(col(LedgerCheckpoint.size) == size_then))
    if signed is None:
        return False
    verify_inclusion(hashed, index, size_then, inclusion_proof(hashes(db, size_then), index, size_then), signed.root)
    return True


def opened(db: Session, index: int) -> Mapping[str, Any] | None:
    """Return the statement a leaf commits to; None where it was erased, or where what is stored does not open it."""
    found = db.execute(
        sa.select(col(LedgerLeaf.entry), col(LedgerRecord.record), col(LedgerRecord.salt))
        .join(LedgerRecord, col(LedgerRecord.leaf_index) == col(LedgerLeaf.index))
        .where(col(LedgerLeaf.index) == index)
    ).one_or_none()
    if found is None:
        return None
    entry, statement, salt = found
    return statement if statement is not None and salt is not None and opens(entry, statement, salt) else None


@dataclass(frozen=True, kw_only=True)
class Opening:
    """A leaf with what opens it: anybody who is handed this can compute the leaf, and nobody can without it."""

    index: int
    leaf_hash: bytes
    statement: Mapping[str, Any]
    salt: bytes


def openings(db: Session, indexes: Collection[int]) -> dict[int, Opening]:
    """Return what opens some leaves; those that were erased, or that what is stored does not open, are left out."""
    rows = db.execute(
        sa.select(
            col(LedgerLeaf.index),
            col(LedgerLeaf.entry),
            col(LedgerLeaf.leaf_hash),
            col(LedgerRecord.record),
            col(LedgerRecord.salt),
        )
        .join(LedgerRecord, col(LedgerRecord.leaf_index) == col(LedgerLeaf.index))
        .where(col(LedgerLeaf.index).in_(set(indexes)), col(LedgerRecord.salt).is_not(None))
    )
    return {
        index: Opening(index=index, leaf_hash=hashed, statement=statement, salt=salt)
        for index, entry, hashed, statement, salt in rows
        if statement is not None and opens(entry, statement, salt) and leaf_hash(entry) == hashed
    }


def receipt(db: Session, index: int) -> str | None:
    """Write a leaf's C2SP tlog-proof, which anybody can verify offline; None while no checkpoint covers it."""
    proved = inclusion(db, index)
    if proved is None:
        return None
    note = parse(published_note(db, proved.checkpoint))
    return TlogProof(index=index, hashes=proved.proof, checkpoint=note).write()


def tile(db: Session, path: str) -> bytes:
    """Return a tile or bundle by its C2SP path, ``tile/0/000.p/37`` or ``tile/entries/000``.

    Raises `NotFound` for a path of another form, or one that the latest checkpoint does not cover.
    """
    try:
        ref = parse_path(path)
        covered = latest_checkpoint(db)
        widest = tile_at(ref.level or 0, ref.index, covered.size if covered else 0)
    except LedgerError as error:
        raise NotFound("tile", str(error)) from error
    if ref.width > widest.width:
        raise NotFound("tile", "not published yet")
    if ref.level is None:
        start = ref.index * TILE_WIDTH
        return encode_bundle(entries(db, start, start + ref.width))
    return b"".join(_row(db, ref))


def contradiction(db: Session, *, signed_size: int, signed_root: bytes) -> str | None:
    """Say in what the log contradicts a checkpoint that was signed once; None when it continues it."""
    held = size(db)
    if signed_size > held:
        return rolled_back(signed_size, held)
    return forked(signed_size) if range_root(hashes(db, signed_size), 0, signed_size) != signed_root else None


def verify_chain(db: Session) -> tuple[str, ...]:
    """Recompute the log from its leaves and name what is wrong; empty when the log is whole.

    Leaves are contiguous and hash to what is stored; their root is the head's; each checkpoint ever signed states the
    root its size had; every record that was not erased opens its leaf and is filed as it states.
    """
    problems: list[str] = []
    signed = {row.size: row.root for row in db.execute(sa.select(LedgerCheckpoint)).scalars()}
    tree = CompactRange()
    with _leaves(db) as leaves:
        for index, entry, hashed, record, salt, act, subject_id in leaves:
            if index != tree.size:
                return (*problems, f"leaf {tree.size} is missing")
            if leaf_hash(entry) != hashed:
                problems.append(f"leaf {index} does not hash to what is stored")
            if record is not None and salt is not None and not opens(entry, record, salt):
                problems.append(f"the record of leaf {index} is not the one that was committed")
            elif record is not None and (record.get("act"), record.get("subject")) != (act.value, str(subject_id)):
                problems.append(f"the record of leaf {index} is filed under another act than it states")
            tree.append(hashed)
            if tree.size in signed and signed.pop(tree.size) != tree.root():
                problems.append(f"the checkpoint of {tree.size} states another root")
    problems += [f"a checkpoint of {number} is larger than the log" for number in signed]
    problems += _wrong_cosignatures(db)
    head = db.execute(sa.select(col(LedgerHead.size), col(LedgerHead.frontier))).one_or_none()
    if head is None or head[0] != tree.size or head[1] != b"".join(tree.hashes):
        problems.append("the head is not that of the leaves")
    return tuple(problems)


def _wrong_cosignatures(db: Session) -> Iterator[str]:
    rows = db.execute(
        sa.select(
            col(LedgerCosignature.size),
            col(LedgerCosignature.verifier_key),
            col(LedgerCosignature.line),
            col(LedgerCheckpoint.note),
        ).join(LedgerCheckpoint, col(LedgerCheckpoint.size) == col(LedgerCosignature.size))
    )
    for number, key, line, note in rows:
        try:
            holds = CosignerKey.parse(key).verifies(parse(note).text, parse_signature_line(line).signature)
        except LedgerError:
            holds = False
        if not holds:
            yield f"the cosignature of {key.partition('+')[0]} on the checkpoint of {number} does not verify"


def _leaves(db: Session) -> sa.Result[int, bytes, bytes, Any, Any, Any, Any]:
    return db.execute(
        sa.select(
            col(LedgerLeaf.index),
            col(LedgerLeaf.entry),
            col(LedgerLeaf.leaf_hash),
            col(LedgerRecord.record),
            col(LedgerRecord.salt),
            col(LedgerRecord.act),
            col(LedgerRecord.subject_id),
        )
        .outerjoin(LedgerRecord, col(LedgerRecord.leaf_index) == col(LedgerLeaf.index))
        .order_by(col(LedgerLeaf.index)),
        execution_options={"yield_per": 1000},
    )
