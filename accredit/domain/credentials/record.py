"""The approved rows that one award rests on, and their digest.

Only rows that stood when the award was decided count: about its day or before, on record by then, and not corrected
since. The digest is taken when a credential is prepared and again before it is signed; what changed in between is never
signed unseen.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from accredit.domain.awarding.models import Award
from accredit.domain.enrolments.models import Enrolment
from accredit.domain.people.models import YoungPerson
from accredit.domain.practice.earlier_hours import standing
from accredit.domain.practice.models import HoursBroughtForward, HoursEntry, MilestoneReached, SkillObservation
from accredit.domain.practice.rules import HoursStatus
from accredit.domain.programmes.models import ProgrammeVersion
from accredit.domain.training.models import Attendance, TrainingSession
from accredit.domain.training.queries import held_attendance
from accredit.errors import NotFound
from accredit.kit.linkeddata import jcs
from accredit.storage import Session


@dataclass(frozen=True, kw_only=True)
class Basis:
    """An award with everything its credential states."""

    award: Award
    person: YoungPerson
    version: ProgrammeVersion
    hours: tuple[HoursEntry, ...]
    earlier: HoursBroughtForward | None
    """The total that stood when the award was decided and still stands."""
    attendances: tuple[Attendance, ...]
    observations: tuple[SkillObservation, ...]
    milestones: tuple[MilestoneReached, ...]


def basis(db: Session, award_id: UUID) -> Basis:
    """Load one award's basis. Raises `NotFound` (``award-unknown``)."""
    found = db.exec(
        select(Award, YoungPerson, ProgrammeVersion)
        .join(Enrolment, col(Enrolment.id) == col(Award.enrolment_id))
        .join(YoungPerson, col(YoungPerson.id) == col(Enrolment.young_person_id))
        .join(ProgrammeVersion, col(ProgrammeVersion.id) == col(Award.programme_version_id))
        .where(Award.id == award_id)
    ).one_or_none()
    if found is None:
        raise NotFound("award-unknown")
    award, person, version = found
    return Basis(
        award=award,
        person=person,
        version=version,
        hours=_hours(db, award),
        earlier=_earlier(db, award),
        attendances=_attendances(db, award),
        observations=_recorded(db, SkillObservation, award, col(SkillObservation.observed_on)),
        milestones=_recorded(db, MilestoneReached, award, col(MilestoneReached.reached_on)),
    )


def record_hash(db: Session, award_id: UUID) -> bytes:
    """Return the SHA-256 (32 bytes) over the canonical JSON (RFC 8785) of the rows behind an award.

    Raises `NotFound` (``award-unknown``).
    """
    found = basis(db, award_id)
    record = {
        "award": _facts(
            found.award, "id", "level_code", "round", "awarded_on", "awarded_by", "decided_at", "portfolio"
        ),
        "name": found.person.printed_name,
        "programme": _facts(found.version, "id", "number", "definition"),
        "hours": _all(found.hours, "id activity_type held_on starts_at minutes supervised_by decided_by decided_at"),
        "attendances": _all(found.attendances, "id training_session_id module_code present recorded_by recorded_at"),
        "observations": _all(found.observations, "id skill_code activity_type observed_on observed_by recorded_at"),
        "milestones": _all(found.milestones, "id milestone reached_on recorded_by recorded_at"),
    }
    if found.earlier is not None:
        # Named only where there is one, so that what was prepared before there was any is still what it was.
        record["earlier"] = _facts(found.earlier, "id", "minutes", "until", "attested_by", "attested_at")
    return hashlib.sha256(jcs.canonicalise(record)).digest()


def _hours(db: Session, award: Award) -> tuple[HoursEntry, ...]:
    rows = db.exec(
        select(HoursEntry)
        .where(HoursEntry.enrolment_id == award.enrolment_id, HoursEntry.status == HoursStatus.APPROVED)
        .where(HoursEntry.held_on <= award.awarded_on, col(HoursEntry.decided_at) <= award.decided_at)
        .order_by(col(HoursEntry.id))
    )
    return tuple(rows)


def _earlier(db: Session, award: Award) -> HoursBroughtForward | None:
    return db.exec(
        select(HoursBroughtForward)
        .where(HoursBroughtForward.enrolment_id == award.enrolment_id, standing())
        .where(HoursBroughtForward.minutes > 0, HoursBroughtForward.until <= award.awarded_on)
        .where(HoursBroughtForward.attested_at <= award.decided_at)
    ).first()


def _attendances(db: Session, award: Award) -> tuple[Attendance, ...]:
    # A tick taken back after the award no longer holds, whenever it was taken back.
    rows = db.exec(
        select(Attendance)
        .join(TrainingSession, col(TrainingSession.id) == col(Attendance.training_session_id))
        .where(Attendance.enrolment_id == award.enrolment_id, col(Attendance.present), held_attendance())
        .where(TrainingSession.held_on <= award.awarded_on, Attendance.recorded_at <= award.decided_at)
        .order_by(col(Attendance.id))
    )
    return tuple(rows)


def _recorded(db: Session, model: Any, award: Award, day: Any) -> tuple[Any, ...]:
    rows = db.exec(
        select(model)
        .where(model.enrolment_id == award.enrolment_id, col(model.recorded_at) <= award.decided_at)
        .where(day <= award.awarded_on)
        .order_by(col(model.id))
    )
    return tuple(rows)


def _all(rows: Sequence[object], names: str) -> list[dict[str, object]]:
    return [_facts(row, *names.split()) for row in rows]


def _facts(row: object, *names: str) -> dict[str, object]:
    return {name: _plain(getattr(row, name)) for name in names}


def _plain(value: object) -> object:
    # Both databases give back aware moments in UTC, so the text is the same on either.
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, StrEnum):
        return value.value
    return str(value) if isinstance(value, UUID) else value
