"""Subtree proofs agree with the definition for every subtree of every small log, and no altered one passes."""

from __future__ import annotations

import pytest

from accredit.kit.ledger import merkle, subtree
from accredit.kit.ledger.errors import OutOfRange, ProofInvalid

LEAVES = [merkle.leaf_hash(bytes([at])) for at in range(40)]
GET_HASH = merkle.hashes_from_leaves(LEAVES)


def test_every_subtree_of_every_log_up_to_40_leaves_is_proved_and_no_altered_proof_passes() -> None:
    for size in range(1, 41):
        root = merkle.root_of(LEAVES[:size])
        for end in range(1, size + 1):
            for start in range(end):
                if not subtree.is_subtree(start, end):
                    continue
                inner = merkle.root_of(LEAVES[start:end])
                proof = subtree.subtree_consistency_proof(GET_HASH, start, end, size)
                subtree.verify_subtree_consistency(start, end, size, proof, inner, root)
                altered = [
                    ([*proof, bytes(32)], inner, root),
                    (proof, bytes(32), root),
                    (proof, inner, bytes(32)),
                    ([b"x", *proof], inner, root),
                ]
                if proof:
                    altered += [(proof[:-1], inner, root), ([bytes(32), *proof[1:]], inner, root)]
                for case in altered:
                    with pytest.raises(ProofInvalid):
                        subtree.verify_subtree_consistency(start, end, size, *case)


def test_a_subtree_that_starts_at_the_beginning_is_an_older_tree() -> None:
    for size in range(1, 41):
        for old in range(1, size + 1):
            assert subtree.subtree_consistency_proof(GET_HASH, 0, old, size) == merkle.consistency_proof(
                GET_HASH, old, size
            )


def test_a_leaf_is_proved_to_be_in_a_subtree() -> None:
    inside = merkle.inclusion_proof(merkle.hashes_from_leaves(LEAVES[8:13]), 4, 5)
    root = merkle.root_of(LEAVES[8:13])
    subtree.verify_subtree_inclusion(LEAVES[12], 12, 8, 13, inside, root)
    with pytest.raises(ProofInvalid, match="subtree"):
        subtree.verify_subtree_inclusion(LEAVES[12], 13, 8, 13, inside, root)


@pytest.mark.parametrize(
    ("start", "end", "size"),
    [(2, 5, 8), (2, 6, 8), (0, 9, 8), (3, 3, 8), (-1, 1, 8), (4, 3, 8)],
    ids=["askew", "across", "beyond the end", "empty", "negative", "backwards"],
)
def test_what_is_no_subtree_has_no_proof(start: int, end: int, size: int) -> None:
    with pytest.raises(OutOfRange):
        subtree.subtree_consistency_proof(GET_HASH, start, end, size)
    with pytest.raises(ProofInvalid):
        subtree.verify_subtree_consistency(start, end, size, [], LEAVES[0], LEAVES[0])


def test_an_empty_subtree_stands_at_the_end_only() -> None:
    subtree.verify_subtree_consistency(5, 5, 5, [], merkle.EMPTY_ROOT, LEAVES[0])
    with pytest.raises(ProofInvalid):
        subtree.verify_subtree_consistency(5, 5, 6, [], merkle.EMPTY_ROOT, LEAVES[0])
