"""What waits today: counts without names, only what the reader can act on, and always in the same order."""

from __future__ import annotations

from dataclasses import fields
from uuid import UUID

import pytest

from accredit.domain.credentials.to_do import ToDo, ToDoKind, to_do
from accredit.domain.facilitation import operations as facilitation
from accredit.domain.organisations.rules import Role, permissions_of
from accredit.storage import Database
from tests import factories
from tests.cast import Cast
from tests.factories import NOW, TODAY
from tests.unit.web.coordinator.school import plan_training, train

ALL = permissions_of([Role.COORDINATOR])


def waiting(
    database: Database, cast: Cast, roles: tuple[Role, ...] = (Role.COORDINATOR,), staff_id: UUID | None = None
) -> dict[ToDoKind, ToDo]:
    with database.reading(cast.organisation_id) as db:
        found = to_do(
            db,
            organisation_id=cast.organisation_id,
            permissions=permissions_of(roles),
            staff_id=staff_id or cast.nia.id,
            now=NOW,
        )
    assert [each.kind for each in found] == sorted((each.kind for each in found), key=list(ToDoKind).index)
    return {each.kind: each for each in found}


def test_a_name_and_the_only_co_ordinator_wait_from_the_start(sqlite_database: Database, cast: Cast) -> None:
    found = waiting(sqlite_database, cast)
    assert set(found) == {ToDoKind.NAMES, ToDoKind.ONE_COORDINATOR}
    assert found[ToDoKind.NAMES].count == 1


def test_a_session_without_its_register_waits_and_the_oldest_is_the_one_to_begin_with(
    sqlite_database: Database, cast: Cast
) -> None:
    second = plan_training(sqlite_database, cast, held_on=NOW.date())
    first = plan_training(sqlite_database, cast)
    found = waiting(sqlite_database, cast)[ToDoKind.REGISTERS]
    assert (found.count, found.subject) == (2, first)
    assert second != first


@pytest.mark.usefixtures("app")
def test_who_is_ready_is_counted_for_each_programme(sqlite_database: Database, cast: Cast) -> None:
    train(sqlite_database, cast)
    found = waiting(sqlite_database, cast)[ToDoKind.READY]
    assert (found.count, found.programme_id) == (2, cast.programme_id)


def test_whoever_came_in_and_joined_nothing_is_what_an_import_left_unfinished(
    sqlite_database: Database, cast: Cast
) -> None:
    with sqlite_database.transaction() as db:
        factories.add_young_person(db, cast.organisation_id, name="Efa Enghraifft", reference="9")
    assert waiting(sqlite_database, cast)[ToDoKind.UNPLACED].count == 1


@pytest.mark.parametrize(
    ("roles", "kinds"),
    [
        pytest.param((Role.SUPERVISOR,), set(), id="a supervisor is not told of names and registers"),
        pytest.param((Role.ADMINISTRATOR,), {ToDoKind.ONE_COORDINATOR}, id="an administrator is told of the staff"),
    ],
)
def test_only_what_the_reader_can_act_on_is_told(
    roles: tuple[Role, ...], kinds: set[ToDoKind], sqlite_database: Database, cast: Cast
) -> None:
    plan_training(sqlite_database, cast)
    assert set(waiting(sqlite_database, cast, roles)) == kinds


@pytest.mark.usefixtures("app")
def test_another_school_is_told_nothing_of_this_one(sqlite_database: Database, cast: Cast) -> None:
    train(sqlite_database, cast)
    with sqlite_database.reading(cast.other_organisation_id) as db:
        other = cast.other_organisation_id
        found = to_do(db, organisation_id=other, permissions=ALL, staff_id=cast.oz.id, now=NOW)
    assert {each.kind for each in found} == {ToDoKind.ONE_COORDINATOR, ToDoKind.NO_SUPERVISOR}


def test_nothing_in_it_could_hold_the_name_of_a_person() -> None:
    # What is posted once a week is made from this, and mailboxes are read by others.
    assert {field.name for field in fields(ToDo)} == {"kind", "count", "programme_id", "programme", "subject"}


@pytest.mark.usefixtures("app")
def test_a_record_that_an_adult_asks_for_waits_for_somebody_else(sqlite_database: Database, cast: Cast) -> None:
    with sqlite_database.transaction(cast.organisation_id) as db:
        facilitation.record_session(
            db,
            programme_id=cast.programme_id,
            held_on=TODAY,
            part_codes=["F1"],
            delivered_by="Peer Support Trust",
            present=[cast.sam.id],
            actor=cast.nia.actor,
            now=NOW,
        )
        facilitation.ask_for_record(
            db, programme_id=cast.programme_id, printed_name=cast.sam.name, actor=cast.sam.actor, now=NOW
        )
    assert waiting(sqlite_database, cast)[ToDoKind.ADULTS_RECORDS].count == 1
    assert ToDoKind.ADULTS_RECORDS not in waiting(sqlite_database, cast, staff_id=cast.sam.id), "nobody gives their own"
    assert ToDoKind.ADULTS_RECORDS not in waiting(sqlite_database, cast, (Role.ADMINISTRATOR,))
