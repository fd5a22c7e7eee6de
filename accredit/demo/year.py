"""Play the year: training, drop-ins, hours, breaks, observations, awards. Each act happens at its own moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from accredit.demo import logbook
from accredit.demo.logbook import LoggedEntry
from accredit.demo.school import FIRST_DAY, School, at
from accredit.domain.awarding import operations as awarding
from accredit.domain.awarding import queries as awarding_queries
from accredit.domain.enrolments import operations as enrolments
from accredit.domain.organisations.rules import Role
from accredit.domain.practice import operations as practice
from accredit.domain.practice.rules import Milestone, ReturnReason
from accredit.domain.training import operations as training
from accredit.errors import RuleBroken
from accredit.storage import Database

LEAD = "Ms T. Exemplar"
SUPERVISION = "supervision"
AWARDED_ON = date(2026, 7, 21)
EXAMS = (date(2026, 4, 27), date(2026, 6, 26))
YEAR_13 = ("3105", "3109", "3112", "3115", "3120", "3126")
ON_A_LONG_BREAK = "3128"

TRAINING: dict[str, tuple[tuple[date, str, tuple[str, ...]], ...]] = {
    "Wellbeing Ambassadors": (
        (date(2025, 9, 26), "First training, morning", ("M1", "M2", "M3", "M4")),
        (date(2025, 10, 3), "First training, afternoon", ("M5", "M6", "M8")),
        (date(2025, 11, 12), "Negotiating, and planning a campaign", ("M7", "M11")),
        (date(2026, 1, 21), "Leading others", ("M13",)),
    ),
    "Drop-in and Buddying": (
        (date(2025, 9, 25), "First half-day", ("M1", "M2", "M4")),
        (date(2025, 10, 2), "Second half-day", ("M5", "M6", "M10")),
        (date(2026, 1, 14), "Empathy, and talking with everyone", ("M3", "M8")),
    ),
}
FIRST_SESSIONS = 2


@dataclass
class Outcome:
    """What the year came to."""

    approved: int = 0
    returned: int = 0
    refused: int = 0
    waiting: int = 0
    submitted: dict[str, UUID] = field(default_factory=dict)
    """Entry ids by the log's reference."""
    awards: dict[str, UUID] = field(default_factory=dict)


def play(database: Database, school: School, progress: Callable[[str, float], None]) -> Outcome:
    """Play everything; ``progress`` is told what is happening and how much of the year is done (0 to 1)."""
    outcome = Outcome()
    logged = logbook.entries()
    days = logbook.by_day(logged)
    first, last = min(days), AWARDED_ON
    calendar = _calendar(school)
    day = FIRST_DAY
    while day <= last:
        for act in calendar.get(day, ()):
            act(database)
        if day in days:
            _practise(database, school, days[day], outcome)
        _decide(database, school, [e for e in logged if e.decided_on == day], outcome)
        done = max(0, (day - first).days) / (last - first).days
        progress(f"{day:%B %Y}", done)
        day += timedelta(days=1)
    _award(database, school, outcome)
    return outcome


Act = Callable[[Database], None]


def _calendar(school: School) -> dict[date, list[Act]]:
    acts: defaultdict[date, list[Act]] = defaultdict(list)
    for programme, sessions in TRAINING.items():
        for number, (day, title, modules) in enumerate(sessions):
            acts[day].append(_training(school, programme, day, title, modules, is_first=number < FIRST_SESSIONS))
    for reference in YEAR_13:
        acts[EXAMS[0]].append(_exam_break(school, reference))
    acts[date(2025, 10, 6)].append(_long_break(school))
    acts[date(2026, 3, 18)].append(_observations(school, date(2026, 3, 18), ("listening", "empathy")))
    acts[date(2026, 6, 30)].append(_observations(school, date(2026, 6, 30), ("communication", "teamwork")))
    acts[date(2026, 7, 8)].append(_milestones(school, date(2026, 7, 8)))
    return acts


def _training(
    school: School, programme: str, day: date, title: str, modules: tuple[str, ...], *, is_first: bool
) -> Act:
    def act(database: Database) -> None:
        members = [ref for ref, name in logbook.programmes_of_people().items() if name == programme]
        present = [ref for ref in members if is_first or ref != ON_A_LONG_BREAK]
        lead = school.actor(LEAD, Role.COORDINATOR)
        with database.transaction(school.organisation_id) as db:
            session_id = training.plan_session(
                db,
                programme_id=school.programmes[programme],
                title=title,
                held_on=day,
                module_codes=modules,
                led_by=school.staff[LEAD],
                place="Room 4",
                actor=lead,
                now=at(day, 8),
            )
            training.record_attendance(
                db,
                session_id=session_id,
                present={school.enrolments[ref]: True for ref in present},
                actor=lead,
                now=at(day),
            )

    return act


def _exam_break(school: School, reference: str) -> Act:
    def act(database: Database) -> None:
        with database.transaction(school.organisation_id) as db:
            enrolments.start_break(
                db,
                enrolment_id=school.enrolments[reference],
                starts_on=EXAMS[0],
                ends_on=EXAMS[1],
                actor=school.young_person(reference),
                now=at(EXAMS[0], 8),
            )

    return act


def _long_break(school: School) -> Act:
    def act(database: Database) -> None:
        with database.transaction(school.organisation_id) as db:
            enrolments.start_break(
                db,
                enrolment_id=school.enrolments[ON_A_LONG_BREAK],
                starts_on=date(2025, 10, 6),
                actor=school.young_person(ON_A_LONG_BREAK),
                now=at(date(2025, 10, 6), 8),
            )

    return act


def _observations(school: School, day: date, skills: tuple[str, ...]) -> Act:
    """An adult saw skills in use, in an activity the young person had done with them by that day."""

    def act(database: Database) -> None:
        latest = {
            entry.person: entry
            for entry in logbook.entries()
            if entry.held_on <= day and entry.status == "approved" and entry.activity_type != SUPERVISION
        }
        with database.transaction(school.organisation_id) as db:
            for reference, entry in latest.items():
                for skill in skills:
                    practice.observe_skill(
                        db,
                        enrolment_id=school.enrolments[reference],
                        skill_code=skill,
                        activity_type=entry.activity_type,
                        observed_on=entry.held_on,
                        actor=school.actor(entry.adult),
                        now=at(day),
                    )

    return act


def _milestones(school: School, day: date) -> Act:
    """Those who led a campaign, an assembly or a training, and have reflected on the year."""

    def act(database: Database) -> None:
        led = sorted(
            {e.person for e in logbook.entries() if e.activity_type in {"campaign", "assembly", "peer-training"}}
        )
        with database.transaction(school.organisation_id) as db:
            for reference in led:
                for milestone in (Milestone.LED_ACTIVITY, Milestone.REFLECTION):
                    practice.record_milestone(
                        db,
                        enrolment_id=school.enrolments[reference],
                        milestone=milestone,
                        reached_on=day,
                        actor=school.actor(LEAD, Role.COORDINATOR),
                        now=at(day),
                    )

    return act


def _practise(database: Database, school: School, logged: list[LoggedEntry], outcome: Outcome) -> None:
    """A day of practice: where several were together the adult ticks a register, else each logs their own time."""
    for slot in _slots(logged):
        if len(slot) > 1 and all(entry.status == "approved" for entry in slot):
            _tick_register(database, school, slot, outcome)
        else:
            for entry in slot:
                _log_time(database, school, entry, outcome)


def _slots(logged: list[LoggedEntry]) -> Iterator[list[LoggedEntry]]:
    together: defaultdict[object, list[LoggedEntry]] = defaultdict(list)
    for entry in logged:
        # One who logs twice at the same hour is not two people at one drop-in.
        together[entry.slot if entry.status == "approved" else entry.reference].append(entry)
    yield from together.values()


def _tick_register(database: Database, school: School, slot: list[LoggedEntry], outcome: Outcome) -> None:
    first = slot[0]
    with database.transaction(school.organisation_id) as db:
        taken = practice.record_practice_session(
            db,
            programme_id=school.programmes[first.programme],
            activity_type=first.activity_type,
            held_on=first.held_on,
            starts_at=first.starts_at,
            minutes=first.minutes,
            present=[school.enrolments[entry.person] for entry in slot],
            actor=school.actor(first.adult),
            now=at(first.held_on, 18),
        )
        if taken.refused:
            raise next(iter(taken.refused.values()))
    outcome.approved += len(taken.approved)


def _log_time(database: Database, school: School, entry: LoggedEntry, outcome: Outcome) -> None:
    try:
        with database.transaction(school.organisation_id) as db:
            outcome.submitted[entry.reference] = practice.submit_hours(
                db,
                enrolment_id=school.enrolments[entry.person],
                activity_type=entry.activity_type,
                held_on=entry.held_on,
                starts_at=entry.starts_at,
                minutes=entry.minutes,
                supervised_by=school.staff[entry.adult],
                actor=school.young_person(entry.person),
                now=at(entry.held_on, 18),
            )
            outcome.waiting += 1
    except RuleBroken:
        # The page says why at once; three of the year's entries end here, as they would.
        if entry.status == "approved":
            raise
        outcome.refused += 1


def _decide(database: Database, school: School, logged: list[LoggedEntry], outcome: Outcome) -> None:
    waiting = [entry for entry in logged if entry.reference in outcome.submitted]
    by_adult: defaultdict[str, list[LoggedEntry]] = defaultdict(list)
    for entry in waiting:
        by_adult[entry.adult].append(entry)
    for adult, mine in by_adult.items():
        day = mine[0].decided_on or AWARDED_ON
        with database.transaction(school.organisation_id) as db:
            result = practice.approve_many(
                db,
                entry_ids=[outcome.submitted[e.reference] for e in mine if e.status == "approved"],
                actor=school.actor(adult),
                now=at(day, 19),
            )
            for entry in (e for e in mine if e.status == "returned"):
                practice.return_hours(
                    db,
                    entry_id=outcome.submitted[entry.reference],
                    reason=ReturnReason(entry.reason),
                    actor=school.actor(adult),
                    now=at(day, 19),
                )
                outcome.returned += 1
                outcome.waiting -= 1
        if result.refused:
            raise next(iter(result.refused.values()))
        outcome.approved += len(result.approved)
        outcome.waiting -= len(result.approved)


def _award(database: Database, school: School, outcome: Outcome) -> None:
    """The co-ordinator awards everyone the highest level they have reached."""
    lead = school.actor(LEAD, Role.COORDINATOR)
    references = {enrolment: reference for reference, enrolment in school.enrolments.items()}
    for programme_id in school.programmes.values():
        with database.transaction(school.organisation_id) as db:
            by_level: defaultdict[str, list[UUID]] = defaultdict(list)
            for progress in awarding_queries.cohort_progress(db, programme_id, on=AWARDED_ON):
                if progress.highest_met is not None:
                    by_level[progress.highest_met.level_code].append(progress.enrolment_id)
            for level_code, members in by_level.items():
                decided = awarding.award_cohort(
                    db,
                    programme_id=programme_id,
                    level_code=level_code,
                    awarded_on=AWARDED_ON,
                    enrolment_ids=members,
                    actor=lead,
                    now=at(AWARDED_ON, 10),
                )
                if decided.refused:
                    raise next(iter(decided.refused.values()))
                outcome.awards |= {references[member]: award for member, award in decided.awarded.items()}
