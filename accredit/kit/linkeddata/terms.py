"""Term tables: which term means which IRI, with which type, container and scope.

A table states facts about one published context in a form of our own (``tables/*.terms``), one term a line::

    context <URL>                  the context that the table describes
    sha256 <hex>                   the digest of the publisher's file that it was compared with
    @protected                     the terms of this scope may not be redefined
    @vocab <IRI>                   terms that are not listed here mean <IRI> + term
    <term> <IRI> [type=…] [container=…] [prefix] [scope=null]

Lines one space deeper are the scope that the term above opens: by type for a class, by property for a property.
``prefix`` says that the term may stand before a colon. IRIs are written as the publisher writes them, since what
``xsd:dateTime`` means depends on where it is used.

Not here: how scopes are joined; see `accredit.kit.linkeddata.active_context`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True)
class Entry:
    """What a table says of one term; `opens_scope` is True also where the scope is the empty one."""

    iri: str
    type: str | None = None
    container: str | None = None
    is_prefix: bool = False
    scope: Scope | None = None
    opens_scope: bool = False


@dataclass(frozen=True)
class Scope:
    """The terms that hold together: a whole context, or what one term opens."""

    entries: Mapping[str, Entry] = field(default_factory=dict)
    is_protected: bool = False
    vocab: str | None = None


@dataclass(frozen=True)
class Table:
    """One context: its URL, the SHA-256 of the publisher's file, and its terms."""

    url: str
    sha256: str
    scope: Scope


NAMES: Final = (
    *("credentials-v2", "credentials-v1", "data-integrity-v1", "data-integrity-v2", "multikey-v1", "jwk-v1"),
    *("cid-v1", "did-v1", "ed25519-2020-v1", "status-list-v1"),
    *("ob-3.0.3", "ob-3.0.2", "ob-3.0.1", "ob-context", "ob-extensions"),
)
_CONFORMANCE_NAMES: Final = (
    *("credentials-examples-v2", "credentials-undefined-terms-v2", "citizenship-v4rc1", "vc-barcodes-v1"),
)

CONTAINERS: Final = (None, "@set", "@list", "@graph")

OLDER_OB_3_0_3: Final = "ob-3.0.3-older"
"""The earlier bytes of a URL whose publisher changed them; the newer ones only add terms."""


def parse(text: str) -> Table:
    """Read a term table; raises `ValueError` when a line does not follow the form that the module describes."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    header = dict(line.split(" ", 1) for line in lines[:2])
    rows = _Rows(lines[2:])
    scope = _scope(rows, 0)
    if rows.peek() is not None:
        raise ValueError(f"line out of place: {rows.peek()!r}")
    return Table(url=header["context"], sha256=header["sha256"], scope=scope)


class _Rows:
    """The lines of a table, each with its depth, read one after the other."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._next = 0

    def peek(self) -> tuple[int, list[str]] | None:
        if self._next == len(self._lines):
            return None
        line = self._lines[self._next]
        return len(line) - len(line.lstrip(" ")), line.split()

    def at(self, depth: int) -> Iterator[list[str]]:
        while (row := self.peek()) is not None and row[0] == depth:
            self._next += 1
            yield row[1]


def _scope(rows: _Rows, depth: int) -> Scope:
    entries: dict[str, Entry] = {}
    is_protected = False
    vocab = None
    for fields in rows.at(depth):
        if fields[0] == "@protected":
            is_protected = True
        elif fields[0] == "@vocab":
            vocab = fields[1]
        else:
            entries[fields[0]] = _entry(fields, rows, depth)
    return Scope(MappingProxyType(entries), is_protected, vocab)


def _entry(fields: list[str], rows: _Rows, depth: int) -> Entry:
    options = dict(option.partition("=")[::2] for option in fields[2:])
    if unknown := set(options) - {"type", "container", "prefix", "scope"}:
        raise ValueError(f"unknown option of {fields[0]}: {sorted(unknown)}")
    if options.get("container") not in CONTAINERS:
        raise ValueError(f"unknown container of {fields[0]}: {options['container']}")
    following = rows.peek()
    has_scope = following is not None and following[0] == depth + 1
    return Entry(
        iri=fields[1],
        type=options.get("type"),
        container=options.get("container"),
        is_prefix="prefix" in options,
        scope=_scope(rows, depth + 1) if has_scope else None,
        opens_scope=has_scope or "scope" in options,
    )


def source(name: str) -> str:
    """Return the text of the table of that name which this package carries."""
    return resources.files(__package__).joinpath("tables", f"{name}.terms").read_text(encoding="utf-8")


@cache
def load(name: str) -> Table:
    """Read the table of that name which this package carries."""
    return parse(source(name))


@cache
def pinned() -> Mapping[str, Table]:
    """The contexts that a credential may use, by URL. Anything else is refused; nothing is ever fetched."""
    return MappingProxyType({table.url: table for table in map(load, NAMES)})


@cache
def pinned_for_conformance() -> Mapping[str, Table]:
    """As `pinned`, and the contexts that only test suites use; two of them give a meaning to every unknown term."""
    return MappingProxyType({**pinned(), **{table.url: table for table in map(load, _CONFORMANCE_NAMES)}})
