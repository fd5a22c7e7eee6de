"""RDF Dataset Canonicalization (RDFC-1.0) with a budget of work.

Most documents have blank nodes that differ in what is said of them directly; they are named after one hash each.
Only the others need the costly part, which poisoned datasets use to stall a verifier. Every step of it is counted,
and a dataset that asks for too many steps is refused instead of computed.

Terms are written as `accredit.kit.linkeddata.dataset` says.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import permutations
from typing import Final

from accredit.kit.linkeddata.dataset import Dataset, Quad
from accredit.kit.linkeddata.errors import TooComplex

DEFAULT_BUDGET: Final = 3_000_000
"""Steps of the costly part; about a second of one core."""

_HASHES: Final[dict[str, Callable[[bytes], hashlib._Hash]]] = {"sha256": hashlib.sha256, "sha384": hashlib.sha384}


class Issuer:
    """Gives out names in order, and remembers who has which (RDFC-1.0 §4.5)."""

    __slots__ = ("issued", "prefix")

    def __init__(self, prefix: str, issued: dict[str, str] | None = None) -> None:
        self.prefix = prefix
        self.issued: dict[str, str] = {} if issued is None else issued

    def issue(self, node: str) -> str:
        """Name a node, or say the name that it has."""
        name = self.issued.get(node)
        if name is None:
            name = self.issued[node] = f"{self.prefix}{len(self.issued)}"
        return name

    def copy(self) -> Issuer:
        """Copy, so that a path can be tried and given up."""
        return Issuer(self.prefix, dict(self.issued))


def canonicalise(statements: Iterable[Quad], *, hash_name: str = "sha256", budget: int = DEFAULT_BUDGET) -> bytes:
    """Write a dataset in its canonical form: N-Quads with canonical names, sorted, each ending in a newline.

    `statements` are a `Dataset`, or any quads. `hash_name` is ``sha256`` or ``sha384``. Raises `TooComplex` with code
    ``work_budget``.
    """
    dataset = statements if isinstance(statements, Dataset) else Dataset.of(statements)
    # Nearly all credentials have no graph but the default one, and no two blank nodes of which the same is said.
    if not dataset.said.keys() - {""}:
        subjects = {subject: sorted(said) for subject, said in dataset.said.get("", {}).items()}
        names = _names_by_first_degree(subjects, dataset.links, _HASHES[hash_name])
        if names is not None:
            return _written(subjects, dataset.links, names)
    quads = list(dataset)
    names = issue_names(quads, hash_name=hash_name, budget=budget)
    return "".join(sorted(lines(quads, names))).encode("utf-8")


def issue_names(dataset: list[Quad], *, hash_name: str = "sha256", budget: int = DEFAULT_BUDGET) -> dict[str, str]:
    """Give each blank node of a dataset without repetitions its canonical name, as ``_:b3 → _:c14n0``."""
    return _Naming(dataset, _HASHES[hash_name], budget).run()


def _names_by_first_degree(
    subjects: Mapping[str, list[str]], links: Iterable[Quad], digest: Callable[[bytes], hashlib._Hash]
) -> dict[str, str] | None:
    """Name the blank nodes of a default graph by their first-degree hashes (§4.6); None where two have the same.

    `subjects` give in order what is said of each node, `links` aside.
    """
    said = {node: statements for node, statements in subjects.items() if node[0] == "_"}
    mentions: dict[str, list[str]] = defaultdict(list)
    linking: dict[str, list[str]] = defaultdict(list)
    for subject, predicate, value, _ in links:
        if subject[0] != "_":
            mentions[value].append(f"{subject} {predicate} _:a .\n")
        elif subject == value:
            linking[subject].append(f"{predicate} _:a .\n")
        else:
            linking[subject].append(f"{predicate} _:z .\n")
            mentions[value].append(f"_:z {predicate} _:a .\n")
    for node, statements in linking.items():
        said[node] = sorted(said[node] + statements)
    for node in mentions:
        said.setdefault(node, [])
    by_hash: dict[bytes, str] = {}
    for node, statements in said.items():
        lines = mentions[node]
        # Other lines begin with an IRI, or with another node, so the node's own block keeps together when sorted.
        if statements:
            lines.append("_:a " + "_:a ".join(statements))
        lines.sort()
        by_hash[digest("".join(lines).encode("utf-8")).digest()] = node
    if len(by_hash) < len(said):
        return None
    return {by_hash[found]: f"_:c14n{number}" for number, found in enumerate(sorted(by_hash))}


def _written(subjects: Mapping[str, list[str]], links: Iterable[Quad], names: Mapping[str, str]) -> bytes:
    """Write a default graph; `subjects` give in order what is said of each node, `links` aside."""
    linking: dict[str, list[str]] = defaultdict(list)
    for subject, predicate, value, _ in links:
        linking[subject].append(f"{predicate} {names[value]} .\n")
    # Each block begins with another subject and a space, so sorting blocks sorts their lines.
    blocks = []
    for subject, said in subjects.items():
        statements = sorted(said + linking[subject]) if subject in linking else said
        if statements:
            start = f"{names.get(subject, subject)} "
            blocks.append((start + start.join(statements)).encode("utf-8"))
    blocks.sort()
    return b"".join(blocks)


def lines(quads: Iterable[Quad], names: Mapping[str, str]) -> Iterator[str]:
    """Write quads as N-Quads, one a line, with the blank nodes that have a name under it; in the order of the quads."""
    for subject, predicate, value, graph in quads:
        line = f"{names.get(subject, subject)} {predicate} {names.get(value, value)}"
        yield f"{line} {names.get(graph, graph)} .\n" if graph else f"{line} .\n"


def _blank_nodes(quad: Quad) -> set[str]:
    return {part for part in (quad[0], quad[2], quad[3]) if part[:1] == "_"}


def _first_degree_lines(dataset: list[Quad]) -> dict[str, list[str]]:
    """Write for each blank node what is said of it directly, itself as ``_:a`` and any other as ``_:z`` (§4.6)."""
    said: dict[str, list[str]] = defaultdict(list)
    for quad in dataset:
        subject, predicate, value, graph = quad
        if graph[:1] == "_":
            for node in _blank_nodes(quad):
                parts = (subject, value, graph)
                seen = [part if part[0] != "_" else "_:a" if part == node else "_:z" for part in parts]
                said[node].append(f"{seen[0]} {predicate} {seen[1]} {seen[2]} .\n")
            continue
        end = f"{graph} .\n" if graph else ".\n"
        if subject[0] != "_":
            if value[0] == "_":
                said[value].append(f"{subject} {predicate} _:a {end}")
        elif value[0] != "_":
            said[subject].append(f"_:a {predicate} {value} {end}")
        elif value == subject:
            said[subject].append(f"_:a {predicate} _:a {end}")
        else:
            said[subject].append(f"_:a {predicate} _:z {end}")
            said[value].append(f"_:z {predicate} _:a {end}")
    return said


class _Naming:
    """The canonicalization state of one dataset (§4.2)."""

    def __init__(self, dataset: list[Quad], digest: Callable[[bytes], hashlib._Hash], budget: int) -> None:
        self._dataset = dataset
        self._mentions: dict[str, list[Quad]] = defaultdict(list)
        self._digest = digest
        self._budget = budget
        self._first: dict[str, str] = {}
        self._canonical = Issuer("_:c14n")

    def run(self) -> dict[str, str]:
        """Follow §4.4.3, steps 3 to 5."""
        by_hash: dict[str, list[str]] = defaultdict(list)
        for node, lines in _first_degree_lines(self._dataset).items():
            lines.sort()
            found = self._first[node] = self._hash("".join(lines))
            by_hash[found].append(node)
        shared = []
        for found, nodes in sorted(by_hash.items()):
            if len(nodes) == 1:
                self._canonical.issue(nodes[0])
            else:
                shared.append((found, nodes))
        for quad in self._dataset if shared else ():
            for node in _blank_nodes(quad):
                self._mentions[node].append(quad)
        for _, nodes in shared:
            results = []
            for node in nodes:
                if node not in self._canonical.issued:
                    issuer = Issuer("_:b")
                    issuer.issue(node)
                    results.append(self._n_degree(node, issuer))
            for _, issuer in sorted(results, key=lambda result: result[0]):
                for node in issuer.issued:
                    self._canonical.issue(node)
        return self._canonical.issued

    def _hash(self, text: str) -> str:
        return self._digest(text.encode("utf-8")).hexdigest()

    def _spend(self, steps: int) -> None:
        self._budget -= steps
        if self._budget < 0:
            sentence = "The unnamed objects of this document are too much alike; give them ids."
            raise TooComplex("work_budget", "$", sentence)

    def _related(self, related: str, quad: Quad, issuer: Issuer, position: str) -> str:
        """Hash a neighbour by where it stands in a quad (§4.7)."""
        name = self._canonical.issued.get(related) or issuer.issued.get(related) or self._first[related]
        return self._hash(position + ("" if position == "g" else quad[1]) + name)

    def _neighbours(self, node: str, issuer: Issuer) -> dict[str, list[str]]:
        """Group the neighbours of a node by their hash (§4.8, step 3)."""
        groups: dict[str, list[str]] = defaultdict(list)
        quads = self._mentions[node]
        # A predicate is hashed as often as it is met, so a long one costs more.
        self._spend(sum(1 + (len(quad[1]) >> 6) for quad in quads))
        for quad in quads:
            for part, position in ((quad[0], "s"), (quad[2], "o"), (quad[3], "g")):
                if part.startswith("_:") and part != node:
                    groups[self._related(part, quad, issuer, position)].append(part)
        return groups

    def _n_degree(self, node: str, issuer: Issuer, depth: int = 0) -> tuple[str, Issuer]:
        """Hash a node by everything that can be reached from it (§4.8)."""
        if depth > 200:
            # A chain this long would exhaust the stack before the budget.
            self._spend(self._budget + 1)
        text = ""
        for found, group in sorted(self._neighbours(node, issuer).items()):
            chosen_path = ""
            chosen_issuer: Issuer | None = None
            for order in permutations(group):
                attempt = self._try(order, issuer, chosen_path, depth)
                if attempt is not None and (not chosen_path or attempt[0] < chosen_path):
                    chosen_path, chosen_issuer = attempt
            text += found + chosen_path
            issuer = chosen_issuer or issuer
        return self._hash(text), issuer

    def _try(self, order: tuple[str, ...], issuer: Issuer, best: str, depth: int) -> tuple[str, Issuer] | None:
        """Name one order of neighbours (§4.8, step 5.4); None as soon as it cannot beat the best path so far."""
        self._spend(len(order) + len(issuer.issued))
        attempt = issuer.copy()
        path = ""
        to_visit = []
        for related in order:
            name = self._canonical.issued.get(related)
            if name is None:
                if related not in attempt.issued:
                    to_visit.append(related)
                name = attempt.issue(related)
            path += name
            if best and len(path) >= len(best) and path > best:
                return None
        for related in to_visit:
            found, inner = self._n_degree(related, attempt, depth + 1)
            path += f"{attempt.issue(related)}<{found}>"
            attempt = inner
            if best and len(path) >= len(best) and path > best:
                return None
        return path, attempt
