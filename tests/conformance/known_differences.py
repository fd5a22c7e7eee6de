"""Where PyLD and pyoxigraph are known to answer differently, so that a comparison leaves just that out.

Each difference has its smallest example in `test_known_differences.py`, which fails when it is gone, and a paragraph
in docs/conformance.md. Nothing here forgives a difference of ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from accredit.kit.linkeddata import terms

# PyLD writes control characters as they are (RDFC-1.0, Canonical N-Quads, has them escaped); these it does escape.
_RAW_IN_PYLD = re.compile(r"\\u00[0-9A-F]{2}|\\b|\\f")


def _names_that_open_a_scope(scope: terms.Scope | None) -> Iterator[str]:
    for name, entry in {} if scope is None else scope.entries.items():
        if entry.opens_scope:
            yield name
        yield from _names_that_open_a_scope(entry.scope)


_OPENING = frozenset(
    name for table in terms.pinned_for_conformance().values() for name in _names_that_open_a_scope(table.scope)
)
_TYPES = frozenset(name for name in _OPENING if name[0].isupper())
_PROPERTIES = _OPENING - _TYPES
_PROTECTED_INSIDE = frozenset({"cnf", "..."})


def same_in_pyld(nquads: str) -> bool:
    """Say whether PyLD is expected to write these canonical N-Quads too."""
    parts = [line.split(" ") for line in nquads.split("\n")[:-1]]
    refers_to_itself = any(part[0] == part[2] for part in parts)
    return not refers_to_itself and not _RAW_IN_PYLD.search(nquads)


def same_names_in_pyoxigraph(nquads: str) -> bool:
    """Say whether pyoxigraph is expected to give the blank nodes of this dataset the same names."""
    parts = [line.split(" ") for line in nquads.split("\n")[:-1]]
    links = [tuple(part[:3]) for part in parts if part[0][:1] == part[2][:1] == "_"]
    return len(set(links)) == len(links) and all(len(part) < 5 or part[-2][:1] != "_" for part in parts)


def plain(value: Any) -> Any:
    """Take out of a document what pyoxigraph's JSON-LD maps differently value by value: directions, large integers."""
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items() if name != "@direction"}
    return 7 if isinstance(value, int | float) and abs(value) >= 1e18 else value


def same_mapping_in_pyoxigraph(value: Any) -> bool:
    """Say whether pyoxigraph is expected to map a plain document to the same quads."""
    if isinstance(value, list):
        return all(same_mapping_in_pyoxigraph(each) for each in value)
    if not isinstance(value, dict):
        return True
    types = value.get("type", [])
    scoped = {each for each in (types if isinstance(types, list) else [types]) if isinstance(each, str)} & _TYPES
    if len(scoped) > 1 or _PROTECTED_INSIDE & set(value):
        return False
    if scoped and any(isinstance(value[name], dict | list) for name in _PROPERTIES & set(value)):
        return False
    return all(same_mapping_in_pyoxigraph(inner) for inner in value.values())
