"""An RDF dataset, kept as what is said of each node, which is how it is written and how blank nodes are named.

Terms are written as in N-Quads: ``<iri>``, ``_:b0``, ``"literal"``; the default graph is the empty string.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

Quad = tuple[str, str, str, str]
"""Subject, predicate, object and graph."""

Said = dict[str, None]
"""What is said of one node: lines of N-Quads but for the subject, without repetitions and in no particular order."""


@dataclass(slots=True)
class Dataset:
    """Statements without repetitions; to iterate gives quads, in no particular order.

    `said` holds by graph and by subject what needs no other name; `links` are the statements whose object is a blank
    node. The subject of a link stands in `said` too, though perhaps with nothing beside it.
    """

    said: dict[str, dict[str, Said]] = field(default_factory=dict)
    links: dict[Quad, None] = field(default_factory=dict)

    @classmethod
    def of(cls, quads: Iterable[Quad]) -> Dataset:
        """Collect quads."""
        dataset = cls()
        for quad in quads:
            subject, predicate, value, graph = quad
            said = dataset.describe(subject, graph, {})
            # Of all that a quad may hold, only the label of a blank node begins with an underscore.
            if value[0] == "_":
                dataset.links[quad] = None
            else:
                said[f"{predicate} {value} .\n"] = None
        return dataset

    def describe(self, subject: str, graph: str, statements: Said) -> Said:
        """Add statements about a node in a graph; return all that is said of it there, to be added to."""
        subjects = self.said.get(graph)
        if subjects is None:
            subjects = self.said[graph] = {}
        said = subjects.get(subject)
        if said is None:
            said = subjects[subject] = statements.copy()
        else:
            said.update(statements)
        return said

    def __iter__(self) -> Iterator[Quad]:
        for graph, subjects in self.said.items():
            for subject, said in subjects.items():
                for statement in said:
                    # No IRI holds a space, so the first one ends the predicate.
                    predicate, _, value = statement.partition(" ")
                    yield subject, predicate, value.removesuffix(" .\n"), graph
        yield from self.links

    def __len__(self) -> int:
        stated = sum(len(said) for subjects in self.said.values() for said in subjects.values())
        return stated + len(self.links)
