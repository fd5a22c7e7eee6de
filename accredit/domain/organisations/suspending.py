"""An organisation that those who run the service suspend: from that moment nobody acts for it, or as one of its people.

- Only an operator suspends and lets go on (``operator-only``); who, when and why are kept for ever.
- Whoever is signed in is so no longer, and nobody comes in; nothing that is on record changes.
- What was issued before stays what it is, and whoever checks it is told that the organisation is suspended, since when.
- What is suspended is not suspended again, and only that goes on (``suspended-already``, ``not-suspended-here``).

That nothing more is signed is the switch's (`issuing.stopping`), which the caller throws in the same transaction.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import Actor, Tag
from accredit.domain.organisations.by_operator import locked
from accredit.domain.organisations.models import OrganisationSuspension
from accredit.domain.organisations.rules import SuspensionReason
from accredit.errors import RuleBroken
from accredit.storage import Session, readings


def suspend(db: Session, *, organisation_id: UUID, reason: SuspensionReason, actor: Actor, now: datetime) -> None:
    """Let nobody act for an organisation. Raises `Forbidden`, `NotFound`, `RuleBroken` ``suspended-already``."""
    if _decide(db, organisation_id=organisation_id, reason=reason, actor=actor, now=now) is not None:
        raise RuleBroken("suspended-already")


def let_go_on(db: Session, *, organisation_id: UUID, actor: Actor, now: datetime) -> None:
    """Let its people act again. Raises `Forbidden`, `NotFound`, `RuleBroken` ``not-suspended-here``."""
    if _decide(db, organisation_id=organisation_id, reason=None, actor=actor, now=now) is None:
        raise RuleBroken("not-suspended-here")


def suspended_since(db: Session, organisation_id: UUID) -> datetime | None:
    """Return since when an organisation is suspended; None where it is not."""
    rows = readings.rows(db, SINCE, organisation_id=organisation_id)
    return rows[0].suspended_since if rows else None


SINCE = (
    sa.select(
        sa.case((col(OrganisationSuspension.reason).is_not(None), col(OrganisationSuspension.at))).label(
            "suspended_since"
        )
    )
    .where(col(OrganisationSuspension.organisation_id) == sa.bindparam("organisation_id"))
    .order_by(col(OrganisationSuspension.at).desc(), col(OrganisationSuspension.id).desc())
    .limit(1)
)


def _decide(
    db: Session, *, organisation_id: UUID, reason: SuspensionReason | None, actor: Actor, now: datetime
) -> datetime | None:
    """Write a decision down, and return since when the organisation was suspended before it."""
    operator_id = locked(db, organisation_id, actor)
    before = suspended_since(db, organisation_id)
    db.add(OrganisationSuspension(organisation_id=organisation_id, reason=reason, operator_id=operator_id, at=now))
    db.flush()
    audit.record(
        db,
        tag=Tag.ORGANISATION_SUSPENDED if reason is not None else Tag.ORGANISATION_GOES_ON,
        actor=actor,
        now=now,
        subject=organisation_id,
        organisation_id=organisation_id,
        **({"reason": reason.value} if reason is not None else {}),
    )
    return before
