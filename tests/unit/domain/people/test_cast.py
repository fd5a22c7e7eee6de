"""The cast itself, and the wall around it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from accredit.domain.enrolments import queries as enrolments
from accredit.domain.organisations import queries as organisations
from accredit.domain.organisations.rules import Role
from accredit.domain.people import queries as people
from accredit.errors import NotFound
from accredit.storage import Database
from tests.cast import make_cast
from tests.factories import TODAY


def test_the_cast_stands_as_described(database: Database) -> None:
    with database.transaction() as db:
        cast = make_cast(db)
    with database.reading(cast.organisation_id) as db:
        members = enrolments.cohort(db, programme_id=cast.programme_id, on=TODAY)
        assert [(m.known_as, m.name_is_confirmed, m.is_on_break) for m in members] == [
            ("Ama", True, False),
            ("Ben", True, True),
            ("Cai", False, False),
        ]
        assert [s.name for s in people.supervisors(db, organisation_id=cast.organisation_id, on=TODAY)] == [
            cast.sam.name
        ]
        assert people.roles_on(db, cast.lee.id, TODAY) == {Role.ADMINISTRATOR}


def test_oz_sees_nothing(database: Database) -> None:
    with database.transaction() as db:
        cast = make_cast(db)
    with database.reading(cast.other_organisation_id) as db:
        assert people.young_people(db, organisation_id=cast.organisation_id) == ()
        assert people.staff(db, organisation_id=cast.organisation_id) == ()
        assert enrolments.cohort(db, programme_id=cast.programme_id, on=TODAY) == ()
        assert people.young_people_by_reference(db, organisation_id=cast.organisation_id) == {}
        looks: tuple[Callable[[], object], ...] = (
            lambda: people.young_person(db, cast.ama.id),
            lambda: people.staff_member(db, cast.sam.id),
            lambda: enrolments.enrolment(db, cast.ama.enrolled),
            lambda: organisations.organisation(db, cast.organisation_id),
        )
        for look in looks:
            with pytest.raises(NotFound):
                look()
