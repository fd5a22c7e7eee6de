"""Reads of awarding: portfolios, progress of one or of a cohort, awards. A constant number of statements each."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.awarding import rules
from accredit.domain.awarding.models import Award, AwardSetAside
from accredit.domain.awarding.portfolio import (
    ActivityDone,
    LeafRange,
    MilestoneDone,
    Portfolio,
    modules_done,
    skills_shown,
)
from accredit.domain.awarding.rules import Assessment
from accredit.domain.enrolments.models import Enrolment
from accredit.domain.people.models import Staff, YoungPerson
from accredit.domain.practice import totals as practice
from accredit.domain.practice.earlier_hours import standing
from accredit.domain.practice.models import HoursBroughtForward, HoursEntry, SkillObservation
from accredit.domain.practice.rules import HoursStatus, Milestone
from accredit.domain.programmes.models import Programme, ProgrammeVersion
from accredit.domain.programmes.rules import Badge, Definition
from accredit.domain.training import queries as training
from accredit.domain.training.models import Attendance, TrainingSession
from accredit.domain.training.rules import Enrolled, ModuleAttendance, up_to_date_until
from accredit.domain.transparency.models import LedgerRecord
from accredit.domain.transparency.rules import Act
from accredit.errors import NotFound
from accredit.storage import Session
from accredit.storage.often import often

_OF_A_PERSON: Final = ("id", "known_as", "printed_name", "printed_name_confirmed_at", "year_group", "form")


@dataclass(frozen=True, kw_only=True)
class AwardSummary:
    """One award in a list."""

    id: UUID
    level_code: str
    level_title: str
    badge: Badge
    awarded_on: date
    issue_from: datetime | None = None
    """Until then it can be undone, and nobody outside the staff is told of it."""


@dataclass(frozen=True, kw_only=True)
class AwardFacts:
    """One award in full, with the portfolio and the assessment as they stood."""

    id: UUID
    organisation_id: UUID
    enrolment_id: UUID
    young_person_id: UUID
    programme_id: UUID
    programme_version_id: UUID
    level_code: str
    level_title: str
    badge: Badge
    awarded_on: date
    awarded_by: UUID
    awarded_by_name: str
    decided_at: datetime
    issue_from: datetime | None
    assessment: Assessment
    portfolio: Portfolio


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Where one young person stands in one programme on a day."""

    enrolment_id: UUID
    organisation_id: UUID
    young_person_id: UUID
    known_as: str
    printed_name: str
    is_name_confirmed: bool
    year_group: str | None
    form: str | None
    is_on_break: bool
    started_on: date
    programme_id: UUID
    programme_name: str
    programme_version_id: UUID
    definition: Definition
    portfolio: Portfolio
    awarded: tuple[AwardSummary, ...]

    @cached_property
    def assessments(self) -> tuple[Assessment, ...]:
        """Every level measured, lowest first; when it is first asked for, since who decides on one asks for that."""
        return rules.assess_all(self.portfolio, self.definition, self.portfolio.until)

    @property
    def highest_met(self) -> Assessment | None:
        """The highest level met, awarded or not."""
        return rules.highest(self.assessments)

    @property
    def next_level(self) -> Assessment | None:
        """The lowest level not met yet."""
        return rules.following(self.assessments)

    @property
    def ready(self) -> tuple[Assessment, ...]:
        """Levels met and not awarded yet, lowest first; name and role are checked when awarding."""
        have = {award.level_code for award in self.awarded}
        return tuple(each for each in self.assessments if each.met and each.level_code not in have)


def portfolio(db: Session, enrolment_id: UUID, *, until: date) -> Portfolio:
    """Return what one person has done up to a day. Raises `NotFound`."""
    found = portfolios(db, [enrolment_id], until=until)
    if enrolment_id not in found:
        raise NotFound("enrolment")
    return found[enrolment_id]


def portfolios(db: Session, enrolment_ids: Collection[UUID], *, until: date) -> dict[UUID, Portfolio]:
    """Return the portfolio of each enrolment; unknown ids are left out."""
    enrolled = training.enrolled(db, enrolment_ids)
    versions = training.definitions(db, {each.programme_id for each in enrolled.values()})
    attended = training.modules_attended(db, enrolled, until=until)
    totals = practice.totals(db, enrolled, until=until)
    observed = practice.observations(db, enrolled, until=until)
    milestones = practice.milestones(db, enrolled, until=until)
    leaves = _leaves(db, enrolled, until=until)
    return {
        enrolment_id: _portfolio(
            enrolment_id,
            until,
            versions=versions[each.programme_id],
            definition=training.version_of(versions[each.programme_id], each).definition,
            attended=attended[enrolment_id],
            totals=totals[enrolment_id],
            observed=Counter(fact.skill_code for fact in observed[enrolment_id]),
            milestones=milestones[enrolment_id],
            leaves=leaves.get(enrolment_id),
        )
        for enrolment_id, each in enrolled.items()
    }


def _portfolio(
    enrolment_id: UUID,
    until: date,
    *,
    versions: tuple[training.DatedDefinition, ...],
    definition: Definition,
    attended: dict[str, ModuleAttendance],
    totals: practice.Totals,
    observed: Counter[str],
    milestones: dict[Milestone, date],
    leaves: LeafRange | None,
) -> Portfolio:
    # A module that a later version dropped was still attended.
    known = {module.code: (module.title, module.minutes) for each in versions for module in each.definition.modules}
    known |= {module.code: (module.title, module.minutes) for module in definition.modules}
    modules = modules_done(known, attended)
    return Portfolio(
        enrolment_id=enrolment_id,
        until=until,
        programme_code=definition.code,
        programme_name=definition.name,
        modules=modules,
        training_minutes=sum(module.minutes for module in modules),
        up_to_date_until=up_to_date_until(definition, attended),
        minutes=totals.minutes,
        earlier_minutes=totals.earlier_minutes,
        entries=totals.entries,
        activities=tuple(
            ActivityDone(
                code=each.activity_type,
                title=each.title,
                formal=each.formal,
                minutes=each.minutes,
                entries=each.entries,
            )
            for each in totals.by_activity
        ),
        meetings=totals.meetings,
        first_on=totals.first_on,
        last_on=totals.last_on,
        adults=totals.adults,
        months=totals.months,
        skills=skills_shown(
            definition, attended=attended, observed=observed, milestones=milestones, months=totals.months, on=until
        ),
        milestones=tuple(
            MilestoneDone(code=code, reached_on=reached_on)
            for code, reached_on in sorted(milestones.items(), key=lambda item: (item[1], item[0].value))
        ),
        leaves=leaves,
    )


def _leaves(db: Session, enrolment_ids: Collection[UUID], *, until: date) -> dict[UUID, LeafRange]:
    """Return where in the log the evidence that counts stands."""
    wanted = set(enrolment_ids)
    attended: sa.Select[*tuple[Any, ...]] = (
        sa.select(col(Attendance.enrolment_id).label("enrolment_id"), _leaf(Act.ATTENDANCE_CONFIRMED, Attendance.id))
        .join(TrainingSession, col(TrainingSession.id) == col(Attendance.training_session_id))
        .where(
            col(Attendance.enrolment_id).in_(wanted),
            col(Attendance.present),
            training.held_attendance(),
            col(TrainingSession.held_on) <= until,
        )
    )
    approved = sa.select(col(HoursEntry.enrolment_id), _leaf(Act.HOURS_APPROVED, HoursEntry.id)).where(
        col(HoursEntry.enrolment_id).in_(wanted),
        often(col(HoursEntry.status) == HoursStatus.APPROVED),
        col(HoursEntry.held_on) <= until,
    )
    observed = sa.select(col(SkillObservation.enrolment_id), _leaf(Act.SKILL_OBSERVED, SkillObservation.id)).where(
        col(SkillObservation.enrolment_id).in_(wanted), col(SkillObservation.observed_on) <= until
    )
    earlier = sa.select(
        col(HoursBroughtForward.enrolment_id), _leaf(Act.HOURS_BROUGHT_FORWARD, HoursBroughtForward.id)
    ).where(
        col(HoursBroughtForward.enrolment_id).in_(wanted),
        standing(),
        col(HoursBroughtForward.minutes) > 0,
        col(HoursBroughtForward.until) <= until,
    )
    leaf = sa.union_all(attended, approved, observed, earlier).subquery()
    count = sa.func.count(leaf.c.leaf)
    statement = sa.select(leaf.c.enrolment_id, sa.func.min(leaf.c.leaf), sa.func.max(leaf.c.leaf), count)
    statement = statement.group_by(leaf.c.enrolment_id).having(count > 0)
    return {
        enrolment_id: LeafRange(first=first, last=last, count=count)
        for enrolment_id, first, last, count in db.execute(statement)
    }


def _leaf(act: Act, subject_id: Any) -> sa.Label[int]:
    # By its whole key, for each row on its own: a join would read every act of its kind that anybody ever did.
    key = col(LedgerRecord.act) == act, col(LedgerRecord.subject_id) == subject_id, col(LedgerRecord.occurrence) == 0
    return sa.select(col(LedgerRecord.leaf_index)).where(*key).scalar_subquery().label("leaf")


def progress(db: Session, enrolment_id: UUID, *, on: date) -> Progress:
    """Return where one person stands. Raises `NotFound`."""
    found = progress_of(db, [enrolment_id], on=on)
    if not found:
        raise NotFound("enrolment")
    return found[0]


def cohort_progress(db: Session, programme_id: UUID, *, on: date) -> tuple[Progress, ...]:
    """Return where everybody enrolled in a programme stands, by known-as name."""
    people = training.people_enrolled(db, programme_id=programme_id, on=on)
    return progress_of(db, [enrolment_id for enrolment_id, _ in people], on=on)


def progress_of(db: Session, enrolment_ids: Collection[UUID], *, on: date) -> tuple[Progress, ...]:
    """Return where some people stand, by known-as name; unknown ids are left out."""
    wanted = set(enrolment_ids)
    statement = (
        # Whole objects would take longer to make than all the rest.
        sa.select(col(Enrolment.id), *(getattr(YoungPerson, name).label(f"person_{name}") for name in _OF_A_PERSON))
        .add_columns(col(Programme.id).label("programme_id"), col(Programme.name).label("programme_name"))
        .join(YoungPerson, col(YoungPerson.id) == col(Enrolment.young_person_id))
        .join(Programme, col(Programme.id) == col(Enrolment.programme_id))
        .where(col(Enrolment.id).in_(wanted))
        .order_by(col(YoungPerson.known_as), col(Enrolment.id))
    )
    rows = db.execute(statement).all()
    enrolled = training.enrolled(db, wanted)
    versions = training.definitions(db, {row.programme_id for row in rows})
    found = portfolios(db, wanted, until=on)
    awarded = awards_of(db, wanted)
    return tuple(_progress(row, enrolled[row.id], versions, found[row.id], awarded[row.id]) for row in rows)


def _progress(
    row: Any,
    enrolled: Enrolled,
    versions: Mapping[UUID, tuple[training.DatedDefinition, ...]],
    done: Portfolio,
    awarded: tuple[AwardSummary, ...],
) -> Progress:
    version = training.version_of(versions[row.programme_id], enrolled)
    return Progress(
        enrolment_id=enrolled.enrolment_id,
        organisation_id=enrolled.organisation_id,
        young_person_id=row.person_id,
        known_as=row.person_known_as,
        printed_name=row.person_printed_name,
        is_name_confirmed=row.person_printed_name_confirmed_at is not None,
        year_group=row.person_year_group,
        form=row.person_form,
        is_on_break=enrolled.is_on_break(done.until),
        started_on=enrolled.started_on,
        programme_id=row.programme_id,
        programme_name=row.programme_name,
        programme_version_id=version.version_id,
        definition=version.definition,
        portfolio=done,
        awarded=awarded,
    )


def set_aside() -> sa.ColumnElement[bool]:
    """Return the condition that an award of the statement around it counts no more."""
    return sa.exists().where(col(AwardSetAside.award_id) == col(Award.id))


def awards_of(db: Session, enrolment_ids: Collection[UUID]) -> dict[UUID, tuple[AwardSummary, ...]]:
    """Return the awards of each enrolment that count, oldest first."""
    found: dict[UUID, list[AwardSummary]] = defaultdict(list)
    told = ("id", "level_code", "awarded_on", "issue_from")
    statement = (
        sa.select(col(Award.enrolment_id), col(Award.programme_version_id), *(getattr(Award, name) for name in told))
        .where(col(Award.enrolment_id).in_(set(enrolment_ids)), ~set_aside())
        .order_by(col(Award.awarded_on), col(Award.id))
    )
    rows = db.execute(statement).all()
    wanted = sa.select(ProgrammeVersion).where(col(ProgrammeVersion.id).in_({row.programme_version_id for row in rows}))
    definitions = {each.id: Definition.from_json(each.definition) for each in db.execute(wanted).scalars()}
    for row in rows:
        level, facts = definitions[row.programme_version_id].level(row.level_code), row._asdict()
        summary = AwardSummary(level_title=level.title, badge=level.badge, **{name: facts[name] for name in told})
        found[row.enrolment_id].append(summary)
    return {enrolment_id: tuple(found[enrolment_id]) for enrolment_id in enrolment_ids}


def next_rounds(db: Session, enrolment_ids: Collection[UUID], level_code: str) -> dict[UUID, int]:
    """Return the round of the next award of a level: how many there were, those set aside included."""
    statement = (
        sa.select(col(Award.enrolment_id), sa.func.count())
        .where(col(Award.enrolment_id).in_(set(enrolment_ids)), col(Award.level_code) == level_code)
        .group_by(col(Award.enrolment_id))
    )
    counted = {enrolment_id: number for enrolment_id, number in db.execute(statement)}  # noqa: C416  # rows, no items
    return {enrolment_id: counted.get(enrolment_id, 0) for enrolment_id in enrolment_ids}


def is_set_aside(db: Session, award_id: UUID) -> bool:
    """Say whether an award counts no more."""
    found = sa.select(sa.exists().where(col(AwardSetAside.award_id) == award_id))
    return bool(db.execute(found).scalar_one())


def award(db: Session, award_id: UUID) -> AwardFacts:
    """Return one award in full. Raises `NotFound`."""
    statement = (
        sa.select(Award, Enrolment, col(Staff.name))
        .join(Enrolment, col(Enrolment.id) == col(Award.enrolment_id))
        .join(Staff, col(Staff.id) == col(Award.awarded_by))
        .where(col(Award.id) == award_id)
    )
    found: Any = db.execute(statement).one_or_none()
    if found is None:
        raise NotFound("award")
    row, enrolment, awarded_by_name = found
    assessment = Assessment.from_json(row.assessment)
    return AwardFacts(
        id=row.id,
        organisation_id=row.organisation_id,
        enrolment_id=row.enrolment_id,
        young_person_id=enrolment.young_person_id,
        programme_id=enrolment.programme_id,
        programme_version_id=row.programme_version_id,
        level_code=row.level_code,
        level_title=assessment.level_title,
        badge=assessment.badge,
        awarded_on=row.awarded_on,
        awarded_by=row.awarded_by,
        awarded_by_name=awarded_by_name,
        decided_at=row.decided_at,
        issue_from=row.issue_from,
        assessment=assessment,
        portfolio=Portfolio.from_json(row.portfolio),
    )
