"""IN01, IN06: a co-ordinator alone makes no hours, an end of a role is an end, and everything says who did it."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from accredit.clock import local_date
from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import Tag
from accredit.domain.awarding import operations as awarding
from accredit.domain.awarding import queries as queries_of_awards
from accredit.domain.organisations.rules import Permission, Role, may
from accredit.domain.people import operations as people
from accredit.domain.people import queries
from accredit.domain.people.operations import PersonEntry
from accredit.domain.practice import late_hours
from accredit.domain.practice import operations as practice
from accredit.domain.practice.models import HoursEntry, SkillObservation
from accredit.domain.practice.rules import HoursStatus, LateReason
from accredit.domain.training import operations as training
from accredit.domain.transparency import operations as transparency
from accredit.errors import Forbidden, NotFound, RuleBroken
from accredit.storage import Database, Session
from tests import factories
from tests.cast import Cast, make_cast
from tests.factories import NOW


@pytest.fixture
def school(database: Database) -> Cast:
    with database.transaction() as db:
        transparency.ensure_log(db, origin="accredit.example/ledger")
        return make_cast(db)


@pytest.mark.attack("IN01")
def test_somebody_invented_gets_no_hours_and_no_award_from_a_co_ordinator_alone(
    database: Database, school: Cast
) -> None:
    nia = school.nia
    with database.transaction(school.organisation_id) as db:
        entry = PersonEntry(printed_name="Ina Invented", known_as="Ina", school_reference="9999")
        invented = people.add_young_person(
            db, organisation_id=school.organisation_id, entry=entry, actor=nia.actor, now=NOW
        )
        enrolled = factories.enrol(db, invented, school.programme_id)
        held = training.plan_session(
            db,
            programme_id=school.programme_id,
            title="First training",
            held_on=date(2025, 10, 3),
            module_codes=["M1", "M2", "M3", "M4", "M5", "M6", "M8"],
            led_by=nia.id,
            actor=nia.actor,
            now=NOW,
        )
        training.record_attendance(db, session_id=held, present={enrolled: True}, actor=nia.actor, now=NOW)

    def submit(supervised_by: object) -> object:
        with database.transaction(school.organisation_id) as db:
            return practice.submit_hours(
                db,
                enrolment_id=enrolled,
                activity_type="drop-in",
                held_on=date(2026, 6, 29),
                starts_at=time(12, 30),
                minutes=60,
                supervised_by=supervised_by,  # type: ignore[arg-type]
                actor=nia.actor,
                now=NOW,
            )

    # She is no supervisor: nobody was supervised by her, and what Sam is said to have seen she cannot approve.
    with pytest.raises(RuleBroken, match="not-a-supervisor"):
        submit(nia.id)
    claimed = submit(school.sam.id)
    with pytest.raises(RuleBroken, match="not-a-supervisor"), database.transaction(school.organisation_id) as db:
        practice.approve_hours(db, entry_id=claimed, actor=nia.actor, now=NOW)  # type: ignore[arg-type]
    with pytest.raises(RuleBroken, match="requirements-not-met"), database.transaction(school.organisation_id) as db:
        people.confirm_printed_name(db, young_person_id=invented, name=entry.printed_name, actor=nia.actor, now=NOW)
        awarding.award(db, enrolment_id=enrolled, level_code="WA-PS", awarded_on=NOW.date(), actor=nia.actor, now=NOW)
    with database.reading(school.organisation_id) as db:
        told = db.execute(
            sa.select(col(AuditEvent.tag)).where(
                col(AuditEvent.actor_id) == nia.id, col(AuditEvent.organisation_id) == school.organisation_id
            )
        ).scalars()
        assert {Tag.YOUNG_PERSON_ADDED, Tag.ATTENDANCE_RECORDED, Tag.HOURS_SUBMITTED} <= set(told)
    assert may([Role.ADMINISTRATOR], Permission.SEE_AUDIT)


Attempt = Callable[[Session, random.Random], object]


def attempts(school: Cast) -> tuple[Attempt, ...]:
    """Return whatever a co-ordinator can try who wants hours and skills for somebody; the details are drawn."""
    nia, enrolled = school.nia.actor, school.ama.enrolled

    def when(draw: random.Random) -> dict[str, Any]:
        return {
            "held_on": NOW.date() - timedelta(days=draw.randrange(60)),
            "starts_at": time(draw.randrange(7, 20), draw.choice((0, 15, 30))),
            "minutes": draw.choice((5, 30, 60, 120, 480)),
            "activity_type": draw.choice(("drop-in", "one-to-one", "supervision")),
        }

    def adult(draw: random.Random) -> UUID:
        return draw.choice((nia.id, school.sam.id, school.lee.id)) or school.sam.id

    def entry(db: Session, draw: random.Random) -> UUID:
        found = db.execute(sa.select(col(HoursEntry.id))).scalars().all()
        return draw.choice(found) if found else uuid4()

    def submit(db: Session, draw: random.Random) -> object:
        return practice.submit_hours(
            db, enrolment_id=enrolled, supervised_by=adult(draw), actor=nia, now=NOW, **when(draw)
        )

    def add_late(db: Session, draw: random.Random) -> object:
        reason = draw.choice(list(LateReason))
        return late_hours.add_late_hours(
            db, enrolment_id=enrolled, supervised_by=adult(draw), reason=reason, actor=nia, now=NOW, **when(draw)
        )

    def take_register(db: Session, draw: random.Random) -> object:
        told: Any = {"programme_id": school.programme_id, "present": [enrolled], "actor": nia, "now": NOW}
        return practice.record_practice_session(db, **told, **when(draw))

    def approve(db: Session, draw: random.Random) -> object:
        practice.approve_hours(db, entry_id=entry(db, draw), actor=nia, now=NOW)
        return None

    def approve_many(db: Session, draw: random.Random) -> object:
        return practice.approve_many(db, entry_ids=[entry(db, draw), entry(db, draw)], actor=nia, now=NOW)

    def observe(db: Session, draw: random.Random) -> object:
        on = when(draw)["held_on"]
        told: Any = {"enrolment_id": enrolled, "skill_code": "listening", "activity_type": "drop-in", "observed_on": on}
        return practice.observe_skill(db, **told, actor=nia, now=NOW)

    return submit, add_late, take_register, approve, approve_many, observe


@pytest.mark.attack("IN01")
@pytest.mark.parametrize("seed", range(6), ids=lambda seed: f"sample {seed}")
def test_whatever_a_co_ordinator_tries_alone_in_whatever_order_counts_for_nothing(
    sqlite_database: Database, seed: int
) -> None:
    """A sample of the ways beyond the one above, drawn by a fixed seed, so that what fails once fails again."""
    with sqlite_database.transaction() as db:
        transparency.ensure_log(db, origin="accredit.example/ledger")
        school = make_cast(db)
    with sqlite_database.transaction(school.organisation_id) as db:
        train_in_everything(db, school)
    draw, refused = random.Random(seed), 0  # nothing secret is drawn
    ways = attempts(school)
    with sqlite_database.transaction(school.organisation_id) as db:
        # So that in every sample something waits that could be approved.
        practice.submit_hours(
            db,
            enrolment_id=school.ama.enrolled,
            activity_type="drop-in",
            held_on=NOW.date() - timedelta(days=1),
            starts_at=time(6),
            minutes=45,
            supervised_by=school.sam.id,
            actor=school.nia.actor,
            now=NOW,
        )
    for _ in range(60):
        way = draw.choice(ways)
        try:
            with sqlite_database.transaction(school.organisation_id) as db:
                way(db, draw)
        except (RuleBroken, Forbidden, NotFound):
            refused += 1
    with sqlite_database.reading(school.organisation_id) as db:
        entries = db.exec(select(HoursEntry)).all()
        assert [each.id for each in entries if each.status is not HoursStatus.SUBMITTED] == []
        assert db.exec(select(SkillObservation)).all() == []
        (found,) = [
            each
            for each in queries_of_awards.cohort_progress(db, school.programme_id, on=NOW.date())
            if each.enrolment_id == school.ama.enrolled
        ]
        seen = sum(each.observations for each in found.portfolio.skills)
        assert (found.portfolio.minutes, found.portfolio.meetings, seen) == (0, 0, 0)
    # Both happened: much was refused, and what was let in waits for its adult.
    assert refused > 20
    assert entries
    with (
        pytest.raises(RuleBroken, match="requirements-not-met"),
        sqlite_database.transaction(school.organisation_id) as db,
    ):
        awarding.award(
            db,
            enrolment_id=school.ama.enrolled,
            level_code="WA-PS",
            awarded_on=NOW.date(),
            actor=school.nia.actor,
            now=NOW,
        )


def train_in_everything(db: Session, school: Cast) -> None:
    """Train Ama first: otherwise everything would be refused for want of it alone."""
    held = training.plan_session(
        db,
        programme_id=school.programme_id,
        title="First training",
        held_on=date(2025, 10, 3),
        module_codes=["M1", "M2", "M3", "M4", "M5", "M6", "M8"],
        led_by=school.nia.id,
        actor=school.nia.actor,
        now=NOW,
    )
    there = {school.ama.enrolled: True}
    training.record_attendance(db, session_id=held, present=there, actor=school.nia.actor, now=NOW)


@pytest.mark.attack("IN06")
def test_a_role_that_ends_ends_by_itself(database: Database, school: Cast) -> None:
    """Nobody has to remember it: on the day after, whoever held it may do nothing any more."""
    last_day = local_date(NOW) + timedelta(days=3)
    with database.transaction() as db:
        (role,) = queries.staff_member(db, school.sam.id).roles
        people.end_role(db, role_id=role.id, held_until=last_day, actor=school.nia.actor, now=NOW)
    with database.reading() as db:
        assert queries.roles_on(db, school.sam.id, last_day) == {Role.SUPERVISOR}
        assert queries.roles_on(db, school.sam.id, last_day + timedelta(days=1)) == frozenset()


@pytest.mark.attack("WZ24")
def test_nobody_who_holds_an_award_is_the_one_who_decides_it(database: Database, school: Cast) -> None:
    with pytest.raises(Forbidden), database.transaction(school.organisation_id) as db:
        awarding.award(
            db,
            enrolment_id=school.ama.enrolled,
            level_code="WA-TRN",
            awarded_on=NOW.date(),
            actor=school.ama.actor,
            now=NOW,
        )
