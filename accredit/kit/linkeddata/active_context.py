"""What each term means at one place of a document (JSON-LD 1.1 API, sections 4.1 and 4.2, over term tables).

An `ActiveContext` never changes. Entering a type, a property or a list of contexts gives another one, and each
remembers the ones that were asked of it, so that a document costs look-ups only.

Not here: ``@base``, ``@language``, ``@import``, ``@nest``, ``@reverse`` and index maps. No pinned context uses them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, TypeVar

from accredit.kit.linkeddata import literals
from accredit.kit.linkeddata.errors import ContextRefused
from accredit.kit.linkeddata.terms import Entry, Scope, Table

KEYWORDS: Final = frozenset(
    {"@base", "@container", "@context", "@default", "@direction", "@graph", "@id", "@import", "@included", "@index"}
    | {"@json", "@language", "@list", "@nest", "@none", "@prefix", "@propagate", "@protected", "@reverse", "@set"}
    | {"@type", "@value", "@version", "@vocab"}
)
BASE_CONTEXTS: Final = ("https://www.w3.org/ns/credentials/v2", "https://www.w3.org/2018/credentials/v1")
MAX_CONTEXTS: Final = 8

Key = TypeVar("Key")
Value = TypeVar("Value")

_LOOKS_LIKE_KEYWORD = re.compile(r"@[A-Za-z]+")
# White space beyond ASCII has no place in an IRI either (RFC 3987 §2.2); others drop such an IRI without a word.
IRI_CHARACTERS: Final = r"[^\s\x00-\x20\ufeff<>\"{}|^`\\]"
_ABSOLUTE_IRI = re.compile(rf"[A-Za-z][A-Za-z0-9+.\-]*:{IRI_CHARACTERS}*")
_BLANK_NODE = re.compile(r"_:[A-Za-z0-9_][A-Za-z0-9_.\-]*(?<!\.)")

# What one root and all that is derived from it may remember: contexts of some 20 kB each, and names of members.
_MAX_CONTEXTS: Final = 2_000
_MAX_NAMES: Final = 512
_MAX_TERMS: Final = 32
_MAX_NAME_LENGTH: Final = 100


def is_node_name(value: str) -> bool:
    """Tell whether `value` can name a node as it stands: an absolute IRI, or a blank node label."""
    return _ABSOLUTE_IRI.fullmatch(value) is not None or _BLANK_NODE.fullmatch(value) is not None


@dataclass(frozen=True, slots=True)
class Term:
    """One term in force: `iri` may be a keyword alias such as ``@id``."""

    iri: str
    type: str | None
    container: str | None
    is_prefix: bool
    is_protected: bool
    scope: Scope | None
    opens_scope: bool
    predicate: str = field(init=False, compare=False)
    before: str = field(init=False, compare=False)
    after: str | None = field(init=False, compare=False)
    """What stands `before` and `after` a text that is a value of this term, in a line of N-Quads, quotation marks
    included; `after` is None where a text needs a closer look."""
    is_whole: bool = field(init=False, compare=False)
    """Whether a list is one value of this term, and not as many as it has members."""

    def __post_init__(self) -> None:
        after = None
        if self.container in (None, "@set"):
            if self.type in (None, "@none"):
                after = '" .\n'
            elif self.type is not None and _ABSOLUTE_IRI.fullmatch(self.type):
                after = f'"{literals.ending(self.type)} .\n'
        object.__setattr__(self, "predicate", f"<{self.iri}>")
        object.__setattr__(self, "before", f'<{self.iri}> "')
        object.__setattr__(self, "after", after)
        object.__setattr__(self, "is_whole", self.type == "@json" or self.container == "@list")

    def same_apart_from_protection(self, other: Term) -> bool:
        """Compare two definitions as section 4.2.2, step 27 does."""
        mine = (self.iri, self.type, self.container, self.is_prefix, self.scope, self.opens_scope)
        return mine == (other.iri, other.type, other.container, other.is_prefix, other.scope, other.opens_scope)


class Kind(NamedTuple):
    """What all nodes with certain members, by name and in this order, and certain types have in common."""

    context: ActiveContext
    """That of the members, with the scopes of the types."""
    statements: dict[str, None]
    """What the types state; see `dataset.Said`."""
    name: str | None
    """The member that names the node."""
    terms: tuple[tuple[str, Term], ...]
    """The members that state something, with what they mean."""


class Shape(NamedTuple):
    """What all nodes with certain members in one context have in common; `types` is the member that holds them."""

    types: str | None
    kinds: dict[tuple[str, ...], Kind]

    def kind_of(self, members: dict[str, Any]) -> Kind | None:
        """Find the kind of a node of this shape; None where its types are new, or no texts."""
        if self.types is None:
            return self.kinds.get(())
        value = members[self.types]
        try:
            return self.kinds.get(tuple(value) if isinstance(value, list) else (value,))
        except TypeError:
            return None


class Memory:
    """How many contexts may still be remembered; shared by a root and everything derived from it.

    Without it, odd mixtures of types in hostile documents would fill the memory of a process that runs for long.
    """

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = _MAX_CONTEXTS


class ActiveContext:
    """The terms in force at one place; `previous` is what holds again in the next node, after a type's scope."""

    __slots__ = (
        "_by_contexts",
        "_by_key",
        "_by_scope",
        "_by_types",
        "id_names",
        "iris",
        "memory",
        "prefixes",
        "previous",
        "shapes",
        "tables",
        "terms",
        "type_names",
        "vocab",
    )

    def __init__(
        self,
        tables: Mapping[str, Table],
        terms: Mapping[str, Term],
        vocab: str | None,
        previous: ActiveContext | None,
        memory: Memory,
    ) -> None:
        self.memory = memory
        self.tables = tables
        self.terms = terms
        self.vocab = vocab
        self.previous = previous
        self.prefixes = {name: term.iri for name, term in terms.items() if term.is_prefix}
        self.iris = frozenset(term.iri for term in terms.values())
        self.id_names = self._names_of("@id")
        self.type_names = self._names_of("@type")
        self.shapes: dict[tuple[str, ...], Shape] = {}
        """By the members of a node; to be read by anybody, and written by `remember` only."""
        self._by_types: dict[tuple[str, ...], ActiveContext] = {}
        self._by_scope: dict[int, tuple[Scope | None, ActiveContext]] = {}
        self._by_contexts: dict[tuple[str, ...], ActiveContext] = {}
        self._by_key: dict[str, Term | None] = {}

    def _names_of(self, keyword: str) -> tuple[str, ...]:
        """Find the names that mean a keyword here: its aliases, and itself."""
        return (keyword, *(name for name, term in self.terms.items() if term.iri == keyword))

    def for_contexts(self, urls: tuple[str, ...]) -> ActiveContext:
        """Process a list of context URLs; raises `ContextRefused` as `check_contexts` does, or ``protected_term``."""
        found = self._by_contexts.get(urls)
        if found is None:
            check_contexts(urls, self.tables)
            found = self
            for url in urls:
                found = process(found, self.tables[url].scope)
            self._remember(self._by_contexts, urls, found)
        return found

    def for_types(self, types: tuple[str, ...]) -> ActiveContext:
        """Enter the scopes of a node's types; they end with the node (JSON-LD 1.1 API, 5.1.2, step 11)."""
        terms = self.terms
        opening = tuple(sorted({name for name in types if name in terms and terms[name].opens_scope}))
        if not opening:
            return self
        found = self._by_types.get(opening)
        if found is None:
            found = self
            for name in opening:
                found = process(found, terms[name].scope, keeps=self)
            self._remember(self._by_types, opening, found)
        return found

    def for_property(self, term: Term) -> ActiveContext:
        """Enter the scope of a property, which overrides protection (5.1.2, step 8)."""
        # The property may come from the scope of a type that has ended here, so its name says too little: another type
        # may give the same name another scope. The scope is kept beside the answer, so that its id stays its own.
        kept = self._by_scope.get(id(term.scope))
        if kept is not None:
            return kept[1]
        found = process(self, term.scope, overrides=True)
        if self.memory.left > 0:
            self.memory.left -= 1
            self._by_scope[id(term.scope)] = (term.scope, found)
        return found

    def remember(self, members: tuple[str, ...], kind: Kind, *, types: str | None, names: tuple[str, ...]) -> None:
        """Keep what nodes with these members and types (of these names) are, unless others could go on for ever."""
        if len(members) + len(names) > _MAX_TERMS or any(each not in self.terms for each in names):
            return
        if any(each not in kind.context.terms for each, _ in kind.terms):
            return
        shape = self.shapes.get(members)
        if shape is None:
            shape = Shape(types, {})
            self._remember(self.shapes, members, shape)
        self._remember(shape.kinds, names, kind)

    def _remember(self, store: dict[Key, Value], key: Key, value: Value) -> None:
        if self.memory.left > 0:
            self.memory.left -= 1
            store[key] = value

    def term(self, key: str) -> Term | None:
        """Find what a member name means; None where it means nothing.

        A member named by its IRI means nothing here. JSON-LD would read it as the term, and sign it as the term; but
        whoever looks for ``validUntil`` or ``credentialStatus`` by name would not find it, and call the badge current.
        """
        term = self.terms.get(key)
        if term is not None:
            return term
        if key in self._by_key:
            return self._by_key[key]
        iri = None if ":" in key else self.expand(key, vocab=True)
        found = None
        if iri is not None and _ABSOLUTE_IRI.fullmatch(iri):
            found = Term(iri, None, None, is_prefix=False, is_protected=False, scope=None, opens_scope=False)
        if len(self._by_key) < _MAX_NAMES and len(key) <= _MAX_NAME_LENGTH:
            self._by_key[key] = found
        return found

    def expand(self, value: str, *, vocab: bool) -> str | None:
        """Expand a term or a compact IRI (5.2); None for what looks like a keyword and is none."""
        if value.startswith("@") and (value in KEYWORDS or _LOOKS_LIKE_KEYWORD.fullmatch(value)):
            return value if value in KEYWORDS else None
        if vocab and value in self.terms:
            return self.terms[value].iri
        colon = value.find(":", 1)
        if colon > 0:
            prefix, suffix = value[:colon], value[colon + 1 :]
            if prefix != "_" and not suffix.startswith("//") and prefix in self.prefixes:
                return self.prefixes[prefix] + suffix
            return value
        return self.vocab + value if vocab and self.vocab is not None else value


def initial(tables: Mapping[str, Table]) -> ActiveContext:
    """Begin with no term at all; `tables` are the contexts that the document may name."""
    return ActiveContext(tables, {}, None, None, Memory())


def check_contexts(urls: tuple[str, ...], tables: Mapping[str, Table]) -> None:
    """Refuse a list of contexts that is not one we pin, in the order that the data model asks for.

    Raises `ContextRefused` with code ``context_not_pinned`` or ``context_order`` (VCDM 2.0 §4.3: an ordered set
    whose first item is the base context).
    """
    if not urls or len(urls) > MAX_CONTEXTS:
        raise ContextRefused("context_order", "$['@context']", f"Name between one and {MAX_CONTEXTS} contexts.")
    for position, url in enumerate(urls):
        if url not in tables:
            where = f"$['@context'][{position}]"
            raise ContextRefused("context_not_pinned", where, "This context is not among those that are pinned.")
    if urls[0] not in BASE_CONTEXTS or any(url in BASE_CONTEXTS for url in urls[1:]):
        sentence = "The first context, and only the first, must be the one of Verifiable Credentials 2.0 or 1.1."
        raise ContextRefused("context_order", "$['@context']", sentence)
    if len(set(urls)) != len(urls):
        raise ContextRefused("context_order", "$['@context']", "A context may stand in the list only once.")


def process(
    active: ActiveContext,
    scope: Scope | None,
    *,
    keeps: ActiveContext | None = None,
    overrides: bool = False,
) -> ActiveContext:
    """Process one local context (4.1.2): `keeps` is the context to return to, for scopes that do not propagate."""
    previous = active.previous or keeps
    if scope is None:
        if not overrides and any(term.is_protected for term in active.terms.values()):
            raise ContextRefused("protected_term", "$['@context']", "A protected term may not be dropped.")
        return ActiveContext(active.tables, {}, None, keeps, active.memory)
    building = _Building(active, scope, overrides)
    for name in scope.entries:
        building.define(name)
    return ActiveContext(active.tables, building.terms, building.vocab, previous, active.memory)


class _Building:
    """The terms of one local context in the making (Create Term Definition, 4.2.2)."""

    def __init__(self, active: ActiveContext, scope: Scope, overrides: bool) -> None:
        self.terms = dict(active.terms)
        self.vocab = active.vocab
        self._scope = scope
        self._overrides = overrides
        self._is_done: dict[str, bool] = {}
        if scope.vocab is not None:
            self.vocab = self._expand(scope.vocab)

    def define(self, name: str) -> None:
        """Define one term, and before it those on which it depends."""
        if name in self._is_done:
            if not self._is_done[name]:
                raise ContextRefused("context_cycle", "$['@context']", f"The term {name!r} is defined by itself.")
            return
        self._is_done[name] = False
        before = self.terms.pop(name, None)
        term = self._definition(name, self._scope.entries[name])
        if before is not None and before.is_protected and not self._overrides:
            if not term.same_apart_from_protection(before):
                sentence = f"The protected term {name!r} may not mean something else."
                raise ContextRefused("protected_term", "$['@context']", sentence)
            term = before
        self.terms[name] = term
        self._is_done[name] = True

    def _definition(self, name: str, entry: Entry) -> Term:
        iri = self._expand(entry.iri)
        kind = entry.type if entry.type is None or entry.type.startswith("@") else self._expand(entry.type)
        return Term(
            iri=iri,
            type=kind,
            container=entry.container,
            is_prefix=entry.is_prefix,
            is_protected=self._scope.is_protected,
            scope=entry.scope,
            opens_scope=entry.opens_scope,
        )

    def _expand(self, value: str) -> str:
        """Expand an IRI of a term table against the terms of this scope first (5.2, with a local context)."""
        if value in KEYWORDS:
            return value
        if value in self._scope.entries:
            self.define(value)
        if value in self.terms:
            return self.terms[value].iri
        prefix, colon, suffix = value.partition(":")
        if colon and not suffix.startswith("//"):
            if prefix in self._scope.entries:
                self.define(prefix)
            if prefix in self.terms and self.terms[prefix].is_prefix:
                return self.terms[prefix].iri + suffix
        if not colon and self.vocab is not None:
            return self.vocab + value
        return value
