"""A JSON-LD document as an RDF dataset, in one pass, losing nothing (VC Data Integrity 2.4.3).

Whatever the term tables do not define is an error with its JSON path. That is what implementations call safe mode;
refused as well is what safe mode misses: null, inline contexts, two spellings of one keyword, nested lists, values
that a container would swallow, and a second spelling of what has a term (a member or a type named by its IRI), which
would be signed alike and yet not be found by name. The base IRI is null; direction is written as ``i18n-datatype``.

Not here: ``@graph``, ``@included``, ``@reverse``, ``@index``, ``@nest``, ``@set`` and ``@list`` as members of a
document. A credential has no use for them, so they are refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from accredit.kit.linkeddata import literals, values
from accredit.kit.linkeddata.active_context import ActiveContext, Kind, Term, initial, is_node_name
from accredit.kit.linkeddata.dataset import Dataset, Said
from accredit.kit.linkeddata.errors import ContextRefused, MappingRefused, TooComplex, Trail, path_of
from accredit.kit.linkeddata.terms import Table, pinned

_RDF_TYPE: Final = f"<{literals.RDF}type>"
_RDF_FIRST: Final = f"<{literals.RDF}first>"
_RDF_REST: Final = f"<{literals.RDF}rest>"
_RDF_NIL: Final = f"<{literals.RDF}nil>"
_Place = tuple[str, str, Said]
"""Where something is stated: the subject, the graph, and what is said there already."""


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
) -> Dataset:
    """Map a document to its dataset.

    `contexts` are the ones that may be named, by default those of `terms.pinned`.
    Raises `ContextRefused`, `MappingRefused` or `TooComplex`.
    """
    # Naming the pinned ones is to ask for the general path; it need not begin from nothing.
    context = _pinned_context() if contexts is None or contexts is pinned() else initial(contexts)
    return map_with(context, document, limits or Limits())


@cache
def _kept_context() -> ActiveContext:
    return initial(pinned())


def _pinned_context() -> ActiveContext:
    """Keep one context for the pinned tables, so that what is derived from it is derived once; begin anew when full."""
    if _kept_context().memory.left <= 0:
        _kept_context.cache_clear()
    return _kept_context()


def described(document: Mapping[str, Any]) -> tuple[str, Dataset]:
    """Map a document in the pinned contexts; give the name of its own node too. Otherwise as `to_dataset`."""
    mapping = _mapped(_pinned_context(), document, Limits())
    return mapping.root, mapping.dataset


def map_with(context: ActiveContext, document: Mapping[str, Any], limits: Limits) -> Dataset:
    """Map a document in a context that is already in force; otherwise as `to_dataset`."""
    return _mapped(context, document, limits).dataset


def _mapped(context: ActiveContext, document: Mapping[str, Any], limits: Limits) -> _Mapping:
    if not isinstance(document, dict):
        raise MappingRefused("not_an_object", "$", "A document must be one object.")
    if not context.terms and "@context" not in document:
        raise ContextRefused("context_missing", "$", "Name the contexts of the document in @context.")
    if "@value" in document:
        raise MappingRefused("free_floating_value", "$", "A value that belongs to nothing would not be signed.")
    mapping = _Mapping(limits)
    mapping.node(document, context, "", ())
    if not mapping.stated:
        raise MappingRefused("nothing_to_sign", "$", "This document states nothing.")
    return mapping


class _Mapping:
    """One document on its way to quads."""

    def __init__(self, limits: Limits) -> None:
        self.dataset = Dataset()
        self.stated = 0
        self.root = ""
        self._limits = limits
        self._blank_nodes = 0
        self._labels: dict[str, str] = {}
        self._depth = 0

    def node(self, members: dict[str, Any], context: ActiveContext, graph: str, trail: Trail) -> str:
        """Map one node object whose context is entered already, up to its own ``@context`` and types; name it."""
        self._depth += 1
        if self._depth > self._limits.depth:
            raise TooComplex("too_deep", path_of(trail), f"Nest objects at most {self._limits.depth} deep.")
        if "@context" in members:
            context = _nested_context(members["@context"], context, trail)
        shape = context.shapes.get(tuple(members))
        kind = None if shape is None else shape.kind_of(members)
        if kind is None:
            subject = self._new_kind(members, context, graph, trail)
        else:
            name = kind.name
            subject = self._name(members, name, kind.context, trail)
            place = (subject, graph, self.dataset.describe(subject, graph, kind.statements))
            self.stated += len(kind.statements)
            if subject == self.root or self._depth == 1:
                self._check_described_once(subject, graph, members, name, trail)
            self._members(members, kind.terms, kind.context, place, trail)
        self._depth -= 1
        return subject

    def _new_kind(self, members: dict[str, Any], context: ActiveContext, graph: str, trail: Trail) -> str:
        """Map a node as `node` does, and remember for the next of its kind what does not depend on its values."""
        outer = context
        names: tuple[str, ...] = ()
        types = _keyword_member(members, context.type_names, "@type", trail)
        if types is not None:
            names = _type_names(members[types], (trail, types))
            context = context.for_types(names)
        name = _keyword_member(members, context.id_names, "@id", trail)
        subject = self._name(members, name, context, trail)
        place = (subject, graph, self.dataset.describe(subject, graph, {}))
        statements: Said = {}
        for position, each in enumerate(names):
            where = ((trail, types), position)
            iri = self._iri(each, outer, where, vocab=True)
            if each not in outer.terms and iri[1:-1] in outer.iris:
                raise _iri_as_term(where)
            self._state(place, _RDF_TYPE, iri, trail)
            statements[f"{_RDF_TYPE} {iri} .\n"] = None
        self._check_described_once(subject, graph, members, name, trail)
        terms: list[tuple[str, Term]] = []
        finding = _found_terms(members, ("@context", types, name), context, terms, trail)
        self._members(members, finding, context, place, trail)
        kind = Kind(context, statements, name, tuple(terms))
        outer.remember(tuple(members), kind, types=types, names=names)
        return subject

    def _check_described_once(
        self, subject: str, graph: str, members: dict[str, Any], name: str | None, trail: Trail
    ) -> None:
        """Refuse a second description of the document inside itself: members could be moved there and out of sight."""
        if self._depth == 1:
            self.root = subject
        elif subject == self.root and not graph and any(member != name for member in members):
            raise MappingRefused("described_twice", path_of(trail), "The document is described a second time here.")

    def _members(
        self,
        members: dict[str, Any],
        terms: Iterable[tuple[str, Term]],
        context: ActiveContext,
        place: _Place,
        trail: Trail,
    ) -> None:
        """Map the members of a node that state something, each with its term."""
        said, texts = place[2], 0
        for key, term in terms:
            value = members[key]
            try:
                if term.after is not None and isinstance(value, str):
                    # Most values are texts, and need no more than this; they are counted at the end. To call
                    # `escaped` for each would take longer than to ask here what it asks first.
                    if not value.isprintable() or '"' in value or "\\" in value:
                        value = literals.escaped(value)
                    said[f"{term.before}{value}{term.after}"] = None
                    texts += 1
                elif isinstance(value, dict) and not term.is_whole:
                    inner = (trail, key)
                    self._state(place, term.predicate, self._object(value, term, context, place[1], inner), inner)
                else:
                    self._property(place, term, value, context, (trail, key))
            except literals.AmbiguousCharacter:
                sentence = "Leave out U+FFFE and U+FFFF; they are no characters, and readers differ on them."
                raise MappingRefused("ambiguous_character", path_of((trail, key)), sentence) from None
        self.stated += texts
        if self.stated > self._limits.quads:
            raise self._over_limit(trail)

    def _name(self, members: dict[str, Any], name: str | None, context: ActiveContext, trail: Trail) -> str:
        """Name a node by its member `name`, or make a blank node where it has none."""
        if name is None:
            return self._blank_node()
        value = members[name]
        if not isinstance(value, str):
            raise MappingRefused("id_not_text", path_of((trail, name)), "An id must be one text.")
        return self._iri(value, context, (trail, name), vocab=False)

    def _property(self, place: _Place, term: Term, value: Any, context: ActiveContext, trail: Trail) -> None:
        graph = place[1]
        if term.is_whole:
            self._state(place, term.predicate, self._whole(value, term, context, graph, trail), trail)
        elif isinstance(value, list):
            self._check_count(value, trail)
            for position, each in enumerate(value):
                inner = (trail, position)
                self._state(place, term.predicate, self._object(each, term, context, graph, inner), inner)
        else:
            self._state(place, term.predicate, self._object(value, term, context, graph, trail), trail)

    def _whole(self, value: Any, term: Term, context: ActiveContext, graph: str, trail: Trail) -> str:
        """Map JSON to its literal, or a list to its first cell."""
        if term.type == "@json":
            return values.json_literal(value, trail)
        items = value if isinstance(value, list) else [value]
        self._check_count(items, trail)
        found = [self._object(each, term, context, graph, (trail, i)) for i, each in enumerate(items)]
        return self._list(found, graph, trail)

    def _check_count(self, items: list[Any], trail: Trail) -> None:
        if len(items) > self._limits.values_per_property:
            raise TooComplex("too_complex", path_of(trail), "One property may have at most 1,000 values.")

    def _list(self, items: list[str], graph: str, trail: Trail) -> str:
        rest = _RDF_NIL
        for item in reversed(items):
            cell = self._blank_node()
            place = (cell, graph, self.dataset.describe(cell, graph, {}))
            self._state(place, _RDF_FIRST, item, trail)
            self._state(place, _RDF_REST, rest, trail)
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
                return values.value_object(value, term, context, trail)
            # JSON-LD 1.1 API 5.1.2, step 7: a type's scope ends here, unless this only refers to a node.
            if context.previous is not None and not (len(value) == 1 and _is_id(next(iter(value)), context)):
                context = context.previous
            if term.opens_scope:
                context = context.for_property(term)
            if term.container == "@graph":
                return self._graph(value, context, trail)
            return self.node(value, context, graph, trail)
        if isinstance(value, str):
            return self._text(value, term, context, trail)
        return values.scalar(value, term.type, trail)

    def _text(self, value: str, term: Term, context: ActiveContext, trail: Trail) -> str:
        if term.type in ("@id", "@vocab"):
            if term.opens_scope:
                context = context.for_property(term)
            return self._iri(value, context, trail, vocab=term.type == "@vocab")
        if term.type in (None, "@none"):
            return literals.quote(value)
        return literals.typed(value, values.datatype_of(term.type, trail))

    def _graph(self, value: dict[str, Any], context: ActiveContext, trail: Trail) -> str:
        inner = self._blank_node()
        before = self.stated
        self.node(value, context, inner, trail)
        if value and self.stated == before:
            raise MappingRefused("unsigned_data", path_of(trail), "Only the id is given here, and it is not signed.")
        return inner

    def _iri(self, value: str, context: ActiveContext, trail: Trail, *, vocab: bool) -> str:
        if vocab:
            term = context.terms.get(value)
            if term is not None and is_node_name(term.iri):
                return term.predicate
        elif (head := value.partition(":")[0]) and head[0] != "@" and head not in context.prefixes:
            # Neither a keyword nor compact (5.2, steps 1, 2 and 6), so it stands for itself or for nothing.
            if not is_node_name(value):
                raise _relative("relative_iri", trail)
            return self._label(value) if head == "_" else f"<{value}>"
        expanded = context.expand(value, vocab=vocab)
        if not vocab and expanded is not None and expanded != value:
            # A reader compares identifiers as they are written, so there may be only one way to write each.
            raise MappingRefused("compact_iri", path_of(trail), "Write the identifier in full.")
        if expanded is None or not is_node_name(expanded):
            raise _relative("relative_type" if vocab else "relative_iri", trail)
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

    def _state(self, place: _Place, predicate: str, value: str, trail: Trail) -> None:
        subject, graph, said = place
        if value[0] == "_":
            self.dataset.links[subject, predicate, value, graph] = None
        else:
            said[f"{predicate} {value} .\n"] = None
        self.stated += 1
        if self.stated > self._limits.quads:
            raise self._over_limit(trail)

    def _over_limit(self, trail: Trail) -> TooComplex:
        return TooComplex("too_complex", path_of(trail), f"A document may state at most {self._limits.quads} facts.")


def _relative(code: str, trail: Trail) -> MappingRefused:
    return MappingRefused(code, path_of(trail), "This is no absolute IRI, so it would not be signed.")


def _found_terms(
    members: dict[str, Any],
    keywords: tuple[str | None, ...],
    context: ActiveContext,
    found: list[tuple[str, Term]],
    trail: Trail,
) -> Iterator[tuple[str, Term]]:
    """Find what each member means that is none of `keywords`, one by one, and append it to `found` too."""
    for key in members:
        if key in keywords:
            continue
        term = context.term(key)
        if term is None or term.iri[0] == "@":
            raise _unsigned_member(key, trail)
        found.append((key, term))
        yield key, term


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
    found = None
    for name in names:
        if name in members:
            if found is not None:
                second = [key for key in members if key in names][1]
                raise MappingRefused("colliding_keywords", path_of((trail, second)), f"{keyword} is given twice.")
            found = name
    return found


def _type_names(value: Any, trail: Trail) -> tuple[str, ...]:
    names = tuple(value) if isinstance(value, list) else (value,)
    for name in names:
        if not isinstance(name, str):
            raise MappingRefused("type_not_text", path_of(trail), "A type must be text, or a list of texts.")
    return names


def _is_id(key: str, context: ActiveContext) -> bool:
    term = context.terms.get(key)
    return (key if term is None else term.iri) == "@id"
