"""Reads of practice for pages: what waits, what a young person did.

Totals, observations and milestones, which awarding builds on, are worked out in `totals` and are called from here too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col

from accredit.clock import local_date
from accredit.domain.enrolments.models import Enrolment
from accredit.domain.organisations.rules import Role
from accredit.domain.people.models import Staff, StaffRole, YoungPerson
from accredit.domain.practice import rules
from accredit.domain.practice.casebook import Casebook, as_entry, open_casebook
from accredit.domain.practice.models import HoursEntry, PracticeSession
from accredit.domain.practice.rules import HoursStatus, ReturnReason, Source
from accredit.domain.practice.totals import ActivityTotal, ObservationFact, Totals, milestones, observations, totals
from accredit.domain.programmes.models import Programme
from accredit.domain.training import queries as training
from accredit.errors import NotFound, RuleBroken
from accredit.storage import Session

__all__ = [
    "ActivityTotal",
    "EntryFacts",
    "ObservationFact",
    "PracticeRegisterRow",
    "PracticeSessionSummary",
    "Totals",
    "WaitingEntry",
    "activity_title",
    "entries",
    "entry",
    "inbox",
    "milestones",
    "observations",
    "practice_register",
    "practice_sessions",
    "supervisors",
    "totals",
    "waiting_count",
]


@dataclass(frozen=True, kw_only=True)
class EntryFacts:
    """One entry, as pages show it."""

    id: UUID
    enrolment_id: UUID
    activity_type: str
    activity_title: str
    is_meeting: bool
    held_on: date
    starts_at: time
    minutes: int
    supervised_by: UUID
    supervised_by_name: str
    source: Source
    status: HoursStatus
    return_reason: ReturnReason | None
    decided_by_name: str | None
    decided_at: datetime | None
    corrects_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class WaitingEntry:
    """One entry that waits for an adult; ``concern`` is the rule that would refuse it now, if any."""

    entry: EntryFacts
    enrolment_id: UUID
    young_person_id: UUID
    known_as: str
    year_group: str | None
    programme_id: UUID
    programme_name: str
    concern: str | None


@dataclass(frozen=True, kw_only=True)
class PracticeSessionSummary:
    """One drop-in or the like, with how many people its register holds."""

    id: UUID
    programme_id: UUID
    programme_name: str
    activity_type: str
    activity_title: str
    held_on: date
    starts_at: time
    minutes: int
    supervised_by: UUID
    supervised_by_name: str
    people: int


@dataclass(frozen=True, kw_only=True)
class PracticeRegisterRow:
    """One person who may be ticked on a day, or the rule that says why not."""

    enrolment_id: UUID
    young_person_id: UUID
    known_as: str
    year_group: str | None
    form: str | None
    may_practise: bool
    concern: str | None


def entries(db: Session, enrolment_id: UUID, *, with_corrected: bool = False) -> tuple[EntryFacts, ...]:
    """Return the entries of one enrolment, newest first."""
    statement = _entries().where(col(HoursEntry.enrolment_id) == enrolment_id)
    if not with_corrected:
        statement = statement.where(col(HoursEntry.status) != HoursStatus.CORRECTED)
    order = (col(HoursEntry.held_on).desc(), col(HoursEntry.starts_at).desc(), col(HoursEntry.id).desc())
    return _facts(db, statement.order_by(*order))


def entry(db: Session, entry_id: UUID) -> EntryFacts:
    """Return one entry. Raises `NotFound`."""
    found = _facts(db, _entries().where(col(HoursEntry.id) == entry_id))
    if not found:
        raise NotFound("hours-entry")
    return found[0]


def inbox(
    db: Session, *, supervised_by: UUID | None = None, programme_id: UUID | None = None, now: datetime
) -> tuple[WaitingEntry, ...]:
    """Return the entries that wait, oldest first, in a constant number of statements."""
    statement = (
        _entries()
        .add_columns(YoungPerson)
        .join(YoungPerson, col(YoungPerson.id) == col(Enrolment.young_person_id))
        .where(_waits(supervised_by, programme_id))
        .order_by(col(HoursEntry.held_on), col(HoursEntry.starts_at), col(HoursEntry.id))
    )
    found = db.execute(statement).all()
    casebook = open_casebook(db, {row[0].enrolment_id for row in found})
    versions = training.definitions(db, {row[3].id for row in found})
    return tuple(
        WaitingEntry(
            entry=_entry_facts(row, versions[row[3].id]),
            enrolment_id=row[0].enrolment_id,
            young_person_id=row[4].id,
            known_as=row[4].known_as,
            year_group=row[4].year_group,
            programme_id=row[3].id,
            programme_name=row[3].name,
            concern=_concern(casebook, row[0], now=now),
        )
        for row in found
    )


def waiting_count(db: Session, *, supervised_by: UUID | None = None) -> int:
    """Return how many entries wait for one adult, or for anybody."""
    statement = (
        sa.select(sa.func.count(col(HoursEntry.id)))
        .select_from(HoursEntry)
        .join(Enrolment, col(Enrolment.id) == col(HoursEntry.enrolment_id))
        .where(_waits(supervised_by, None))
    )
    return int(db.execute(statement).scalar_one())


def practice_sessions(
    db: Session, *, programme_id: UUID | None = None, supervised_by: UUID | None = None
) -> tuple[PracticeSessionSummary, ...]:
    """Return drop-ins and the like, newest first."""
    people = (
        sa.select(col(HoursEntry.practice_session_id).label("session_id"), sa.func.count().label("people"))
        .where(col(HoursEntry.status) == HoursStatus.APPROVED)
        .group_by(col(HoursEntry.practice_session_id))
        .subquery()
    )
    statement = (
        sa.select(PracticeSession, col(Programme.name), col(Staff.name), people.c.people)
        .join(Programme, col(Programme.id) == col(PracticeSession.programme_id))
        .join(Staff, col(Staff.id) == col(PracticeSession.supervised_by))
        .outerjoin(people, people.c.session_id == col(PracticeSession.id))
        .order_by(col(PracticeSession.held_on).desc(), col(PracticeSession.starts_at).desc(), col(PracticeSession.id))
    )
    if programme_id is not None:
        statement = statement.where(col(PracticeSession.programme_id) == programme_id)
    if supervised_by is not None:
        statement = statement.where(col(PracticeSession.supervised_by) == supervised_by)
    found = db.execute(statement).all()
    versions = training.definitions(db, {row[0].programme_id for row in found})
    return tuple(
        PracticeSessionSummary(
            id=row[0].id,
            programme_id=row[0].programme_id,
            programme_name=row[1],
            activity_type=row[0].activity_type,
            activity_title=activity_title(versions[row[0].programme_id], row[0].activity_type, row[0].held_on)[0],
            held_on=row[0].held_on,
            starts_at=row[0].starts_at,
            minutes=row[0].minutes,
            supervised_by=row[0].supervised_by,
            supervised_by_name=row[2],
            people=row[3] or 0,
        )
        for row in found
    )


def practice_register(db: Session, *, programme_id: UUID, held_on: date) -> tuple[PracticeRegisterRow, ...]:
    """Return everybody enrolled on a day, by name, and whether they may be ticked for hours that day."""
    people = list(training.people_enrolled(db, programme_id=programme_id, on=held_on))
    casebook = open_casebook(db, [enrolment_id for enrolment_id, _ in people])
    return tuple(
        PracticeRegisterRow(
            enrolment_id=enrolment_id,
            young_person_id=person.id,
            known_as=person.known_as,
            year_group=person.year_group,
            form=person.form,
            may_practise=(concern := _day_concern(casebook, enrolment_id, held_on)) is None,
            concern=concern,
        )
        for enrolment_id, person in people
    )


def supervisors(db: Session, organisation_id: UUID, on: date) -> tuple[tuple[UUID, str], ...]:
    """Return (staff id, name) of everybody who holds the supervisor's role on a day, by name."""
    statement = (
        sa.select(col(Staff.id), col(Staff.name))
        .join(StaffRole, col(StaffRole.staff_id) == col(Staff.id))
        .where(
            col(Staff.organisation_id) == organisation_id,
            col(StaffRole.role) == Role.SUPERVISOR,
            col(StaffRole.held_from) <= on,
            sa.or_(col(StaffRole.held_until).is_(None), col(StaffRole.held_until) >= on),
        )
        .distinct()
        .order_by(col(Staff.name), col(Staff.id))
    )
    return tuple((staff_id, name) for staff_id, name in db.execute(statement))


def activity_title(versions: tuple[training.DatedDefinition, ...], activity_type: str, day: date) -> tuple[str, bool]:
    """Return the title of an activity type on a day, and whether it is a meeting; an unknown one keeps its code."""
    for each in training.in_force(versions, day).definition.activity_types:
        if each.code == activity_type:
            return each.title, not each.counts_as_hours
    return activity_type, False


def _waits(supervised_by: UUID | None, programme_id: UUID | None) -> sa.ColumnElement[bool]:
    conditions = [col(HoursEntry.status) == HoursStatus.SUBMITTED]
    if supervised_by is not None:
        conditions.append(col(HoursEntry.supervised_by) == supervised_by)
    if programme_id is not None:
        conditions.append(col(Enrolment.programme_id) == programme_id)
    return sa.and_(*conditions)


def _entries() -> sa.Select[*tuple[Any, ...]]:
    adult, decider = aliased(Staff), aliased(Staff)
    return (
        sa.select(HoursEntry, col(adult.name), col(decider.name), Programme)
        .join(Enrolment, col(Enrolment.id) == col(HoursEntry.enrolment_id))
        .join(Programme, col(Programme.id) == col(Enrolment.programme_id))
        .join(adult, col(adult.id) == col(HoursEntry.supervised_by))
        .outerjoin(decider, col(decider.id) == col(HoursEntry.decided_by))
    )


def _facts(db: Session, statement: sa.Select[*tuple[Any, ...]]) -> tuple[EntryFacts, ...]:
    found = db.execute(statement).all()
    versions = training.definitions(db, {row[3].id for row in found})
    return tuple(_entry_facts(row, versions[row[3].id]) for row in found)


def _entry_facts(row: Any, versions: tuple[training.DatedDefinition, ...]) -> EntryFacts:
    found, supervised_by_name, decided_by_name = row[0], row[1], row[2]
    title, is_meeting = activity_title(versions, found.activity_type, found.held_on)
    return EntryFacts(
        id=found.id,
        enrolment_id=found.enrolment_id,
        activity_type=found.activity_type,
        activity_title=title,
        is_meeting=is_meeting,
        held_on=found.held_on,
        starts_at=found.starts_at,
        minutes=found.minutes,
        supervised_by=found.supervised_by,
        supervised_by_name=supervised_by_name,
        source=found.source,
        status=found.status,
        return_reason=found.return_reason,
        decided_by_name=decided_by_name,
        decided_at=found.decided_at,
        corrects_id=found.corrects_id,
    )


def _concern(casebook: Casebook, row: HoursEntry, *, now: datetime) -> str | None:
    try:
        rules.check_approval(
            as_entry(row),
            approver=row.supervised_by,
            terms=casebook.terms(row.enrolment_id, row.held_on),
            others=casebook.others(row.enrolment_id, only_approved=True),
            supervisors=casebook.supervisors,
            decided_on=local_date(now),
        )
    except RuleBroken as broken:
        return broken.rule
    return None


def _day_concern(casebook: Casebook, enrolment_id: UUID, day: date) -> str | None:
    try:
        rules.check_day(casebook.terms(enrolment_id, day), day, is_meeting=False)
    except RuleBroken as broken:
        return broken.rule
    return None
