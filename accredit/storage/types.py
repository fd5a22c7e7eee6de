"""Column types: aware UTC moments, enumerations kept as their words, canonical keys.

A SQLModel ``table=True`` class does not validate on construction, so what must hold is a constraint here or a rule.
"""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Any, Final

import uuid_utils.compat
from sqlalchemy import CheckConstraint, DateTime, Dialect, ForeignKeyConstraint, String, TypeDecorator, UniqueConstraint
from sqlalchemy.types import TypeEngine

# Characters of what SQLite keeps: 2026-07-02, 15:30:00.000000, and both with a space between.
_DAY: Final = 10
_TIME_OF_DAY: Final = 15
_MOMENT: Final = 26


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored in UTC; a naive one is a programming error on both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            msg = "a stored moment must carry its time zone"
            raise ValueError(msg)
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class UuidText(TypeEngine[str]):
    """A UUID read as its text, for whoever only writes it down: making and unmaking the object takes far longer.

    For reading (`sqlalchemy.type_coerce`); nothing is stored or compared by it.
    """

    cache_ok = True

    def result_processor(self, _dialect: Dialect, _coltype: object) -> Any:
        return _uuid_text


def _uuid_text(value: str | uuid.UUID | None) -> str | None:
    if not isinstance(value, str):
        return None if value is None else str(value)
    # SQLite keeps the 32 digits; RFC 9562 §4 puts hyphens between them.
    return f"{value[:8]}-{value[8:12]}-{value[12:16]}-{value[16:20]}-{value[20:]}"


class IsoText(TypeEngine[str]):
    """A day, a time of day or a moment read as the text that ``isoformat`` gives; moments in UTC. For reading only."""

    cache_ok = True

    def result_processor(self, _dialect: Dialect, _coltype: object) -> Any:
        return _iso_text


def _iso_text(value: str | date | time | datetime | None) -> str | None:
    if not isinstance(value, str):
        # PostgreSQL gives back the value itself.
        return None if value is None else (value.astimezone(UTC) if isinstance(value, datetime) else value).isoformat()
    length = len(value)
    if length == _DAY:
        return value
    # SQLite keeps moments in UTC without saying so, and always with a fraction, which ISO leaves out where it is none.
    plain = value.removesuffix(".000000")
    if length == _TIME_OF_DAY:
        return plain
    if length == _MOMENT:
        return f"{plain[:10]}T{plain[11:]}+00:00"
    return datetime.fromisoformat(value).replace(tzinfo=UTC).isoformat()


class Word(TypeDecorator[StrEnum]):
    """A member of a `StrEnum`, stored as its value (SQLAlchemy's own Enum would store the Python name)."""

    impl = String
    cache_ok = True

    def __init__(self, words: type[StrEnum]) -> None:
        super().__init__(length=40)
        self.words = words

    def process_bind_param(self, value: StrEnum | str | None, dialect: Dialect) -> str | None:
        return None if value is None else self.words(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        return None if value is None else self.words(value)


def new_id() -> uuid.UUID:
    """Return a fresh UUIDv7: sorts by time, so indexes stay compact. Never shown to the public."""
    return uuid_utils.compat.uuid7()


def one_of(column: str, words: type[StrEnum]) -> CheckConstraint:
    """Hold ``column`` to the values of ``words``."""
    values = ", ".join(f"'{word.value}'" for word in words)
    return CheckConstraint(f"{column} IN ({values})", name=f"{column}_is_known")


def own_key() -> UniqueConstraint:
    """The key that children name, so that a row can never point into another organisation."""
    return UniqueConstraint("organisation_id", "id")


def belongs_to(table: str, column: str, **options: Any) -> ForeignKeyConstraint:
    """Point ``(organisation_id, column)`` at ``table``'s ``(organisation_id, id)``."""
    return ForeignKeyConstraint(["organisation_id", column], [f"{table}.organisation_id", f"{table}.id"], **options)
