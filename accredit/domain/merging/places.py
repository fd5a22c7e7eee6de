"""One place in a programme goes on in another of the same young person: row by row, nothing counted twice.

1. That it went on is written down; then its rows can move, and nothing else can.
2. What both places tell of the same thing stays once, as it was recorded first; the other row goes behind a tombstone:
   who was at a training session (somebody marked as away under one name was not there under it), a milestone.
3. The rest moves as it is. Awards of a level that both hold stay two, in an order of their own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from accredit.domain.awarding.models import Award, AwardSetAside
from accredit.domain.credentials.models import SupportRecord
from accredit.domain.enrolments.models import Break, Enrolment, EnrolmentMove
from accredit.domain.enrolments.rules import Pause, check_break
from accredit.domain.practice.models import (
    ApprovalLinkPerson,
    EarlierHoursRequest,
    HoursBroughtForward,
    HoursEntry,
    LateHours,
    MilestoneReached,
    SkillObservation,
)
from accredit.domain.training import queries as training
from accredit.domain.training.models import Attendance
from accredit.domain.transparency import operations as transparency
from accredit.errors import RuleBroken
from accredit.storage import Session, new_id
from accredit.storage.erasure import bury
from accredit.storage.merging import go_on_in

MOVED: tuple[Any, ...] = (
    Attendance,
    HoursEntry,
    LateHours,
    HoursBroughtForward,
    SkillObservation,
    MilestoneReached,
    AwardSetAside,
    EarlierHoursRequest,
    SupportRecord,
)


def go_on(db: Session, *, former: Enrolment, present: Enrolment, now: datetime) -> None:
    """Let everything of one place belong to another of the same programme; the first is no more."""
    go_on_in(db, former_id=former.id, present_id=present.id)
    for model, ids in (
        (Attendance, list(_attendance_told_twice(db, former.id, present.id))),
        (MilestoneReached, list(_milestones_told_twice(db, former.id, present.id))),
        (HoursBroughtForward, list(_totals_taken_back(db, former.id, present.id))),
        (EnrolmentMove, list(_ids(db, EnrolmentMove, former.id))),
    ):
        _take_out(db, model, ids)
    _move_awards(db, former.id, present.id)
    _leave_registers(db, former.id, present.id)
    for model in MOVED:
        db.execute(sa.update(model).where(model.enrolment_id == former.id).values(enrolment_id=present.id))
    _move_links(db, former.id, present.id)
    _move_breaks(db, former, present)
    _widen(db, former, present, now)
    db.flush()
    db.execute(sa.delete(Enrolment).where(col(Enrolment.id) == former.id))


def _take_out(db: Session, model: Any, ids: list[UUID]) -> None:
    if ids:
        bury(db, erasure_id=new_id(), row_ids=ids)
        transparency.forget(db, subject_ids=ids)
        db.execute(sa.delete(model).where(model.id.in_(ids)))


def _ids(db: Session, model: Any, enrolment_id: UUID) -> Iterator[UUID]:
    yield from db.execute(sa.select(model.id).where(model.enrolment_id == enrolment_id)).scalars()


def _attendance_told_twice(db: Session, *places: UUID) -> Iterator[UUID]:
    """Yield what goes where both places have a tick for one module of one session: a tick and its corrections."""
    told: dict[Any, dict[UUID, list[Attendance]]] = defaultdict(lambda: defaultdict(list))
    rows = db.exec(select(Attendance).where(col(Attendance.enrolment_id).in_(places)).order_by(col(Attendance.id)))
    for row in rows:
        told[row.training_session_id, row.module_code][row.enrolment_id].append(row)
    for chains in told.values():
        if len(chains) == len(places):
            kept = min(chains.values(), key=lambda chain: (not _last(chain).present, _last(chain).recorded_at))
            yield from (row.id for chain in chains.values() if chain is not kept for row in chain)


def _last(chain: list[Attendance]) -> Attendance:
    corrected = {row.corrects_id for row in chain}
    return next(row for row in chain if row.id not in corrected)


def _milestones_told_twice(db: Session, *places: UUID) -> Iterator[UUID]:
    told: dict[Any, list[MilestoneReached]] = defaultdict(list)
    wanted = select(MilestoneReached).where(col(MilestoneReached.enrolment_id).in_(places))
    for row in db.exec(wanted.order_by(col(MilestoneReached.recorded_at), col(MilestoneReached.id))):
        told[row.milestone].append(row)
    yield from (row.id for rows in told.values() for row in rows[1:])


def _totals_taken_back(db: Session, former_id: UUID, present_id: UUID) -> Iterator[UUID]:
    """Yield the totals of the place where none stands, if both have any; that none of two stand is checked before."""
    chains: dict[UUID, list[HoursBroughtForward]] = {former_id: [], present_id: []}
    wanted = select(HoursBroughtForward).where(col(HoursBroughtForward.enrolment_id).in_(chains))
    for row in db.exec(wanted):
        chains[row.enrolment_id].append(row)
    if all(chains.values()):
        replaced = {row.replaces_id for chain in chains.values() for row in chain}
        stands = {
            row.enrolment_id for chain in chains.values() for row in chain if row.id not in replaced and row.minutes
        }
        gone = present_id if former_id in stands else former_id
        yield from (row.id for row in chains[gone])


def _move_awards(db: Session, former_id: UUID, present_id: UUID) -> None:
    rounds: dict[str, int] = defaultdict(lambda: -1)
    for row in db.exec(select(Award).where(Award.enrolment_id == present_id)):
        rounds[row.level_code] = max(rounds[row.level_code], row.round)
    wanted = select(Award.id, Award.level_code).where(Award.enrolment_id == former_id).order_by(col(Award.round))
    for award_id, level_code in db.exec(wanted).all():
        rounds[level_code] += 1
        moved = {"enrolment_id": present_id, "round": rounds[level_code]}
        db.execute(sa.update(Award).where(col(Award.id) == award_id).values(moved))


def _leave_registers(db: Session, former_id: UUID, present_id: UUID) -> None:
    """Move what was corrected or returned out of a register in which the other place stands: nobody is there twice."""
    known = sa.select(col(HoursEntry.practice_session_id)).where(
        col(HoursEntry.enrolment_id) == present_id, col(HoursEntry.practice_session_id).is_not(None)
    )
    registers = set(db.execute(known).scalars())
    mine = sa.and_(col(HoursEntry.enrolment_id) == former_id, col(HoursEntry.practice_session_id).in_(registers))
    moved = {"enrolment_id": present_id, "practice_session_id": None}
    db.execute(sa.update(HoursEntry).where(mine).values(moved))


def _move_links(db: Session, former_id: UUID, present_id: UUID) -> None:
    link = col(ApprovalLinkPerson.approval_link_id)
    known = sa.select(link).where(col(ApprovalLinkPerson.enrolment_id) == present_id)
    mine = col(ApprovalLinkPerson.enrolment_id) == former_id
    links = set(db.execute(known).scalars())
    db.execute(sa.delete(ApprovalLinkPerson).where(mine, link.in_(links)))
    db.execute(sa.update(ApprovalLinkPerson).where(mine).values(enrolment_id=present_id))


def _move_breaks(db: Session, former: Enrolment, present: Enrolment) -> None:
    """Move the breaks; one that overlaps another says nothing new and would be in the way of ending either."""
    rows = db.exec(select(Break).where(col(Break.enrolment_id).in_([former.id, present.id]))).all()
    kept = [_pause(row) for row in rows if row.enrolment_id == present.id]
    for row in rows:
        if row.enrolment_id == former.id:
            try:
                check_break(started_on=date.min, ended_on=None, pause=_pause(row), others=kept)
            except RuleBroken:
                db.delete(row)
            else:
                kept.append(_pause(row))
                row.enrolment_id = present.id


def _pause(row: Break) -> Pause:
    return Pause(id=row.id, starts_on=row.starts_on, ends_on=row.ends_on)


def _widen(db: Session, former: Enrolment, present: Enrolment, now: datetime) -> None:
    """Let the place last from the first day of both to the last of both, by the version it was measured by."""
    if former.started_on < present.started_on:
        versions = training.definitions(db, [present.programme_id])[present.programme_id]
        version, earlier = (training.in_force(versions, each.started_on) for each in (present, former))
        moved = db.exec(select(EnrolmentMove.id).where(EnrolmentMove.enrolment_id == present.id)).first()
        if moved is None and version != earlier:
            # Nobody's goal moves because their first day turns out to be an earlier one.
            db.add(
                EnrolmentMove(
                    organisation_id=present.organisation_id,
                    enrolment_id=present.id,
                    programme_version_id=version.version_id,
                    moved_at=now,
                )
            )
        present.started_on = former.started_on
    if present.ended_on is not None:
        present.ended_on = None if former.ended_on is None else max(present.ended_on, former.ended_on)
