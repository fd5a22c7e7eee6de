"""After an older database came back: how much of the log it lacks, and bringing the missing leaves in again.

The leaves come from the log's own published files, which are computed again from the entries and must continue this
database's log to the last leaf. Their records are gone: what they committed to, nobody can tell any more, and the gap
is written down, so that nothing from that time is called forged because it is unknown here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import Actor, Tag
from accredit.domain.transparency import queries
from accredit.domain.transparency.models import LedgerCheckpoint, LedgerGap, LedgerHead, LedgerLeaf
from accredit.domain.transparency.operations import keep_nodes, lock_head
from accredit.errors import Conflict, NotReady
from accredit.kit.ledger import static_log
from accredit.kit.ledger.checkpoint import Checkpoint, open_checkpoint
from accredit.kit.ledger.errors import LedgerError
from accredit.kit.ledger.merkle import leaf_hash
from accredit.kit.ledger.signed_note import Ed25519Key
from accredit.kit.ledger.static_log import Held, Read
from accredit.kit.ledger.tiles import TILE_WIDTH, decode_bundle, new_bundles
from accredit.kit.ledger.tlog_proof import HEADER, TlogProof
from accredit.storage import Session
from accredit.storage.lock_store import Latest, LockStore

_CHUNK = 1000


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A checkpoint of this log that somebody kept, under the name by which messages call it."""

    name: str
    checkpoint: Checkpoint


def read_kept(held: Iterable[Held], *, log_keys: Sequence[Ed25519Key], origin: str) -> list[Seen]:
    """Open checkpoints and receipts (tlog-proofs) that were kept.

    Raises `NotReady` (``not-of-this-log``) naming the first that is of another log, altered, or no such file.
    """
    seen = []
    for each in held:
        try:
            receipt = TlogProof.parse(each.note) if each.note.startswith(HEADER.encode()) else None
            note = receipt.checkpoint if receipt else each.note
            checkpoint, _ = open_checkpoint(note, log_keys, expected_origin=origin)
        except LedgerError as error:
            raise NotReady("not-of-this-log", f"{each.name} is no checkpoint of {origin}: {error.message}.") from error
        seen.append(Seen(name=each.name, checkpoint=checkpoint))
    return seen


def import_missing(db: Session, *, read: Read, log_keys: Sequence[Ed25519Key], now: datetime) -> int:
    """Append the leaves that the published files hold and this database lacks; return how many.

    1. The files are whole by themselves, signed by this log's key, and continue our latest checkpoint.
    2. Every leaf that we hold is the one they hold, signed or not.
    3. Leaves, checkpoint and the gap are written; the records of those leaves stay unknown.

    Raises `NotReady` (``files-not-whole``), `Conflict` (``log-forked``).
    """
    tree = lock_head(db)
    note = _examined(db, read, log_keys)
    stated, _ = open_checkpoint(note, log_keys, expected_origin=queries.origin(db) or "")
    if stated.size <= tree.size:
        return 0
    first = tree.size
    completed: list[tuple[int, int, bytes]] = []
    leaves: list[dict[str, object]] = []
    for index, entry in _entries(read, stated.size):
        if index < first:
            if queries.leaf_hash_at(db, index) != leaf_hash(entry):
                detail = f"Leaf {index} of this database is another than the published one: two histories were written."
                raise Conflict("log-forked", detail)
            continue
        completed += tree.append(leaf_hash(entry))
        leaves.append({"index": index, "entry": entry, "leaf_hash": leaf_hash(entry), "appended_at": now})
    for start in range(0, len(leaves), _CHUNK):
        db.execute(sa.insert(LedgerLeaf), leaves[start : start + _CHUNK])
    keep_nodes(db, completed)
    db.execute(sa.update(LedgerHead).values(size=tree.size, frontier=b"".join(tree.hashes)))
    db.execute(
        sa.insert(LedgerCheckpoint).values(size=stated.size, root=stated.root, note=note.decode(), signed_at=now)
    )
    note_gap(db, first=first, last=stated.size - 1, now=now)
    return stated.size - first


def was_lost(db: Session, at: datetime) -> bool:
    """Say whether the records of a moment were lost, so that what was issued then may be genuine and unknown here."""
    gap = sa.exists().where(col(LedgerGap.since) <= at, col(LedgerGap.until) >= at)
    return bool(db.execute(sa.select(gap)).scalar_one())


def lost_leaves(db: Session) -> int:
    """Return how many leaves there are whose records were lost with a newer database."""
    counted = sa.func.coalesce(sa.func.sum(col(LedgerGap.last_leaf) - col(LedgerGap.first_leaf) + 1), 0)
    return int(db.execute(sa.select(counted)).scalar_one())


def note_gap(db: Session, *, first: int, last: int, now: datetime) -> None:
    """Write down that the records of these leaves are lost; once for a first leaf."""
    if db.get(LedgerGap, first) is not None:
        return
    latest = db.execute(sa.select(sa.func.max(col(LedgerLeaf.appended_at))).where(col(LedgerLeaf.index) < first))
    # Credentials are dated to the second.
    since = (latest.scalar_one() or now).replace(microsecond=0)
    db.add(LedgerGap(first_leaf=first, last_leaf=last, since=since, until=now))
    db.flush()


def let_go(db: Session, *, lock: LockStore, size: int, actor: Actor, now: datetime) -> Latest:
    """Prepare that the log goes on without a checkpoint that was signed and that no copy holds; return what it was.

    The power failed between the lock's swap and the database's row, and then the database was lost: nobody can have
    seen that checkpoint, and only a person can know that. The gap is written down, and that somebody did this. The
    lock itself is told after this transaction (`LockStore.let_go`); where the power fails between, do it again. Raises
    `NotReady` (``nothing-to-let-go``) for another size than the lock's, and while the log continues it.
    """
    lock_head(db)
    origin, held = queries.origin(db) or "", queries.size(db)
    kept = lock.latest(origin)
    if kept is None or kept.size != size:
        found = "nothing" if kept is None else f"{kept.size} entries"
        raise NotReady("nothing-to-let-go", f"The lock store remembers {found}, not {size}. Nothing was changed.")
    if queries.contradiction(db, signed_size=kept.size, signed_root=kept.root) is None:
        raise NotReady("nothing-to-let-go", "This database continues what was signed last. Nothing was changed.")
    if held < size:
        note_gap(db, first=held, last=size - 1, now=now)
    audit.record(db, tag=Tag.CHECKPOINT_LET_GO, actor=actor, now=now, size=size, held=held, root=kept.root.hex())
    return kept


def _examined(db: Session, read: Read, log_keys: Sequence[Ed25519Key]) -> bytes:
    ours = queries.latest_checkpoint(db)
    held = [Held(name="the restored database", note=ours.note.encode())] if ours else []
    found = static_log.examine(read, log_keys=log_keys, expected_origin=queries.origin(db) or "", held=held)
    note = read(static_log.CHECKPOINT)
    if found.findings or note is None:
        first = found.findings[0]
        if first.code == "rolled_back":
            detail = "The published files hold less than this database; fetch them again."
            raise NotReady("files-not-whole", detail)
        if first.code == "fork":
            raise Conflict("log-forked", first.sentence)
        raise NotReady("files-not-whole", f"The published files cannot be used: {first.sentence}")
    return note


def _entries(read: Read, size: int) -> Iterator[tuple[int, bytes]]:
    for wanted in new_bundles(0, size):
        ref = wanted
        data = read(ref.path)
        if data is None:
            # tlog-tiles: a partial bundle may be taken away once the full one is there.
            ref = wanted.full
            data = read(ref.path) or b""
        for offset, entry in enumerate(decode_bundle(data, ref.width)[: wanted.width]):
            yield wanted.index * TILE_WIDTH + offset, entry
