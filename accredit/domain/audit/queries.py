"""Read the audit trail. Its list for people is `accredit.domain.credentials.acts`: there it is known who an id is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import ActorKind, Tag
from accredit.storage import Session


@dataclass(frozen=True, kw_only=True)
class EventFacts:
    """One thing that happened: what, about whom (by id), by whom, when."""

    id: UUID
    tag: Tag
    subject_id: UUID | None
    actor_kind: ActorKind
    actor_id: UUID | None
    actor_role: str | None
    at: datetime
    details: Mapping[str, Any]


def details_of(db: Session, tag: Tag) -> tuple[Mapping[str, Any], ...]:
    """Return what was written down with every event of one kind that concerns the service itself."""
    wanted = select(AuditEvent.details).where(AuditEvent.tag == tag, col(AuditEvent.organisation_id).is_(None))
    return tuple(db.exec(wanted))


def details_about(db: Session, *, tag: Tag, subject: UUID | None, since: datetime) -> tuple[Mapping[str, Any], ...]:
    """Return what was written down with every event of one kind about a subject since a moment."""
    wanted = select(AuditEvent.details).where(
        AuditEvent.subject_id == subject, AuditEvent.tag == tag, col(AuditEvent.at) >= since
    )
    return tuple(db.exec(wanted))


def details_by(db: Session, *, tag: Tag, actor_id: UUID | None, since: datetime) -> tuple[Mapping[str, Any], ...]:
    """Return what was written down with everything of one kind that somebody did since a moment."""
    wanted = select(AuditEvent.details).where(
        AuditEvent.tag == tag, AuditEvent.actor_id == actor_id, col(AuditEvent.at) >= since
    )
    return tuple(db.exec(wanted))


def done_to_others(db: Session, *, tags: Collection[Tag], actor_id: UUID, since: datetime) -> tuple[EventFacts, ...]:
    """Return what somebody did of some kinds to others since a moment, oldest first."""
    wanted = (
        select(AuditEvent)
        .where(
            col(AuditEvent.tag).in_(tags),
            AuditEvent.actor_id == actor_id,
            AuditEvent.subject_id != actor_id,
            col(AuditEvent.at) > since,
        )
        .order_by(col(AuditEvent.at), col(AuditEvent.id))
    )
    names = EventFacts.__dataclass_fields__
    return tuple(EventFacts(**{name: getattr(row, name) for name in names}) for row in db.exec(wanted))


def has_acted(db: Session, *, tag: Tag, subject: UUID, actor_id: UUID) -> bool:
    """Say whether somebody ever did something to a subject."""
    wanted = select(AuditEvent.id).where(
        AuditEvent.tag == tag, AuditEvent.subject_id == subject, AuditEvent.actor_id == actor_id
    )
    return db.exec(wanted.limit(1)).first() is not None


def last_actor(db: Session, *, tag: Tag, subject: UUID) -> UUID | None:
    """Return who did something to a subject last; None where nobody did, or the service itself."""
    return db.exec(
        select(AuditEvent.actor_id)
        .where(AuditEvent.tag == tag, AuditEvent.subject_id == subject)
        .order_by(col(AuditEvent.at).desc(), col(AuditEvent.id).desc())
        .limit(1)
    ).one_or_none()


def has_happened(db: Session, *, tag: Tag, subject: UUID, by: UUID, since: datetime) -> bool:
    """Say whether somebody has done something to a subject since a moment."""
    wanted = select(AuditEvent.id).where(
        AuditEvent.subject_id == subject,
        AuditEvent.tag == tag,
        AuditEvent.actor_id == by,
        col(AuditEvent.at) >= since,
    )
    return db.exec(wanted.limit(1)).first() is not None


def actors_of(db: Session, *, tag: Tag, subjects: Collection[UUID]) -> tuple[tuple[UUID, str | None, datetime], ...]:
    """Return who did something to any of some subjects, as (actor, role, when), newest first.

    The service itself is left out.
    """
    wanted = (
        select(AuditEvent.actor_id, AuditEvent.actor_role, AuditEvent.at)
        .where(col(AuditEvent.subject_id).in_(subjects), AuditEvent.tag == tag)
        .order_by(col(AuditEvent.at).desc(), col(AuditEvent.id).desc())
    )
    return tuple((actor_id, role, at) for actor_id, role, at in db.exec(wanted) if actor_id is not None)
