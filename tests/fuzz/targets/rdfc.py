"""RDFC-1.0: isomorphic datasets give the same bytes, and another library gives the same where both can afford it.

An input is a dataset of its own small form: one byte for how many blank nodes there are, then six bytes for each quad.
"""

from __future__ import annotations

from itertools import islice
from random import Random

import pyoxigraph
from pyld import jsonld

from accredit.kit.linkeddata import TooComplex, rdfc10
from accredit.kit.linkeddata.dataset import Quad
from tests.fuzz import mutations
from tests.fuzz.target import Answer, Target

LARGEST = 900
SMALL_BUDGET = 40_000
MAX_QUADS = 20_000
"""More than these the mapper does not let through."""
PREDICATES = ("<urn:p>", "<urn:q>", "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>", "<urn:" + "long" * 30 + ">")
NAMED = (
    "<urn:n:0>",
    "<urn:n:1>",
    '"a"',
    '"\\n\\"\\\\"',
    '"a"@cy',
    '"1"^^<http://www.w3.org/2001/XMLSchema#integer>',
)


def dataset(data: bytes) -> list[Quad]:
    count = 1 + data[0] if data and data[0] < 200 else 1 + (data[0] - 199) * 100 if data else 1
    quads = []
    for at in range(1, min(len(data), 1 + 6 * MAX_QUADS) - 5, 6):
        subject, value = (int.from_bytes(data[begin : begin + 2], "big") for begin in (at, at + 3))
        # One subject in eight and one value in four has a name; graphs are mostly the default one, as in badges.
        who = f"_:n{subject % count}" if subject & 0xE000 else NAMED[subject % 2]
        what = f"_:n{value % count}" if value & 0xC000 else NAMED[value % len(NAMED)]
        where = data[at + 5]
        graph = "" if where < 0xE0 else f"_:n{where % count}" if where < 0xF8 else NAMED[where % 2]
        quads.append((who, PREDICATES[data[at + 2] % len(PREDICATES)], what, graph))
    return quads


def read(data: bytes) -> bytes:
    # All of the budget is a second of one core; a small dataset is told apart from a poisoned one long before.
    budget = rdfc10.DEFAULT_BUDGET if len(data) > LARGEST else SMALL_BUDGET
    return rdfc10.canonicalise(dataset(data), budget=budget)


def _again(quads: list[Quad], *, budget: int = SMALL_BUDGET, hash_name: str = "sha256") -> bytes | None:
    try:
        return rdfc10.canonicalise(quads, budget=budget, hash_name=hash_name)
    except TooComplex:
        return None


def judge(data: bytes, answer: Answer) -> None:
    quads = dataset(data)
    if answer.refusal is not None:
        assert answer.refusal.code == "work_budget"
        return
    written: bytes = answer.value
    lines = written.decode("utf-8").splitlines(keepends=True)
    assert lines == sorted(set(lines)), "not sorted, or not a set"
    assert len(lines) == len(set(quads)), "a quad is lost"
    # What took long has been looked at once, and hardly any of it is looked at again.
    if len(quads) > 400 or (_again(quads, budget=4_000) is None and data[-1] % 32):
        return
    names = rdfc10.issue_names(list(dict.fromkeys(quads)))
    labels = {part for quad in quads for part in (quad[0], quad[2], quad[3]) if part.startswith("_:")}
    assert set(names) == labels, "a blank node has no name"
    assert set(names.values()) == {f"_:c14n{number}" for number in range(len(labels))}, (
        "names are given twice or left out"
    )
    canonical = [tuple(names.get(part, part) for part in quad) for quad in quads]
    # The work depends on the labels a little, so the budget may be met the second time.
    again = _again([(s, p, o, g) for s, p, o, g in canonical])
    assert again in (written, None), "the canonical form has another canonical form"
    relabelled = _relabelled(quads, Random(data))
    assert _again(relabelled) in (written, None), "isomorphic datasets are written differently"
    # No other library has a budget, so they are asked only where ours needed little.
    if (sha384 := _again(quads, budget=3_000, hash_name="sha384")) is not None:
        _judge_by_another(quads, written, sha384)


def _relabelled(quads: list[Quad], chance: Random) -> list[Quad]:
    labels = sorted({part for quad in quads for part in (quad[0], quad[2], quad[3]) if part.startswith("_:")})
    fresh = dict(
        zip(labels, chance.sample([f"_:x{number}" for number in range(len(labels))], len(labels)), strict=True)
    )
    turned = [(fresh.get(s, s), p, fresh.get(o, o), fresh.get(g, g)) for s, p, o, g in quads]
    return chance.sample(turned, len(turned))


def _judge_by_another(quads: list[Quad], written: bytes, sha384: bytes) -> None:
    """Compare with pyoxigraph, or with PyLD where a graph is a blank node, or two blank nodes are linked in two graphs.

    pyoxigraph 0.5 names the former differently, and counts the latter once, where rdf-canonize 4 and PyLD count each
    quad, as RDFC-1.0 §4.8.3 says. PyLD 3.3 in turn counts a quad twice in which a blank node meets itself.
    """
    text = "".join(" ".join(part for part in quad if part) + " .\n" for quad in quads)
    links = [quad[:3] for quad in set(quads) if quad[0].startswith("_:") and quad[2].startswith("_:")]
    if any(graph.startswith("_:") for _, _, _, graph in quads) or len(set(links)) < len(links):
        if not any(quad[0] in quad[2:] or quad[2] == quad[3] for quad in quads):
            options = {"inputFormat": "application/n-quads", "format": "application/n-quads", "algorithm": "URDNA2015"}
            theirs = jsonld.normalize(text, options)
            assert theirs.encode() == written, "PyLD canonicalises this differently"
        return
    for algorithm, ours in (
        (pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0, written),
        (pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0_SHA_384, sha384),
    ):
        parsed = pyoxigraph.Dataset(pyoxigraph.parse(text.encode(), format=pyoxigraph.RdfFormat.N_QUADS))
        parsed.canonicalize(algorithm)
        serialised = pyoxigraph.serialize(parsed, format=pyoxigraph.RdfFormat.N_QUADS) or b""
        found = "".join(sorted(serialised.decode("utf-8").splitlines(keepends=True))).encode()
        assert found == ours, "pyoxigraph canonicalises this differently"


def _record(subject: int, predicate: int, value: int, graph: int = 0) -> bytes:
    return (
        (0xE000 + subject).to_bytes(2, "big")
        + bytes([predicate])
        + (0xC000 + value).to_bytes(2, "big")
        + bytes([graph])
    )


def _nodes(count: int, pairs: list[tuple[int, int]], predicate: int = 0) -> bytes:
    # What a node's number is divided by is `count`, so that the numbers must be shifted to come out as they are.
    shift_s, shift_v = -0xE000 % count, -0xC000 % count
    return bytes([count - 1]) + b"".join(_record(a + shift_s, predicate, b + shift_v) for a, b in pairs)


def seeds() -> list[bytes]:
    ring = [(a, (a + 1) % 6) for a in range(6)]
    star = [(0, a) for a in range(1, 7)]
    clique = [(a, b) for a in range(4) for b in range(4) if a != b]
    chain = [(a, a + 1) for a in range(9)]
    two_rings = [(a, (a + 1) % 3) for a in range(3)] + [(3 + a, 3 + (a + 1) % 3) for a in range(3)]
    shapes = [_nodes(6, ring), _nodes(7, star), _nodes(4, clique), _nodes(10, chain), _nodes(6, two_rings)]
    poison = _nodes(6, [(a, b) for a in range(6) for b in range(6) if a != b])
    with_graphs = _nodes(3, ring[:2]) + _record(0, 1, 1, 0xE1) + _record(1, 2, 0, 0xF9) + _record(2, 3, 2, 0xE2)
    return [*shapes, poison, with_graphs, b"\x00", _nodes(3, [(0, 0), (1, 1), (2, 2)])]


def mutate(data: bytes, chance: Random) -> bytes:
    head, body = data[:1], data[1:]
    records = [body[at : at + 6] for at in range(0, len(body) - 5, 6)] or [bytes(6)]
    at = chance.randrange(len(records))
    match chance.randrange(8):
        case 0:
            del records[at]
        case 1:
            records.insert(at, chance.choice(records))
        case 2:
            head = bytes([chance.choice((*range(12), 40, 199, 200, 255))])
        case 3:
            records.append(_record(chance.randrange(12), chance.randrange(2), chance.randrange(12)))
        case 4:
            # The same once more beside it, with other labels: twins are what the costly part is for.
            count = 1 + (head[0] if head else 0)
            head = bytes([min(199, 2 * count - 1)])
            shifted = [
                _record(r[0] * 256 + r[1] + count & 0x1FFF, r[2], r[3] * 256 + r[4] + count & 0x3FFF, r[5])
                for r in records
            ]
            records += islice(shifted, 200)
        case 5:
            first, second = sorted(chance.choices(range(len(records) + 1), k=2))
            records += records[first:second]
        case 6:
            chance.shuffle(records)
        case _:
            return mutations.any_bytes(data, chance)
    return (head or b"\x05") + b"".join(records)


def grow(data: bytes, chance: Random) -> bytes:
    """Make a dataset as large as the mapper lets through: of random quads, or of one shape many times over."""
    head = bytes([chance.choice((3, 9, 40, 199, 200, 230, 255))])
    if chance.random() < 0.4:
        return head + chance.randbytes(6 * chance.choice((300, 2_000, MAX_QUADS)))
    body = data[1:] or bytes(6)
    times = 6 * chance.choice((100, 2_000, MAX_QUADS)) // len(body) + 1
    if chance.random() < 0.5:
        return head + body * times
    records = [body[at : at + 6] for at in range(0, len(body) - 5, 6)] or [bytes(6)]
    made = (
        _record(number * 7 + r[1] & 0x1FFF, r[2], number * 7 + r[4] & 0x3FFF)
        for number in range(times)
        for r in records
    )
    return head + b"".join(islice(made, MAX_QUADS))


TARGET = Target(
    name="rdfc",
    reader="`rdfc10.canonicalise`",
    asks="isomorphic datasets give the same bytes, each blank node one name, and the canonical form itself; pyoxigraph "
    "(SHA-256 and SHA-384) or PyLD gives the same where the work is small",
    seeds=seeds,
    read=read,
    refusals=(TooComplex,),
    judge=judge,
    mutate=mutate,
    grow=grow,
    largest=LARGEST,
)
