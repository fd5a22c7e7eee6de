"""One way to show a list: put into order, filtered, in pages; `accredit.web.list_files` hands the same out as a file.

A list is described once: its columns, its filters, and where its lines come from. What of it is shown stands in the
address (``sort=-held_on&programme=…&q=…&page=2``), so that it can be kept, sent and gone back to, without a script. An
address that makes no sense shows the list as it is anyway. ``templates/components/lists.html`` draws it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar

from flask import request, url_for
from flask_babel import LazyString
from flask_babel import gettext as _

from accredit.rendering.list_files import Cell
from accredit.storage import Session
from accredit.storage.listing import Wanted
from accredit.storage.plain_text import plain
from accredit.web.languages import page_language
from accredit.web.words import date_in_words, hours_in_words, moment_in_words

Line = TypeVar("Line")
Line_co = TypeVar("Line_co", covariant=True)

PAGE = 50
LONGEST = 100
"""Nobody looks for more letters than these."""


class Kind(StrEnum):
    """What a column holds: it says how its order is called."""

    TEXT = "text"
    DAY = "day"
    NUMBER = "number"


@dataclass(frozen=True, kw_only=True)
class Column(Generic[Line]):
    """One column: ``cell`` gives what a file holds and, unless the template draws it, what the page shows.

    ``name`` is a word of the address. What compares young people by amounts has no order (``is_sorted=False``).
    """

    name: str
    label: str | LazyString
    cell: Callable[[Line], Cell]
    kind: Kind = Kind.TEXT
    is_sorted: bool = True


@dataclass(frozen=True, kw_only=True)
class Filter:
    """What a list can be narrowed by: ``choices`` are values and their words; without them something is typed."""

    name: str
    label: str | LazyString
    choices: Mapping[str, str] | None = None
    is_day: bool = False
    hint: str | LazyString | None = None

    def read(self, sent: str) -> str | None:
        """Return the value that was chosen; None for none, and for one that makes no sense."""
        text = "".join(symbol for symbol in sent if symbol.isprintable()).strip()[:LONGEST].strip()
        if self.choices is not None:
            return text if text in self.choices else None
        if self.is_day:
            return _day(text)
        return text or None


def _day(text: str) -> str | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    # Nothing happened in other centuries, and the last day a calendar has is followed by none.
    return day.isoformat() if 1900 <= day.year < 2200 else None


class Source(Protocol[Line_co]):
    """Where lines come from: `accredit.storage.listing.Listing`, or `Held`."""

    def count(self, db: Session, wanted: Wanted) -> int:
        """Count the lines that the filters let through."""

    def lines(self, db: Session, wanted: Wanted, *, limit: int, offset: int = 0) -> Sequence[Line_co]:
        """Return a piece of them."""

    def every(self, db: Session, wanted: Wanted) -> Iterator[Line_co]:
        """Yield all of them."""


@dataclass(frozen=True, kw_only=True)
class Held(Generic[Line]):
    """Lines that had to be worked out one by one, as everybody's progress; there are never more than a programme's."""

    everything: Sequence[Line]
    orders: Mapping[str, Callable[[Line], Any]]
    filters: Mapping[str, Callable[[Line, str], bool]] = field(default_factory=dict)

    def count(self, _db: Session, wanted: Wanted) -> int:
        """Count the lines that the filters let through."""
        return len(self._fitting(wanted))

    def lines(self, _db: Session, wanted: Wanted, *, limit: int, offset: int = 0) -> Sequence[Line]:
        """Return a piece of them."""
        return list(self.every(_db, wanted))[offset : offset + limit]

    def every(self, _db: Session, wanted: Wanted) -> Iterator[Line]:
        """Yield all of them."""
        yield from sorted(self._fitting(wanted), key=self.orders[wanted.order], reverse=wanted.is_backwards)

    def _fitting(self, wanted: Wanted) -> list[Line]:
        return [
            each
            for each in self.everything
            if all(self.filters[name](each, value) for name, value in wanted.filters.items())
        ]


def has_words(text: str, *texts: str | None) -> bool:
    """Say whether each word of a text is in one of the others, in any case and with or without marks."""
    places = [plain(each) or "" for each in texts]
    return all(any(word in place for place in places) for word in (plain(text) or "").split())


@dataclass(frozen=True, kw_only=True)
class ListOf(Generic[Line]):
    """A list as it is described: ``name`` is a word of the audit trail and of file names.

    ``endpoint`` shows it, ``export`` hands it out; ``values`` fill the path of both, ``kept`` is what their addresses
    hold besides. ``order`` is the one it comes in, with a minus where it goes backwards.
    """

    name: str
    title: str
    endpoint: str
    export: str
    columns: tuple[Column[Line], ...]
    source: Source[Line]
    order: str
    filters: tuple[Filter, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    kept: Mapping[str, Any] = field(default_factory=dict)
    size: int = PAGE

    @property
    def address(self) -> dict[str, Any]:
        """What the address of the list holds when nothing of it is chosen."""
        return {**self.values, **self.kept}

    @property
    def orders(self) -> Collection[str]:
        """The names by which it can be put into order."""
        return {column.name for column in self.columns if column.is_sorted} | {self.order.removeprefix("-")}

    def chosen(self) -> dict[str, str]:
        """Return the value of each filter that the request chooses."""
        read = {each.name: each.read(request.values.get(each.name, "")) for each in self.filters}
        return {name: value for name, value in read.items() if value is not None}

    def sort(self) -> str:
        """Return the order that the request asks for, or the usual one."""
        asked = request.values.get("sort", "")
        return asked if asked.removeprefix("-") in self.orders and not asked.startswith("--") else self.order

    def wanted(self) -> Wanted:
        """Return what of the list the request asks for."""
        sort = self.sort()
        return Wanted(order=sort.removeprefix("-"), is_backwards=sort.startswith("-"), filters=self.chosen())

    def choices_in_words(self) -> list[tuple[str, str]]:
        """Return what was chosen, as (label, value) in words."""
        chosen = self.chosen()
        return [(str(each.label), _in_words(each, chosen[each.name])) for each in self.filters if each.name in chosen]


def _in_words(one: Filter, value: str) -> str:
    if one.choices is not None:
        return one.choices[value]
    return date_in_words(date.fromisoformat(value), page_language()) if one.is_day else value


@dataclass(frozen=True, kw_only=True)
class Shown(Generic[Line]):
    """The page of a list that is looked at."""

    of: ListOf[Line]
    lines: Sequence[Line]
    total: int
    number: int
    pages: int
    sort: str
    chosen: Mapping[str, str]

    @property
    def first(self) -> int:
        """The place of the first line shown, counted from 1."""
        return (self.number - 1) * self.of.size + 1

    @property
    def last(self) -> int:
        """The place of the last line shown."""
        return self.first + len(self.lines) - 1

    @property
    def values(self) -> dict[str, Any]:
        """What the address of this list holds, without the page."""
        sort = {} if self.sort == self.of.order else {"sort": self.sort}
        return {**self.of.address, **self.chosen, **sort}

    @property
    def is_narrowed(self) -> bool:
        """Whether something was chosen, so that there may be more."""
        return bool(self.chosen)

    def address_sorted_by(self, column: Column[Line]) -> str:
        """Return the address of the list by a column; by the one it goes by already, the other way round."""
        sort = f"-{column.name}" if self.sort == column.name else column.name
        return url_for(self.of.endpoint, **{**self.of.address, **self.chosen, "sort": sort})

    def direction(self, column: Column[Line]) -> str:
        """Return the value of ``aria-sort``."""
        return {column.name: "ascending", f"-{column.name}": "descending"}.get(self.sort, "none")

    def orders(self) -> list[tuple[str, str]]:
        """Return (value, words) of every order there is."""
        return [
            (sign + column.name, f"{column.label}: {words}")
            for column in self.of.columns
            if column.is_sorted
            for sign, words in zip(("", "-"), _order_words(column.kind), strict=True)
        ]


def _order_words(kind: Kind) -> tuple[str, str]:
    match kind:
        case Kind.TEXT:
            return _("A to Z"), _("Z to A")
        case Kind.DAY:
            return _("oldest first"), _("newest first")
        case Kind.NUMBER:
            return _("smallest first"), _("largest first")


def show(db: Session, of: ListOf[Line]) -> Shown[Line]:
    """Return the page of a list that the request asks for, or the nearest there is."""
    wanted = of.wanted()
    total = of.source.count(db, wanted)
    pages = max(1, -(-total // of.size))
    number = min(max(request.args.get("page", 1, type=int), 1), pages)
    lines = of.source.lines(db, wanted, limit=of.size, offset=(number - 1) * of.size)
    return Shown(of=of, lines=lines, total=total, number=number, pages=pages, sort=of.sort(), chosen=of.chosen())


def cell_text(cell: Cell) -> str:
    """Say a cell in words."""
    language = page_language()
    match cell:
        case None:
            return ""
        case datetime():
            return moment_in_words(cell, language)
        case date():
            return date_in_words(cell, language)
        case timedelta():
            return hours_in_words(int(cell.total_seconds()) // 60, language)
        case _:
            return str(cell)
