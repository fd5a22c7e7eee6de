"""Writes of enrolments and breaks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlmodel import col, select

from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import Actor, Tag
from accredit.domain.enrolments import queries, rules
from accredit.domain.enrolments.models import Break, Enrolment
from accredit.domain.enrolments.rules import Pause
from accredit.domain.people.queries import young_people_by_id
from accredit.domain.programmes.models import Programme
from accredit.errors import NotFound, RuleBroken
from accredit.storage import Session


def enrol(
    db: Session, *, young_person_id: UUID, programme_id: UUID, started_on: date, actor: Actor, now: datetime
) -> UUID:
    """Take a young person into a programme; return the enrolment's id. Raises `RuleBroken` ``already-enrolled``."""
    same = select(Enrolment.id).where(
        Enrolment.young_person_id == young_person_id, Enrolment.programme_id == programme_id
    )
    if db.exec(same).first():
        raise RuleBroken("already-enrolled")
    return enrol_many(
        db, young_person_ids=[young_person_id], programme_id=programme_id, started_on=started_on, actor=actor, now=now
    )[young_person_id]


def enrol_many(
    db: Session, *, young_person_ids: Sequence[UUID], programme_id: UUID, started_on: date, actor: Actor, now: datetime
) -> dict[UUID, UUID]:
    """Take a cohort into a programme; return enrolment ids by young person. Those already in it are left as they are.

    Raises `NotFound` when the programme or anyone is unknown, or belongs to another organisation.
    """
    # Locked, so that a form sent twice at once enrols everybody once.
    programme = db.exec(select(Programme).where(Programme.id == programme_id).with_for_update()).first()
    people = young_people_by_id(db, young_person_ids)
    if programme is None:
        raise NotFound("programme")
    if any(i not in people or people[i].organisation_id != programme.organisation_id for i in young_person_ids):
        raise NotFound("young-person")
    rows = db.exec(
        select(Enrolment).where(
            Enrolment.programme_id == programme_id, col(Enrolment.young_person_id).in_(list(young_person_ids))
        )
    ).all()
    found = {row.young_person_id: row.id for row in rows}
    for young_person_id in dict.fromkeys(young_person_ids):
        if young_person_id not in found:
            row = Enrolment(
                organisation_id=programme.organisation_id,
                young_person_id=young_person_id,
                programme_id=programme_id,
                started_on=started_on,
                created_at=now,
            )
            db.add(row)
            found[young_person_id] = row.id
            _tell(db, Tag.ENROLLED, row.id, row.organisation_id, actor, now)
    db.flush()
    return found


def end_enrolment(db: Session, *, enrolment_id: UUID, ended_on: date, actor: Actor, now: datetime) -> None:
    """End an enrolment; everything earned stays. Raises `RuleBroken`: ``enrolment-ended``, ``enrolment-dates``."""
    row = _enrolment_for_update(db, enrolment_id)
    rules.check_end(started_on=row.started_on, ended_on=row.ended_on, new_end=ended_on)
    row.ended_on = ended_on
    _tell(db, Tag.ENROLMENT_ENDED, row.id, row.organisation_id, actor, now)


def start_break(
    db: Session, *, enrolment_id: UUID, starts_on: date, ends_on: date | None = None, actor: Actor, now: datetime
) -> UUID:
    """Record a break, past, present or to come; return its id. There is nowhere to give a reason.

    Raises `RuleBroken`: ``break-dates``, ``break-overlaps``.
    """
    row = _enrolment_for_update(db, enrolment_id)
    others = queries.enrolment(db, enrolment_id).breaks
    pause = Pause(starts_on=starts_on, ends_on=ends_on)
    rules.check_break(started_on=row.started_on, ended_on=row.ended_on, pause=pause, others=others)
    added = Break(
        organisation_id=row.organisation_id,
        enrolment_id=enrolment_id,
        starts_on=starts_on,
        ends_on=ends_on,
        created_at=now,
    )
    db.add(added)
    db.flush()
    _tell(db, Tag.BREAK_STARTED, enrolment_id, row.organisation_id, actor, now)
    return added.id


def end_break(db: Session, *, break_id: UUID, ends_on: date, actor: Actor, now: datetime) -> None:
    """Say which day was the last of an open break. Raises `RuleBroken`: ``break-ended`` and those of a break."""
    found = db.get(Break, break_id)
    if found is None:
        raise NotFound("break")
    row = _enrolment_for_update(db, found.enrolment_id)
    db.refresh(found)
    if found.ends_on is not None:
        raise RuleBroken("break-ended", ends_on=found.ends_on)
    others = [pause for pause in queries.enrolment(db, row.id).breaks if pause.id != break_id]
    pause = Pause(starts_on=found.starts_on, ends_on=ends_on)
    rules.check_break(started_on=row.started_on, ended_on=row.ended_on, pause=pause, others=others)
    found.ends_on = ends_on
    _tell(db, Tag.BREAK_ENDED, row.id, row.organisation_id, actor, now)


def _enrolment_for_update(db: Session, enrolment_id: UUID) -> Enrolment:
    # Locked, so that two breaks entered at once cannot overlap.
    row = db.exec(select(Enrolment).where(Enrolment.id == enrolment_id).with_for_update()).first()
    if row is None:
        raise NotFound("enrolment")
    return row


def _tell(db: Session, tag: Tag, subject: UUID, organisation_id: UUID, actor: Actor, now: datetime) -> None:
    audit.record(db, tag=tag, actor=actor, now=now, subject=subject, organisation_id=organisation_id)
