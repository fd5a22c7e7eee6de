"""Rows of verification: the editions of the register of issuers elsewhere that were accepted, kept for ever."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, LargeBinary
from sqlmodel import Field, SQLModel

from accredit.storage import UtcDateTime, append_only, new_id


class RegisterEdition(SQLModel, table=True):
    """One accepted edition. The latest is the one that counts, and none before it ever counts again."""

    __tablename__ = "register_edition"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    name: str
    version: int = Field(unique=True)
    note: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """The signed note as it came."""
    digest: str
    """SHA-256 of the note in hexadecimal."""
    accepted_at: datetime = Field(sa_type=UtcDateTime)


append_only(RegisterEdition)
