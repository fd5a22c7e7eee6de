"""Record events, in the transaction of the acts they tell of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import Actor, Tag
from accredit.storage import Session, new_id
from accredit.storage.many import insert_many


@dataclass(frozen=True, kw_only=True)
class Happened:
    """What one of many events of a kind is about."""

    subject: UUID
    organisation_id: UUID
    details: Mapping[str, object] = field(default_factory=dict)


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
            details=_plain(details),
        )
    )


def record_many(db: Session, *, tag: Tag, actor: Actor, now: datetime, events: Iterable[Happened]) -> None:
    """Write an audit event for each of many acts of one kind, in one statement."""
    who = {"tag": tag, "actor_kind": actor.kind, "actor_id": actor.id, "actor_role": actor.role, "at": now}
    through = _plain({} if actor.through is None else {"through": actor.through})
    rows = [
        who
        | {
            "id": new_id(),
            "organisation_id": each.organisation_id,
            "subject_id": each.subject,
            "details": _plain(each.details) | through,
        }
        for each in events
    ]
    insert_many(db, AuditEvent, rows)


def _plain(details: Mapping[str, object]) -> dict[str, object]:
    return {name: str(value) if isinstance(value, UUID) else value for name, value in details.items()}
