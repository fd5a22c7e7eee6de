"""Rows of programmes. A version never changes: a new one is added, with the date from which it holds.

A draft is what the next version is to be; it changes freely, and nothing counts by it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from accredit.storage import UtcDateTime, append_only, belongs_to, new_id, own_key


class Programme(SQLModel, table=True):
    """One programme of an organisation."""

    __tablename__ = "programme"
    __table_args__ = (own_key(), UniqueConstraint("organisation_id", "code"))

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    code: str
    """Short and stable: ``WA``."""
    name: str
    created_at: datetime = Field(sa_type=UtcDateTime)


class ProgrammeVersion(SQLModel, table=True):
    """What the programme asks for and offers from ``effective_from``, as a `programmes.rules.Definition`."""

    __tablename__ = "programme_version"
    __table_args__ = (
        own_key(),
        UniqueConstraint("programme_id", "number"),
        belongs_to("programme", "programme_id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    programme_id: UUID = Field(index=True)
    number: int
    effective_from: date
    template_code: str | None = None
    definition: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    created_at: datetime = Field(sa_type=UtcDateTime)
    created_by: UUID | None = None


append_only(ProgrammeVersion)


class ProgrammeDraft(SQLModel, table=True):
    """What a programme is to become: changed as often as wanted, in force for nobody until it is published."""

    __tablename__ = "programme_draft"
    __table_args__ = (
        # One for each programme, so that two people who change it meet in the same draft.
        UniqueConstraint("programme_id"),
        belongs_to("programme", "programme_id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    programme_id: UUID | None = None
    """None for a programme that is not there yet."""
    definition: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    version: int = 1
    """Goes up with every change, so that nobody overwrites what they have not seen."""
    created_at: datetime = Field(sa_type=UtcDateTime)
    changed_at: datetime = Field(sa_type=UtcDateTime)
    changed_by: UUID | None = None
