"""Two records that are taken for one person: what was asked, and who somebody was before.

Making one record of two reaches everything above people, so it is done in `domain.merging`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from accredit.domain.people.models import MergedPerson, MergeRequest, Staff, YoungPerson
from accredit.storage import Session


@dataclass(frozen=True, kw_only=True)
class AskedMerge:
    """Two records of which a member of staff says that they are one person's."""

    kept_id: UUID
    other_id: UUID
    other_name: str
    asked_by: UUID
    asked_by_name: str
    asked_at: datetime


def merges_asked(db: Session, *, of: UUID | None = None) -> tuple[AskedMerge, ...]:
    """Return what waits for a second person, the oldest first; ``of`` one young person alone, whichever of the two."""
    wanted = (
        sa.select(MergeRequest, col(Staff.name), col(YoungPerson.printed_name))
        .join(Staff, col(Staff.id) == col(MergeRequest.asked_by))
        .join(YoungPerson, col(YoungPerson.id) == col(MergeRequest.other_id))
        .order_by(col(MergeRequest.asked_at), col(MergeRequest.id))
    )
    if of is not None:
        wanted = wanted.where(sa.or_(col(MergeRequest.kept_id) == of, col(MergeRequest.other_id) == of))
    return tuple(
        AskedMerge(
            kept_id=row.kept_id,
            other_id=row.other_id,
            other_name=other,
            asked_by=row.asked_by,
            asked_by_name=name,
            asked_at=row.asked_at,
        )
        for row, name, other in db.execute(wanted)
    )


def former_ids(db: Session, young_person_id: UUID) -> tuple[UUID, ...]:
    """Return the ids of the records that went on in that of one young person."""
    wanted = select(MergedPerson.former_id).where(MergedPerson.young_person_id == young_person_id)
    return tuple(db.exec(wanted.order_by(col(MergedPerson.merged_at), col(MergedPerson.id))))
