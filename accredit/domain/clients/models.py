"""Rows of keys, and of what was done with them lately."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field, SQLModel

from accredit.storage import UtcDateTime, belongs_to, new_id, own_key


class AccessKey(SQLModel, table=True):
    """A key of an organisation's own program. The key itself is not kept; the row stays, for the record names it."""

    __tablename__ = "access_key"
    __table_args__ = (own_key(), belongs_to("staff", "made_by"))

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    label: str
    key_hash: bytes = Field(unique=True)
    scopes: list[str] = Field(sa_type=JSON)
    made_by: UUID
    """For whom it acts."""
    role_id: UUID
    """The period of the co-ordinator's role (`people.models.StaffRole`) under which it was made; it ends with that.

    That row may go, and the key has then ended; so nothing holds it here."""
    made_at: datetime = Field(sa_type=UtcDateTime)
    last_day: date
    last_used_on: date | None = None
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_by: UUID | None = None


class AnsweredRequest(SQLModel, table=True):
    """A request that a program sent under a name of its own, with its answer: sent again, it is answered, not done.

    Kept for a day. An answer holds ids, numbers and words of fixed lists, never a name.
    """

    __tablename__ = "answered_request"
    __table_args__ = (belongs_to("access_key", "access_key_id"), UniqueConstraint("access_key_id", "name"))

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    access_key_id: UUID
    name: str = Field(max_length=200)
    """What the program calls it (``Idempotency-Key``)."""
    asked_hash: bytes
    """Of method, address and body."""
    answer: str
    made_at: datetime = Field(sa_type=UtcDateTime)
