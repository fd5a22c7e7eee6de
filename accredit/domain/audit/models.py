"""The audit event."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from accredit.domain.audit.rules import ActorKind, Tag
from accredit.storage import UtcDateTime, Word, append_only, new_id, one_of


class AuditEvent(SQLModel, table=True):
    """One thing that happened. ``details`` holds ids, counts and words of fixed lists, never anything personal."""

    __tablename__ = "audit_event"
    __table_args__ = (one_of("actor_kind", ActorKind),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID | None = Field(default=None, foreign_key="organisation.id", index=True)
    tag: Tag = Field(sa_type=Word(Tag))
    subject_id: UUID | None = Field(default=None, index=True)
    actor_kind: ActorKind = Field(sa_type=Word(ActorKind))
    actor_id: UUID | None = None
    actor_role: str | None = None
    at: datetime = Field(sa_type=UtcDateTime)
    details: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


append_only(AuditEvent)
