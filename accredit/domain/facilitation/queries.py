"""Reads of facilitators' training: sessions with who was there, what an adult attended, and the records they have."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from accredit.domain.facilitation import rules
from accredit.domain.facilitation.models import FacilitatorAttendance, FacilitatorRecord, FacilitatorSession
from accredit.domain.facilitation.rules import Attended
from accredit.domain.people.models import Staff
from accredit.domain.programmes.models import ProgrammeVersion
from accredit.errors import NotFound
from accredit.storage import Session


@dataclass(frozen=True, kw_only=True)
class SessionFacts:
    """One session, and the ids of the adults who were there."""

    id: UUID
    programme_id: UUID
    held_on: date
    part_codes: tuple[str, ...]
    delivered_by: str
    present: frozenset[UUID]


@dataclass(frozen=True, kw_only=True)
class RecordFacts:
    """One record: asked for, and given or given up."""

    id: UUID
    organisation_id: UUID
    staff_id: UUID
    staff_name: str
    programme_id: UUID
    code: str
    printed_name: str
    asked_at: datetime
    given_by: UUID | None
    given_at: datetime | None
    given_up_at: datetime | None
    ended_at: datetime | None
    ending_asked_by: UUID | None
    ending_asked_at: datetime | None
    ending_reason: str | None
    parts: tuple[Attended, ...]
    """What was attended when it was given; while it waits, nothing."""

    @property
    def minutes(self) -> int:
        """The minutes of every part together."""
        return sum(part.minutes for part in self.parts)


def sessions(db: Session, *, organisation_id: UUID) -> tuple[SessionFacts, ...]:
    """Return every session of an organisation, the latest first."""
    return _sessions(db, col(FacilitatorSession.organisation_id) == organisation_id)


def session(db: Session, session_id: UUID) -> SessionFacts:
    """Return one session. Raises `NotFound`."""
    found = _sessions(db, col(FacilitatorSession.id) == session_id)
    if not found:
        raise NotFound("facilitator-session")
    return found[0]


def standing() -> sa.ColumnElement[bool]:
    """Return the condition that an attendance of the statement was not corrected since."""
    later = aliased(FacilitatorAttendance)
    return ~sa.exists().where(col(later.corrects_id) == col(FacilitatorAttendance.id))


def attended(db: Session, staff_id: UUID, *, programme_id: UUID) -> tuple[Attended, ...]:
    """Return what an adult attended of the training for a programme, part by part."""
    wanted = _attended(col(FacilitatorSession.held_on), col(FacilitatorSession.part_codes)).where(
        col(FacilitatorAttendance.staff_id) == staff_id, col(FacilitatorSession.programme_id) == programme_id
    )
    return rules.attended([(held_on, codes) for held_on, codes in db.execute(wanted)])


def programmes_of(db: Session, staff_id: UUID) -> tuple[UUID, ...]:
    """Return for which programmes an adult was trained."""
    wanted = _attended(col(FacilitatorSession.programme_id)).where(col(FacilitatorAttendance.staff_id) == staff_id)
    return tuple(dict.fromkeys(db.execute(wanted).scalars()))


def delivered(db: Session, staff_id: UUID, *, programme_id: UUID) -> tuple[tuple[date, str], ...]:
    """Return on which days an adult was trained for a programme, and by whom."""
    wanted = _attended(col(FacilitatorSession.held_on), col(FacilitatorSession.delivered_by)).where(
        col(FacilitatorAttendance.staff_id) == staff_id, col(FacilitatorSession.programme_id) == programme_id
    )
    return tuple((held_on, by) for held_on, by in db.execute(wanted))


def _attended(*columns: Any) -> sa.Select[Any]:
    return (
        sa.select(*columns)
        .select_from(FacilitatorSession)
        .join(
            FacilitatorAttendance,
            col(FacilitatorAttendance.facilitator_session_id) == col(FacilitatorSession.id),
        )
        .where(col(FacilitatorAttendance.present), standing())
        .order_by(col(FacilitatorSession.held_on), col(FacilitatorSession.id))
    )


def records_of(db: Session, staff_id: UUID) -> tuple[RecordFacts, ...]:
    """Return the records of one adult that were not given up, the latest first."""
    return _records(db, col(FacilitatorRecord.staff_id) == staff_id, col(FacilitatorRecord.given_up_at).is_(None))


def waiting(db: Session, *, organisation_id: UUID) -> tuple[RecordFacts, ...]:
    """Return what waits for somebody to give it, the oldest first."""
    is_open = (col(FacilitatorRecord.given_at).is_(None), col(FacilitatorRecord.given_up_at).is_(None))
    return _records(db, col(FacilitatorRecord.organisation_id) == organisation_id, *is_open)[::-1]


def record(db: Session, record_id: UUID) -> RecordFacts:
    """Return one record. Raises `NotFound`."""
    found = _records(db, col(FacilitatorRecord.id) == record_id)
    if not found:
        raise NotFound("facilitator-record")
    return found[0]


def trained_of(db: Session, programme_id: UUID) -> frozenset[UUID]:
    """Return the adults who attended any of the training for a programme."""
    wanted = _attended(col(FacilitatorAttendance.staff_id)).where(col(FacilitatorSession.programme_id) == programme_id)
    return frozenset(db.execute(wanted).scalars())


def open_endings(db: Session, *, organisation_id: UUID) -> tuple[RecordFacts, ...]:
    """Return the records that somebody asked to be ended, and nobody has answered for."""
    is_open = (col(FacilitatorRecord.ending_asked_at).is_not(None), col(FacilitatorRecord.ended_at).is_(None))
    return _records(db, col(FacilitatorRecord.organisation_id) == organisation_id, *is_open)[::-1]


def given(db: Session, *, organisation_id: UUID) -> tuple[RecordFacts, ...]:
    """Return the records of an organisation that were given and not given up since, the latest first."""
    is_given = (col(FacilitatorRecord.given_at).is_not(None), col(FacilitatorRecord.given_up_at).is_(None))
    return _records(db, col(FacilitatorRecord.organisation_id) == organisation_id, *is_given)


def latest(db: Session, session_id: UUID) -> dict[UUID, FacilitatorAttendance]:
    """Return, by adult, the attendance at a session that stands."""
    wanted = select(FacilitatorAttendance).where(FacilitatorAttendance.facilitator_session_id == session_id, standing())
    return {row.staff_id: row for row in db.exec(wanted)}


def _sessions(db: Session, *conditions: sa.ColumnElement[bool]) -> tuple[SessionFacts, ...]:
    order = (col(FacilitatorSession.held_on).desc(), col(FacilitatorSession.id).desc())
    rows = db.exec(select(FacilitatorSession).where(*conditions).order_by(*order)).all()
    there = sa.select(col(FacilitatorAttendance.facilitator_session_id), col(FacilitatorAttendance.staff_id)).where(
        col(FacilitatorAttendance.facilitator_session_id).in_([row.id for row in rows]),
        col(FacilitatorAttendance.present),
        standing(),
    )
    present: dict[UUID, set[UUID]] = {row.id: set() for row in rows}
    for session_id, staff_id in db.execute(there):
        present[session_id].add(staff_id)
    return tuple(
        SessionFacts(
            id=row.id,
            programme_id=row.programme_id,
            held_on=row.held_on,
            part_codes=tuple(row.part_codes),
            delivered_by=row.delivered_by,
            present=frozenset(present[row.id]),
        )
        for row in rows
    )


def _records(db: Session, *conditions: sa.ColumnElement[bool]) -> tuple[RecordFacts, ...]:
    wanted = (
        sa.select(FacilitatorRecord, col(Staff.name), col(ProgrammeVersion.programme_id))
        .join(Staff, col(Staff.id) == col(FacilitatorRecord.staff_id))
        .join(ProgrammeVersion, col(ProgrammeVersion.id) == col(FacilitatorRecord.programme_version_id))
        .where(*conditions)
        .order_by(col(FacilitatorRecord.asked_at).desc(), col(FacilitatorRecord.id).desc())
    )
    return tuple(
        RecordFacts(
            id=row.id,
            organisation_id=row.organisation_id,
            staff_id=row.staff_id,
            staff_name=name,
            programme_id=programme_id,
            code=row.code,
            printed_name=row.printed_name,
            asked_at=row.asked_at,
            given_by=row.given_by,
            given_at=row.given_at,
            given_up_at=row.given_up_at,
            ended_at=row.ended_at,
            ending_asked_by=row.ending_asked_by,
            ending_asked_at=row.ending_asked_at,
            ending_reason=row.ending_reason,
            parts=tuple(Attended.from_json(part) for part in row.parts or ()),
        )
        for row, name, programme_id in db.execute(wanted)
    )
