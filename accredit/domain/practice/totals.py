"""What counts: minutes, meetings and adults added up in SQL, skills observed, milestones; for one or for a cohort.

Only approved entries count, and each of them once; to their minutes comes what the school brought forward
(`bringing_forward`). Every function takes many enrolments and makes a constant number of statements.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.enrolments.models import Enrolment
from accredit.domain.people.models import Staff
from accredit.domain.practice.earlier_hours import earlier_hours
from accredit.domain.practice.models import HoursEntry, MilestoneReached, SkillObservation
from accredit.domain.practice.rules import HoursStatus, Milestone
from accredit.domain.programmes.rules import ActivityType
from accredit.domain.training import queries as training
from accredit.storage import Session
from accredit.storage.often import often

_OF_AN_OBSERVATION: Final = ("id", "skill_code", "activity_type", "observed_on")


@dataclass(frozen=True, kw_only=True)
class ActivityTotal:
    """Counted time of one type of activity."""

    activity_type: str
    title: str
    formal: bool
    minutes: int
    entries: int


@dataclass(frozen=True, kw_only=True)
class Totals:
    """What one enrolment's entries come to. Waiting and returned figures hold hours only; ``adults`` all approvers."""

    minutes: int = 0
    earlier_minutes: int = 0
    """How many of ``minutes`` are from the school's earlier records: no entry stands here for them."""
    entries: int = 0
    by_activity: tuple[ActivityTotal, ...] = ()
    meetings: int = 0
    adults: int = 0
    first_on: date | None = None
    last_on: date | None = None
    months: int = 0
    """In how many different calendar months hours were given."""
    waiting_minutes: int = 0
    waiting_entries: int = 0
    returned_minutes: int = 0
    returned_entries: int = 0


@dataclass(frozen=True, kw_only=True)
class ObservationFact:
    """A skill seen in use: which, at what, when, by which adult."""

    id: UUID
    skill_code: str
    activity_type: str
    observed_on: date
    observed_by_name: str


def totals(db: Session, enrolment_ids: Collection[UUID], *, until: date | None = None) -> dict[UUID, Totals]:
    """Return the totals of each enrolment; ``until`` is the last day that counts. Ids without entries have zeros."""
    wanted = set(enrolment_ids)
    sums = _by_enrolment(db, _sums(wanted, until))
    adults = _by_enrolment(db, _adults(wanted, until))
    months = _by_enrolment(db, _months(wanted, until))
    earlier = _earlier(db, wanted, until)
    types = _activity_types(db, wanted)
    return {
        enrolment_id: _totals(
            types.get(enrolment_id, {}),
            sums[enrolment_id],
            len(adults[enrolment_id]),
            months[enrolment_id],
            earlier.get(enrolment_id, 0),
        )
        for enrolment_id in wanted
    }


def _earlier(db: Session, wanted: set[UUID], until: date | None) -> dict[UUID, int]:
    return {
        enrolment_id: each.minutes
        for enrolment_id, each in earlier_hours(db, wanted).items()
        if until is None or each.until <= until
    }


def _totals(types: dict[str, ActivityType], sums: list[Any], adults: int, months: list[Any], earlier: int) -> Totals:
    def counts_as_hours(code: str) -> bool:
        return code not in types or types[code].counts_as_hours

    approved = [row for row in sums if row.status is HoursStatus.APPROVED]
    hours = [row for row in approved if counts_as_hours(row.activity_type)]
    waiting = [row for row in sums if row.status is HoursStatus.SUBMITTED and counts_as_hours(row.activity_type)]
    returned = [row for row in sums if row.status is HoursStatus.RETURNED and counts_as_hours(row.activity_type)]
    return Totals(
        minutes=sum(row.minutes for row in hours) + earlier,
        earlier_minutes=earlier,
        entries=sum(row.entries for row in hours),
        by_activity=tuple(_activity(types, row) for row in sorted(hours, key=lambda row: (-row.minutes, row[1]))),
        meetings=sum(row.entries for row in approved if not counts_as_hours(row.activity_type)),
        adults=adults,
        first_on=min((row.first_on for row in hours), default=None),
        last_on=max((row.last_on for row in hours), default=None),
        months=len({(row.year, row.month) for row in months if counts_as_hours(row.activity_type)}),
        waiting_minutes=sum(row.minutes for row in waiting),
        waiting_entries=sum(row.entries for row in waiting),
        returned_minutes=sum(row.minutes for row in returned),
        returned_entries=sum(row.entries for row in returned),
    )


def _activity(types: dict[str, ActivityType], row: Any) -> ActivityTotal:
    known = types.get(row.activity_type)
    return ActivityTotal(
        activity_type=row.activity_type,
        title=known.title if known else row.activity_type,
        formal=known.formal if known else False,
        minutes=row.minutes,
        entries=row.entries,
    )


def _sums(wanted: set[UUID], until: date | None) -> sa.Select[*tuple[Any, ...]]:
    group = (col(HoursEntry.enrolment_id), col(HoursEntry.activity_type), col(HoursEntry.status))
    minutes = sa.cast(sa.func.sum(col(HoursEntry.minutes)), sa.Integer).label("minutes")
    held_on = col(HoursEntry.held_on)
    first_on, last_on = sa.func.min(held_on).label("first_on"), sa.func.max(held_on).label("last_on")
    statement = sa.select(*group, minutes, sa.func.count().label("entries"), first_on, last_on)
    return statement.where(_mine(wanted, until)).group_by(*group)


def _adults(wanted: set[UUID], until: date | None) -> sa.Select[*tuple[Any, ...]]:
    statement = sa.select(col(HoursEntry.enrolment_id), col(HoursEntry.decided_by)).distinct()
    return statement.where(_mine(wanted, until), often(col(HoursEntry.status) == HoursStatus.APPROVED))


def _months(wanted: set[UUID], until: date | None) -> sa.Select[*tuple[Any, ...]]:
    year = sa.extract("year", col(HoursEntry.held_on)).label("year")
    month = sa.extract("month", col(HoursEntry.held_on)).label("month")
    statement = sa.select(col(HoursEntry.enrolment_id), col(HoursEntry.activity_type), year, month).distinct()
    return statement.where(_mine(wanted, until), often(col(HoursEntry.status) == HoursStatus.APPROVED))


def _mine(wanted: set[UUID], until: date | None) -> sa.ColumnElement[bool]:
    mine = col(HoursEntry.enrolment_id).in_(wanted)
    return mine if until is None else sa.and_(mine, col(HoursEntry.held_on) <= until)


def _by_enrolment(db: Session, statement: sa.Select[*tuple[Any, ...]]) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = defaultdict(list)
    for row in db.execute(statement):
        found[row[0]].append(row)
    return found


def _activity_types(db: Session, wanted: set[UUID]) -> dict[UUID, dict[str, ActivityType]]:
    """Return every type any version of an enrolment's programme had, the latest version's words first."""
    statement = sa.select(col(Enrolment.id), col(Enrolment.programme_id)).where(col(Enrolment.id).in_(wanted))
    programme_of = {each.id: each.programme_id for each in db.execute(statement)}
    types = {
        programme_id: {each.code: each for version in versions for each in version.definition.activity_types}
        for programme_id, versions in training.definitions(db, set(programme_of.values())).items()
    }
    return {enrolment_id: types.get(programme_id, {}) for enrolment_id, programme_id in programme_of.items()}


def observations(
    db: Session, enrolment_ids: Collection[UUID], *, until: date | None = None
) -> dict[UUID, tuple[ObservationFact, ...]]:
    """Return the skills observed, oldest first, of each enrolment."""
    found: dict[UUID, list[ObservationFact]] = {enrolment_id: [] for enrolment_id in enrolment_ids}
    statement = (
        sa.select(*(getattr(SkillObservation, name) for name in _OF_AN_OBSERVATION), col(Staff.name).label("name"))
        .add_columns(col(SkillObservation.enrolment_id))
        .join(Staff, col(Staff.id) == col(SkillObservation.observed_by))
        .where(col(SkillObservation.enrolment_id).in_(set(found)))
        .order_by(col(SkillObservation.observed_on), col(SkillObservation.id))
    )
    if until is not None:
        statement = statement.where(col(SkillObservation.observed_on) <= until)
    for *told, name, enrolment_id in db.execute(statement):
        fact = ObservationFact(**dict(zip(_OF_AN_OBSERVATION, told, strict=True)), observed_by_name=name)
        found[enrolment_id].append(fact)
    return {enrolment_id: tuple(facts) for enrolment_id, facts in found.items()}


def milestones(
    db: Session, enrolment_ids: Collection[UUID], *, until: date | None = None
) -> dict[UUID, dict[Milestone, date]]:
    """Return when each milestone was reached, for each enrolment."""
    found: dict[UUID, dict[Milestone, date]] = {enrolment_id: {} for enrolment_id in enrolment_ids}
    reached = col(MilestoneReached.enrolment_id), col(MilestoneReached.milestone), col(MilestoneReached.reached_on)
    statement = sa.select(*reached).where(col(MilestoneReached.enrolment_id).in_(set(found)))
    if until is not None:
        statement = statement.where(col(MilestoneReached.reached_on) <= until)
    for enrolment_id, milestone, reached_on in db.execute(statement):
        found[enrolment_id][milestone] = reached_on
    return found
