"""IN01, IN06: a co-ordinator alone makes no hours, an end of a role is an end, and everything says who did it."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import col

from accredit.clock import local_date
from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import Tag
from accredit.domain.awarding import operations as awarding
from accredit.domain.organisations.rules import Permission, Role, may
from accredit.domain.people import operations as people
from accredit.domain.people import queries
from accredit.domain.people.operations import PersonEntry
from accredit.domain.practice import operations as practice
from accredit.domain.training import operations as training
from accredit.domain.transparency import operations as transparency
from accredit.errors import Forbidden, RuleBroken
from accredit.storage import Database
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
