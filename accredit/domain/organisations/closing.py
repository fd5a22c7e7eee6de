"""An organisation that has closed: nobody acts for it any more, and for its young people nothing changes.

- Only an operator notes it (``operator-only``), with its last day, which has come (``closed-in-the-future``); who and
  when are kept for ever. What has closed does not close again, and only that opens again (``closed-already``,
  ``not-closed-here``).
- From then on none of its people is let in. What was issued holds, and whoever checks it is told that it has closed.
- Young people keep their pages: what they did, their certificates, their record, what they share. What would wait for
  an adult there is not begun (``organisation-closed``), so that nothing is asked of nobody.

It is not `suspending`: nothing is wrong, and what was promised is still signed.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from accredit.clock import local_date
from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import Actor, Tag
from accredit.domain.organisations.by_operator import locked
from accredit.domain.organisations.models import OrganisationClosing
from accredit.errors import RuleBroken
from accredit.storage import Session, readings


def close(db: Session, *, organisation_id: UUID, last_day: date, actor: Actor, now: datetime) -> None:
    """Note that an organisation has closed.

    Raises `Forbidden`, `NotFound`, `RuleBroken`: ``closed-already``, ``closed-in-the-future``.
    """
    operator_id = locked(db, organisation_id, actor)
    if closed_on(db, organisation_id) is not None:
        raise RuleBroken("closed-already")
    if last_day > local_date(now):
        raise RuleBroken("closed-in-the-future")
    _note(db, organisation_id, last_day, operator_id, now)
    audit.record(
        db,
        tag=Tag.ORGANISATION_CLOSED,
        actor=actor,
        now=now,
        subject=organisation_id,
        organisation_id=organisation_id,
        last_day=last_day.isoformat(),
    )


def open_again(db: Session, *, organisation_id: UUID, actor: Actor, now: datetime) -> None:
    """Note that it has not closed. Raises `Forbidden`, `NotFound`, `RuleBroken` ``not-closed-here``."""
    operator_id = locked(db, organisation_id, actor)
    if closed_on(db, organisation_id) is None:
        raise RuleBroken("not-closed-here")
    _note(db, organisation_id, None, operator_id, now)
    tag = Tag.ORGANISATION_OPEN_AGAIN
    audit.record(db, tag=tag, actor=actor, now=now, subject=organisation_id, organisation_id=organisation_id)


def closed_on(db: Session, organisation_id: UUID) -> date | None:
    """Return the last day of an organisation that has closed; None of one that has not."""
    rows = readings.rows(db, LAST_DAY, organisation_id=organisation_id)
    return rows[0].closed_on if rows else None


def check_open(db: Session, organisation_id: UUID) -> None:
    """Raise `RuleBroken` ``organisation-closed`` where nobody is left to look at what is begun."""
    if closed_on(db, organisation_id) is not None:
        raise RuleBroken("organisation-closed")


LAST_DAY = (
    sa.select(col(OrganisationClosing.closed_on))
    .where(col(OrganisationClosing.organisation_id) == sa.bindparam("organisation_id"))
    .order_by(col(OrganisationClosing.at).desc(), col(OrganisationClosing.id).desc())
    .limit(1)
)


def _note(db: Session, organisation_id: UUID, last_day: date | None, operator_id: UUID, now: datetime) -> None:
    db.add(OrganisationClosing(organisation_id=organisation_id, closed_on=last_day, operator_id=operator_id, at=now))
    db.flush()
