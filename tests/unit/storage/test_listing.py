"""Lists that the database sorts, filters and cuts: the same on both, and for as many lines as there may be."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.credentials import cohort
from accredit.domain.enrolments import listing as enrolments
from accredit.domain.organisations import listing as organisations
from accredit.domain.people import leaving
from accredit.domain.people import listing as people
from accredit.domain.people.models import YoungPerson
from accredit.domain.practice import listing as practice
from accredit.domain.training import listing as training
from accredit.storage import Database
from accredit.storage.listing import Listing, Wanted
from tests import factories
from tests.cast import Cast, make_cast
from tests.factories import NOW

TODAY = NOW.date()
CLASS = (("Zoë Olaf", "9", "9B"), ("Émile Vogel", "10", "10A"), ("emil Zander", "R", "RB"), ("Ann 100% Sure", "", ""))


@pytest.fixture
def cast(database: Database) -> Cast:
    with database.transaction() as db:
        made = make_cast(db)
        for number, (name, year, form) in enumerate(CLASS):
            factories.add_young_person(
                db,
                made.organisation_id,
                name=name,
                year_group=year or None,  # type: ignore[arg-type]  # nobody must be in a year
                form=form or None,  # type: ignore[arg-type]  # nor in a form
                reference=f"4{number:03}",
                confirmed=number != 2,
            )
    return made


def listed(database: Database, cast: Cast, of: Listing[Any], order: str, **filters: str) -> list[Any]:
    is_backwards = order.startswith("-")
    wanted = Wanted(order=order.removeprefix("-"), is_backwards=is_backwards, filters=filters)
    with database.reading(cast.organisation_id) as db:
        lines = list(of.lines(db, wanted, limit=100))
        assert of.count(db, wanted) == len(lines)
        assert list(of.every(db, wanted)) == lines
        pieces = [line for at in range(len(lines) + 1) for line in of.lines(db, wanted, limit=1, offset=at)]
        assert pieces == lines
    return lines


def names(database: Database, cast: Cast, order: str = "name", **filters: str) -> list[str]:
    of = enrolments.young_people(organisation_id=cast.organisation_id, on=TODAY)
    return [line.person.printed_name for line in listed(database, cast, of, order, **filters)]


def test_names_stand_in_the_order_of_their_letters_whatever_their_marks(database: Database, cast: Cast) -> None:
    expected = [
        "Ama Sample", "Ann 100% Sure", "Ben Beispiel", "Cai Sampl", "emil Zander", "Émile Vogel", "Zoë Olaf",
    ]  # fmt: skip
    assert names(database, cast) == expected
    assert names(database, cast, "-name") == expected[::-1]


def test_years_follow_each_other_and_who_has_none_comes_last(database: Database, cast: Cast) -> None:
    found = names(database, cast, "year")
    assert found[:3] == ["emil Zander", "Zoë Olaf", "Émile Vogel"]
    assert found[-1] == "Ann 100% Sure"
    assert names(database, cast, "-year")[-1] == "Ann 100% Sure"


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        pytest.param({"q": "emile"}, ["Émile Vogel"], id="a name without its mark"),
        pytest.param({"q": "%"}, ["Ann 100% Sure"], id="a sign that stands for anything elsewhere"),
        pytest.param({"q": "zoe 9b"}, ["Zoë Olaf"], id="two words in two columns"),
        pytest.param({"q": "4003"}, ["Ann 100% Sure"], id="a pupil number"),
        pytest.param({"year": "10"}, ["Émile Vogel"], id="a year"),
        pytest.param({"name": "open"}, ["Cai Sampl", "emil Zander"], id="names still to confirm"),
        pytest.param({"name": "open", "q": "cai"}, ["Cai Sampl"], id="two filters"),
        pytest.param(
            {"programme": enrolments.NOWHERE},
            ["Ann 100% Sure", "emil Zander", "Émile Vogel", "Zoë Olaf"],
            id="who is in no programme",
        ),
        pytest.param({"slip": "yes"}, [], id="who has a slip"),
        pytest.param({"programme": str(UUID(int=7))}, [], id="a programme that is not there"),
    ],
)
def test_a_filter_lets_through(filters: dict[str, str], expected: list[str], database: Database, cast: Cast) -> None:
    assert names(database, cast, **filters) == expected


def test_who_is_in_no_programme_is_counted(database: Database, cast: Cast) -> None:
    with database.reading(cast.organisation_id) as db:
        assert enrolments.in_no_programme(db, organisation_id=cast.organisation_id, on=TODAY) == 4


def test_a_programme_lists_its_own(database: Database, cast: Cast) -> None:
    assert names(database, cast, programme=str(cast.programme_id)) == ["Ama Sample", "Ben Beispiel", "Cai Sampl"]
    of = enrolments.members(programme_id=cast.programme_id, on=TODAY)
    assert [line.person.printed_name for line in listed(database, cast, of, "-name")] == [
        "Cai Sampl",
        "Ben Beispiel",
        "Ama Sample",
    ]
    (paused,) = listed(database, cast, of, "since", **{"break": "yes"})
    assert (paused.person.printed_name, paused.is_on_break) == ("Ben Beispiel", True)
    assert len(listed(database, cast, of, "year", **{"break": "no"})) == 2


def test_who_has_left_is_in_a_list_of_their_own(database: Database, cast: Cast) -> None:
    with database.transaction(cast.organisation_id) as db:
        leaving.mark_left(db, young_person_id=cast.ama.id, actor=cast.nia.actor, now=NOW)
    assert "Ama Sample" not in names(database, cast)
    of = people.leavers(organisation_id=cast.organisation_id)
    assert [one.id for one in listed(database, cast, of, "-left")] == [cast.ama.id]
    assert listed(database, cast, of, "name", waiting="yes") == []
    assert len(listed(database, cast, of, "name", waiting="no", q="ama")) == 1


def test_staff_are_found_by_role(database: Database, cast: Cast) -> None:
    of = people.staff(organisation_id=cast.organisation_id, on=TODAY)
    everybody = [who.id for who in listed(database, cast, of, "name")]
    assert {cast.sam.id, cast.nia.id, cast.lee.id} <= set(everybody)
    assert cast.oz.id not in everybody
    assert [who.id for who in listed(database, cast, of, "email", role="supervisor")] == [cast.sam.id]
    assert listed(database, cast, of, "job", role="none") == []
    assert [who.id for who in listed(database, cast, of, "name", q="sam@")] == [cast.sam.id]


def test_organisations_are_found_by_name_and_number(database: Database, cast: Cast) -> None:
    of = organisations.organisations()

    def found(order: str, **filters: str) -> list[UUID]:
        wanted = Wanted(order=order, filters=filters)
        with database.reading() as db:
            return [one.id for one in of.lines(db, wanted, limit=10)]

    assert found("name") == [cast.organisation_id, cast.other_organisation_id]
    assert found("town", q="499901") == [cast.other_organisation_id]
    assert found("name", kind="college") == []
    assert len(found("name", nation="england", recognised="no")) == 2
    assert found("name", recognised="yes") == []


@pytest.mark.parametrize(
    "describe",
    [
        pytest.param(lambda cast: enrolments.young_people(organisation_id=cast.organisation_id, on=TODAY), id="people"),
        pytest.param(lambda cast: enrolments.members(programme_id=cast.programme_id, on=TODAY), id="members"),
        pytest.param(lambda cast: people.leavers(organisation_id=cast.organisation_id), id="leavers"),
        pytest.param(lambda cast: people.staff(organisation_id=cast.organisation_id, on=TODAY), id="staff"),
        pytest.param(lambda cast: training.sessions(organisation_id=cast.organisation_id, on=TODAY), id="training"),
        pytest.param(lambda cast: practice.practice_sessions(organisation_id=cast.organisation_id), id="practice"),
        pytest.param(lambda cast: cohort.awards(organisation_id=cast.organisation_id), id="awards"),
    ],
)
def test_every_order_works_and_another_school_sees_nothing_of_it(describe: Any, database: Database, cast: Cast) -> None:
    of: Listing[Any] = describe(cast)
    with database.reading(cast.other_organisation_id) as db:
        for order in of.orders:
            for is_backwards in (False, True):
                wanted = Wanted(order=order, is_backwards=is_backwards)
                assert (of.count(db, wanted), list(of.lines(db, wanted, limit=10))) == (0, [])


def test_what_is_alike_goes_by_name_whichever_way_the_list_goes(database: Database, cast: Cast) -> None:
    of = enrolments.young_people(organisation_id=cast.organisation_id, on=TODAY)
    alike = replace(of, orders={"school": (col(YoungPerson.organisation_id),)}, within=(people.BY_NAME,))
    by_name = [line.person.id for line in listed(database, cast, of, "name")]
    for order in ("school", "-school"):
        assert [line.person.id for line in listed(database, cast, alike, order)] == by_name
    assert cohort.awards(organisation_id=cast.organisation_id).within == (people.BY_NAME,)


def test_a_page_costs_the_same_however_long_the_list_is(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as db:
        school = factories.add_organisation(db)
    asked: list[str] = []
    sa.event.listen(sqlite_database.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))

    def cost() -> int:
        of = enrolments.young_people(organisation_id=school, on=date(2026, 6, 30))
        with sqlite_database.reading(school) as db:
            asked.clear()
            assert of.count(db, Wanted(order="name")) >= 1
            lines = of.lines(db, Wanted(order="name"), limit=5)
            assert len(lines) <= 5
        return len(asked)

    costs = []
    for number in (1, 40):
        with sqlite_database.transaction() as db:
            for each in range(number):
                name = f"Una {'x' * (each + 1)}"
                factories.add_young_person(db, school, name=name, reference=f"{number}-{each}", confirmed=False)
        costs.append(cost())
    assert costs[0] == costs[1]
