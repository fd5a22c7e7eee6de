"""Canonical names: the same for the same graph, and an end to every graph."""

from __future__ import annotations

import random
import time

import pyoxigraph
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accredit.kit import linkeddata
from accredit.kit.linkeddata import TooComplex
from accredit.kit.linkeddata.dataset import Dataset, Quad
from accredit.kit.linkeddata.rdfc10 import canonicalise, issue_names
from tests.unit.kit.linkeddata.limits import SECONDS

P = "<https://x.example/p>"
OB = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
HASHES = ("sha256", "sha384")
CREDENTIAL = ["VerifiableCredential", "OpenBadgeCredential"]


def ring(size: int) -> list[Quad]:
    return [(f"_:n{i}", P, f"_:n{(i + 1) % size}", "") for i in range(size)]


def clique(size: int) -> list[Quad]:
    return [(f"_:n{i}", P, f"_:n{j}", "") for i in range(size) for j in range(size) if i != j]


def tree(depth: int) -> list[Quad]:
    return [(f"_:n{i}", P, f"_:n{2 * i + k}", "") for i in range(1, 2**depth) for k in (0, 1)]


def twins(count: int) -> list[Quad]:
    return [quad for i in range(count) for quad in ((f"_:a{i}", P, f"_:b{i}", f"_:g{i}"), (f"_:b{i}", P, '"x"', ""))]


SHAPES = {
    "a ring of six": ring(6),
    "a clique of five": clique(5),
    "a tree of three levels": tree(3),
    "five pairs in graphs of their own": twins(5),
    "a node that refers to itself": [("_:a", P, "_:a", ""), ("_:b", P, "_:b", "")],
    "six that differ by their graph alone": [("_:" + n, P, '"x"', f"<https://x.example/{n}>") for n in "abcdef"],
    "rings of three, four, five and six": [
        (f"_:{size}{first[2:]}", name, f"_:{size}{second[2:]}", graph)
        for size in (3, 4, 5, 6)
        for first, name, second, graph in ring(size)
    ],
    "two alike beside one that is not": [("_:a", P, '"x"', ""), ("_:b", P, '"x"', ""), ("_:c", P, '"y"', "")],
}


def shuffled(quads: list[Quad], seed: int) -> list[Quad]:
    chance = random.Random(seed)
    nodes = sorted({part for quad in quads for part in quad if part.startswith("_:")})
    names = dict(zip(nodes, chance.sample([f"_:x{i}" for i in range(len(nodes))], len(nodes)), strict=True))
    renamed = [tuple(names.get(part, part) for part in quad) for quad in quads]
    return chance.sample([(q[0], q[1], q[2], q[3]) for q in renamed], len(renamed))


@pytest.mark.parametrize("quads", SHAPES.values(), ids=SHAPES)
def test_neither_names_nor_order_make_a_difference(quads: list[Quad]) -> None:
    expected = canonicalise(quads)
    for seed in range(10):
        assert canonicalise(shuffled(quads, seed)) == expected


def written_out(quads: list[Quad]) -> bytes:
    """Write a dataset quad by quad, with the names that the general algorithm issues."""
    names = issue_names(list(dict.fromkeys(quads)))
    lines = [" ".join(names.get(part, part) for part in quad if part) + " .\n" for quad in dict.fromkeys(quads)]
    return "".join(sorted(lines)).encode()


def quads_at_random(seed: int) -> list[Quad]:
    chance = random.Random(seed)
    nodes = [f"_:n{number}" for number in range(chance.randint(1, 9))] + ["<urn:x:1>", "<urn:x:10>"]
    values = ['"a"', '"a"@en', '"a b"', '"a"^^<urn:x:t>', '"é😀"', *nodes]
    graphs = ["", "", "", "_:g"] if seed % 4 == 0 else [""]
    count = chance.randint(1, 30)
    return [
        (chance.choice(nodes), chance.choice((P, P[:-1] + "q>")), chance.choice(values), chance.choice(graphs))
        for _ in range(count)
    ]


def test_the_short_way_of_plain_documents_gives_what_the_general_way_gives() -> None:
    for seed in range(600):
        quads = quads_at_random(seed)
        assert canonicalise(quads) == canonicalise(Dataset.of(quads)) == written_out(quads), f"seed {seed}"


def test_a_dataset_holds_each_quad_once() -> None:
    for seed in range(100):
        quads = quads_at_random(seed)
        dataset = Dataset.of(quads + quads)
        assert set(dataset) == set(quads)
        assert len(dataset) == len(list(dataset)) == len(set(quads))


def test_different_graphs_differ() -> None:
    assert len({canonicalise(quads) for quads in SHAPES.values()}) == len(SHAPES)


def by_another(quads: list[Quad]) -> str:
    """Canonicalise with pyoxigraph, which has RDFC-1.0 from other hands."""
    text = "".join(f"{subject} {name} {value} {graph}.\n" for subject, name, value, graph in quads)
    dataset = pyoxigraph.Dataset(pyoxigraph.parse(text, format=pyoxigraph.RdfFormat.N_QUADS))
    dataset.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
    written = pyoxigraph.serialize(dataset, format=pyoxigraph.RdfFormat.N_QUADS) or b""
    return "".join(sorted(written.decode("utf-8").splitlines(keepends=True)))


@pytest.mark.parametrize("quads", SHAPES.values(), ids=SHAPES)
def test_names_are_those_that_another_gives(quads: list[Quad]) -> None:
    for seed in range(5):
        assert canonicalise(shuffled(quads, seed)).decode() == by_another(quads)


NODE = st.sampled_from([f"_:n{number}" for number in range(6)])
NAMED = st.sampled_from(["<https://x.example/a>", "<https://x.example/b>"])
QUAD = st.tuples(
    st.one_of(NODE, NODE, NAMED),
    st.sampled_from([P, "<https://x.example/q>"]),
    st.one_of(NODE, NODE, NAMED, st.sampled_from(['"x"', '"y"@cy', '"1"^^<https://x.example/t>'])),
    # Graphs without a name are left out: pyoxigraph is known to name those differently.
    st.one_of(st.just(""), NAMED),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(QUAD, max_size=14, unique=True))
def test_names_in_any_small_graph_are_those_that_another_gives(quads: list[Quad]) -> None:
    assert canonicalise(quads).decode() == by_another(quads)


def test_nodes_that_differ_directly_are_named_in_the_order_of_their_hashes() -> None:
    quads = [("_:x", P, '"1"', ""), ("_:y", P, '"2"', "")]
    assert sorted(issue_names(quads).values()) == ["_:c14n0", "_:c14n1"]
    assert canonicalise(quads).count(b"\n") == 2


def test_a_graph_without_blank_nodes_is_only_sorted() -> None:
    quads = [("<b:b>", P, '"1"', "<g:g>"), ("<a:a>", P, '"1"', ""), ("<a:a>", P, '"1"', "")]
    expected = f'<a:a> {P} "1" .\n<b:b> {P} "1" <g:g> .\n'
    assert issue_names(quads) == {}
    assert canonicalise(quads) == expected.encode()


def test_the_longer_hash_gives_other_names() -> None:
    assert canonicalise(ring(3), hash_name="sha384").endswith(b".\n")
    names = [issue_names([(f"_:{c}", P, f'"{c}"', "") for c in "abcdefgh"], hash_name=h) for h in ("sha256", "sha384")]
    assert names[0] != names[1]
    evidence = [{"type": ["Evidence"], "name": name} for name in "abcdefgh"]
    document = {"@context": ["https://www.w3.org/ns/credentials/v2", OB], "id": "urn:x:1", "evidence": evidence}
    written = [linkeddata.canonicalise({**document, "type": CREDENTIAL}, hash_name=h) for h in HASHES]
    assert sorted(written[0].splitlines()) != sorted(written[1].splitlines())


POISONED = {
    "VL22 a clique of eight": clique(8),
    "VL22 a clique of ten": clique(10),
    "a clique of forty": clique(40),
    "a ring of five thousand": ring(5_000),
    "a tree of twelve levels": tree(12),
    "predicates of fifty kilobytes": [(f"_:n{i}", f"<x:{'p' * 50_000}>", f"_:n{(i + 1) % 20}", "") for i in range(20)]
    + clique(7),
}


@pytest.mark.parametrize("quads", POISONED.values(), ids=POISONED)
def test_a_poisoned_graph_is_given_up_within_two_seconds(quads: list[Quad]) -> None:
    begun = time.process_time()
    with pytest.raises(TooComplex) as refused:
        canonicalise(quads)
    assert refused.value.code == "work_budget"
    assert time.process_time() - begun < SECONDS


def test_a_chain_of_nodes_that_are_alike_is_followed_only_so_far() -> None:
    # Each step of a chain is one call deeper; the stack would give out before the budget does.
    with pytest.raises(TooComplex) as refused:
        canonicalise(ring(260))
    assert refused.value.code == "work_budget"
    assert canonicalise(ring(100)).count(b"\n") == 100


def test_many_different_nodes_cost_no_budget() -> None:
    quads = [("<a:a>", P, f"_:n{i}", "") for i in range(2_000)] + [(f"_:n{i}", P, f'"{i}"', "") for i in range(2_000)]
    assert canonicalise(quads, budget=0).count(b"_:c14n") == 4_000
