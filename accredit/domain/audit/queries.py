"""Read the audit trail of one organisation, newest first."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, func, select

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


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which events are looked for; each may be left out. ``since`` is included, ``before`` is not.

    ``by`` are actors and ``about`` is a statement of subjects' ids: an event fits that is by one or about one.
    """

    tags: Collection[Tag] | None = None
    by: Collection[UUID] | None = None
    about: sa.CompoundSelect[UUID] | None = None
    since: datetime | None = None
    before: datetime | None = None

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """Return what the rows have to fulfil."""
        found: list[sa.ColumnElement[bool]] = []
        if self.tags is not None:
            found.append(col(AuditEvent.tag).in_(list(self.tags)))
        if self.by is not None or self.about is not None:
            by = col(AuditEvent.actor_id).in_(list(self.by or ()))
            found.append(by if self.about is None else sa.or_(by, col(AuditEvent.subject_id).in_(self.about)))
        if self.since is not None:
            found.append(col(AuditEvent.at) >= self.since)
        if self.before is not None:
            found.append(col(AuditEvent.at) < self.before)
        return found


ALL = Wanted()


def events(
    db: Session, *, organisation_id: UUID, wanted: Wanted = ALL, limit: int = 50, offset: int = 0
) -> tuple[EventFacts, ...]:
    """Return a page of events, newest first."""
    rows = db.exec(
        select(AuditEvent)
        .where(AuditEvent.organisation_id == organisation_id, *wanted.conditions())
        .order_by(col(AuditEvent.at).desc(), col(AuditEvent.id).desc())
        .limit(limit)
        .offset(offset)
    )
    return tuple(EventFacts(**{name: getattr(row, name) for name in EventFacts.__dataclass_fields__}) for row in rows)


def count(db: Session, *, organisation_id: UUID, wanted: Wanted = ALL) -> int:
    """Count an organisation's events."""
    own = col(AuditEvent.organisation_id) == organisation_id
    return db.exec(select(func.count()).where(own, *wanted.conditions())).one()


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


def last_actor(db: Session, *, tag: Tag, subject: UUID) -> UUID | None:
    """Return who did something to a subject last; None where nobody did, or the service itself."""
    return db.exec(
        select(AuditEvent.actor_id)
        .where(AuditEvent.tag == tag, AuditEvent.subject_id == subject)
        .order_by(col(AuditEvent.at).desc(), col(AuditEvent.id).desc())
        .limit(1)
    ).one_or_none()
