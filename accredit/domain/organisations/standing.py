"""How an organisation stands: whether anybody acts for it, and what whoever checks what it issued is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa

from accredit.domain.organisations.closing import LAST_DAY
from accredit.domain.organisations.suspending import SINCE
from accredit.storage import Session, readings


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Since when an organisation is suspended, and on which day it closed; None for what is not so."""

    suspended_since: datetime | None
    closed_on: date | None

    @property
    def somebody_acts(self) -> bool:
        """Say whether its people are let in, by page, link or program (WA12)."""
        return self.suspended_since is None and self.closed_on is None


def standing_of(db: Session, organisation_id: UUID) -> Standing:
    """Return how an organisation stands now, in one statement."""
    (row,) = readings.rows(db, _STANDING, organisation_id=organisation_id)
    return Standing(suspended_since=row.suspended_since, closed_on=row.closed_on)


_STANDING = sa.select(SINCE.scalar_subquery().label("suspended_since"), LAST_DAY.scalar_subquery().label("closed_on"))
