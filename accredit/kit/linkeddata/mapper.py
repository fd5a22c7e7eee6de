"""A JSON-LD document as an RDF dataset, in one pass, losing nothing (VC Data Integrity 2.4.3).

Whatever the term tables do not define is an error with its JSON path. That is what implementations call safe mode;
refused as well is what safe mode misses: null, inline contexts, two spellings of one keyword, nested lists, values
that a container would swallow, and a second spelling of what has a term (a member or a type named by its IRI), which
would be signed alike and yet not be found by name. The base IRI is null; direction is written as ``i18n-datatype``.

A dataset is a list of quads ``(subject, predicate, object, graph)``. Each part is already written as in N-Quads:
``<iri>``, ``_:b0``, ``"literal"``; the default graph is the empty string.

Not here: ``@graph``, ``@included``, ``@reverse``, ``@index``, ``@nest``, ``@set`` and ``@list`` as members of a
document. A credential has no use for them, so they are refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from accredit.kit.linkeddata import jcs, literals
from accredit.kit.linkeddata.active_context import ActiveContext, Term, initial, is_node_name
from accredit.kit.linkeddata.errors import ContextRefused, LinkedDataError, MappingRefused, TooComplex, Trail, path_of
from accredit.kit.linkeddata.terms import Table, pinned

Quad = tuple[str, str, str, str]

_RDF_TYPE: Final = f"<{literals.RDF}type>"
_RDF_FIRST: Final = f"<{literals.RDF}first>"
_RDF_REST: Final = f"<{literals.RDF}rest>"
_RDF_NIL: Final = f"<{literals.RDF}nil>"
_RDF_JSON: Final = f"{literals.RDF}JSON"
_VALUE_MEMBERS: Final = frozenset({"@value", "@type", "@language", "@direction"})


@dataclass(frozen=True)
class Limits:
    """How much one document may ask for: values of one property, quads in all, nesting."""

    values_per_property: int = 1_000
    quads: int = 20_000
    depth: int = 64


def to_dataset(
    document: Mapping[str, Any],
    *,
    contexts: Mapping[str, Table] | None = None,
    limits: Limits | None = None,
) -> list[Quad]:
    """Map a document to its quads, in no particular order and without repetitions.

    `contexts` are the ones that may be named, by default those of `terms.pinned`.
    Raises `ContextRefused`, `MappingRefused` or `TooComplex`.
    """
    return map_with(_pinned_context() if contexts is None else initial(contexts), document, limits or Limits())


@cache
def _kept_context() -> ActiveContext:
    return initial(pinned())


def _pinned_context() -> ActiveContext:
    """Keep one context for the pinned tables, so that what is derived from it is derived once; begin anew when full."""
    if _kept_context().memory.left <= 0:
        _kept_context.cache_clear()
    return _kept_context()


def described(document: Mapping[str, Any]) -> tuple[str, list[Quad]]:
    """Map a document in the pinned contexts; give the name of its own node too. Otherwise as `to_dataset`."""
    mapping = _mapped(_pinned_context(), document, Limits())
    return mapping.root, list(mapping.quads)


def map_with(context: ActiveContext, document: Mapping[str, Any], limits: Limits) -> list[Quad]:
    """Map a document in a context that is already in force; otherwise as `to_dataset`."""
    return list(_mapped(context, document, limits).quads)


def _mapped(context: ActiveContext, document: Mapping[str, Any], limits: Limits) -> _Mapping:
    if not isinstance(document, dict):
        raise MappingRefused("not_an_object", "$", "A document must be one object.")
    if not context.terms and "@context" not in document:
        raise ContextRefused("context_missing", "$", "Name the contexts of the document in @context.")
    if "@value" in document:
        raise MappingRefused("free_floating_value", "$", "A value that belongs to nothing would not be signed.")
    mapping = _Mapping(limits)
    mapping.node(document, context, "", ())
    if not mapping.quads:
        raise MappingRefused("nothing_to_sign", "$", "This document states nothing.")
    return mapping


class _Mapping:
    """One document on its way to quads."""

    def __init__(self, limits: Limits) -> None:
        self.quads: dict[Quad, None] = {}
        self._limits = limits
        self._blank_nodes = 0
        self._labels: dict[str, str] = {}
        self._depth = 0
        self.root = ""

    def node(self, members: dict[str, Any], context: ActiveContext, graph: str, trail: Trail) -> str:
        """Map one node object whose context is entered already, up to its own ``@context`` and types; name it."""
        self._depth += 1
        if self._depth > self._limits.depth:
            raise TooComplex("too_deep", path_of(trail), f"Nest objects at most {self._limits.depth} deep.")
        if "@context" in members:
            context = _nested_context(members["@context"], context, trail)
        types = _keyword_member(members, context.type_names, "@type", trail)
        outer = context
        names = [] if types is None else _type_names(members[types], (trail, types))
        if names:
            context = context.for_types(tuple(names))
        name = _keyword_member(members, context.id_names, "@id", trail)
        subject = self._blank_node() if name is None else self._node_name(members[name], context, (trail, name))
        for position, each in enumerate(names):
            iri = self._iri(each, outer, ((trail, types), position), vocab=True)
            if each not in outer.terms and iri[1:-1] in outer.iris:
                raise _iri_as_term(((trail, types), position))
            self._emit(subject, _RDF_TYPE, iri, graph, trail)
        self._check_described_once(subject, graph, members, name, trail)
        terms, keywords = context.terms, ("@context", types, name)
        for key, value in members.items():
            if key in keywords:
                continue
            term = terms.get(key) or context.term(key)
            if term is None or term.iri[0] == "@":
                raise _unsigned_member(key, trail)
            try:
                if term.ending is not None and isinstance(value, str):
                    # Most values are texts, and need no more than this; they are counted at the end.
                    self.quads[subject, term.predicate, literals.quote(value) + term.ending, graph] = None
                else:
                    self._property(subject, term, value, context, graph, (trail, key))
            except literals.AmbiguousCharacter:
                sentence = "Leave out U+FFFE and U+FFFF; they are no characters, and readers differ on them."
                raise MappingRefused("ambiguous_character", path_of((trail, key)), sentence) from None
        self._count_quads(trail)
        self._depth -= 1
        return subject

    def _check_described_once(
        self, subject: str, graph: str, members: dict[str, Any], name: str | None, trail: Trail
    ) -> None:
        """Refuse a second description of the document inside itself: members could be moved there and out of sight."""
        if self._depth == 1:
            self.root = subject
        elif subject == self.root and not graph and any(member != name for member in members):
            raise MappingRefused("described_twice", path_of(trail), "The document is described a second time here.")

    def _node_name(self, value: Any, context: ActiveContext, trail: Trail) -> str:
        if not isinstance(value, str):
            raise MappingRefused("id_not_text", path_of(trail), "An id must be one text.")
        return self._iri(value, context, trail, vocab=False)

    def _property(
        self,
        subject: str,
        term: Term,
        value: Any,
        context: ActiveContext,
        graph: str,
        trail: Trail,
    ) -> None:
        predicate = term.predicate
        if term.type == "@json":
            self._emit(subject, predicate, _json_literal(value, trail), graph, trail)
        elif term.container == "@list":
            values = value if isinstance(value, list) else [value]
            self._check_count(values, trail)
            found = [self._object(each, term, context, graph, (trail, i)) for i, each in enumerate(values)]
            self._emit(subject, predicate, self._list(found, graph, trail), graph, trail)
        elif isinstance(value, list):
            self._check_count(value, trail)
            for position, each in enumerate(value):
                inner = (trail, position)
                self._emit(subject, predicate, self._object(each, term, context, graph, inner), graph, inner)
        else:
            self._emit(subject, predicate, self._object(value, term, context, graph, trail), graph, trail)

    def _check_count(self, values: list[Any], trail: Trail) -> None:
        if len(values) > self._limits.values_per_property:
            raise TooComplex("too_complex", path_of(trail), "One property may have at most 1,000 values.")

    def _list(self, items: list[str], graph: str, trail: Trail) -> str:
        rest = _RDF_NIL
        for item in reversed(items):
            cell = self._blank_node()
            self._emit(cell, _RDF_FIRST, item, graph, trail)
            self._emit(cell, _RDF_REST, rest, graph, trail)
            rest = cell
        return rest

    def _object(self, value: Any, term: Term, context: ActiveContext, graph: str, trail: Trail) -> str:
        """Map one value of a property to the object of its quad."""
        if term.container == "@graph" and (not isinstance(value, dict) or "@value" in value):
            raise MappingRefused("unsigned_data", path_of(trail), "Put the object here; nothing else is signed.")
        if isinstance(value, dict):
            if "@value" in value:
                if term.opens_scope:
                    context = context.for_property(term)
                return _value_object(value, term, context, trail)
            # JSON-LD 1.1 API 5.1.2, step 7: a type's scope ends here, unless this only refers to a node.
            if context.previous is not None and not _only_refers(value, context):
                context = context.previous
            if term.opens_scope:
                context = context.for_property(term)
            return self._node_in_container(value, term, context, graph, trail)
        if isinstance(value, str):
            return self._text(value, term, context, trail)
        return _scalar(value, term.type, trail)

    def _text(self, value: str, term: Term, context: ActiveContext, trail: Trail) -> str:
        if term.type in ("@id", "@vocab"):
            if term.opens_scope:
                context = context.for_property(term)
            return self._iri(value, context, trail, vocab=term.type == "@vocab")
        if term.type in (None, "@none"):
            return literals.quote(value)
        return literals.typed(value, _datatype(term.type, trail))

    def _node_in_container(
        self, value: dict[str, Any], term: Term, context: ActiveContext, graph: str, trail: Trail
    ) -> str:
        if term.container != "@graph":
            return self.node(value, context, graph, trail)
        inner = self._blank_node()
        before = len(self.quads)
        self.node(value, context, inner, trail)
        if value and len(self.quads) == before:
            raise MappingRefused("unsigned_data", path_of(trail), "Only the id is given here, and it is not signed.")
        return inner

    def _iri(self, value: str, context: ActiveContext, trail: Trail, *, vocab: bool) -> str:
        if vocab:
            term = context.terms.get(value)
            if term is not None and is_node_name(term.iri):
                return term.predicate
        elif value[:8] == "https://" and is_node_name(value):
            # Neither a keyword nor compact, whatever the context says (5.2, step 6.3).
            return f"<{value}>"
        expanded = context.expand(value, vocab=vocab) if vocab or context.prefixes or value[:1] == "@" else value
        if not vocab and expanded is not None and expanded != value:
            # A reader compares identifiers as they are written, so there may be only one way to write each.
            raise MappingRefused("compact_iri", path_of(trail), "Write the identifier in full.")
        if expanded is None or not is_node_name(expanded):
            code = "relative_type" if vocab else "relative_iri"
            raise MappingRefused(code, path_of(trail), "This is no absolute IRI, so it would not be signed.")
        return self._label(expanded) if expanded.startswith("_:") else f"<{expanded}>"

    def _label(self, label: str) -> str:
        # Labels of the document are renamed, so that they never meet one that was made here.
        if label not in self._labels:
            self._labels[label] = self._blank_node()
        return self._labels[label]

    def _blank_node(self) -> str:
        name = f"_:b{self._blank_nodes}"
        self._blank_nodes += 1
        return name

    def _emit(self, subject: str, predicate: str, value: str, graph: str, trail: Trail) -> None:
        self.quads[subject, predicate, value, graph] = None
        self._count_quads(trail)

    def _count_quads(self, trail: Trail) -> None:
        if len(self.quads) > self._limits.quads:
            raise TooComplex("too_complex", path_of(trail), f"A document may state at most {self._limits.quads} facts.")


def _unsigned_member(key: str, trail: Trail) -> MappingRefused:
    path = path_of((trail, key))
    if ":" in key:
        return _iri_as_term((trail, key))
    if key.startswith("@"):
        return MappingRefused("unsupported_keyword", path, "This keyword has no place in a credential.")
    return MappingRefused("unsigned_data", path, "No context defines this term, so it would not be signed.")


def _iri_as_term(trail: Trail) -> MappingRefused:
    sentence = "Use the term of a context; what is named by its IRI is signed, but not found by name."
    return MappingRefused("iri_as_term", path_of(trail), sentence)


def _nested_context(value: Any, context: ActiveContext, trail: Trail) -> ActiveContext:
    """Process an ``@context`` of pinned URLs; an object is never accepted."""
    path = path_of((trail, "@context"))
    urls = [value] if isinstance(value, str) else value
    if not isinstance(urls, list) or not all(isinstance(url, str) for url in urls):
        raise ContextRefused("context_inline", path, "Name contexts by their URL; inline ones are refused.")
    try:
        return context.for_contexts(tuple(urls))
    except ContextRefused as refused:
        path += refused.path.removeprefix("$['@context']")
        raise ContextRefused(refused.code, path, refused.sentence) from None


def _keyword_member(members: dict[str, Any], names: tuple[str, ...], keyword: str, trail: Trail) -> str | None:
    """Find the one member that means `keyword`, under whatever of its names."""
    found = [name for name in names if name in members]
    if len(found) > 1:
        second = [key for key in members if key in found][1]
        raise MappingRefused("colliding_keywords", path_of((trail, second)), f"{keyword} is given twice.")
    return found[0] if found else None


def _type_names(value: Any, trail: Trail) -> list[str]:
    names = value if isinstance(value, list) else [value]
    if not all(isinstance(name, str) for name in names):
        raise MappingRefused("type_not_text", path_of(trail), "A type must be text, or a list of texts.")
    return names


def _only_refers(value: dict[str, Any], context: ActiveContext) -> bool:
    if len(value) != 1:
        return False
    key = next(iter(value))
    term = context.terms.get(key)
    return (key if term is None else term.iri) == "@id"


def _datatype(datatype: str, trail: Trail) -> str:
    # What a context calls a datatype is written as it stands, `xsd:dateTime` included; see facts on OB 3.0.3.
    if not is_node_name(datatype) or datatype.startswith("_:"):
        raise MappingRefused("relative_type", path_of(trail), "The datatype is no absolute IRI.")
    return datatype


def _scalar(value: Any, datatype: str | None, trail: Trail) -> str:
    """Map a boolean or a number; refuse null, nested lists, and what is no JSON."""
    coerced = None if datatype is None or datatype.startswith("@") else _datatype(datatype, trail)
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


def _json_literal(value: Any, trail: Trail) -> str:
    try:
        return literals.typed(jcs.canonicalise(value).decode("utf-8"), _RDF_JSON)
    except LinkedDataError as refused:
        raise MappingRefused(refused.code, path_of(trail) + refused.path[1:], refused.sentence) from None


def _value_object(members: dict[str, Any], term: Term, context: ActiveContext, trail: Trail) -> str:
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
        return _json_literal(value, trail)
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
    return _scalar(value, datatype, (trail, "@value"))


def _language_value(value: Any, known: dict[str, Any], trail: Trail) -> str:
    language, direction = known.get("@language"), known.get("@direction")
    if not isinstance(value, str) or "@type" in known:
        raise MappingRefused("invalid_value_object", path_of(trail), "Only text without a type has a language.")
    if "@language" in known and not (isinstance(language, str) and literals.LANGUAGE.fullmatch(language)):
        raise MappingRefused("invalid_language", path_of((trail, "@language")), "This is no language tag (BCP 47).")
    if "@direction" in known and direction not in ("ltr", "rtl"):
        raise MappingRefused("invalid_direction", path_of((trail, "@direction")), "The direction is ltr or rtl.")
    return literals.in_language(value, language, direction)
