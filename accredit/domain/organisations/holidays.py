"""The holidays of a school, as far as it has told them: an e-mail that can wait does not come in them.

- A holiday has a first and a last day, both included, the last one not before the first (``holiday-dates``).
- It is at most 120 days long and begins within three years of today (``holiday-dates``).
- Two of them share no day (``holiday-overlap``), and there are at most 60 (``too-many-holidays``).
- Those that are over go when another one is added: nobody asks about them any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col, select

from accredit.clock import local_date
from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import Actor, Tag
from accredit.domain.organisations.models import Organisation, SchoolHoliday
from accredit.errors import NotFound, RuleBroken
from accredit.storage import Session

LONGEST = timedelta(days=120)
FARTHEST = timedelta(days=3 * 366)
MOST = 60


@dataclass(frozen=True, kw_only=True)
class Holiday:
    """Days on which a school is closed, both included."""

    id: UUID
    first_on: date
    last_on: date


def holidays(db: Session, organisation_id: UUID, *, since: date) -> tuple[Holiday, ...]:
    """Return the holidays that are not over on a day, the earliest first."""
    rows = db.exec(
        select(SchoolHoliday)
        .where(SchoolHoliday.organisation_id == organisation_id, col(SchoolHoliday.last_on) >= since)
        .order_by(col(SchoolHoliday.first_on))
    )
    return tuple(Holiday(id=row.id, first_on=row.first_on, last_on=row.last_on) for row in rows)


def is_holiday(db: Session, organisation_id: UUID, day: date) -> bool:
    """Say whether a school has told that it is closed on a day."""
    return any(each.first_on <= day for each in holidays(db, organisation_id, since=day))


def add(db: Session, *, organisation_id: UUID, first_on: date, last_on: date, actor: Actor, now: datetime) -> None:
    """Note a holiday. Raises `RuleBroken`: ``holiday-dates``, ``holiday-overlap``, ``too-many-holidays``."""
    today = local_date(now)
    if not first_on <= last_on <= first_on + LONGEST or last_on < today or first_on > today + FARTHEST:
        raise RuleBroken("holiday-dates")
    # Locked, so that of two people who add the same one at once the second is told.
    db.exec(select(Organisation.id).where(Organisation.id == organisation_id).with_for_update()).one()
    others = holidays(db, organisation_id, since=today)
    if any(each.first_on <= last_on and first_on <= each.last_on for each in others):
        raise RuleBroken("holiday-overlap")
    if len(others) >= MOST:
        raise RuleBroken("too-many-holidays")
    db.execute(
        delete(SchoolHoliday).where(
            col(SchoolHoliday.organisation_id) == organisation_id, col(SchoolHoliday.last_on) < today
        )
    )
    db.add(SchoolHoliday(organisation_id=organisation_id, first_on=first_on, last_on=last_on, added_at=now))
    _tell(db, organisation_id, actor, now)


def remove(db: Session, *, organisation_id: UUID, holiday_id: UUID, actor: Actor, now: datetime) -> None:
    """Forget a holiday. Raises `NotFound`."""
    row = db.get(SchoolHoliday, holiday_id)
    if row is None or row.organisation_id != organisation_id:
        raise NotFound("holiday")
    db.delete(row)
    _tell(db, organisation_id, actor, now)


def _tell(db: Session, organisation_id: UUID, actor: Actor, now: datetime) -> None:
    db.flush()
    audit.record(
        db,
        tag=Tag.ORGANISATION_CHANGED,
        actor=actor,
        now=now,
        subject=organisation_id,
        organisation_id=organisation_id,
        fields=["holidays"],
    )
