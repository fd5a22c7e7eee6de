"""Roots and proofs agree with those of another implementation, for 1 to 1,000 leaves and at the edges of tiles."""

from __future__ import annotations

from functools import cache

import pytest
from pymerkle import InmemoryTree

from accredit.kit.ledger import merkle

ENTRIES = [f"entry {at}".encode() for at in range(1_300)]
LEAVES = [merkle.leaf_hash(entry) for entry in ENTRIES]
EDGES = [255, 256, 257, 511, 512, 513, 767, 768, 769, 1_023, 1_024, 1_025, 1_279, 1_280, 1_281]


@cache
def _other() -> InmemoryTree:
    tree = InmemoryTree(algorithm="sha256")
    for entry in ENTRIES:
        tree.append(entry)
    return tree


@cache
def _root(size: int) -> bytes:
    return merkle.root_of(LEAVES[:size])


def _check_inclusion(get_hash: merkle.GetHash, index: int, size: int) -> None:
    theirs = _other().prove_inclusion(index + 1, size)
    ours = merkle.inclusion_proof(get_hash, index, size)
    # Theirs begins with the leaf itself; both go from the leaf upward.
    assert theirs.path == [LEAVES[index], *ours]
    assert theirs.resolve() == merkle.root_from_inclusion(LEAVES[index], index, size, ours) == _root(size)


def _check_consistency(get_hash: merkle.GetHash, old: int, new: int) -> None:
    theirs = _other().prove_consistency(old, new)
    ours = merkle.consistency_proof(get_hash, old, new)
    # Theirs cuts the tree into other pieces, so the proofs differ; what each leads to does not.
    merkle.verify_consistency(old, new, ours, theirs.retrieve_prior_state(), theirs.resolve())
    assert (theirs.retrieve_prior_state(), theirs.resolve()) == (_root(old), _root(new))


@pytest.mark.attack("LG08")
def test_roots_and_proofs_of_one_to_a_thousand_leaves() -> None:
    get_hash = merkle.hashes_from_leaves(LEAVES)
    for size in range(1, 1_001):
        assert _other().get_state(size) == _root(size) == merkle.range_root(get_hash, 0, size)
        for index in sorted({0, size * 5 // 7, size - 1}):
            _check_inclusion(get_hash, index, size)
        for old in sorted({size // 2 or 1, size - 1 or 1}):
            _check_consistency(get_hash, old, size)


@pytest.mark.attack("LG08")
def test_every_proof_at_the_edges_of_tiles() -> None:
    get_hash = merkle.hashes_from_leaves(LEAVES)
    for size in EDGES:
        for index in (0, 1, 254, 255, 256, 257, 511, 512, 513, 767, 768, 1_023, 1_024, 1_279, 1_280):
            if index < size:
                _check_inclusion(get_hash, index, size)
        for old in EDGES:
            if old <= size:
                _check_consistency(get_hash, old, size)
