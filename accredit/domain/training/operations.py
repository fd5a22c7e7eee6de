"""Plan training sessions and take their registers.

A register is taken in one act: load, decide for everybody, write what changed, one audit event, one leaf for each
module newly confirmed. Ticks that say what is already recorded write nothing, so sending the form twice is harmless.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from sqlmodel import col, select

from accredit.clock import local_date
from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import Actor, ActorKind, Tag
from accredit.domain.programmes.models import Programme
from accredit.domain.training import queries, rules
from accredit.domain.training.models import Attendance, TrainingSession
from accredit.domain.transparency import operations as transparency
from accredit.domain.transparency.rules import Act
from accredit.domain.transparency.rules import Entry as LedgerEntry
from accredit.errors import Forbidden, NotFound
from accredit.storage import Session


@dataclass(frozen=True, kw_only=True)
class RegisterResult:
    """How many module ticks a register changed: newly confirmed, taken back, noted as absent, already so."""

    confirmed: int
    withdrawn: int
    absent: int
    unchanged: int


def plan_session(
    db: Session,
    *,
    programme_id: UUID,
    title: str,
    held_on: date,
    module_codes: Sequence[str],
    led_by: UUID,
    actor: Actor,
    now: datetime,
    starts_at: time | None = None,
    place: str | None = None,
) -> UUID:
    """Plan a training session and return its id.

    Raises `NotFound`, and `RuleBroken` as `rules.check_plan` does.
    """
    _staff_id(actor)
    programme = db.get(Programme, programme_id)
    if programme is None:
        raise NotFound("programme")
    codes = list(dict.fromkeys(module_codes))
    rules.check_plan(module_codes=codes, definition=queries.offered(db, programme_id, held_on))
    planned = TrainingSession(
        organisation_id=programme.organisation_id,
        programme_id=programme_id,
        title=title.strip(),
        held_on=held_on,
        starts_at=starts_at,
        place=(place or "").strip() or None,
        module_codes=codes,
        led_by=led_by,
        created_at=now,
    )
    db.add(planned)
    db.flush()
    audit.record(
        db,
        tag=Tag.TRAINING_PLANNED,
        actor=actor,
        now=now,
        subject=planned.id,
        organisation_id=planned.organisation_id,
        programme=programme_id,
    )
    return planned.id


def record_attendance(
    db: Session,
    *,
    session_id: UUID,
    present: Mapping[UUID, bool | Collection[str]],
    actor: Actor,
    now: datetime,
) -> RegisterResult:
    """Take the register of one session: enrolment id → was there (for all modules), or for which modules.

    People who are not in ``present`` stay as they are. A changed tick is a new row that names the old one. The whole
    register is refused when one tick breaks a rule. Raises `NotFound`, and `RuleBroken` as `rules.check_attendance`.
    """
    recorded_by = _staff_id(actor)
    # Locked, so that two people taking the same register do not both correct the same row.
    held = db.exec(select(TrainingSession).where(col(TrainingSession.id) == session_id).with_for_update()).one_or_none()
    if held is None or held.called_off_at is not None:
        raise NotFound("training-session")
    ticks = {enrolment_id: _codes(tick, held.module_codes) for enrolment_id, tick in present.items()}
    known = _checked(db, held, ticks, today=local_date(now))
    before = queries.recorded(db, session_id)
    rows: list[Attendance] = []
    unchanged = 0
    for enrolment_id, codes in ticks.items():
        for code in held.module_codes:
            earlier = before.get((enrolment_id, code))
            here = code in codes
            if earlier is not None and earlier[1] == here:
                unchanged += 1
                continue
            if earlier is None and not here and known[enrolment_id].is_on_break(held.held_on):
                # Nobody on a break was expected, so nobody on a break was absent.
                continue
            rows.append(
                Attendance(
                    organisation_id=held.organisation_id,
                    training_session_id=held.id,
                    enrolment_id=enrolment_id,
                    module_code=code,
                    present=here,
                    corrects_id=earlier[0] if earlier else None,
                    recorded_by=recorded_by,
                    recorded_at=now,
                )
            )
    result = RegisterResult(
        confirmed=sum(row.present for row in rows),
        withdrawn=sum(not row.present and row.corrects_id is not None for row in rows),
        absent=sum(not row.present and row.corrects_id is None for row in rows),
        unchanged=unchanged,
    )
    if rows:
        _write(db, held, rows, result, actor=actor, now=now)
    return result


def _codes(tick: bool | Collection[str], taught: Sequence[str]) -> frozenset[str]:
    if isinstance(tick, bool):
        return frozenset(taught if tick else ())
    return frozenset(tick)


def _checked(
    db: Session, held: TrainingSession, ticks: Mapping[UUID, Collection[str]], *, today: date
) -> dict[UUID, rules.Enrolled]:
    known = queries.enrolled(db, ticks)
    for enrolment_id, codes in ticks.items():
        enrolled = known.get(enrolment_id)
        if enrolled is None:
            raise NotFound("enrolment")
        rules.check_attendance(
            enrolled=enrolled,
            programme_id=held.programme_id,
            held_on=held.held_on,
            ticked=codes,
            module_codes=held.module_codes,
            today=today,
        )
    return known


def _write(
    db: Session,
    held: TrainingSession,
    rows: Sequence[Attendance],
    result: RegisterResult,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    db.add_all(rows)
    corrected = any(row.corrects_id for row in rows)
    audit.record(
        db,
        tag=Tag.ATTENDANCE_CORRECTED if corrected else Tag.ATTENDANCE_RECORDED,
        actor=actor,
        now=now,
        subject=held.id,
        organisation_id=held.organisation_id,
        confirmed=result.confirmed,
        withdrawn=result.withdrawn,
        absent=result.absent,
    )
    # A tick that is taken back is a leaf as well, or the log would go on saying that it holds.
    leaves = [_leaf(held, row, actor) for row in rows if row.present or row.corrects_id is not None]
    transparency.append_many(db, entries=leaves, now=now)


def _leaf(held: TrainingSession, row: Attendance, actor: Actor) -> LedgerEntry:
    return LedgerEntry(
        act=Act.ATTENDANCE_CONFIRMED,
        subject_id=row.id,
        organisation_id=row.organisation_id,
        record={
            "session": str(held.id),
            "held_on": held.held_on.isoformat(),
            "enrolment": str(row.enrolment_id),
            "module": row.module_code,
            "present": row.present,
            "corrects": None if row.corrects_id is None else str(row.corrects_id),
            "recorded_by": str(row.recorded_by),
            "role": actor.role,
        },
    )


def _staff_id(actor: Actor) -> UUID:
    if actor.kind is not ActorKind.STAFF or actor.id is None:
        raise Forbidden("staff-only")
    return actor.id
