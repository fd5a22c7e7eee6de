"""Signs of life of the worker, so that a page can say "waiting to be signed" and ``/readyz`` can say why."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Field, SQLModel, col

from accredit.storage.database import Session
from accredit.storage.types import UtcDateTime

ALIVE_FOR = timedelta(seconds=15)


class Heartbeat(SQLModel, table=True):
    """When a worker of one queue was last seen."""

    __tablename__ = "heartbeat"

    queue: str = Field(primary_key=True)
    seen_at: datetime = Field(sa_type=UtcDateTime)


def beat(db: Session, *, queue: str, now: datetime) -> None:
    """Say that a worker of ``queue`` is alive."""
    if last_seen(db, queue) is None:
        db.execute(sa.insert(Heartbeat).values(queue=queue, seen_at=now))
    else:
        db.execute(sa.update(Heartbeat).where(col(Heartbeat.queue) == queue).values(seen_at=now))


def last_seen(db: Session, queue: str) -> datetime | None:
    """Return when a worker of ``queue`` was last seen, or None."""
    return db.execute(sa.select(col(Heartbeat.seen_at)).where(col(Heartbeat.queue) == queue)).scalar_one_or_none()


def is_alive(db: Session, *, queue: str, now: datetime) -> bool:
    """Say whether a worker of ``queue`` was seen within the last 15 seconds."""
    seen = last_seen(db, queue)
    return seen is not None and now - seen <= ALIVE_FOR
