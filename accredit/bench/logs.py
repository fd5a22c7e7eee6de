"""The bench of the transparency log at several sizes, beside the hashing that nobody can do without.

Whatever is done to a log of a million leaves should cost little more than to one of a thousand: an append with its
signed checkpoint, a receipt, a proof that one checkpoint continues another. The tiles are held packed, as they are
published, and each piece of work reads them anew, as a server does that keeps nothing in memory.
"""

from __future__ import annotations

import hashlib
import tracemalloc
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from accredit.bench.harness import Bench, Contender, Work
from accredit.kit.ledger import merkle, tiles
from accredit.kit.ledger.checkpoint import Checkpoint, sign_checkpoint
from accredit.kit.ledger.signed_note import parse
from accredit.kit.ledger.tiles import TILE_BITS, TILE_WIDTH, TileRef
from accredit.kit.ledger.tlog_proof import TlogProof

SIZES: Final = (1_000, 100_000, 1_000_000)
_LEAVES: Final = 100_000
_ORIGIN: Final = "log.example/ledger"


def ledger(*, leaves: int = _LEAVES, sizes: Sequence[int] = SIZES) -> Bench:
    """Append `leaves` leaves to an empty log; then, at each of `sizes`, one append with checkpoint, receipt, proof.

    ``raw_sha256`` is per leaf what RFC 6962 asks for at least: one hash of the entry, and one of two subtrees.
    """
    entries = [_entry(number) for number in range(leaves)]
    log = _Log(sizes)
    more: list[Contender] = []
    facts: dict[str, Any] = {"leaves": leaves}
    for size in sizes:
        more += [
            Contender(key=f"append_with_checkpoint_at_{size}", work=_append_with_checkpoint(log, size)),
            Contender(key=f"receipt_at_{size}", work=_receipt(log, size)),
            Contender(key=f"consistency_at_{size}", work=_consistency(log, size)),
        ]
        facts |= _costs(log, size)
    return Bench(
        name="ledger",
        unit="leaves, or pieces of work, per CPU second",
        ours=Contender(
            key="ours", work=_append(entries, merkle.root_of(map(merkle.leaf_hash, entries))), pieces=leaves
        ),
        more=tuple(more),
        baselines=(Contender(key="raw_sha256", work=_raw(entries), pieces=leaves),),
        facts=facts,
    )


@dataclass
class _Log:
    """The largest log, of which every smaller one is the beginning: its tiles, and each size's edge and notes."""

    sizes: Sequence[int]
    tiles: dict[tuple[int, int], bytearray] = field(default_factory=dict)
    edges: dict[int, merkle.CompactRange] = field(default_factory=dict)
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    reads: int = 0

    def __post_init__(self) -> None:
        tree = merkle.CompactRange()
        for number in range(max(self.sizes)):
            for level, index, value in tree.append(merkle.leaf_hash(_entry(number))):
                if level % TILE_BITS == 0:
                    self.tiles.setdefault((level // TILE_BITS, index // TILE_WIDTH), bytearray()).extend(value)
            if tree.size in self.sizes:
                self.edges[tree.size] = merkle.CompactRange(tree.size, tree.hashes)

    def root(self, size: int) -> bytes:
        """The root of one of the sizes."""
        return self.edges[size].root()

    def hashes(self, size: int) -> merkle.GetHash:
        """Read tiles with nothing kept from before."""
        return tiles.hashes_from_tiles(self._read, size)

    def note(self, size: int, root: bytes) -> str:
        """Sign a checkpoint."""
        stated = Checkpoint(origin=_ORIGIN, size=size, root=root)
        return sign_checkpoint(stated, self.key.sign, self.key.public_key().public_bytes_raw())

    def _read(self, ref: TileRef) -> bytes:
        self.reads += 1
        return bytes(self.tiles[ref.level or 0, ref.index][: ref.width * merkle.HASH_BYTES])


def _entry(number: int) -> bytes:
    return number.to_bytes(32, "big")


def _append_with_checkpoint(log: _Log, size: int) -> Work:
    """Append one leaf, prove that the log continues its last checkpoint, and sign the next: what each issue costs."""
    edge, old_root = log.edges[size], log.root(size)

    def work(number: int) -> bool:
        tree = merkle.CompactRange(size, edge.hashes)
        fresh = {(level, index): value for level, index, value in tree.append(merkle.leaf_hash(_entry(number)))}
        published = log.hashes(size)

        def get_hash(level: int, index: int) -> bytes:
            return fresh.get((level, index)) or published(level, index)

        proof = merkle.consistency_proof(get_hash, size, size + 1)
        merkle.verify_consistency(size, size + 1, proof, old_root, tree.root())
        return log.note(size + 1, tree.root()).startswith(_ORIGIN)

    return work


def _receipt(log: _Log, size: int) -> Work:
    note, root = parse(log.note(size, log.root(size))), log.root(size)

    def work(number: int) -> bool:
        index = number * 7_919 % size
        proof = merkle.inclusion_proof(log.hashes(size), index, size)
        receipt = TlogProof(index=index, hashes=tuple(proof), checkpoint=note).write()
        return bool(receipt) and merkle.root_from_inclusion(merkle.leaf_hash(_entry(index)), index, size, proof) == root

    return work


def _consistency(log: _Log, size: int) -> Work:
    olds = [max(1, size * part // 9) for part in range(1, 9)]
    roots = [merkle.range_root(log.hashes(size), 0, old) for old in olds]
    root = log.root(size)

    def work(number: int) -> bool:
        old, old_root = olds[number % 8], roots[number % 8]
        proof = merkle.consistency_proof(log.hashes(size), old, size)
        merkle.verify_consistency(old, size, proof, old_root, root)
        return True

    return work


def _costs(log: _Log, size: int) -> dict[str, int]:
    """Say what one receipt reads and takes in memory, and how large it is: all of it grows as the logarithm does."""
    work, note = _receipt(log, size), parse(log.note(size, log.root(size)))
    log.reads = 0
    tracemalloc.start()
    work(size // 3)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    proof = merkle.inclusion_proof(log.hashes(size), 0, size)
    receipt = TlogProof(index=0, hashes=tuple(proof), checkpoint=note).write()
    return {
        f"receipt_hashes_at_{size}": len(proof),
        f"receipt_bytes_at_{size}": len(receipt.encode()),
        f"receipt_tiles_read_at_{size}": log.reads,
        f"receipt_peak_bytes_at_{size}": peak,
    }


def _append(entries: list[bytes], expected_root: bytes) -> Work:
    def work(_number: int) -> bool:
        tree = merkle.CompactRange()
        for entry in entries:
            tree.append(merkle.leaf_hash(entry))
        return tree.root() == expected_root

    return work


def _raw(entries: list[bytes]) -> Work:
    node = b"\x01" + bytes(64)

    def work(_number: int) -> bool:
        for entry in entries:
            hashlib.sha256(b"\x00" + entry).digest()
            hashlib.sha256(node).digest()
        return True

    return work
