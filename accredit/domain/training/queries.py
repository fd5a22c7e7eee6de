"""Reads of training: sessions, registers, modules attended.

The latest row of a chain of corrections is the one that holds; which that is, is decided here and nowhere else.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, time
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from accredit.domain.enrolments.models import Break, Enrolment, EnrolmentMove
from accredit.domain.people.models import Staff, YoungPerson
from accredit.domain.programmes.models import Programme, ProgrammeVersion
from accredit.domain.programmes.rules import Definition, widened
from accredit.domain.training.models import Attendance, TrainingSession
from accredit.domain.training.rules import Enrolled, ModuleAttendance
from accredit.errors import NotFound
from accredit.storage import Session


@dataclass(frozen=True, kw_only=True)
class SessionSummary:
    """One training session in a list; ``people_present`` counts people, not modules."""

    id: UUID
    organisation_id: UUID
    programme_id: UUID
    programme_name: str
    title: str
    held_on: date
    starts_at: time | None
    place: str | None
    module_codes: tuple[str, ...]
    led_by: UUID
    led_by_name: str
    people_present: int
    is_taken: bool


@dataclass(frozen=True, kw_only=True)
class RegisterRow:
    """One person in a register; ``present`` holds the codes of the modules they attended at this session."""

    enrolment_id: UUID
    young_person_id: UUID
    known_as: str
    printed_name: str
    year_group: str | None
    form: str | None
    is_on_break: bool
    present: frozenset[str]
    is_recorded: bool


@dataclass(frozen=True, kw_only=True)
class Register:
    """The register of one session, with everybody enrolled on its day."""

    session: SessionSummary
    rows: tuple[RegisterRow, ...]


@dataclass(frozen=True, kw_only=True)
class AttendanceFact:
    """One module attended, as the young person's page lists it."""

    session_id: UUID
    title: str
    held_on: date
    module_code: str


@dataclass(frozen=True, kw_only=True)
class DatedDefinition:
    """What a programme asked for from a day on."""

    version_id: UUID
    number: int
    effective_from: date
    definition: Definition


def definitions(db: Session, programme_ids: Collection[UUID]) -> dict[UUID, tuple[DatedDefinition, ...]]:
    """Return every version of each programme, oldest first."""
    found: dict[UUID, list[DatedDefinition]] = defaultdict(list)
    rows = db.exec(
        select(ProgrammeVersion)
        .where(col(ProgrammeVersion.programme_id).in_(set(programme_ids)))
        .order_by(col(ProgrammeVersion.effective_from), col(ProgrammeVersion.number))
    )
    for row in rows:
        found[row.programme_id].append(
            DatedDefinition(
                version_id=row.id,
                number=row.number,
                effective_from=row.effective_from,
                definition=Definition.from_json(row.definition),
            )
        )
    return {programme_id: tuple(versions) for programme_id, versions in found.items()}


def in_force(versions: tuple[DatedDefinition, ...], day: date) -> DatedDefinition:
    """Return the version in force on ``day``; before the first one began, the first."""
    return next((version for version in reversed(versions) if version.effective_from <= day), versions[0])


def version_of(versions: tuple[DatedDefinition, ...], enrolled: Enrolled) -> DatedDefinition:
    """Return the version a place is measured by: the one it was moved to, else the one of its first day.

    A later version holds for those who start later, so nobody's goal moves while they are on their way.
    """
    moved = next((version for version in versions if version.version_id == enrolled.moved_to), None)
    return moved or in_force(versions, enrolled.started_on)


def known_on(versions: tuple[DatedDefinition, ...], day: date) -> Definition:
    """Return what the programme is on ``day``, and besides what it was before: for words about old records."""
    earlier = (each.definition for each in reversed(versions) if each.effective_from <= day)
    return widened(in_force(versions, day).definition, earlier)


def offered(db: Session, programme_id: UUID, day: date) -> Definition:
    """Return what the programme is on ``day``, with what anybody on an earlier version still needs.

    Raises `NotFound` for a programme that is unknown or has no version.
    """
    versions = definitions(db, [programme_id]).get(programme_id)
    if not versions:
        raise NotFound("programme")
    followed = followers(db, programme_id, on=day)
    others = (each.definition for each in reversed(versions) if each.version_id in followed)
    return widened(in_force(versions, day).definition, others)


def followers(db: Session, programme_id: UUID, *, on: date) -> Counter[UUID]:
    """Return how many people enrolled on a day are measured by which version."""
    versions = definitions(db, [programme_id]).get(programme_id, ())
    places = enrolled(db, [enrolment_id for enrolment_id, _ in people_enrolled(db, programme_id=programme_id, on=on)])
    return Counter(version_of(versions, each).version_id for each in places.values())


def enrolled(db: Session, enrolment_ids: Collection[UUID]) -> dict[UUID, Enrolled]:
    """Return what the rules need of each enrolment, with its breaks; unknown ids are left out."""
    wanted = set(enrolment_ids)
    breaks: dict[UUID, list[tuple[date, date | None]]] = defaultdict(list)
    for each in db.exec(select(Break).where(col(Break.enrolment_id).in_(wanted)).order_by(col(Break.starts_on))):
        breaks[each.enrolment_id].append((each.starts_on, each.ends_on))
    told = ("id", "young_person_id", "organisation_id", "programme_id", "started_on", "ended_on")
    rows = db.execute(sa.select(*(getattr(Enrolment, name) for name in told)).where(col(Enrolment.id).in_(wanted)))
    moves = select(EnrolmentMove).where(col(EnrolmentMove.enrolment_id).in_(wanted)).order_by(col(EnrolmentMove.id))
    # Later moves overwrite earlier ones.
    moved_to = {each.enrolment_id: each.programme_version_id for each in db.exec(moves)}
    return {
        row.id: Enrolled(
            enrolment_id=row.id,
            young_person_id=row.young_person_id,
            organisation_id=row.organisation_id,
            programme_id=row.programme_id,
            started_on=row.started_on,
            ended_on=row.ended_on,
            breaks=tuple(breaks[row.id]),
            moved_to=moved_to.get(row.id),
        )
        for row in rows
    }


def held_attendance() -> sa.ColumnElement[bool]:
    """Return the condition that an attendance row holds: no later row corrects it."""
    later = aliased(Attendance)
    return ~sa.exists().where(col(later.corrects_id) == col(Attendance.id))


def recorded(db: Session, session_id: UUID) -> dict[tuple[UUID, str], tuple[UUID, bool]]:
    """Return what holds for one session: (enrolment, module) → (row id, present)."""
    rows = db.exec(select(Attendance).where(Attendance.training_session_id == session_id, held_attendance()))
    return {(row.enrolment_id, row.module_code): (row.id, row.present) for row in rows}


def sessions(db: Session, *, programme_id: UUID | None = None) -> tuple[SessionSummary, ...]:
    """Return the sessions, newest first."""
    statement = summaries().order_by(col(TrainingSession.held_on).desc(), col(TrainingSession.id).desc())
    if programme_id is not None:
        statement = statement.where(col(TrainingSession.programme_id) == programme_id)
    return tuple(summary(row) for row in db.execute(statement))


def leaders(db: Session) -> tuple[tuple[UUID, str], ...]:
    """Return (staff id, name) of everybody who leads or led a session, by name."""
    wanted = (
        sa.select(col(Staff.id), col(Staff.name))
        .where(col(Staff.id).in_(sa.select(col(TrainingSession.led_by))))
        .order_by(col(Staff.name), col(Staff.id))
    )
    return tuple((staff_id, name) for staff_id, name in db.execute(wanted))


def has_any(db: Session) -> bool:
    """Say whether the handle's organisation ever planned a session."""
    return db.execute(sa.select(col(TrainingSession.id)).limit(1)).first() is not None


def session(db: Session, session_id: UUID) -> SessionSummary:
    """Return one session. Raises `NotFound`."""
    row = db.execute(summaries().where(col(TrainingSession.id) == session_id)).one_or_none()
    if row is None:
        raise NotFound("training-session")
    return summary(row)


def summaries() -> sa.Select[*tuple[Any, ...]]:
    """Return the statement of every session that was not called off, for `summary` to read."""
    person_present = sa.case((col(Attendance.present), col(Attendance.enrolment_id)))
    attended = (
        sa.select(
            col(Attendance.training_session_id).label("session_id"),
            sa.func.count(sa.distinct(person_present)).label("people"),
            sa.func.count().label("rows"),
        )
        .where(held_attendance())
        .group_by(col(Attendance.training_session_id))
        .subquery()
    )
    return (
        sa.select(TrainingSession, col(Programme.name), col(Staff.name), attended.c.people, attended.c.rows)
        .join(Programme, col(Programme.id) == col(TrainingSession.programme_id))
        .join(Staff, col(Staff.id) == col(TrainingSession.led_by))
        .outerjoin(attended, attended.c.session_id == col(TrainingSession.id))
        .where(col(TrainingSession.called_off_at).is_(None))
    )


def summary(row: Any) -> SessionSummary:
    """Return what a list shows of a session."""
    found, programme_name, led_by_name, people, rows = row
    return SessionSummary(
        id=found.id,
        organisation_id=found.organisation_id,
        programme_id=found.programme_id,
        programme_name=programme_name,
        title=found.title,
        held_on=found.held_on,
        starts_at=found.starts_at,
        place=found.place,
        module_codes=tuple(found.module_codes),
        led_by=found.led_by,
        led_by_name=led_by_name,
        people_present=people or 0,
        is_taken=bool(rows),
    )


def register(db: Session, session_id: UUID) -> Register:
    """Return the register of one session: everybody enrolled on its day, by name. Raises `NotFound`."""
    found = session(db, session_id)
    ticks = recorded(db, session_id)
    people = list(people_enrolled(db, programme_id=found.programme_id, on=found.held_on))
    places = enrolled(db, [enrolment_id for enrolment_id, _ in people])
    noted = {enrolment_id for enrolment_id, _ in ticks}
    return Register(
        session=found,
        rows=tuple(
            RegisterRow(
                enrolment_id=enrolment_id,
                young_person_id=person.id,
                known_as=person.known_as,
                printed_name=person.printed_name,
                year_group=person.year_group,
                form=person.form,
                is_on_break=places[enrolment_id].is_on_break(found.held_on),
                present=frozenset(code for (who, code), (_, here) in ticks.items() if who == enrolment_id and here),
                is_recorded=enrolment_id in noted,
            )
            for enrolment_id, person in people
        ),
    )


def people_enrolled(db: Session, *, programme_id: UUID, on: date) -> Iterable[tuple[UUID, YoungPerson]]:
    """Return (enrolment id, young person) of everybody enrolled in a programme on a day, by known-as name."""
    statement = (
        sa.select(col(Enrolment.id), YoungPerson)
        .join(YoungPerson, col(YoungPerson.id) == col(Enrolment.young_person_id))
        .where(
            col(Enrolment.programme_id) == programme_id,
            col(Enrolment.started_on) <= on,
            sa.or_(col(Enrolment.ended_on).is_(None), col(Enrolment.ended_on) >= on),
        )
        .order_by(col(YoungPerson.known_as), col(Enrolment.id))
    )
    return [(row[0], row[1]) for row in db.execute(statement)]


def modules_attended(
    db: Session, enrolment_ids: Collection[UUID], *, until: date | None = None
) -> dict[UUID, dict[str, ModuleAttendance]]:
    """Return the modules each person attended, by code; ``until`` is the last session day that counts."""
    found: dict[UUID, dict[str, ModuleAttendance]] = {enrolment_id: {} for enrolment_id in enrolment_ids}
    held_on = col(TrainingSession.held_on)
    statement = (
        sa.select(col(Attendance.enrolment_id), col(Attendance.module_code), sa.func.min(held_on), sa.func.max(held_on))
        .join(TrainingSession, col(TrainingSession.id) == col(Attendance.training_session_id))
        .where(col(Attendance.enrolment_id).in_(set(found)), col(Attendance.present), held_attendance())
        .group_by(col(Attendance.enrolment_id), col(Attendance.module_code))
    )
    if until is not None:
        statement = statement.where(held_on <= until)
    for enrolment_id, code, first_on, latest_on in db.execute(statement):
        found[enrolment_id][code] = ModuleAttendance(code=code, first_on=first_on, latest_on=latest_on)
    return found


def attendance_of(db: Session, enrolment_id: UUID) -> tuple[AttendanceFact, ...]:
    """Return what one person attended, oldest first."""
    statement = (
        sa.select(
            col(TrainingSession.id),
            col(TrainingSession.title),
            col(TrainingSession.held_on),
            col(Attendance.module_code),
        )
        .join(TrainingSession, col(TrainingSession.id) == col(Attendance.training_session_id))
        .where(col(Attendance.enrolment_id) == enrolment_id, col(Attendance.present), held_attendance())
        .order_by(col(TrainingSession.held_on), col(TrainingSession.id), col(Attendance.module_code))
    )
    return tuple(
        AttendanceFact(session_id=session_id, title=title, held_on=held_on, module_code=code)
        for session_id, title, held_on, code in db.execute(statement)
    )
