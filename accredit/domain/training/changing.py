"""What is planned and will be different: a session is called off, or another adult leads it.

- Only a session whose register nobody has taken is called off (``register-taken``); what was recorded stays.
- It is gone from every list at once; the audit trail keeps that it was planned, and called off.
- Whoever leaves hands their sessions from that day on to their successor.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from accredit.clock import local_date
from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import Actor, ActorKind, Tag
from accredit.domain.training.models import Attendance, TrainingSession
from accredit.errors import Forbidden, NotFound, RuleBroken
from accredit.storage import Session


def call_off(db: Session, *, session_id: UUID, actor: Actor, now: datetime) -> None:
    """Call a planned session off. Raises `NotFound`, also once it was; `RuleBroken` ``register-taken``, `Forbidden`."""
    if actor.kind is not ActorKind.STAFF:
        raise Forbidden("staff-only")
    # Locked like a register that is taken: of the two, one comes first.
    row = db.exec(select(TrainingSession).where(col(TrainingSession.id) == session_id).with_for_update()).one_or_none()
    if row is None or row.called_off_at is not None:
        raise NotFound("training-session")
    if db.exec(select(Attendance.id).where(col(Attendance.training_session_id) == session_id).limit(1)).first():
        raise RuleBroken("register-taken")
    row.called_off_at = now
    audit.record(
        db,
        tag=Tag.TRAINING_CALLED_OFF,
        actor=actor,
        now=now,
        subject=session_id,
        organisation_id=row.organisation_id,
        programme=row.programme_id,
    )


def planned_by(db: Session, staff_id: UUID, *, now: datetime) -> tuple[UUID, ...]:
    """Return the sessions from today on that somebody is to lead, and whose register nobody has taken."""
    return tuple(row.id for row in _planned(db, staff_id, now))


def pass_on(db: Session, *, staff_id: UUID, successor_id: UUID, now: datetime) -> int:
    """Let a successor lead what somebody was to lead; return how many sessions. The hand-over is what is audited."""
    rows = _planned(db, staff_id, now)
    for row in rows:
        row.led_by = successor_id
    db.flush()
    return len(rows)


def _planned(db: Session, staff_id: UUID, now: datetime) -> list[TrainingSession]:
    taken = sa.exists().where(col(Attendance.training_session_id) == col(TrainingSession.id))
    wanted = select(TrainingSession).where(
        col(TrainingSession.led_by) == staff_id,
        col(TrainingSession.held_on) >= local_date(now),
        col(TrainingSession.called_off_at).is_(None),
        ~taken,
    )
    return list(db.exec(wanted).all())
