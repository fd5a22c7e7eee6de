"""Record an event, in the transaction of the act it tells of."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import Actor, Tag
from accredit.storage import Session


def record(
    db: Session,
    *,
    tag: Tag,
    actor: Actor,
    now: datetime,
    subject: UUID | None = None,
    organisation_id: UUID | None = None,
    **details: object,
) -> None:
    """Write one audit event. ``details`` are ids (as text), counts and fixed words only."""
    if actor.through is not None:
        details["through"] = actor.through
    db.add(
        AuditEvent(
            organisation_id=organisation_id or db.tenant or actor.organisation_id,
            tag=tag,
            subject_id=subject,
            actor_kind=actor.kind,
            actor_id=actor.id,
            actor_role=actor.role,
            at=now,
            details={name: str(value) if isinstance(value, UUID) else value for name, value in details.items()},
        )
    )
