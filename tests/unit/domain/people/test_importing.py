"""A class list is taken in whole or not at all, and the same one twice changes nothing."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
from sqlmodel import select

from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import SERVICE, Tag
from accredit.domain.people import operations, queries
from accredit.domain.people.class_list import YEAR_GROUPS, ClassList, Field, read_class_list
from accredit.domain.people.importing import ALL_THE_SAME, Imported, ImportPlan, import_class_list, plan_import
from accredit.domain.people.models import YoungPerson
from accredit.errors import Conflict, Forbidden, RuleBroken
from accredit.storage import Database, Session
from tests import factories
from tests.factories import NOW, PEPPER, TODAY

FILES = Path(__file__).resolve().parents[3] / "vectors" / "class_list"
HEADINGS = "Adno,UPN,Forename,Surname,Year\n"
AMA, BEN = "Y999200213001", "M999200213002"


def _list(text: str = "", *, file: str = "", **options: dict[str, str] | dict[Field, int]) -> ClassList:
    data = (FILES / file).read_bytes() if file else (HEADINGS + text).encode()
    return read_class_list(data, today=TODAY, year_groups=YEAR_GROUPS["england"], **options)  # type: ignore[arg-type]


def _plan(db: Session, school: UUID, listed: ClassList) -> ImportPlan:
    return plan_import(db, organisation_id=school, class_list=listed, pepper=PEPPER)


def _take_in(db: Session, school: UUID, listed: ClassList, *, leave_out: bool = False) -> Imported:
    return import_class_list(
        db,
        organisation_id=school,
        class_list=listed,
        expected_digest=_plan(db, school, listed).digest,
        pepper=PEPPER,
        leave_out_rejected=leave_out,
        actor=SERVICE,
        now=NOW,
    )


@pytest.fixture
def school(database: Database) -> UUID:
    with database.transaction() as db:
        return factories.add_organisation(db)


def test_the_same_file_twice_changes_nothing(database: Database, school: UUID) -> None:
    listed = _list(file="arbor-export.csv")
    with database.transaction(school) as db:
        assert len(_take_in(db, school, listed).added) == 30
    with database.transaction(school) as db:
        assert _take_in(db, school, listed) == Imported(added=(), changed=0, unchanged=30)
        events = db.exec(select(AuditEvent).where(AuditEvent.tag == Tag.PEOPLE_IMPORTED)).all()
        assert [event.details["added"] for event in events] == [30]


def test_a_dry_run_writes_nothing(database: Database, school: UUID) -> None:
    with database.reading(school) as db:
        plan = _plan(db, school, _list(file="arbor-export.csv"))
        assert (len(plan.new), plan.changed, plan.unchanged, plan.rejected) == (30, (), 0, ())
        assert queries.young_people(db, organisation_id=school) == ()


def test_no_upn_and_no_birth_date_is_stored(database: Database, school: UUID) -> None:
    with database.transaction(school) as db:
        _take_in(db, school, _list(file="arbor-export.csv"))
        rows = db.exec(select(YoungPerson)).all()
    everything = repr([row.model_dump(exclude={"id"}) for row in rows])
    assert AMA not in everything
    assert "2008-10-03" not in everything
    assert sum(row.upn_hash is not None for row in rows) == 29


def test_a_name_waits_for_the_young_person(database: Database, school: UUID) -> None:
    with database.transaction(school) as db:
        _take_in(db, school, _list(f"7,{AMA},Ama,Sample,12\n"))
        [ama] = queries.young_people(db, organisation_id=school)
        assert not ama.name_is_confirmed


def test_rows_that_need_a_look_stop_the_import_until_left_out(database: Database, school: UUID) -> None:
    listed = _list(file="sims-export.csv")
    with database.transaction(school) as db:
        assert [entry.record for entry in _plan(db, school, listed).rejected] == [3, 10, 21]
        with pytest.raises(RuleBroken) as caught:
            _take_in(db, school, listed)
        assert (caught.value.rule, caught.value.facts["count"]) == ("rows-need-attention", 3)
        assert queries.young_people(db, organisation_id=school) == ()
        assert len(_take_in(db, school, listed, leave_out=True).added) == 21


def test_columns_are_settled_before_anybody_is_taken_in(database: Database, school: UUID) -> None:
    listed = _list(file="broken-export.csv")
    with database.transaction(school) as db, pytest.raises(RuleBroken, match="columns-need-attention"):
        _take_in(db, school, listed, leave_out=True)


def test_a_changed_year_group_is_planned_and_made(database: Database, school: UUID) -> None:
    with database.transaction(school) as db:
        _take_in(db, school, _list(f"7,{AMA},Ama,Sample,12\n8,{BEN},Ben,Sampl,12\n"))
    listed = _list(f"7,{AMA},Ama,Sample,13\n8,{BEN},Ben,Sampl,12\n")
    with database.transaction(school) as db:
        plan = _plan(db, school, listed)
        [change] = plan.changed
        assert [(c.field, c.before, c.after) for c in change.fields] == [("year_group", "12", "13")]
        assert _take_in(db, school, listed) == Imported(added=(), changed=1, unchanged=1)


def test_a_upn_finds_somebody_whose_pupil_number_changed(database: Database, school: UUID) -> None:
    with database.transaction(school) as db:
        _take_in(db, school, _list(f"7,{AMA},Ama,Sample,12\n"))
        assert _take_in(db, school, _list(f"907,{AMA},Ama,Sample,12\n")).changed == 1
        [ama] = queries.young_people(db, organisation_id=school)
        assert ama.school_reference == "907"


def test_a_file_never_changes_a_confirmed_name(database: Database, school: UUID) -> None:
    with database.transaction(school) as db:
        ama = _take_in(db, school, _list(f"7,{AMA},Ama,Sample,12\n")).added[0]
        actor = factories.young_actor(ama, school)
        operations.confirm_printed_name(db, young_person_id=ama, name="Ama Sample", actor=actor, now=NOW)
        assert _take_in(db, school, _list(f"7,{AMA},Amara,Sample-Prawf,12\n")).unchanged == 1


def test_a_cell_left_empty_changes_nothing(database: Database, school: UUID) -> None:
    with database.transaction(school) as db:
        _take_in(db, school, _list(f"7,{AMA},Ama,Sample,12\n"))
        assert _take_in(db, school, _list(f",{AMA},Ama,Sample,\n")).unchanged == 1


@pytest.mark.parametrize(
    ("row", "reason", "may_be_answered"),
    [
        pytest.param("7,,Zed,Other,12", "other-name", True, id="a number that was somebody else's"),
        pytest.param("7,Q999200213004,Ama,Sample,12", "upn-changed", True, id="another UPN under the same number"),
        pytest.param(f"7,{BEN},Ben,Sampl,12", "numbers-of-two-people", False, id="numbers of two people"),
        pytest.param("007,,Ama,Sample,12", "zeros-differ", False, id="zeros that a spreadsheet ate"),
    ],
)
def test_a_doubtful_match_stays_out(
    database: Database, school: UUID, row: str, reason: str, may_be_answered: bool
) -> None:
    first = f"7,{AMA},Ama,Sample,12\n8,{BEN},Ben,Sampl,12\n"
    with database.transaction(school) as db:
        _take_in(db, school, _list(first))
        [entry] = _plan(db, school, _list(row + "\n")).rejected
        assert [remark.reason for remark in entry.remarks] == [reason]
        answered = _plan(db, school, _list(row + "\n", answers={entry.remarks[0].key: "yes"}))
        assert bool(answered.rejected) is not may_be_answered


def test_two_records_never_land_on_one_person(database: Database, school: UUID) -> None:
    with database.transaction(school) as db:
        _take_in(db, school, _list(f"7,{AMA},Ama,Sample,12\n"))
        [entry] = _plan(db, school, _list(f",{AMA},Ama,Sample,12\n7,,Ama,Sample,12\n")).rejected
        assert entry.remarks[0].reason == "two-records-one-person"


def test_the_same_name_is_never_the_same_person(database: Database, school: UUID) -> None:
    with database.transaction(school) as db:
        _take_in(db, school, _list(f"7,{AMA},Jordan,Sample,12\n"))
        assert len(_take_in(db, school, _list(f"8,{BEN},Jordan,Sample,12\n")).added) == 1


def test_a_plan_that_is_out_of_date_is_refused(database: Database, school: UUID) -> None:
    listed = _list(f"7,{AMA},Ama,Sample,12\n")
    with database.transaction(school) as db:
        digest = _plan(db, school, listed).digest
        factories.add_young_person(db, school, name="Ama Sample", reference="7")
        with pytest.raises(Conflict, match="plan-out-of-date"):
            import_class_list(
                db,
                organisation_id=school,
                class_list=listed,
                expected_digest=digest,
                pepper=PEPPER,
                actor=SERVICE,
                now=NOW,
            )


def test_another_school_cannot_import_here(database: Database, school: UUID) -> None:
    with database.transaction() as db:
        other = factories.add_organisation(db, name="Example Valley School")
        listed = _list(f"7,{AMA},Ama,Sample,12\n")
        _take_in(db, other, listed)
        assert len(_plan(db, school, listed).new) == 1
        with pytest.raises(Forbidden):
            import_class_list(
                db,
                organisation_id=school,
                class_list=listed,
                expected_digest="",
                pepper=PEPPER,
                actor=factories.young_actor(school, other),
                now=NOW,
            )


@pytest.mark.attack("WI17")
@pytest.mark.parametrize(
    ("first", "then", "new", "changed", "doubts"),
    [
        pytest.param(
            f"7,{AMA},Jordan,Sample,12\n", f"8,{BEN},Jordan,Sample,12\n", 1, 0, [], id="WI17 another child of one name"
        ),
        pytest.param(
            f"7,{AMA},Efa,Enghraifft,8\n8,{BEN},Eva,Enghraifft,8\n",
            f"7,{AMA},Efa,Enghraifft,8\n8,{BEN},Eva,Enghraifft,8\n",
            0,
            0,
            [],
            id="WI17 twins of almost one name",
        ),
        pytest.param("7,,Jordan,Sample,12\n", "9,,Jordan,Sample,12\n", 0, 0, ["same-name"], id="WI17 another number"),
        pytest.param(f"7,{AMA},Nia,Sampl,12\n", f"7,{AMA},Nia,Prawf,12\n", 0, 1, [], id="WI17 new surname, UPN known"),
        pytest.param("7,,Nia,Sampl,12\n", "7,,Nia,Prawf,12\n", 0, 0, ["other-name"], id="WI17 a new surname, no UPN"),
        pytest.param(
            f"7,{AMA},Nia,Sampl,12\n", f"7,{AMA},Sampl,Nia,12\n", 0, 0, ["names-turned"], id="WI17 names swapped"
        ),
        pytest.param(
            f"7,{AMA},Nia,Sampl,12\n8,{BEN},Cai,Prawf,12\n",
            f"8,{AMA},Nia,Sampl,12\n",
            0,
            0,
            ["numbers-of-two-people"],
            id="WI17 numbers swapped",
        ),
    ],
)
def test_nobody_is_taken_for_somebody_else(
    sqlite_database: Database, first: str, then: str, new: int, changed: int, doubts: list[str]
) -> None:
    with sqlite_database.transaction() as db:
        school = factories.add_organisation(db)
    with sqlite_database.transaction(school) as db:
        _take_in(db, school, _list(first))
        plan = _plan(db, school, _list(then))
    reasons = [remark.reason for rejected in plan.rejected for remark in rejected.remarks]
    assert (len(plan.new), len(plan.changed), reasons) == (new, changed, doubts)


@pytest.mark.attack("WI17")
def test_a_person_says_which_of_two_of_one_name_it_is(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as db:
        school = factories.add_organisation(db)
    with sqlite_database.transaction(school) as db:
        _take_in(db, school, _list("7,,Jordan,Sample,12\n"))
        people = _take_in(db, school, _list("8,,Jordan,Sample,12\n", answers={"1:-:same-name": "other"}))
        assert len(people.added) == 1
        [entry] = _plan(db, school, _list("9,,Jordan,Sample,12\n")).rejected
        [question] = entry.remarks
        assert question.facts["choices"] == (*sorted(map(str, queries_ids(db, school))), "other")
        answers = {question.key: str(people.added[0])}
        [change] = _plan(db, school, _list("9,,Jordan,Sample,12\n", answers=answers)).changed
        assert change.young_person_id == people.added[0]
        told = _plan(db, school, _list("9,,Jordan,Sample,12\n", answers={question.key: "yes"}))
        assert len(told.rejected) == 1, "yes does not say which of the two"


def queries_ids(db: Session, school: UUID) -> list[UUID]:
    """Return the ids of everybody here."""
    return [person.id for person in queries.young_people(db, organisation_id=school)]


def test_names_alone_twice_add_nobody_once_somebody_says_so(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as db:
        school = factories.add_organisation(db)
    by_name = {"0:-:no-number-column": "yes"}
    data = b"Name\nDai Newydd\nElin Sampl\n"

    def listed(**answers: str) -> ClassList:
        groups = YEAR_GROUPS["england"]
        return read_class_list(data, today=TODAY, year_groups=groups, answers=by_name | answers)

    with sqlite_database.transaction(school) as db:
        assert len(_take_in(db, school, listed()).added) == 2
        assert len(_plan(db, school, listed()).rejected) == 2
        plan = _plan(db, school, listed(**{ALL_THE_SAME: "yes"}))
        assert (plan.new, plan.unchanged, plan.rejected) == ((), 2, ())


def test_who_is_not_in_the_file_of_their_year_any_more_is_named(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as db:
        school = factories.add_organisation(db)
    with sqlite_database.transaction(school) as db:
        _take_in(db, school, _list("7,,Nia,Sampl,12\n8,,Cai,Prawf,12\n9,,Efa,Treial,13\n"))
        assert [each.printed_name for each in _plan(db, school, _list("7,,Nia,Sampl,12\n")).absent] == ["Cai Prawf"]
        assert _plan(db, school, _list("7,,Nia,Sampl,12\n10,,,,12\n")).absent == (), "not while a row is in doubt"
        assert _plan(db, school, _list("11,,Dai,Newydd,12\n")).absent == (), "a list of nobody we know"
