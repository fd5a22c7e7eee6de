"""Reads of practice for pages: what waits, what a young person did.

Totals, observations and milestones, which awarding builds on, are worked out in `totals` and are called from here too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
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
from accredit.domain.practice.noticing import Notice, minutes_of_week, noticed
from accredit.domain.practice.rules import Entry, HoursStatus, Late, ReturnReason, Source
from accredit.domain.practice.totals import ActivityTotal, ObservationFact, Totals, milestones, observations, totals
from accredit.domain.programmes.models import Programme
from accredit.domain.training import queries as training
from accredit.errors import NotFound, RuleBroken
from accredit.storage import Session

__all__ = [
    "ActivityTotal",
    "EntryFacts",
    "Notice",
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
    """One entry that waits for an adult.

    ``concern`` is the rule that would refuse it now, if any; ``notices`` refuse nothing. ``week_minutes`` is what their
    week holds altogether.
    """

    entry: EntryFacts
    enrolment_id: UUID
    young_person_id: UUID
    known_as: str
    printed_name: str
    year_group: str | None
    programme_id: UUID
    programme_name: str
    concern: str | None
    notices: tuple[Notice, ...]
    late: Late | None
    week_minutes: int


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
    """One person who may be ticked on a day, or the rule that says why not; ``is_a_lot`` of their week before it."""

    enrolment_id: UUID
    young_person_id: UUID
    known_as: str
    year_group: str | None
    form: str | None
    may_practise: bool
    concern: str | None
    week_minutes: int
    is_a_lot: bool


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
    db: Session,
    *,
    supervised_by: UUID | None = None,
    programme_id: UUID | None = None,
    enrolment_ids: Collection[UUID] | None = None,
    now: datetime,
) -> tuple[WaitingEntry, ...]:
    """Return the entries that wait, oldest first, in a constant number of statements; each filter may be left out."""
    statement = (
        _entries()
        .add_columns(YoungPerson)
        .join(YoungPerson, col(YoungPerson.id) == col(Enrolment.young_person_id))
        .where(_waits(supervised_by, programme_id, enrolment_ids))
        .order_by(col(HoursEntry.held_on), col(HoursEntry.starts_at), col(HoursEntry.id))
    )
    found = db.execute(statement).all()
    casebook = open_casebook(db, {row[0].enrolment_id for row in found})
    versions = training.definitions(db, {row[3].id for row in found})
    of_adults = _of_adults(db, [row[0] for row in found])
    return tuple(_waiting(row, casebook, versions[row[3].id], of_adults, now=now) for row in found)


def _waiting(
    row: Any,
    casebook: Casebook,
    versions: tuple[training.DatedDefinition, ...],
    of_adults: dict[UUID, list[Entry]],
    *,
    now: datetime,
) -> WaitingEntry:
    found, programme, person = row[0], row[3], row[4]
    entry, terms = casebook.entry(found), casebook.terms(found.enrolment_id, found.held_on)
    own = casebook.others(found.enrolment_id, only_approved=False)
    of_adult = of_adults[found.supervised_by]
    return WaitingEntry(
        entry=_entry_facts(row, versions),
        enrolment_id=found.enrolment_id,
        young_person_id=person.id,
        known_as=person.known_as,
        printed_name=person.printed_name,
        year_group=person.year_group,
        programme_id=programme.id,
        programme_name=programme.name,
        concern=_concern(casebook, found, now=now),
        notices=noticed(entry, terms=terms, own=own, of_adult=of_adult, turns_13=person.turns_13),
        late=entry.late,
        week_minutes=minutes_of_week(found.held_on, terms=terms, own=own),
    )


def _of_adults(db: Session, rows: Iterable[HoursEntry]) -> dict[UUID, list[Entry]]:
    """Return every entry, waiting or approved, that names one of the same adults on one of the same days."""
    days = {(row.supervised_by, row.held_on) for row in rows}
    statement = sa.select(HoursEntry).where(
        col(HoursEntry.supervised_by).in_({adult for adult, _ in days}),
        col(HoursEntry.held_on).in_({day for _, day in days}),
        col(HoursEntry.status).in_([HoursStatus.SUBMITTED, HoursStatus.APPROVED]),
    )
    found: dict[UUID, list[Entry]] = defaultdict(list)
    for row in db.execute(statement).scalars():
        found[row.supervised_by].append(as_entry(row))
    return found


def waiting_count(db: Session, *, supervised_by: UUID | None = None) -> int:
    """Return how many entries wait for one adult, or for anybody."""
    statement = (
        sa.select(sa.func.count(col(HoursEntry.id)))
        .select_from(HoursEntry)
        .join(Enrolment, col(Enrolment.id) == col(HoursEntry.enrolment_id))
        .where(_waits(supervised_by))
    )
    return int(db.execute(statement).scalar_one())


def practice_sessions(
    db: Session, *, programme_id: UUID | None = None, supervised_by: UUID | None = None
) -> tuple[PracticeSessionSummary, ...]:
    """Return drop-ins and the like, newest first."""
    order = (col(PracticeSession.held_on).desc(), col(PracticeSession.starts_at).desc(), col(PracticeSession.id))
    statement = all_sessions().order_by(*order)
    if programme_id is not None:
        statement = statement.where(col(PracticeSession.programme_id) == programme_id)
    if supervised_by is not None:
        statement = statement.where(col(PracticeSession.supervised_by) == supervised_by)
    return session_summaries(db, db.execute(statement).all())


def all_sessions() -> sa.Select[*tuple[Any, ...]]:
    """Return the statement of every drop-in and the like, for `session_summaries` to read."""
    people = (
        sa.select(col(HoursEntry.practice_session_id).label("session_id"), sa.func.count().label("people"))
        .where(col(HoursEntry.status) == HoursStatus.APPROVED)
        .group_by(col(HoursEntry.practice_session_id))
        .subquery()
    )
    return (
        sa.select(PracticeSession, col(Programme.name), col(Staff.name), people.c.people)
        .join(Programme, col(Programme.id) == col(PracticeSession.programme_id))
        .join(Staff, col(Staff.id) == col(PracticeSession.supervised_by))
        .outerjoin(people, people.c.session_id == col(PracticeSession.id))
    )


def session_summaries(db: Session, rows: Sequence[Any]) -> tuple[PracticeSessionSummary, ...]:
    """Return what a list shows of drop-ins and the like."""
    versions = training.definitions(db, {row[0].programme_id for row in rows})
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
        for row in rows
    )


def practice_register(db: Session, *, programme_id: UUID, held_on: date) -> tuple[PracticeRegisterRow, ...]:
    """Return everybody enrolled on a day, by name, and whether they may be ticked for hours that day."""
    people = list(training.people_enrolled(db, programme_id=programme_id, on=held_on))
    casebook = open_casebook(db, [enrolment_id for enrolment_id, _ in people])
    return tuple(_register_row(casebook, enrolment_id, person, held_on) for enrolment_id, person in people)


def _register_row(casebook: Casebook, enrolment_id: UUID, person: YoungPerson, day: date) -> PracticeRegisterRow:
    concern = _day_concern(casebook, enrolment_id, day)
    terms = casebook.terms(enrolment_id, day)
    minutes = minutes_of_week(day, terms=terms, own=casebook.others(enrolment_id, only_approved=False))
    return PracticeRegisterRow(
        enrolment_id=enrolment_id,
        young_person_id=person.id,
        known_as=person.known_as,
        year_group=person.year_group,
        form=person.form,
        may_practise=concern is None,
        concern=concern,
        week_minutes=minutes,
        is_a_lot=minutes > terms.definition.weekly_minutes,
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
    for each in training.known_on(versions, day).activity_types:
        if each.code == activity_type:
            return each.title, not each.counts_as_hours
    return activity_type, False


def _waits(
    supervised_by: UUID | None, programme_id: UUID | None = None, enrolment_ids: Collection[UUID] | None = None
) -> sa.ColumnElement[bool]:
    conditions = [col(HoursEntry.status) == HoursStatus.SUBMITTED]
    if supervised_by is not None:
        conditions.append(col(HoursEntry.supervised_by) == supervised_by)
    if programme_id is not None:
        conditions.append(col(Enrolment.programme_id) == programme_id)
    if enrolment_ids is not None:
        conditions.append(col(HoursEntry.enrolment_id).in_(set(enrolment_ids)))
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
            casebook.entry(row),
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
