"""Rows of erasures and legal holds. None of them names anybody."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from accredit.domain.retention.rules import ErasureReason, HoldReason
from accredit.storage import UtcDateTime, Word, append_only, belongs_to, new_id, one_of


class Erasure(SQLModel, table=True):
    """That one person's record was erased. ``person_id`` points at nothing any more."""

    __tablename__ = "erasure"
    __table_args__ = (one_of("reason", ErasureReason),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    person_id: UUID = Field(index=True)
    reason: ErasureReason = Field(sa_type=Word(ErasureReason))
    at: datetime = Field(sa_type=UtcDateTime)
    row_count: int
    leaf_count: int


class LegalHold(SQLModel, table=True):
    """That a person's record must stay for now, and since when not any more."""

    __tablename__ = "legal_hold"
    __table_args__ = (one_of("reason", HoldReason), belongs_to("young_person", "young_person_id"))

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    young_person_id: UUID = Field(index=True)
    reason: HoldReason = Field(sa_type=Word(HoldReason))
    set_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


append_only(Erasure)
