"""How much time somebody brings in at once: beyond it, a second member of staff is needed (attacks.md WZ20).

Large is more than 100 hours for one person, or 400 hours and more that one member of staff brings in within a day, in
one act or in many: as totals from earlier records (`asking_forward`) and as logs of single entries (`log_by_two`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.people.models import Staff
from accredit.domain.practice.models import HoursBroughtForward, HoursLogBrought
from accredit.storage import Session

LARGE_FOR_ONE = 100 * 60
LARGE_TOGETHER = 400 * 60
WITHIN = timedelta(days=1)


def hold_for(db: Session, staff_id: UUID) -> None:
    """Let nothing else be brought in by a member of staff until this transaction ends: two acts count together."""
    db.execute(sa.select(col(Staff.id)).where(col(Staff.id) == staff_id).with_for_update()).all()


def is_large(db: Session, minutes: Iterable[int], *, by: UUID, now: datetime) -> bool:
    """Say whether an act is large that brings in so many minutes of each person, after what ``by`` did within a day."""
    each = list(minutes)
    if any(one > LARGE_FOR_ONE for one in each):
        return True
    return sum(each) > 0 and sum(each) + _lately(db, by=by, now=now) >= LARGE_TOGETHER


def _lately(db: Session, *, by: UUID, now: datetime) -> int:
    total, log = HoursBroughtForward, HoursLogBrought
    places = (
        (col(total.minutes), col(total.attested_by), col(total.attested_at)),
        (col(log.minutes), col(log.brought_by), col(log.counted_at)),
    )
    return sum(
        int(
            db.execute(
                sa.select(sa.func.coalesce(sa.func.sum(minutes), 0)).where(who == by, at > now - WITHIN)
            ).scalar_one()
        )
        for minutes, who, at in places
    )
