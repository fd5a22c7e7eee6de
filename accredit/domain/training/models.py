"""Rows of training."""

from __future__ import annotations

from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import JSON, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from accredit.storage import UtcDateTime, append_only, belongs_to, new_id, own_key


class TrainingSession(SQLModel, table=True):
    """A meeting at which modules of one programme are taught."""

    __tablename__ = "training_session"
    __table_args__ = (own_key(), belongs_to("programme", "programme_id"), belongs_to("staff", "led_by"))

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    programme_id: UUID = Field(index=True)
    title: str
    held_on: date
    starts_at: time | None = None
    place: str | None = None
    module_codes: list[str] = Field(sa_column=Column(JSON, nullable=False))
    led_by: UUID
    created_at: datetime = Field(sa_type=UtcDateTime)
    called_off_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When it was said that it will not be held; nobody was marked in its register."""


class Attendance(SQLModel, table=True):
    """Who was there, for one module of one session. A correction is a new row that names the one it corrects."""

    __tablename__ = "attendance"
    __table_args__ = (
        own_key(),
        UniqueConstraint("corrects_id"),
        Index(
            "ix_attendance_first",
            "training_session_id",
            "enrolment_id",
            "module_code",
            unique=True,
            sqlite_where=Column("corrects_id").is_(None),
            postgresql_where=Column("corrects_id").is_(None),
        ),
        belongs_to("training_session", "training_session_id"),
        belongs_to("enrolment", "enrolment_id"),
        belongs_to("attendance", "corrects_id"),
        belongs_to("staff", "recorded_by"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    training_session_id: UUID = Field(index=True)
    enrolment_id: UUID = Field(index=True)
    module_code: str
    present: bool
    corrects_id: UUID | None = None
    recorded_by: UUID
    recorded_at: datetime = Field(sa_type=UtcDateTime)


append_only(Attendance, removable=True, movable=("enrolment_id",))
