"""A new school year: everybody moves up at once, who leaves was ticked, and nothing happens twice by mistake."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlmodel import select

from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import Tag
from accredit.domain.organisations.rules import Role
from accredit.domain.people import queries
from accredit.domain.people.class_list import YEAR_GROUPS, read_class_list
from accredit.domain.people.importing import plan_import
from accredit.domain.people.models import YoungPerson
from accredit.domain.people.new_year import NewYear, Started, plan_new_year, start_new_year
from accredit.errors import Conflict, Forbidden, NotFound, RuleBroken
from accredit.storage import Database
from tests import factories
from tests.factories import NOW, PEPPER, TODAY

ENGLAND = YEAR_GROUPS["england"]
PEOPLE = (("A", "R", "RP"), ("B", "10", "10B"), ("C", "12", "12/3"), ("D", "13", "13A"), ("E", None, None))


@pytest.fixture
def school(database: Database) -> UUID:
    with database.transaction() as db:
        school = factories.add_organisation(db)
        for name, year_group, form in PEOPLE:
            person = db.get(YoungPerson, factories.add_young_person(db, school, name=name, reference=name))
            person.year_group, person.form = year_group, form
            db.add(person)
    return school


def plan(database: Database, school: UUID, *, now: datetime = NOW, groups: tuple[str, ...] = ENGLAND) -> NewYear:
    with database.reading() as db:
        return plan_new_year(db, organisation_id=school, year_groups=groups, now=now)


def start(
    database: Database,
    school: UUID,
    *,
    leaving: Collection[UUID] = (),
    digest: str | None = None,
    again: bool = False,
    now: datetime = NOW,
    staff_of: UUID | None = None,
) -> Started:
    actor = factories.staff_actor(uuid4(), staff_of or school, Role.COORDINATOR)
    expected = digest or plan(database, school, now=now).digest
    with database.transaction() as db:
        return start_new_year(
            db,
            organisation_id=school,
            year_groups=ENGLAND,
            leaving=leaving,
            expected_digest=expected,
            again=again,
            actor=actor,
            now=now,
        )


def here(database: Database, school: UUID) -> dict[str, tuple[str | None, str | None]]:
    with database.reading() as db:
        people = queries.young_people(db, organisation_id=school)
    return {person.printed_name: (person.year_group, person.form) for person in people}


def test_everybody_moves_up_with_their_form_and_the_ticked_leave(database: Database, school: UUID) -> None:
    shown = plan(database, school)
    assert [(step.year_group, step.becomes, step.people) for step in shown.steps] == [
        ("R", "1", 1),
        ("10", "11", 1),
        ("12", "13", 1),
        ("13", None, 1),
    ]
    [leaver] = shown.leavers
    assert (leaver.printed_name, shown.without_year_group) == ("D", 1)
    done = start(database, school, leaving=[leaver.young_person_id])
    assert done == Started(moved=3, left=(leaver.young_person_id,))
    assert here(database, school) == {
        "A": ("1", "RP"),
        "B": ("11", "11B"),
        "C": ("13", "13/3"),
        "E": (None, None),
    }
    with database.reading() as db:
        [event] = db.exec(select(AuditEvent).where(AuditEvent.tag == Tag.NEW_YEAR_STARTED)).all()
    assert event.details == {"moved": 3, "left": 1}


def test_whoever_is_not_ticked_stays(database: Database, school: UUID) -> None:
    start(database, school)
    assert here(database, school)["D"] == ("13", "13A")


def test_the_year_is_not_started_twice_by_mistake(database: Database, school: UUID) -> None:
    start(database, school)
    later = NOW + timedelta(days=30)
    with pytest.raises(RuleBroken, match="new-year-lately"):
        start(database, school, now=later)
    assert start(database, school, again=True, now=later).moved == 2
    assert plan(database, school, now=NOW + timedelta(days=365)).last_at is None


def test_a_plan_that_is_out_of_date_is_refused(database: Database, school: UUID) -> None:
    digest = plan(database, school).digest
    with database.transaction() as db:
        factories.add_young_person(db, school, name="New", reference="New")
    with pytest.raises(Conflict, match="plan-out-of-date"):
        start(database, school, digest=digest)


def test_only_somebody_of_the_last_year_leaves_by_it(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as db:
        school = factories.add_organisation(db)
        somebody = factories.add_young_person(db, school, name="A", reference="1")
    with pytest.raises(NotFound):
        start(sqlite_database, school, leaving=[somebody])


def test_another_school_cannot_start_the_year_here(database: Database, school: UUID) -> None:
    with pytest.raises(Forbidden):
        start(database, school, staff_of=uuid4())


def test_year_groups_follow_one_another_as_the_nation_has_them(database: Database, school: UUID) -> None:
    found = plan(database, school, groups=("R", "10", "12", "13", "14")).steps
    assert {step.year_group: step.becomes for step in found} == {"R": "10", "10": "12", "12": "13", "13": "14"}


def test_a_class_list_does_not_bring_back_whoever_left(database: Database, school: UUID) -> None:
    [leaver] = plan(database, school).leavers
    start(database, school, leaving=[leaver.young_person_id])
    listed = read_class_list(b"Adno,Name,Year\nD,D,13\n", today=TODAY, year_groups=ENGLAND)
    with database.reading() as db:
        [rejected] = plan_import(db, organisation_id=school, class_list=listed, pepper=PEPPER).rejected
    assert [remark.reason for remark in rejected.remarks] == ["person-left"]
