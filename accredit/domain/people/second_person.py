"""Who else of an organisation may answer for something, so that nobody decides alone where two can.

- Whoever is the only one who may does it alone: a small school is not held up, and the page and the event say so.
- Somebody who cannot sign in answers for nothing, so they count for nobody here.
- Nobody makes themselves the only one: whoever has ended the role of the last other one waits for a new colleague, or a
  week. The role itself ends at once, since whoever has to go may have to go today.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from accredit.clock import local_date
from accredit.domain.audit import queries as events
from accredit.domain.audit.queries import EventFacts
from accredit.domain.audit.rules import Tag
from accredit.domain.organisations.rules import Permission, Role, may
from accredit.domain.people import queries
from accredit.domain.people.queries import StaffFacts
from accredit.errors import RuleBroken
from accredit.storage import Session

WAITS = timedelta(days=7)
_ENDS = (Tag.STAFF_ROLE_ENDED, Tag.STAFF_HANDED_OVER)


@dataclass(frozen=True, kw_only=True)
class Others:
    """Who else may answer: their ``names``; or nobody, and from ``alone_from`` on the one who asks is the only one."""

    names: tuple[str, ...] = ()
    alone_from: date | None = None

    def __bool__(self) -> bool:
        """Say whether somebody else has to answer."""
        return bool(self.names) or self.alone_from is not None


NOBODY = Others()


def others_who_may(
    db: Session, *, organisation_id: UUID, but: UUID | None, permission: Permission, now: datetime
) -> Others:
    """Return the other members of staff who sign in and hold ``permission`` today."""
    today = local_date(now)
    others = [
        each
        for each in queries.staff(db, organisation_id=organisation_id)
        if each.id != but and each.account_id is not None
    ]
    names = tuple(each.name for each in others if may(each.roles_on(today), permission))
    if names or but is None:
        return Others(names=names)
    return Others(alone_from=_alone_from(db, others, but, permission, now))


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


def _alone_from(
    db: Session, others: Iterable[StaffFacts], but: UUID, permission: Permission, now: datetime
) -> date | None:
    """Return from which day somebody is the only one who lately ended another one's role; None where they did not."""
    signing_in = {each.id for each in others}
    ended = events.done_to_others(db, tags=_ENDS, actor_id=but, since=now - WAITS)
    held = [
        local_date(each.at) + WAITS
        for each in ended
        if each.subject_id in signing_in and may(_roles_ended(each), permission)
    ]
    return max(held, default=None)


def _roles_ended(event: EventFacts) -> list[Role]:
    """Return what an event says was ended: what the rows say of when it was held may be of any day."""
    return [Role(word) for word in (*event.details.get("roles", ()), event.details.get("role")) if word]
