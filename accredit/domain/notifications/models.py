"""Mail waiting to be sent."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from accredit.storage import UtcDateTime, new_id


class OutgoingMail(SQLModel, table=True):
    """One message. Address, subject and text are emptied once it is sent; ``id`` is its stable Message-ID."""

    __tablename__ = "outgoing_mail"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    to_address: str | None
    subject: str | None
    text: str | None
    created_at: datetime = Field(sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
