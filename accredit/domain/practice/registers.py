"""Take the register of a drop-in or the like: the supervising adult ticks who was there.

That one act records the hours and approves them. The same form sent twice changes nothing, because a practice session
is known by its programme, activity, day, start, length and adult, and holds one entry for each enrolment. Somebody
ticked later is added to it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import Actor, Tag
from accredit.domain.practice.casebook import Casebook, open_casebook
from accredit.domain.practice.deciding import decide, leaf_of, required_staff_id
from accredit.domain.practice.models import HoursEntry, PracticeSession
from accredit.domain.practice.rules import Source
from accredit.domain.programmes.models import Programme
from accredit.domain.transparency import operations as transparency
from accredit.errors import NotFound, RuleBroken
from accredit.storage import Session


@dataclass(frozen=True, kw_only=True)
class RegisterTaken:
    """What a register did: entries approved, people already in it, and why each other one was not recorded."""

    session_id: UUID | None
    """None when nobody could be recorded, so nothing was written."""
    approved: tuple[UUID, ...]
    unchanged: int
    refused: dict[UUID, RuleBroken]


def record_practice_session(
    db: Session,
    *,
    programme_id: UUID,
    activity_type: str,
    held_on: date,
    starts_at: time,
    minutes: int,
    present: Collection[UUID],
    actor: Actor,
    now: datetime,
    confirm_over_day_limit: bool = False,
) -> RegisterTaken:
    """Record and approve the hours of everybody in ``present`` (enrolment ids); the actor is the supervising adult.

    Somebody whom a rule refuses does not stop the others. Raises `NotFound`, `Forbidden` (not staff) and `RuleBroken`
    (``nobody-ticked``, ``session-length``).
    """
    supervised_by = required_staff_id(actor)
    if not present:
        raise RuleBroken("nobody-ticked")
    if not 5 <= minutes <= 480:
        raise RuleBroken("session-length", minutes=minutes)
    programme = db.get(Programme, programme_id)
    if programme is None:
        raise NotFound("programme")
    casebook = open_casebook(db, set(present), lock=True)
    _check_cohort(casebook, programme_id, present)
    session = PracticeSession(
        organisation_id=programme.organisation_id,
        programme_id=programme_id,
        activity_type=activity_type,
        held_on=held_on,
        starts_at=starts_at,
        minutes=minutes,
        supervised_by=supervised_by,
        created_at=now,
    )
    known = _same_session(db, session)
    session = known or session
    before = _already_in(db, session.id) if known else set()
    approved: list[HoursEntry] = []
    refused: dict[UUID, RuleBroken] = {}
    for enrolment_id in sorted(set(present) - before):
        row = _row(session, enrolment_id, now=now)
        try:
            decide(casebook, row, approver=actor, now=now, confirmed=confirm_over_day_limit)
        except RuleBroken as broken:
            refused[enrolment_id] = broken
        else:
            approved.append(row)
    if approved:
        _write(db, session, approved, actor=actor, now=now)
    return RegisterTaken(
        session_id=session.id if approved or known else None,
        approved=tuple(row.id for row in approved),
        unchanged=len(before & set(present)),
        refused=refused,
    )


def _check_cohort(casebook: Casebook, programme_id: UUID, present: Collection[UUID]) -> None:
    for enrolment_id in present:
        if casebook.enrolment(enrolment_id).programme_id != programme_id:
            raise NotFound("enrolment")


def _same_session(db: Session, session: PracticeSession) -> PracticeSession | None:
    return db.exec(
        select(PracticeSession).filter_by(
            programme_id=session.programme_id,
            activity_type=session.activity_type,
            held_on=session.held_on,
            starts_at=session.starts_at,
            minutes=session.minutes,
            supervised_by=session.supervised_by,
        )
    ).first()


def _already_in(db: Session, session_id: UUID) -> set[UUID]:
    statement = sa.select(col(HoursEntry.enrolment_id)).where(col(HoursEntry.practice_session_id) == session_id)
    return set(db.execute(statement).scalars())


def _row(session: PracticeSession, enrolment_id: UUID, *, now: datetime) -> HoursEntry:
    return HoursEntry(
        organisation_id=session.organisation_id,
        enrolment_id=enrolment_id,
        activity_type=session.activity_type,
        held_on=session.held_on,
        starts_at=session.starts_at,
        minutes=session.minutes,
        supervised_by=session.supervised_by,
        practice_session_id=session.id,
        source=Source.REGISTER,
        submitted_at=now,
    )


def _write(
    db: Session, session: PracticeSession, approved: Collection[HoursEntry], *, actor: Actor, now: datetime
) -> None:
    db.add(session)
    # Entries point at the session through a plain key, so the session must stand first.
    db.flush()
    db.add_all(approved)
    audit.record(
        db,
        tag=Tag.PRACTICE_RECORDED,
        actor=actor,
        now=now,
        subject=session.id,
        organisation_id=session.organisation_id,
        people=len(approved),
        minutes=session.minutes,
    )
    transparency.append_many(db, entries=[leaf_of(row, role=actor.role) for row in approved], now=now)
