"""The Merkle tree of RFC 6962, with the proof algorithms of RFC 9162 §2.1.

A tree is addressed through a `GetHash`: ``get_hash(level, index)`` answers the 32-byte root of the complete subtree of
``2**level`` leaves that starts at leaf ``index * 2**level``; level 0 is the leaf hashes themselves. It is only ever
asked for subtrees that are complete at the size in question, so tiles, a table or a list can all stand behind it and
every proof costs O(log n) reads. There is no storage here: see `tiles.hashes_from_tiles` and `hashes_from_leaves`.

Verifying functions return nothing and raise `ProofInvalid`: a forgotten ``if`` cannot turn a bad proof into a good one.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable, Iterator, Sequence

from accredit.kit.ledger.errors import OutOfRange, ProofInvalid

GetHash = Callable[[int, int], bytes]

HASH_BYTES = 32
# A tree size is a signed 64-bit number in every implementation we exchange proofs with.
MAX_SIZE = 2**63 - 1
# RFC 6962 §2.1: the hash of an empty list is the hash of an empty string.
EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """Hash one entry: SHA-256(0x00 ‖ entry), RFC 6962 §2.1."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees: SHA-256(0x01 ‖ left ‖ right), RFC 6962 §2.1."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(hashes: Iterable[bytes]) -> bytes:
    """Answer the root over leaf hashes in order; the empty tree's root for none."""
    tree = CompactRange()
    for each in hashes:
        tree.append(each)
    return tree.root()


class CompactRange:
    """The right edge of a growing tree: the roots of its complete subtrees, largest first.

    `size` is the number of leaves; `hashes` has one 32-byte hash for every set bit of `size`. It is all that must be
    kept to append in O(log n) and to know the root; store `size` and `hashes` and pass them back to continue.
    """

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        """Continue from a stored edge. Raises OutOfRange when the hashes cannot be those of `size` leaves."""
        _check_size(size)
        if len(hashes) != size.bit_count() or any(len(each) != HASH_BYTES for each in hashes):
            raise OutOfRange("frontier", f"{size} leaves need {size.bit_count()} hashes of {HASH_BYTES} bytes")
        self._size = size
        self._hashes = list(hashes)

    @property
    def size(self) -> int:
        """How many leaves have been appended."""
        return self._size

    @property
    def hashes(self) -> list[bytes]:
        """Answer a copy of the subtree roots, largest first, to be stored beside `size`."""
        return list(self._hashes)

    def append(self, hashed_leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Append one leaf hash; answer the subtrees it completed as (level, index, hash), the leaf itself first."""
        if len(hashed_leaf) != HASH_BYTES:
            raise OutOfRange("hash_length", f"a leaf hash has {HASH_BYTES} bytes, not {len(hashed_leaf)}")
        _check_size(self._size + 1)
        completed = [(0, self._size, hashed_leaf)]
        level, index, value = 0, self._size, hashed_leaf
        # Every trailing set bit of the old size is a subtree that the new leaf's ancestors complete.
        while index & 1:
            value = node_hash(self._hashes.pop(), value)
            level, index = level + 1, index >> 1
            completed.append((level, index, value))
        self._hashes.append(value)
        self._size += 1
        return completed

    def root(self) -> bytes:
        """Answer the root of everything appended so far."""
        if not self._hashes:
            return EMPTY_ROOT
        value = self._hashes[-1]
        for left in reversed(self._hashes[:-1]):
            value = node_hash(left, value)
        return value


def hashes_from_leaves(leaves: Sequence[bytes]) -> GetHash:
    """Answer a `GetHash` over a list of leaf hashes kept in memory; inner hashes are computed once and kept."""
    kept: dict[tuple[int, int], bytes] = {}

    def get_hash(level: int, index: int) -> bytes:
        if level == 0:
            return leaves[index]
        if (level, index) not in kept:
            kept[level, index] = node_hash(get_hash(level - 1, 2 * index), get_hash(level - 1, 2 * index + 1))
        return kept[level, index]

    return get_hash


def range_root(get_hash: GetHash, start: int, end: int) -> bytes:
    """Answer MTH(D[start:end]) for a range that starts where a subtree of the tree starts (RFC 9162 §2.1.1)."""
    value: bytes | None = None
    for level, index in reversed(list(_complete_subtrees(start, end))):
        part = get_hash(level, index)
        value = part if value is None else node_hash(part, value)
    return EMPTY_ROOT if value is None else value


def inclusion_proof(get_hash: GetHash, index: int, size: int) -> list[bytes]:
    """Answer the hashes that lead from leaf `index` to the root of `size` leaves, the leaf's sibling first.

    RFC 9162 §2.1.3.1. Raises OutOfRange unless 0 ≤ index < size.
    """
    _check_size(size)
    if not 0 <= index < size:
        raise OutOfRange("index", f"leaf {index} is not in a tree of {size}")
    start, end, path = 0, size, []
    while end - start > 1:
        middle = start + split(end - start)
        if index < middle:
            path.append(range_root(get_hash, middle, end))
            end = middle
        else:
            path.append(range_root(get_hash, start, middle))
            start = middle
    path.reverse()
    return path


def consistency_proof(get_hash: GetHash, old_size: int, new_size: int) -> list[bytes]:
    """Answer the hashes that show the tree of `old_size` to be the beginning of the one of `new_size`.

    RFC 9162 §2.1.4.1; an empty list for equal sizes. Raises OutOfRange unless 1 ≤ old_size ≤ new_size: an empty tree
    begins every tree, so a proof from it would prove nothing (facts l.26).
    """
    _check_size(new_size)
    if not 1 <= old_size <= new_size:
        raise OutOfRange("size", f"no consistency proof leads from {old_size} to {new_size} leaves")
    start, end, path = 0, new_size, []
    # `old_size` is the end of the old tree; walk down until a subtree ends exactly there.
    while end != old_size:
        middle = start + split(end - start)
        if old_size <= middle:
            path.append(range_root(get_hash, middle, end))
            end = middle
        else:
            path.append(range_root(get_hash, start, middle))
            start = middle
    # The verifier knows the old root already, so it is sent only when it is not that subtree.
    if start:
        path.append(range_root(get_hash, start, end))
    path.reverse()
    return path


def root_from_inclusion(hashed_leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """Answer the root that an inclusion proof leads to (RFC 9162 §2.1.3.2, steps 1 to 5).

    Raises ProofInvalid when the proof has not the length that index and size demand, or holds a hash of odd length.
    """
    if not 0 <= index < size <= MAX_SIZE:
        raise ProofInvalid("index", f"leaf {index} is not in a tree of {size}")
    _check_hashes(hashed_leaf, *proof)
    place, last, value = index, size - 1, hashed_leaf
    for sibling in proof:
        if last == 0:
            raise ProofInvalid("proof_too_long", f"leaf {index} of {size} needs fewer than {len(proof)} hashes")
        if place & 1 or place == last:
            value = node_hash(sibling, value)
            # Levels at which the rightmost node has no sibling add no hash: skip them.
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            value = node_hash(value, sibling)
        place, last = place >> 1, last >> 1
    if last:
        raise ProofInvalid("proof_too_short", f"leaf {index} of {size} needs more than {len(proof)} hashes")
    return value


def verify_inclusion(hashed_leaf: bytes, index: int, size: int, proof: Sequence[bytes], expected_root: bytes) -> None:
    """Check that a leaf hash stands at `index` in the tree of `size` leaves with `expected_root`.

    RFC 9162 §2.1.3.2. Raises ProofInvalid otherwise.
    """
    _check_hashes(expected_root)
    if not hmac.compare_digest(root_from_inclusion(hashed_leaf, index, size, proof), expected_root):
        raise ProofInvalid("root_mismatch", f"the proof for leaf {index} of {size} leads to another root")


def verify_consistency(
    old_size: int, new_size: int, proof: Sequence[bytes], expected_old_root: bytes, expected_new_root: bytes
) -> None:
    """Check that the tree of `old_size` leaves is the beginning of the tree of `new_size` leaves.

    RFC 9162 §2.1.4.2. Equal sizes need equal roots and an empty proof. Raises ProofInvalid otherwise, and for
    `old_size` 0 with a larger new size (facts l.26).
    """
    if not 0 <= old_size <= new_size <= MAX_SIZE:
        raise ProofInvalid("size", f"a tree of {new_size} cannot have grown from one of {old_size}")
    if old_size == new_size:
        if proof:
            raise ProofInvalid("proof_too_long", "trees of equal size need no proof")
        if expected_old_root != expected_new_root:
            raise ProofInvalid("root_mismatch", f"two roots for one size, {old_size}: this log has forked")
        if old_size == 0 and expected_old_root != EMPTY_ROOT:
            raise ProofInvalid("root_mismatch", "the root of an empty tree is the hash of nothing")
        return
    if old_size == 0:
        raise ProofInvalid("size", "nothing can be proved from an empty tree")
    _check_hashes(expected_old_root, expected_new_root, *proof)
    old, new = _roots_from_consistency(old_size, new_size, proof, expected_old_root)
    if old != expected_old_root or new != expected_new_root:
        raise ProofInvalid("root_mismatch", f"the proof from {old_size} to {new_size} leads to other roots")


def _roots_from_consistency(
    old_size: int, new_size: int, proof: Sequence[bytes], old_root: bytes
) -> tuple[bytes, bytes]:
    """Answer the old and the new root that a consistency proof leads to (RFC 9162 §2.1.4.2, steps 2 to 6)."""
    if not proof:
        raise ProofInvalid("proof_too_short", "trees of different size need a proof")
    # A complete old tree is itself the first node, which the prover therefore leaves out.
    path = [old_root, *proof] if old_size & (old_size - 1) == 0 else list(proof)
    place, last = old_size - 1, new_size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise ProofInvalid("proof_too_long", f"a proof from {old_size} to {new_size} has fewer hashes")
        if place & 1 or place == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        place, last = place >> 1, last >> 1
    if last:
        raise ProofInvalid("proof_too_short", f"a proof from {old_size} to {new_size} has more hashes")
    return old, new


def _complete_subtrees(start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield (level, index) of the complete subtrees that cover start…end, largest first."""
    at = start
    while at < end:
        level = (end - at).bit_length() - 1
        if at & ((1 << level) - 1):
            raise OutOfRange("range", f"the range {start}…{end} does not start where a subtree starts")
        yield level, at >> level
        at += 1 << level


def split(width: int) -> int:
    """Answer the largest power of two smaller than `width` (RFC 9162 §2.1.1, k)."""
    return 1 << ((width - 1).bit_length() - 1)


def _check_size(size: int) -> None:
    if not 0 <= size <= MAX_SIZE:
        raise OutOfRange("size", f"{size} is no tree size")


def _check_hashes(*hashes: bytes) -> None:
    for each in hashes:
        if len(each) != HASH_BYTES:
            raise ProofInvalid("hash_length", f"a hash has {HASH_BYTES} bytes, not {len(each)}")
