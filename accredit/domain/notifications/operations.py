"""Queue a message with the promise to send it; empty it once it was sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.notifications.models import OutgoingMail
from accredit.storage import Session
from accredit.storage.promises import Promise, promise


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message to be sent; ``id`` becomes its Message-ID, so that a repetition can be recognised."""

    id: UUID
    to_address: str
    subject: str
    text: str


def queue_mail(db: Session, *, to_address: str, subject: str, text: str, now: datetime) -> UUID:
    """Queue one message; it is sent after the caller's transaction commits, or never."""
    row = OutgoingMail(to_address=to_address, subject=subject, text=text, created_at=now)
    db.add(row)
    db.flush()
    promise(db, Promise.SEND_MAIL, row.id)
    return row.id


def unsent(db: Session, mail_id: UUID) -> Message | None:
    """Return a message that still has to be sent, or None."""
    row = db.execute(
        sa.select(OutgoingMail).where(col(OutgoingMail.id) == mail_id, col(OutgoingMail.sent_at).is_(None))
    ).scalar_one_or_none()
    if row is None or row.to_address is None or row.subject is None or row.text is None:
        return None
    return Message(id=row.id, to_address=row.to_address, subject=row.subject, text=row.text)


def waiting_since(db: Session, *, before: datetime, limit: int = 100) -> tuple[UUID, ...]:
    """Return messages that were queued before a moment and are still not sent, oldest first."""
    rows = db.execute(
        sa.select(col(OutgoingMail.id))
        .where(
            col(OutgoingMail.sent_at).is_(None),
            col(OutgoingMail.to_address).is_not(None),
            col(OutgoingMail.created_at) < before,
        )
        .order_by(col(OutgoingMail.created_at))
        .limit(limit)
    )
    return tuple(rows.scalars())


def mark_sent(db: Session, *, mail_id: UUID, now: datetime) -> None:
    """Note that a message was sent, and empty it: who wrote what to whom is not kept."""
    db.execute(
        sa.update(OutgoingMail)
        .where(col(OutgoingMail.id) == mail_id, col(OutgoingMail.sent_at).is_(None))
        .values(sent_at=now, to_address=None, subject=None, text=None)
    )


def give_up(db: Session, *, queued_before: datetime) -> None:
    """Empty messages that could not be sent for so long that they would only confuse; they count as not sent."""
    db.execute(
        sa.update(OutgoingMail)
        .where(col(OutgoingMail.sent_at).is_(None), col(OutgoingMail.created_at) < queued_before)
        .values(to_address=None, subject=None, text=None)
    )
