"""A request that a credential be revoked, while nobody has answered it, and the answer.

Who may ask, confirm or decline is decided where they do it: `revoking`, and `challenging` where the young person was
right.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import Actor, Tag
from accredit.domain.credentials.models import RevocationRequest
from accredit.domain.credentials.rules import RevocationAnswer
from accredit.storage import Session


def unanswered(criterion: sa.ColumnElement[bool]) -> sa.Select[RevocationRequest]:
    """Return the question for open requests, oldest first."""
    return (
        sa.select(RevocationRequest)
        .where(criterion, col(RevocationRequest.answered_at).is_(None))
        .order_by(col(RevocationRequest.asked_at), col(RevocationRequest.id))
    )


def open_about(db: Session, issuance_id: UUID) -> RevocationRequest | None:
    """Return the open request about an issuance, locked until this transaction ends; None where there is none."""
    row: RevocationRequest | None = db.execute(
        unanswered(col(RevocationRequest.issuance_id) == issuance_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    return row


def answer(request: RevocationRequest, answer: RevocationAnswer, *, actor: Actor, now: datetime) -> None:
    """Write an answer down; what follows from it is the caller's."""
    request.answer, request.answered_by, request.answered_at = answer, actor.id, now


def decline(db: Session, request: RevocationRequest, *, actor: Actor, now: datetime) -> None:
    """Answer a request with no: the credential stays as it is."""
    answer(request, RevocationAnswer.DECLINED, actor=actor, now=now)
    audit.record(
        db,
        tag=Tag.REVOCATION_DECLINED,
        actor=actor,
        now=now,
        subject=request.issuance_id,
        organisation_id=request.organisation_id,
    )
    db.flush()
