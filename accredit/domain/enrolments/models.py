"""Rows of enrolments."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from accredit.storage import UtcDateTime, append_only, belongs_to, new_id, own_key


class Enrolment(SQLModel, table=True):
    """One young person in one programme."""

    __tablename__ = "enrolment"
    __table_args__ = (
        own_key(),
        UniqueConstraint("young_person_id", "programme_id"),
        belongs_to("young_person", "young_person_id"),
        belongs_to("programme", "programme_id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    young_person_id: UUID = Field(index=True)
    programme_id: UUID = Field(index=True)
    started_on: date
    ended_on: date | None = None
    created_at: datetime = Field(sa_type=UtcDateTime)


class Break(SQLModel, table=True):
    """A pause, from a day to a day (both included), or still open. There is no column for a reason, on purpose."""

    __tablename__ = "enrolment_break"
    __table_args__ = (
        belongs_to("enrolment", "enrolment_id"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="ends_after_start"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    enrolment_id: UUID = Field(index=True)
    starts_on: date
    ends_on: date | None = None
    created_at: datetime = Field(sa_type=UtcDateTime)


class EnrolmentMove(SQLModel, table=True):
    """That a place is measured by another version of its programme than that of its first day; the latest row holds."""

    __tablename__ = "enrolment_move"
    __table_args__ = (
        belongs_to("enrolment", "enrolment_id"),
        belongs_to("programme_version", "programme_version_id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    enrolment_id: UUID = Field(index=True)
    programme_version_id: UUID
    moved_by: UUID | None = None
    moved_at: datetime = Field(sa_type=UtcDateTime)


append_only(EnrolmentMove, removable=True)
