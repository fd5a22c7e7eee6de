"""Values of properties that are no nodes: numbers, booleans, JSON, and value objects with a type or a language.

Each is written as a literal of N-Quads, or refused where it would be lost or read in two ways.

Not here: texts that stand for themselves, or for an IRI; see `accredit.kit.linkeddata.mapper`.
"""

from __future__ import annotations

from typing import Any, Final

from accredit.kit.linkeddata import jcs, literals
from accredit.kit.linkeddata.active_context import ActiveContext, Term, is_node_name
from accredit.kit.linkeddata.errors import LinkedDataError, MappingRefused, Trail, path_of

_RDF_JSON: Final = f"{literals.RDF}JSON"
_VALUE_MEMBERS: Final = frozenset({"@value", "@type", "@language", "@direction"})


def datatype_of(datatype: str, trail: Trail) -> str:
    """Return a datatype that a term names; raises `MappingRefused` ``relative_type`` where it is no IRI."""
    # What a context calls a datatype is written as it stands, `xsd:dateTime` included; see facts on OB 3.0.3.
    if not is_node_name(datatype) or datatype.startswith("_:"):
        raise MappingRefused("relative_type", path_of(trail), "The datatype is no absolute IRI.")
    return datatype


def scalar(value: Any, datatype: str | None, trail: Trail) -> str:
    """Map a boolean or a number; refuse null, nested lists, and what is no JSON."""
    coerced = None if datatype is None or datatype.startswith("@") else datatype_of(datatype, trail)
    if isinstance(value, bool):
        return literals.typed("true" if value else "false", coerced or literals.XSD + "boolean")
    if isinstance(value, (int, float)):
        if literals.is_ambiguous(value):
            raise MappingRefused("ambiguous_number", path_of(trail), "Readers differ on this number; write it as text.")
        return literals.number(value, coerced)
    if value is None:
        raise MappingRefused("null_value", path_of(trail), "Leave the member out; null would not be signed.")
    if isinstance(value, list):
        raise MappingRefused("nested_array", path_of(trail), "A list inside a list would lose its order.")
    raise MappingRefused("not_json", path_of(trail), "This value cannot stand in JSON.")


def json_literal(value: Any, trail: Trail) -> str:
    """Map whatever JSON holds to a literal of its canonical form (RFC 8785)."""
    try:
        return literals.typed(jcs.canonicalise(value).decode("utf-8"), _RDF_JSON)
    except LinkedDataError as refused:
        raise MappingRefused(refused.code, path_of(trail) + refused.path[1:], refused.sentence) from None


def value_object(members: dict[str, Any], term: Term, context: ActiveContext, trail: Trail) -> str:
    """Map ``{"@value": …}`` with a type, or a language and a direction (JSON-LD 1.1, 4.2.3 and 4.2.4)."""
    known: dict[str, Any] = {}
    for key, value in members.items():
        alias = context.terms.get(key)
        keyword = key if alias is None else alias.iri
        if keyword not in _VALUE_MEMBERS:
            raise MappingRefused("invalid_value_object", path_of((trail, key)), "This has no place beside @value.")
        if keyword in known:
            raise MappingRefused("colliding_keywords", path_of((trail, key)), "The same thing is given twice.")
        known[keyword] = value
    value, datatype = known["@value"], known.get("@type")
    if datatype == "@json":
        if len(known) != 2:
            raise MappingRefused("invalid_value_object", path_of(trail), "JSON has no language.")
        return json_literal(value, trail)
    if "@language" in known or "@direction" in known:
        return _language_value(value, known, trail)
    if "@type" in known:
        expanded = context.expand(datatype, vocab=True) if isinstance(datatype, str) else None
        if expanded is None or not is_node_name(expanded) or expanded.startswith("_:"):
            raise MappingRefused("relative_type", path_of((trail, "@type")), "The datatype is no absolute IRI.")
        if expanded == term.type:
            # The term says so already, and a reader of dates would not look for one inside an object.
            raise MappingRefused(
                "needless_type", path_of((trail, "@type")), "Write the value alone; its term has the type."
            )
        datatype = expanded
    if isinstance(value, str):
        return literals.typed(value, datatype or literals.XSD + "string")
    return scalar(value, datatype, (trail, "@value"))


def _language_value(value: Any, known: dict[str, Any], trail: Trail) -> str:
    language, direction = known.get("@language"), known.get("@direction")
    if not isinstance(value, str) or "@type" in known:
        raise MappingRefused("invalid_value_object", path_of(trail), "Only text without a type has a language.")
    if "@language" in known and not (isinstance(language, str) and literals.LANGUAGE.fullmatch(language)):
        raise MappingRefused("invalid_language", path_of((trail, "@language")), "This is no language tag (BCP 47).")
    if "@direction" in known and direction not in ("ltr", "rtl"):
        raise MappingRefused("invalid_direction", path_of((trail, "@direction")), "The direction is ltr or rtl.")
    return literals.in_language(value, language, direction)
