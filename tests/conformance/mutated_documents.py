"""Generated documents with one change anywhere: most changes are faults, some are harmless, and nobody says which.

`Documents.broken` makes faults that must be refused; what becomes of these here is for an oracle to say.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from typing import Any

from .generated_documents import Documents, nodes_of

Document = dict[str, Any]
Change = Callable[["Mutant"], None]


class Mutant:
    """One generated document, the node that is changed in it, and the chance that chooses how."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.document = Documents(seed).make()
        self.node = self.chance.choice(nodes_of(self.document))
        self.change = self.chance.choice(sorted(CHANGES))
        CHANGES[self.change](self)

    def put(self, value: Any) -> None:
        """Put a value where one of the node's members was, or beside them."""
        names = [name for name in self.node if name not in ("@context", "id", "type")]
        self.node[self.chance.choice(names or ["name"])] = value


def _put(*values: Any) -> Change:
    return lambda mutant: mutant.put(copy.deepcopy(mutant.chance.choice(values)))


def _member(*members: tuple[str, Any]) -> Change:
    def change(mutant: Mutant) -> None:
        name, value = mutant.chance.choice(members)
        mutant.node[name] = copy.deepcopy(value)

    return change


def _contexts(change: Callable[[list[Any]], list[Any]]) -> Change:
    def apply(mutant: Mutant) -> None:
        mutant.document["@context"] = change(mutant.document["@context"])

    return apply


def _member_from_elsewhere(mutant: Mutant) -> None:
    name, value = mutant.chance.choice(
        [pair for node in nodes_of(mutant.document) for pair in node.items() if pair[0] != "@context"]
        or [("name", "x")]
    )
    mutant.node[name] = copy.deepcopy(value)


def _member_gone(mutant: Mutant) -> None:
    del mutant.node[mutant.chance.choice(list(mutant.node))]


_SCHEMA = "http://www.w3.org/2001/XMLSchema#"
CHANGES: dict[str, Change] = {
    "null": _put(None, [None], ["x", None]),
    "a list in a list": _put([["x"]], [["x"], "y"]),
    "another value": _put("", "x", 7, -0.5, True, [], ["x", "x"], 10**15, 2**53 + 1, 1e-9, 1e300),
    "a control character": _put("\x00", "\x1f\x7f", "\u0085\u2028", "\ufffe", "\uffff", "\x0b"),
    "an odd IRI": _put(
        {"id": "https://x.example/`"}, {"id": "https://x.example/{}"}, {"id": "x:|"}, {"id": "urn:x:\\"},
        {"id": "https://x.example/\u00a0"},
    ),
    "an empty node": _put({}, [{}], {"id": "urn:x:1"}, {"type": []}),
    "a value object": _put(
        {"@value": "x"}, {"@value": 1}, {"@value": ["x"]}, {"@value": {}}, {"@value": None},
        {"@value": "x", "name": "y"},
        {"@value": "x", "@type": "y"}, {"@value": "x", "@type": "_:y"}, {"@value": "x", "@type": f"{_SCHEMA}date"},
        {"@value": "x", "@type": ["urn:x:y"]}, {"@value": "x", "@index": "y"}, {"@value": None, "@type": "@json"},
    ),
    "a language": _put(
        {"@value": "x", "@language": "cy"}, {"@value": "x", "@language": "c y"}, {"@value": "x", "@language": ""},
        {"@value": 1, "@language": "cy"}, {"@value": "x", "@language": "cy", "@type": "urn:x:y"},
        {"@value": "x", "@language": None}, {"@language": "cy"}, {"@value": "x", "@direction": "up"},
    ),
    "a container": _put({"@set": ["x"]}, {"@list": ["x"]}, {"@list": []}, {"@graph": [{"name": "x"}]}, {"en": "x"}),
    "a keyword": _member(
        ("@index", "x"), ("@reverse", {}), ("@graph", []), ("@included", [{"id": "urn:x:1"}]), ("@nest", {"name": "x"}),
        ("@language", "cy"), ("@type", "urn:x:y"), ("@id", "urn:x:1"), ("@nonsense", "x"), ("@value", "x"),
    ),
    "an unknown member": _member(("grade", "A*"), ("grade", []), ("hours", {"name": "x"}), ("", "x"), ("a b", 1)),
    "a member by its IRI": _member(
        ("https://x.example/p", "x"), ("https://schema.org/name", "x"), ("_:p", "x"), ("cred:p", "x"), ("urn:x", None),
    ),
    "another id": _member(
        ("id", ""), ("id", "x"), ("id", "#x"), ("id", "_:x"), ("id", "urn:x:1"), ("id", None), ("id", 1),
        ("id", ["x:y"]), ("id", "https://x.example/a b"), ("id", "@id"), ("id", "@x"), ("id", "name"), ("id", "cred:x"),
    ),
    "another type": _member(
        ("type", "Gold"), ("type", []), ("type", None), ("type", 1), ("type", ["Achievement", "Profile"]), ("type", {}),
        ("type", "urn:x:y"), ("type", "name"), ("type", "@json"), ("type", ["Evidence", None]), ("type", "_:x"),
    ),
    "a context inside": _member(
        ("@context", {}), ("@context", None), ("@context", []), ("@context", {"name": None}),
        ("@context", "https://www.w3.org/ns/credentials/v2"), ("@context", {"@vocab": "https://x.example/"}),
    ),
    "contexts turned round": _contexts(lambda urls: urls[::-1]),
    "a context less": _contexts(lambda urls: urls[:-1]),
    "a context nobody knows": _contexts(lambda urls: [*urls, "https://x.example/context"]),
    "a context that takes all": _contexts(lambda urls: [*urls, {"@vocab": "https://x.example/"}]),
    "a member gone": _member_gone,
    "a member from elsewhere": _member_from_elsewhere,
}  # fmt: skip
