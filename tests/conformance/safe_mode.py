"""What a reader in safe mode would object to, found without our mapper: PyLD expands, and we count what came out.

PyLD has no safe mode. Here is one on top of it, by a law of conservation: every thing (value or node), every member,
every type and every language that went into expansion must come out of it, and whatever came out must be an absolute
IRI where RDF needs one. Nothing in this file reads our term tables.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from pyld import jsonld

from .official_contexts import OfficialContexts

ABSOLUTE = re.compile(r'[A-Za-z][A-Za-z0-9+.-]*:[^\s\x00-\x20\ufeff<>"{}|\\^`]*')
LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")
IDS, TYPES = ("id", "@id"), ("type", "@type")


def faults(document: dict[str, Any], official: OfficialContexts) -> set[str]:
    """Name what is wrong: ``lost``, ``relative``, ``language``, or ``error`` where PyLD itself refuses.

    Two more are no faults by themselves: ``member`` (one less came out, with nothing in it) and ``empty`` (a graph of
    nothing).
    """
    try:
        # Without a base of None, PyLD 3.3 resolves what is relative against http://example.org/base/.
        expanded = jsonld.expand(document, {"documentLoader": official.load, "base": None})
    except (jsonld.JsonLdError, KeyError, AttributeError):
        # A context that is not among the files is a KeyError of the loader; over an id such as "@x" PyLD stumbles.
        return {"error"}
    before, after = Counter(_written(document)), Counter(_expanded(expanded))
    missing = set(before - after)
    # Two members of one IRI come out as one, so that a member less is a loss only where what it held is gone too.
    found = {"member"} if missing == {"member"} else {"lost"} if missing else set()
    return found | set(_misshapen(expanded))


def _written(value: Any) -> Iterator[str]:
    """Tell what stands in a document, piece by piece."""
    if isinstance(value, list):
        for each in value:
            yield from _written(each)
    elif not isinstance(value, dict):
        yield "thing"
    elif "@value" in value and "@json" in (value.get("@type"), value.get("type")):
        yield from _written(value["@value"])
    else:
        yield "thing"
        for name, inner in value.items():
            if name == "@context" or name in IDS or name == "@value":
                continue
            if name in TYPES and "@value" not in value:
                yield from ("type" for _ in (inner if isinstance(inner, list) else [inner]))
            elif "@value" in value:
                yield "datatype" if name in TYPES else name
            else:
                yield "member"
                yield from _written(inner)


def _expanded(value: Any) -> Iterator[str]:
    """Tell the same of an expanded document."""
    if isinstance(value, list):
        for each in value:
            yield from _expanded(each)
    elif not isinstance(value, dict):
        yield "thing"
    elif "@value" in value and value.get("@type") == "@json":
        yield from _written(value["@value"])
    elif "@value" in value:
        yield "thing"
        yield from ("datatype" if name == "@type" else name for name in value if name != "@value")
    elif "@list" in value or set(value) == {"@graph"}:
        yield from _expanded(value.get("@list", value.get("@graph")))
    else:
        yield "thing"
        for name, inner in value.items():
            if name == "@type":
                yield from ("type" for _ in inner)
            elif name != "@id":
                yield "member"
                yield from _expanded(inner)


def _misshapen(value: Any) -> Iterator[str]:
    """Find ids, types and members that RDF would leave out, and languages that are none."""
    if isinstance(value, list):
        for each in value:
            yield from _misshapen(each)
    elif isinstance(value, dict) and "@value" in value:
        if not LANGUAGE.fullmatch(value.get("@language", "en")):
            yield "language"
        if value.get("@type") != "@json" and not _is_name(value.get("@type", "urn:x")):
            yield "relative"
    elif isinstance(value, dict):
        yield from _misshapen_node(value)


def _misshapen_node(node: dict[str, Any]) -> Iterator[str]:
    graph = node.get("@graph")
    if isinstance(graph, list) and any(_states_nothing(each) for each in graph):
        yield "lost"
    if graph == [{}]:
        yield "empty"
    if not all(_is_name(each) for each in [node.get("@id", "urn:x"), *node.get("@type", [])]):
        yield "relative"
    for name, inner in node.items():
        if name[0] != "@" and not ABSOLUTE.fullmatch(name):
            yield "relative"
        if name not in ("@id", "@type"):
            yield from _misshapen(inner)


def _is_name(iri: str | None) -> bool:
    return iri is not None and (iri.startswith("_:") or ABSOLUTE.fullmatch(iri) is not None)


def _states_nothing(node: dict[str, Any]) -> bool:
    """Tell whether a graph of this node would be empty although the node is not, or held a value of nothing."""
    return "@value" in node or (bool(node) and not any(inner for name, inner in node.items() if name != "@id"))
