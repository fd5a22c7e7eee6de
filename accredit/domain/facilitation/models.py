"""Rows of facilitators' training."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from accredit.storage import UtcDateTime, append_only, belongs_to, new_id, own_key


class FacilitatorSession(SQLModel, table=True):
    """A meeting at which adults were trained for one programme; written down once it was held."""

    __tablename__ = "facilitator_session"
    __table_args__ = (own_key(), belongs_to("programme", "programme_id"), belongs_to("staff", "recorded_by"))

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    programme_id: UUID = Field(index=True)
    held_on: date
    part_codes: list[str] = Field(sa_column=Column(JSON, nullable=False))
    delivered_by: str
    """Who delivered it, in the school's own words: often somebody from outside."""
    recorded_by: UUID
    recorded_at: datetime = Field(sa_type=UtcDateTime)


class FacilitatorAttendance(SQLModel, table=True):
    """That an adult was at a session, or was not after all: a correction is a new row that names the former one."""

    __tablename__ = "facilitator_attendance"
    __table_args__ = (
        own_key(),
        UniqueConstraint("corrects_id"),
        Index(
            "ix_facilitator_attendance_first",
            "facilitator_session_id",
            "staff_id",
            unique=True,
            sqlite_where=Column("corrects_id").is_(None),
            postgresql_where=Column("corrects_id").is_(None),
        ),
        belongs_to("facilitator_session", "facilitator_session_id"),
        belongs_to("staff", "staff_id"),
        belongs_to("staff", "recorded_by"),
        belongs_to("facilitator_attendance", "corrects_id"),
        CheckConstraint("staff_id <> recorded_by", name="not_ones_own"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    facilitator_session_id: UUID = Field(index=True)
    staff_id: UUID = Field(index=True)
    present: bool
    corrects_id: UUID | None = None
    recorded_by: UUID
    recorded_at: datetime = Field(sa_type=UtcDateTime)


class FacilitatorRecord(SQLModel, table=True):
    """A record of attendance that an adult asked for under the name they wrote; signed once somebody else gives it."""

    __tablename__ = "facilitator_record"
    __table_args__ = (
        own_key(),
        belongs_to("staff", "staff_id"),
        belongs_to("programme_version", "programme_version_id"),
        belongs_to("staff", "given_by"),
        belongs_to("staff", "ending_asked_by"),
        CheckConstraint("given_by IS NULL OR given_by <> staff_id", name="not_ones_own"),
        CheckConstraint("(given_by IS NULL) = (given_at IS NULL)", name="given"),
        CheckConstraint("given_at IS NULL OR parts IS NOT NULL", name="frozen"),
        CheckConstraint("(ending_asked_by IS NULL) = (ending_asked_at IS NULL)", name="ending"),
        CheckConstraint("(ending_asked_by IS NULL) = (ending_reason IS NULL)", name="ending_reason"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    staff_id: UUID = Field(index=True)
    programme_version_id: UUID
    code: str = Field(unique=True)
    """14 symbols without hyphens: of the record, whichever issuance of it holds."""
    printed_name: str
    asked_at: datetime = Field(sa_type=UtcDateTime)
    given_by: UUID | None = None
    given_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    parts: list[dict[str, Any]] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    """What was attended when it was given (`rules.Attended.as_json`); it changes no more."""
    given_up_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When it was declined, or taken back before it was signed, or its rows were corrected before that."""
    ending_asked_by: UUID | None = None
    """Who asked for it to end, once it was signed; a second person answers, and then all three are empty again."""
    ending_asked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ending_reason: str | None = None
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When it was ended after it was signed; the issuance says by whom and why."""


append_only(FacilitatorSession)
append_only(FacilitatorAttendance)
append_only(
    FacilitatorRecord,
    mutable=(
        *("given_by", "given_at", "parts", "given_up_at"),
        *("ending_asked_by", "ending_asked_at", "ending_reason", "ended_at"),
    ),
)
