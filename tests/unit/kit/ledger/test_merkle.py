"""The Merkle tree agrees with its definition, with another implementation, and with itself for every small size."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from accredit.kit.ledger import merkle
from accredit.kit.ledger.errors import OutOfRange, ProofInvalid

ENTRIES = [f"entry {at}".encode() for at in range(200)]
LEAVES = [merkle.leaf_hash(entry) for entry in ENTRIES]


def _by_definition(leaves: list[bytes]) -> bytes:
    """RFC 9162 §2.1.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return merkle.node_hash(_by_definition(leaves[:k]), _by_definition(leaves[k:]))


def test_roots_of_one_to_two_hundred_leaves_are_those_of_another_implementation() -> None:
    other = InmemoryTree(algorithm="sha256")
    ours = merkle.CompactRange()
    assert ours.root() == merkle.EMPTY_ROOT == _by_definition([])
    for size, entry in enumerate(ENTRIES, start=1):
        other.append(entry)
        ours.append(merkle.leaf_hash(entry))
        assert ours.root() == other.get_state(size) == merkle.root_of(LEAVES[:size])


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 64, 100])
def test_roots_are_those_of_the_definition(size: int) -> None:
    assert merkle.root_of(LEAVES[:size]) == _by_definition(LEAVES[:size])
    assert merkle.range_root(merkle.hashes_from_leaves(LEAVES), 0, size) == _by_definition(LEAVES[:size])


@pytest.mark.attack("LG08")
def test_every_inclusion_proof_up_to_64_leaves_verifies_and_no_altered_one_does() -> None:
    get_hash = merkle.hashes_from_leaves(LEAVES)
    for size in range(1, 65):
        root = merkle.root_of(LEAVES[:size])
        for index in range(size):
            proof = merkle.inclusion_proof(get_hash, index, size)
            merkle.verify_inclusion(LEAVES[index], index, size, proof, root)
            assert len(proof) <= (size - 1).bit_length()
            altered = [
                (LEAVES[(index + 1) % 200], index, size, proof, root),
                (LEAVES[index], index, size, [*proof, bytes(32)], root),
                (LEAVES[index], index, size, [bytes(32), *proof], root),
                (LEAVES[index], index, size, proof, bytes(32)),
            ]
            if proof:
                altered.append((LEAVES[index], index, size, proof[:-1], root))
                altered.append((LEAVES[index], index ^ 1, size, proof, root))
            for case in altered:
                with pytest.raises(ProofInvalid):
                    merkle.verify_inclusion(*case)


@pytest.mark.attack("LG08")
def test_every_consistency_proof_up_to_64_leaves_verifies_and_no_altered_one_does() -> None:
    get_hash = merkle.hashes_from_leaves(LEAVES)
    roots = [merkle.root_of(LEAVES[:size]) for size in range(65)]
    for new in range(1, 65):
        for old in range(1, new + 1):
            proof = merkle.consistency_proof(get_hash, old, new)
            merkle.verify_consistency(old, new, proof, roots[old], roots[new])
            altered = [
                (old, new, [*proof, bytes(32)], roots[old], roots[new]),
                (old, new, proof, bytes(32), roots[new]),
                (old, new, proof, roots[old], bytes(32)),
                (new + 1, new, proof, roots[old], roots[new]),
            ]
            if proof:
                altered.append((old, new, proof[1:], roots[old], roots[new]))
                altered.append((old, new, [bytes(32), *proof[1:]], roots[old], roots[new]))
            for case in altered:
                with pytest.raises(ProofInvalid):
                    merkle.verify_consistency(*case)


@pytest.mark.parametrize(
    ("index", "size"),
    [(0, 0), (5, 5), (-1, 5), (0, -1), (0, 2**63), (2**63, 2**63 + 1)],
    ids=["an empty tree", "one past the end", "a negative index", "a negative size", "a size of 2**63", "beyond both"],
)
@pytest.mark.attack("LG08")
def test_no_proof_is_made_or_accepted_for(index: int, size: int) -> None:
    with pytest.raises(OutOfRange):
        merkle.inclusion_proof(merkle.hashes_from_leaves(LEAVES), index, size)
    with pytest.raises(ProofInvalid):
        merkle.verify_inclusion(LEAVES[0], index, size, [], merkle.EMPTY_ROOT)


@pytest.mark.parametrize(
    ("old", "new"), [(0, 5), (6, 5), (-1, 5), (1, 2**63)], ids=["from nothing", "backwards", "negative", "too large"]
)
@pytest.mark.attack("LG08")
def test_no_consistency_is_proved_or_accepted(old: int, new: int) -> None:
    with pytest.raises(OutOfRange):
        merkle.consistency_proof(merkle.hashes_from_leaves(LEAVES), old, new)
    with pytest.raises(ProofInvalid):
        merkle.verify_consistency(old, new, [], merkle.EMPTY_ROOT, LEAVES[0])


def test_a_fork_at_one_size_is_named() -> None:
    with pytest.raises(ProofInvalid, match="forked"):
        merkle.verify_consistency(5, 5, [], LEAVES[0], LEAVES[1])


def test_an_empty_tree_has_only_one_root() -> None:
    merkle.verify_consistency(0, 0, [], merkle.EMPTY_ROOT, merkle.EMPTY_ROOT)
    with pytest.raises(ProofInvalid, match="empty tree"):
        merkle.verify_consistency(0, 0, [], LEAVES[0], LEAVES[0])


def test_a_hash_of_another_length_is_refused() -> None:
    with pytest.raises(ProofInvalid, match="32 bytes"):
        merkle.verify_inclusion(LEAVES[0], 0, 2, [b"short"], LEAVES[1])
    with pytest.raises(OutOfRange, match="32 bytes"):
        merkle.CompactRange().append(b"short")


@given(st.integers(0, 200), st.integers(0, 200))
def test_a_stored_edge_goes_on_as_if_it_had_never_been_stored(first: int, last: int) -> None:
    first, last = sorted((first, last))
    before = merkle.CompactRange()
    for leaf in LEAVES[:first]:
        before.append(leaf)
    after = merkle.CompactRange(before.size, before.hashes)
    for leaf in LEAVES[first:last]:
        after.append(leaf)
    assert after.root() == merkle.root_of(LEAVES[:last])
    assert len(after.hashes) == last.bit_count()


def test_appending_answers_every_subtree_it_completes() -> None:
    tree, get_hash = merkle.CompactRange(), merkle.hashes_from_leaves(LEAVES)
    seen = {(level, index): value for leaf in LEAVES for level, index, value in tree.append(leaf)}
    assert len(seen) == sum(200 >> level for level in range(9))
    assert all(get_hash(level, index) == value for (level, index), value in seen.items())


@pytest.mark.parametrize(("size", "hashes"), [(3, [bytes(32)]), (1, [b"x"]), (-1, [])])
def test_an_edge_that_cannot_be_is_refused(size: int, hashes: list[bytes]) -> None:
    with pytest.raises(OutOfRange):
        merkle.CompactRange(size, hashes)


def test_a_range_that_starts_in_the_middle_of_a_subtree_has_no_root() -> None:
    with pytest.raises(OutOfRange, match="start"):
        merkle.range_root(merkle.hashes_from_leaves(LEAVES), 1, 3)


@given(st.integers(1, 10**6), st.data())
@pytest.mark.attack("LG21")
def test_a_proof_in_a_million_leaves_reads_few_hashes(size: int, data: st.DataObject) -> None:
    """LG21: at most 20 hashes in the proof, and at most 20 more read for the ragged right edge."""
    asked: list[tuple[int, int]] = []

    def get_hash(level: int, index: int) -> bytes:
        assert (index + 1) << level <= size
        asked.append((level, index))
        return hashlib.sha256(f"{level} {index}".encode()).digest()

    proof = merkle.inclusion_proof(get_hash, data.draw(st.integers(0, size - 1)), size)
    assert len(proof) <= 20
    assert len(asked) <= 40


@pytest.mark.attack("LG08")
def test_no_proof_of_one_place_up_to_33_leaves_holds_for_another_index_size_or_root() -> None:
    get_hash = merkle.hashes_from_leaves(LEAVES)
    roots = [merkle.root_of(LEAVES[:size]) for size in range(34)]
    for size in range(1, 34):
        for index in range(size):
            proof = merkle.inclusion_proof(get_hash, index, size)
            for other_size in range(1, 34):
                for other in {index, size - 1 - index, other_size - 1}:
                    if (other, other_size) == (index, size):
                        continue
                    with pytest.raises(ProofInvalid):
                        merkle.verify_inclusion(LEAVES[index], other, other_size, proof, roots[other_size])
