"""Reads of hours that were brought forward (`bringing_forward`): which total stands, and up to which day."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col

from accredit.domain.people.models import Staff
from accredit.domain.practice.models import HoursBroughtForward
from accredit.storage import Session


@dataclass(frozen=True, kw_only=True)
class EarlierHours:
    """The total that stands for one enrolment, up to which day, and who attested it when."""

    id: UUID
    minutes: int
    until: date
    attested_by_name: str
    attested_at: datetime


def standing() -> sa.ColumnElement[bool]:
    """Return the condition that no other total has replaced one."""
    later = aliased(HoursBroughtForward)
    return ~sa.exists().where(col(later.replaces_id) == col(HoursBroughtForward.id))


def earlier_hours(db: Session, enrolment_ids: Collection[UUID]) -> dict[UUID, EarlierHours]:
    """Return what was brought forward for each enrolment; those without anything are left out."""
    rows = db.execute(
        sa.select(HoursBroughtForward, col(Staff.name))
        .join(Staff, col(Staff.id) == col(HoursBroughtForward.attested_by))
        .where(col(HoursBroughtForward.enrolment_id).in_(set(enrolment_ids)), standing())
        .where(col(HoursBroughtForward.minutes) > 0)
    )
    return {
        row.enrolment_id: EarlierHours(
            id=row.id, minutes=row.minutes, until=row.until, attested_by_name=name, attested_at=row.attested_at
        )
        for row, name in rows
    }
