"""The bench of the transparency log, beside the hashing that nobody can do without."""

from __future__ import annotations

import hashlib
from typing import Final

from accredit.bench.harness import Bench, Contender, Work
from accredit.kit.ledger import merkle, tiles

_SMALL: Final = 1_000
_LARGE: Final = 100_000


def ledger(*, small: int = _SMALL, large: int = _LARGE) -> Bench:
    """Hash and append leaves until a log has `large` of them; also `small`, and proofs of inclusion from tiles.

    ``raw_sha256`` is per leaf what RFC 6962 asks for at least: one hash of the entry, and one of two subtrees.
    """
    entries = [number.to_bytes(32, "big") for number in range(large)]
    hashes = [merkle.leaf_hash(each) for each in entries]
    get_hash = _from_tiles(hashes)
    root = merkle.root_of(hashes)

    def prove(number: int) -> bool:
        index = number * 7_919 % large
        proof = merkle.inclusion_proof(get_hash, index, large)
        return merkle.root_from_inclusion(hashes[index], index, large, proof) == root

    return Bench(
        name="ledger",
        unit="leaves per CPU second",
        ours=Contender(key="ours", work=_append(entries, root), pieces=large),
        more=(
            Contender(
                key=f"at_{small}",
                work=_append(entries[:small], merkle.root_of(hashes[:small])),
                pieces=small,
            ),
            Contender(key="prove_and_check", work=prove),
        ),
        baselines=(Contender(key="raw_sha256", work=_raw(entries), pieces=large),),
        wrong=int(merkle.range_root(get_hash, 0, large) != root),
        facts={"leaves": large, "proof_hashes": len(merkle.inclusion_proof(get_hash, 0, large))},
    )


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


def _from_tiles(hashes: list[bytes]) -> merkle.GetHash:
    """Read hashes from tiles as they are published, each held in memory."""
    source = merkle.hashes_from_leaves(hashes)
    published = {ref: tiles.tile(source, ref) for ref in tiles.new_tiles(0, len(hashes))}
    return tiles.hashes_from_tiles(published.__getitem__, len(hashes))
