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
from accredit.domain.audit.rules import Actor, ActorKind, Tag, check_fresh
from accredit.domain.organisations.models import Organisation, OrganisationSuspension
from accredit.domain.organisations.rules import SuspensionReason
from accredit.errors import Forbidden, NotFound, RuleBroken
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
    rows = readings.rows(db, _LATEST, organisation_id=organisation_id)
    return rows[0].at if rows and rows[0].reason is not None else None


_LATEST = (
    sa.select(col(OrganisationSuspension.at), col(OrganisationSuspension.reason))
    .where(col(OrganisationSuspension.organisation_id) == sa.bindparam("organisation_id"))
    .order_by(col(OrganisationSuspension.at).desc(), col(OrganisationSuspension.id).desc())
    .limit(1)
)


def _decide(
    db: Session, *, organisation_id: UUID, reason: SuspensionReason | None, actor: Actor, now: datetime
) -> datetime | None:
    """Write a decision down, and return since when the organisation was suspended before it."""
    if actor.kind is not ActorKind.OPERATOR or actor.id is None:
        raise Forbidden("operator-only")
    check_fresh(actor)
    # Locked, so that of two who decide at once the second sees what the first did.
    found = sa.select(col(Organisation.id)).where(col(Organisation.id) == organisation_id).with_for_update()
    if db.execute(found).first() is None:
        raise NotFound("organisation")
    before = suspended_since(db, organisation_id)
    db.add(OrganisationSuspension(organisation_id=organisation_id, reason=reason, operator_id=actor.id, at=now))
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
