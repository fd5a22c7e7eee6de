"""Rows of awards."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from accredit.domain.awarding.rules import SetAsideReason
from accredit.storage import UtcDateTime, Word, append_only, belongs_to, new_id, one_of, own_key


class Award(SQLModel, table=True):
    """A decision that a young person has reached a level, with the assessment as it stood."""

    __tablename__ = "award"
    __table_args__ = (
        own_key(),
        UniqueConstraint("enrolment_id", "level_code", "round"),
        belongs_to("enrolment", "enrolment_id"),
        belongs_to("programme_version", "programme_version_id"),
        belongs_to("staff", "awarded_by"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    enrolment_id: UUID = Field(index=True)
    programme_version_id: UUID
    level_code: str
    round: int = 0
    awarded_on: date
    awarded_by: UUID
    decided_at: datetime = Field(sa_type=UtcDateTime)
    assessment: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    portfolio: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    """The totals to the date of the award that the credential states."""
    issue_from: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Until then it can be undone, and nothing is prepared for it."""


class AwardSetAside(SQLModel, table=True):
    """That an award counts no more, so that the level can be awarded anew; it stays as it was decided."""

    __tablename__ = "award_set_aside"
    __table_args__ = (
        one_of("reason", SetAsideReason),
        belongs_to("award", "award_id"),
        belongs_to("enrolment", "enrolment_id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    award_id: UUID = Field(unique=True)
    enrolment_id: UUID = Field(index=True)
    reason: SetAsideReason = Field(sa_type=Word(SetAsideReason))
    set_aside_by: UUID | None = None
    at: datetime = Field(sa_type=UtcDateTime)


append_only(Award, removable=True, movable=("enrolment_id", "round"))
append_only(AwardSetAside, removable=True, movable=("enrolment_id",))
