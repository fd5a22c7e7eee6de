"""Submit, approve, return, correct and take back supervised hours; observe skills; record milestones.

Load, decide, write, audit. Approving commits to the log: one leaf for each entry. Facts of an entry never change; a
correction is a new entry that names the old one. Drop-ins with a register (`registers`), the import of a school's
own log (`hours_import`) and taking back (`taking_back`) have modules of their own, and are called from here.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from accredit.clock import local_date
from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import Actor, ActorKind, Tag
from accredit.domain.organisations.closing import check_open
from accredit.domain.practice import rules
from accredit.domain.practice.casebook import Casebook, as_entry, open_casebook
from accredit.domain.practice.deciding import decide, leaf_of, required_staff_id, staff_id_of
from accredit.domain.practice.hours_import import Imported, import_hours_log
from accredit.domain.practice.models import HoursEntry, MilestoneReached, SkillObservation
from accredit.domain.practice.registers import RegisterTaken, record_practice_session
from accredit.domain.practice.rules import HoursStatus, Milestone, ReturnReason, Source
from accredit.domain.practice.taking_back import may_take_back, take_back_hours
from accredit.domain.transparency import operations as transparency
from accredit.domain.transparency.rules import Act
from accredit.errors import NotFound, RuleBroken
from accredit.storage import Session

__all__ = [
    "BulkResult",
    "Imported",
    "RegisterTaken",
    "approve_hours",
    "approve_many",
    "correct_hours",
    "import_hours_log",
    "may_take_back",
    "observe_skill",
    "record_milestone",
    "record_practice_session",
    "return_hours",
    "submit_hours",
    "take_back_hours",
]


@dataclass(frozen=True, kw_only=True)
class BulkResult:
    """What a bulk approval did: the entries approved, and why each other one was not."""

    approved: tuple[UUID, ...]
    refused: dict[UUID, RuleBroken]


def submit_hours(
    db: Session,
    *,
    enrolment_id: UUID,
    activity_type: str,
    held_on: date,
    starts_at: time,
    minutes: int,
    supervised_by: UUID,
    actor: Actor,
    now: datetime,
) -> UUID:
    """Submit one entry for approval and return its id; the actor is the young person, or staff on their behalf.

    Raises `NotFound` (another's enrolment), and `RuleBroken` ``organisation-closed`` or as `rules.check_submission`
    does.
    """
    casebook = open_casebook(db, [enrolment_id], lock=True)
    enrolled = casebook.enrolment(enrolment_id)
    if staff_id_of(actor) is None and actor.id != enrolled.young_person_id:
        raise NotFound("enrolment")
    check_open(db, enrolled.organisation_id)
    row = HoursEntry(
        organisation_id=enrolled.organisation_id,
        enrolment_id=enrolment_id,
        activity_type=activity_type,
        held_on=held_on,
        starts_at=starts_at,
        minutes=minutes,
        supervised_by=supervised_by,
        source=Source.YOUNG_PERSON,
        submitted_at=now,
    )
    _check_submission(casebook, row, now=now)
    db.add(row)
    _audit(db, Tag.HOURS_SUBMITTED, row, actor=actor, now=now, minutes=minutes)
    return row.id


def approve_hours(
    db: Session, *, entry_id: UUID, actor: Actor, now: datetime, confirm_over_day_limit: bool = False
) -> None:
    """Approve one entry of supervised hours and commit it to the log.

    Raises `NotFound`, and `RuleBroken` as `rules.check_approval` does.
    """
    confirmed = [entry_id] if confirm_over_day_limit else []
    result = approve_many(db, entry_ids=[entry_id], actor=actor, now=now, confirm_over_day_limit=confirmed)
    for broken in result.refused.values():
        raise broken


def approve_many(
    db: Session,
    *,
    entry_ids: Sequence[UUID],
    actor: Actor,
    now: datetime,
    confirm_over_day_limit: Collection[UUID] = (),
) -> BulkResult:
    """Approve many entries in a constant number of statements; one that breaks a rule does not stop the others.

    Entries are decided in the order of their dates. Raises `NotFound` when an id is unknown.
    """
    rows = _for_update(db, entry_ids)
    casebook = open_casebook(db, {row.enrolment_id for row in rows}, lock=True)
    approved: list[HoursEntry] = []
    refused: dict[UUID, RuleBroken] = {}
    for row in rows:
        try:
            decide(casebook, row, approver=actor, now=now, confirmed=row.id in confirm_over_day_limit)
        except RuleBroken as broken:
            refused[row.id] = broken
        else:
            approved.append(row)
    _commit_approvals(db, casebook, approved, actor=actor, now=now)
    return BulkResult(approved=tuple(row.id for row in approved), refused=refused)


def _commit_approvals(
    db: Session, casebook: Casebook, rows: Sequence[HoursEntry], *, actor: Actor, now: datetime
) -> None:
    """Write approved entries, one audit event each, one leaf each."""
    db.add_all(rows)
    late = {row.id: casebook.entry(row).late for row in rows}
    for row in rows:
        added = late[row.id]
        # Whoever is the only supervising adult approves what they added themselves; that is told here.
        more = {"is_late": True, "is_alone": added.added_by == actor.id} if added else {}
        _audit(db, Tag.HOURS_APPROVED, row, actor=actor, now=now, minutes=row.minutes, **more)
    entries = [leaf_of(row, role=actor.role, late=late[row.id]) for row in rows]
    transparency.append_many(db, entries=entries, now=now)


def return_hours(db: Session, *, entry_id: UUID, reason: ReturnReason, actor: Actor, now: datetime) -> None:
    """Return one entry with a reason of the fixed list.

    Raises `NotFound`, and `RuleBroken` as `rules.check_return` does.
    """
    (row,) = _for_update(db, [entry_id])
    staff_id = staff_id_of(actor)
    rules.check_return(status=row.status, returner=staff_id)
    row.status = HoursStatus.RETURNED
    row.return_reason = reason
    row.decided_by = staff_id
    row.decided_at = now
    _audit(db, Tag.HOURS_RETURNED, row, actor=actor, now=now, reason=reason.value)


def correct_hours(
    db: Session,
    *,
    entry_id: UUID,
    activity_type: str,
    held_on: date,
    starts_at: time,
    minutes: int,
    supervised_by: UUID,
    actor: Actor,
    now: datetime,
) -> UUID:
    """Submit a new entry in the place of an old one and return its id; the old one no longer counts, and stays.

    The day of logging is that of the old entry: correcting a mistake does not make hours late. A later date than that
    day is no mistake in what was logged then, so such an entry is logged now. Raises `NotFound`, and `RuleBroken`
    ``organisation-closed`` or as `rules.check_correction` and `rules.check_submission` do.
    """
    (old,) = _for_update(db, [entry_id])
    casebook = open_casebook(db, [old.enrolment_id], lock=True)
    is_own = actor.kind is ActorKind.YOUNG_PERSON and actor.id == casebook.enrolment(old.enrolment_id).young_person_id
    rules.check_correction(status=old.status, is_own=is_own, is_staff=staff_id_of(actor) is not None)
    check_open(db, old.organisation_id)
    new = HoursEntry(
        organisation_id=old.organisation_id,
        enrolment_id=old.enrolment_id,
        activity_type=activity_type,
        held_on=held_on,
        starts_at=starts_at,
        minutes=minutes,
        supervised_by=supervised_by,
        source=old.source,
        submitted_at=old.submitted_at if held_on <= local_date(old.submitted_at) else now,
        corrects_id=old.id,
    )
    casebook.note(as_entry(old), HoursStatus.CORRECTED)
    _check_submission(casebook, new, now=now)
    before = old.status
    old.status = HoursStatus.CORRECTED
    old.return_reason = None
    old.decided_at = old.decided_at or now
    # The old row must stand as corrected before the new one names it.
    db.flush()
    db.add(new)
    _audit(db, Tag.HOURS_CORRECTED, new, actor=actor, now=now, corrects=old.id, was=before.value)
    return new.id


def observe_skill(
    db: Session,
    *,
    enrolment_id: UUID,
    skill_code: str,
    activity_type: str,
    observed_on: date,
    actor: Actor,
    now: datetime,
) -> UUID:
    """Record that an adult saw a skill in use, and commit it to the log; the same again returns the same id.

    Raises `NotFound`, `Forbidden` (not staff), and `RuleBroken` as `rules.check_observation` does.
    """
    observer = required_staff_id(actor)
    casebook = open_casebook(db, [enrolment_id], lock=True)
    rules.check_observation(
        skill_code=skill_code,
        activity_type=activity_type,
        observed_on=observed_on,
        terms=casebook.terms(enrolment_id, observed_on),
        observer=observer,
        supervisors=casebook.supervisors,
        today=local_date(now),
    )
    organisation_id = casebook.enrolment(enrolment_id).organisation_id
    row = SkillObservation(
        organisation_id=organisation_id,
        enrolment_id=enrolment_id,
        skill_code=skill_code,
        activity_type=activity_type,
        observed_on=observed_on,
        observed_by=observer,
        recorded_at=now,
    )
    facts = ("enrolment_id", "skill_code", "activity_type", "observed_on", "observed_by")
    record = {name: getattr(row, name) for name in facts}
    known = db.exec(select(SkillObservation).filter_by(**record)).first()
    if known is not None:
        return known.id
    db.add(row)
    audit.record(
        db,
        tag=Tag.SKILL_OBSERVED,
        actor=actor,
        now=now,
        subject=row.id,
        organisation_id=organisation_id,
        skill=skill_code,
    )
    transparency.append(
        db,
        act=Act.SKILL_OBSERVED,
        subject_id=row.id,
        record={name: str(value) for name, value in record.items()} | {"role": actor.role},
        now=now,
        organisation_id=organisation_id,
    )
    return row.id


def record_milestone(
    db: Session, *, enrolment_id: UUID, milestone: Milestone, reached_on: date, actor: Actor, now: datetime
) -> UUID:
    """Record that a milestone was reached, never what was said or written; recorded again, the first one stands.

    Raises `NotFound`, `Forbidden` (not staff), and `RuleBroken` as `rules.check_milestone` does.
    """
    recorded_by = required_staff_id(actor)
    casebook = open_casebook(db, [enrolment_id], lock=True)
    enrolled = casebook.enrolment(enrolment_id)
    rules.check_milestone(reached_on=reached_on, enrolled=enrolled, today=local_date(now))
    known = db.exec(
        select(MilestoneReached).where(
            MilestoneReached.enrolment_id == enrolment_id, MilestoneReached.milestone == milestone
        )
    ).first()
    if known is not None:
        return known.id
    row = MilestoneReached(
        organisation_id=enrolled.organisation_id,
        enrolment_id=enrolment_id,
        milestone=milestone,
        reached_on=reached_on,
        recorded_by=recorded_by,
        recorded_at=now,
    )
    db.add(row)
    audit.record(
        db,
        tag=Tag.MILESTONE_RECORDED,
        actor=actor,
        now=now,
        subject=row.id,
        organisation_id=enrolled.organisation_id,
        milestone=milestone.value,
    )
    return row.id


def _check_submission(casebook: Casebook, row: HoursEntry, *, now: datetime) -> None:
    rules.check_submission(
        as_entry(row),
        terms=casebook.terms(row.enrolment_id, row.held_on),
        others=casebook.others(row.enrolment_id, only_approved=False),
        supervisors=casebook.supervisors,
        today=local_date(now),
    )


def _for_update(db: Session, entry_ids: Sequence[UUID]) -> list[HoursEntry]:
    wanted = set(entry_ids)
    statement = (
        sa.select(HoursEntry)
        .where(col(HoursEntry.id).in_(wanted))
        .order_by(col(HoursEntry.held_on), col(HoursEntry.starts_at), col(HoursEntry.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    rows = list(db.execute(statement).scalars())
    if len(rows) != len(wanted):
        raise NotFound("hours-entry")
    return rows


def _audit(db: Session, tag: Tag, row: HoursEntry, *, actor: Actor, now: datetime, **details: object) -> None:
    audit.record(db, tag=tag, actor=actor, now=now, subject=row.id, organisation_id=row.organisation_id, **details)
