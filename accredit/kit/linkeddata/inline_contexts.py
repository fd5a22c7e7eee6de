"""Inline contexts of the simplest kind, as test suites write them: each term with its IRI, and nothing else.

A credential with an inline context is refused everywhere (`mapper`), because its author could say that a familiar word
means something else. The conformance mode has to read some, so it gives each a name and a term table before mapping;
the rules on protected terms then hold for them as for any other context.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from accredit.kit.linkeddata import jcs
from accredit.kit.linkeddata.active_context import BASE_CONTEXTS
from accredit.kit.linkeddata.errors import ContextRefused
from accredit.kit.linkeddata.terms import Entry, Scope, Table, pinned

_MAX_TERMS: Final = 100
_PREFIX: Final = "urn:sha256:"


def named(document: Mapping[str, Any], tables: Mapping[str, Table]) -> tuple[dict[str, Any], Mapping[str, Table]]:
    """Copy a document with each inline context replaced by a name; give the tables with those contexts added.

    What a document means is unchanged, and so are its canonical N-Quads. Raises `ContextRefused` with code
    ``context_inline`` for anything but terms with their IRIs, and `MappingRefused` for what is no JSON.
    """
    found: dict[str, Table] = {}
    copy = _named(dict(document), found)
    return copy, {**tables, **found} if found else tables


def _named(value: Any, found: dict[str, Table]) -> Any:
    if isinstance(value, list):
        return [_named(each, found) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        name: _contexts(member, found) if name == "@context" else _named(member, found)
        for name, member in value.items()
    }


def _contexts(value: Any, found: dict[str, Table]) -> Any:
    if isinstance(value, list):
        return [_contexts(each, found) if isinstance(each, dict) else each for each in value]
    if not isinstance(value, dict):
        return value
    digest = hashlib.sha256(jcs.canonicalise(value)).hexdigest()
    name = _PREFIX + digest
    found[name] = Table(url=name, sha256=digest, scope=_scope(value))
    return name


def _scope(context: dict[str, Any]) -> Scope:
    if len(context) > _MAX_TERMS:
        raise _refused()
    entries = {}
    for name, value in context.items():
        if name in ("@version", "@protected"):
            continue
        members = value if isinstance(value, dict) else {"@id": value}
        iri, kind = members.get("@id"), members.get("@type")
        if not members.keys() <= {"@id", "@type"} or not isinstance(iri, str) or not isinstance(kind, str | None):
            raise _refused()
        if "@" in name or ":" in name or not name or ":" not in iri:
            raise _refused()
        if name in _base_terms():
            # VCDM 2.0 §5.2.1; most of them are defined for credentials only, where protection would not notice.
            sentence = f"The data model defines {name!r}; no other context may say what it means."
            raise ContextRefused("protected_term", "$['@context']", sentence)
        # JSON-LD 1.1 §9.15.1: a simple term may be a prefix when its IRI ends in one of these.
        is_prefix = isinstance(value, str) and iri[-1] in ":/?#[]@"
        entries[name] = Entry(iri, type=kind, is_prefix=is_prefix)
    return Scope(entries, is_protected=context.get("@protected") is True)


@cache
def _base_terms() -> frozenset[str]:
    """Name every term of the base contexts, at whatever depth it is defined."""
    return frozenset(name for url in BASE_CONTEXTS for name in _terms(pinned()[url].scope))


def _terms(scope: Scope) -> set[str]:
    found = set(scope.entries)
    for entry in scope.entries.values():
        found |= _terms(entry.scope) if entry.scope is not None else set()
    return found


def _refused() -> ContextRefused:
    sentence = "An inline context may give terms their IRIs, and do nothing else."
    return ContextRefused("context_inline", "$['@context']", sentence)
