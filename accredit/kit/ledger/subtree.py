"""Proofs about a subtree of a log, as the Merkle Tree Certificates draft defines them (its section "Subtrees").

A witness that signs subtrees (tlog-witness, ``sign-subtree``) and mirrors that serve them need these; ordinary
inclusion and consistency are in `merkle`. A subtree is a range of leaves that starts at a multiple of the smallest
power of two that is not smaller than its width, so that one node of the tree, or its right edge, stands over it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from accredit.kit.ledger.errors import OutOfRange, ProofInvalid
from accredit.kit.ledger.merkle import (
    EMPTY_ROOT,
    HASH_BYTES,
    MAX_SIZE,
    GetHash,
    node_hash,
    range_root,
    split,
    verify_inclusion,
)


def is_subtree(start: int, end: int) -> bool:
    """Say whether the leaves start…end-1 are a subtree of every log that has them."""
    if not 0 <= start < end <= MAX_SIZE:
        return False
    width = 1 << (end - start - 1).bit_length()
    return start % width == 0


def verify_subtree_inclusion(
    hashed_leaf: bytes, index: int, start: int, end: int, proof: Sequence[bytes], expected_root: bytes
) -> None:
    """Check that a leaf hash stands at `index` of the log, within the subtree start…end-1 that has `expected_root`.

    Raises ProofInvalid.
    """
    if not is_subtree(start, end) or not start <= index < end:
        raise ProofInvalid("subtree", f"leaf {index} is not in a subtree {start}…{end}")
    verify_inclusion(hashed_leaf, index - start, end - start, proof, expected_root)


def subtree_consistency_proof(get_hash: GetHash, start: int, end: int, size: int) -> list[bytes]:
    """Answer the hashes that show the subtree start…end-1 to stand in the log of `size` leaves.

    `get_hash` is as `merkle` describes it. Raises OutOfRange when that is no subtree of such a log.
    """
    if not is_subtree(start, end) or end > size:
        raise OutOfRange("subtree", f"{start}…{end} is no subtree of a log of {size}")
    low, high, is_known, path = 0, size, True, []
    while (start, end) != (low, high):
        middle = low + split(high - low)
        if end <= middle:
            path.append(range_root(get_hash, middle, high))
            high = middle
            continue
        path.append(range_root(get_hash, low, middle))
        # Going right out of the subtree's own first half leaves a part whose root the verifier does not hold.
        if start < middle:
            start, is_known = middle, False
        low = middle
    if not is_known:
        path.append(range_root(get_hash, low, high))
    path.reverse()
    return path


def verify_subtree_consistency(
    start: int, end: int, size: int, proof: Sequence[bytes], expected_subtree_root: bytes, expected_root: bytes
) -> None:
    """Check that the subtree start…end-1 with its root stands in the log of `size` leaves with `expected_root`.

    An empty subtree at the log's very end has the root of nothing and needs no proof. Raises ProofInvalid.
    """
    if start == end == size and not proof and expected_subtree_root == EMPTY_ROOT:
        return
    if not is_subtree(start, end) or not end <= size <= MAX_SIZE:
        raise ProofInvalid("subtree", f"{start}…{end} is no subtree of a log of {size}")
    if any(len(each) != HASH_BYTES for each in (*proof, expected_subtree_root, expected_root)):
        raise ProofInvalid("hash_length", f"a hash has {HASH_BYTES} bytes")
    hashes = iter(proof)
    found = _roots(hashes, expected_subtree_root, start, end, size)
    if next(hashes, None) is not None:
        raise ProofInvalid("proof_too_long", f"a proof for {start}…{end} in {size} has fewer hashes")
    if found != (expected_subtree_root, expected_root):
        raise ProofInvalid("root_mismatch", f"the proof for {start}…{end} in {size} leads to other roots")


def _roots(hashes: Iterator[bytes], subtree_root: bytes, start: int, end: int, size: int) -> tuple[bytes, bytes]:
    """Answer the roots of the subtree and of the log that a proof leads to."""
    low, high, is_known = 0, size, True
    # Each turn downward, with whether the subtree takes part in it; undone in reverse, as the hashes come.
    turns: list[tuple[bool, bool]] = []
    while (start, end) != (low, high):
        middle = low + split(high - low)
        if end <= middle:
            turns.append((False, False))
            high = middle
            continue
        turns.append((True, start < middle))
        if start < middle:
            start, is_known = middle, False
        low = middle
    inner = outer = subtree_root if is_known else _next(hashes)
    for is_right, is_shared in reversed(turns):
        sibling = _next(hashes)
        if is_shared:
            inner = node_hash(sibling, inner)
        outer = node_hash(sibling, outer) if is_right else node_hash(outer, sibling)
    return inner, outer


def _next(hashes: Iterator[bytes]) -> bytes:
    found = next(hashes, None)
    if found is None:
        raise ProofInvalid("proof_too_short", "the proof ends too early")
    return found
