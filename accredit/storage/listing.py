"""A list that the database puts into order, filters and cuts into pieces, so that no page loads more than it shows.

What a list holds is the domain's, how it looks the web's; here is only how a piece of it is had.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeAlias, TypeVar

import sqlalchemy as sa

from accredit.storage.database import Session

Line = TypeVar("Line")
Other = TypeVar("Other")
Expression: TypeAlias = sa.SQLColumnExpression[Any]
Statement: TypeAlias = sa.Select[*tuple[Any, ...]]
AT_ONCE = 500
"""Lines that are read together; a database takes only so many ids in one question."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What of a list is wanted: the name of an order, and a value for each filter that was chosen."""

    order: str
    is_backwards: bool = False
    filters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Listing(Generic[Line]):
    """A list: one row for each line, ``key`` to settle what an order leaves open, and ``read``, which makes the lines.

    Each of the ``orders`` is the columns to go by, the first of them first. ``within`` orders what is alike by them,
    always forwards: the newest first is no reason to go from Z to A. A filter makes a condition of a value.
    """

    statement: Statement
    key: Expression
    orders: Mapping[str, tuple[Expression, ...]]
    within: tuple[Expression, ...] = ()
    filters: Mapping[str, Callable[[str], sa.ColumnElement[bool]]] = field(default_factory=dict)
    read: Callable[[Session, Sequence[Any]], Sequence[Line]]

    def count(self, db: Session, wanted: Wanted) -> int:
        """Count the lines that the filters let through."""
        rows = self._filtered(wanted).with_only_columns(self.key).order_by(None).subquery()
        return int(db.execute(sa.select(sa.func.count()).select_from(rows)).scalar_one())

    def lines(self, db: Session, wanted: Wanted, *, limit: int, offset: int = 0) -> Sequence[Line]:
        """Return a piece of the list. Raises `KeyError` for an order or a filter that it does not have."""
        return self.read(db, db.execute(self._ordered(wanted).limit(limit).offset(offset)).all())

    def every(self, db: Session, wanted: Wanted) -> Iterator[Line]:
        """Yield every line, as they were at one moment. Raises `KeyError` as `lines`."""
        rows = db.execute(self._ordered(wanted)).all()
        for at in range(0, len(rows), AT_ONCE):
            yield from self.read(db, rows[at : at + AT_ONCE])

    def then(self, more: Callable[[Session, Sequence[Line]], Sequence[Other]]) -> Listing[Other]:
        """Return the same list with other lines, made of these."""
        read = self.read
        return replace(self, read=lambda db, rows: more(db, read(db, rows)))  # type: ignore[arg-type,return-value]  # other lines

    def _ordered(self, wanted: Wanted) -> Statement:
        wanted_first = [each.desc() if wanted.is_backwards else each.asc() for each in self.orders[wanted.order]]
        last = self.key.desc() if wanted.is_backwards else self.key.asc()
        # What has no value comes last on either database, whichever way the order goes.
        order = [each.nulls_last() for each in (*wanted_first, *(each.asc() for each in self.within), last)]
        return self._filtered(wanted).order_by(None).order_by(*order)

    def _filtered(self, wanted: Wanted) -> Statement:
        conditions = [self.filters[name](value) for name, value in wanted.filters.items()]
        return self.statement.where(*conditions)
