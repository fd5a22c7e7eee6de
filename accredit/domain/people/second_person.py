"""Who else of an organisation may answer for something, so that nobody decides alone where two can.

Whoever is the only one who may does it alone: a small school is not held up, and the page and the event say so.
Somebody who cannot sign in answers for nothing, so they count for nobody here.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from accredit.clock import local_date
from accredit.domain.organisations.rules import Permission, may
from accredit.domain.people import queries
from accredit.errors import RuleBroken
from accredit.storage import Session


def others_who_may(
    db: Session, *, organisation_id: UUID, but: UUID, permission: Permission, now: datetime
) -> tuple[str, ...]:
    """Return the names of the other members of staff who sign in and hold ``permission`` today."""
    today = local_date(now)
    staff = queries.staff(db, organisation_id=organisation_id)
    return tuple(
        each.name
        for each in staff
        if each.id != but and each.account_id is not None and may(each.roles_on(today), permission)
    )


def check_second_person(
    db: Session, *, organisation_id: UUID, first: UUID | None, second: UUID, permission: Permission, now: datetime
) -> None:
    """Refuse that somebody answers their own act while another could.

    Raises `RuleBroken` (``second-person-needed``).
    """
    if first == second and others_who_may(
        db, organisation_id=organisation_id, but=second, permission=permission, now=now
    ):
        raise RuleBroken("second-person-needed")
