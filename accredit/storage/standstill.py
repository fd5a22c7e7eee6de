"""Why a part of the worker stands still, written down by the worker itself, so that pages can say it truthfully.

Only for reasons that do not pass by themselves: a key that is missing, a disk that is full, another log than was
signed. The row goes with the first pass that meets none. Where it cannot be written (a full disk) the worker's journal
and the room that the web sees say it (`room`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel, col

from accredit.storage.database import Session
from accredit.storage.types import UtcDateTime


class StandstillRow(SQLModel, table=True):
    """That one queue of the worker stands still; ``code`` is a word of a fixed list."""

    __tablename__ = "standstill"

    queue: str = Field(primary_key=True)
    code: str
    since: datetime = Field(sa_type=UtcDateTime)


@dataclass(frozen=True, kw_only=True)
class Standstill:
    """Why, and since when."""

    code: str
    since: datetime


def note(db: Session, *, queue: str, code: str, now: datetime) -> bool:
    """Write down that a queue stands still; the same reason keeps its beginning. Say whether anything was written."""
    found = current(db, queue)
    if found is not None and found.code == code:
        return False
    clear(db, queue=queue)
    db.execute(sa.insert(StandstillRow).values(queue=queue, code=code, since=now))
    return True


def clear(db: Session, *, queue: str) -> None:
    """Note that a queue goes on."""
    db.execute(sa.delete(StandstillRow).where(col(StandstillRow.queue) == queue))


def current(db: Session, queue: str) -> Standstill | None:
    """Return why a queue stands still; None while it does not."""
    row = db.execute(
        sa.select(col(StandstillRow.code), col(StandstillRow.since)).where(col(StandstillRow.queue) == queue)
    ).first()
    return None if row is None else Standstill(code=row.code, since=row.since)
