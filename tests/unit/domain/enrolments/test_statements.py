"""Lists take a constant number of statements, however many people are in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

import pytest
from sqlalchemy import event

from accredit.domain.enrolments import operations as enrolments
from accredit.domain.enrolments import queries
from accredit.domain.organisations import queries as organisations
from accredit.domain.people import operations as people_operations
from accredit.domain.people import queries as people
from accredit.storage import Database, Session
from tests import factories
from tests.cast import Cast, make_cast
from tests.factories import NOW, PEPPER, TODAY


@contextmanager
def _counted(database: Database) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_c: object, _u: object, statement: str, *_rest: object) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "INSERT", "UPDATE")):
            statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield statements
    event.remove(database.engine, "before_cursor_execute", note)


LISTS: dict[str, tuple[int, Callable[[Session, Cast], object]]] = {
    "a cohort": (3, lambda db, cast: queries.cohort(db, programme_id=cast.programme_id, on=TODAY)),
    "the staff": (2, lambda db, cast: people.staff(db, organisation_id=cast.organisation_id)),
    "supervisors": (2, lambda db, cast: people.supervisors(db, organisation_id=cast.organisation_id, on=TODAY)),
    "young people": (1, lambda db, cast: people.young_people(db, organisation_id=cast.organisation_id)),
    "organisations": (2, lambda db, _cast: organisations.organisations(db)),
}


@pytest.mark.parametrize(("most", "look"), LISTS.values(), ids=LISTS.keys())
def test_a_list_takes_few_statements(
    sqlite_database: Database, most: int, look: Callable[[Session, Cast], object]
) -> None:
    with sqlite_database.transaction() as db:
        cast = make_cast(db)
        more = [factories.add_young_person(db, cast.organisation_id, name=f"Ama Sample {n}") for n in range(30)]
        _enrol(db, cast, more)
    with sqlite_database.reading() as db, _counted(sqlite_database) as statements:
        look(db, cast)
    assert len(statements) <= most


def test_a_cohort_is_enrolled_and_given_slips_without_a_statement_for_each(sqlite_database: Database) -> None:
    def count(size: int) -> int:
        with sqlite_database.transaction() as db:
            more = [factories.add_young_person(db, school.organisation_id, name="Ama Sample") for _ in range(size)]
        with _counted(sqlite_database) as statements, sqlite_database.transaction() as db:
            _enrol(db, school, more)
            people_operations.make_claim_slips(
                db,
                organisation_id=school.organisation_id,
                young_person_ids=more,
                pepper=PEPPER,
                actor=school.nia.actor,
                now=NOW,
            )
        return len(statements)

    with sqlite_database.transaction() as db:
        school = make_cast(db)
    assert count(5) == count(60)


def _enrol(db: Session, cast: Cast, young_people: list[UUID]) -> None:
    enrolments.enrol_many(
        db,
        young_person_ids=young_people,
        programme_id=cast.programme_id,
        started_on=TODAY,
        actor=cast.nia.actor,
        now=NOW,
    )
