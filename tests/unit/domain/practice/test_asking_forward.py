"""WZ20: hundreds of hours in one act wait for a second member of staff; a school with only one is not held up."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import select

from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import Tag
from accredit.domain.organisations.rules import Role
from accredit.domain.people import operations as people
from accredit.domain.people import queries
from accredit.domain.practice import asking_forward
from accredit.domain.practice.asking_forward import Asked, WaitingTotal
from accredit.domain.practice.earlier_hours import earlier_hours
from accredit.domain.transparency import operations as transparency
from accredit.domain.transparency.models import LedgerRecord
from accredit.domain.transparency.rules import Act
from accredit.errors import Conflict, Forbidden, RuleBroken
from accredit.storage import Database
from tests import factories
from tests.cast import Cast, Player, make_cast
from tests.factories import NOW

pytestmark = pytest.mark.attack("WZ20")
UNTIL = date(2026, 5, 31)
HOURS = 60


@pytest.fixture
def cast(database: Database) -> Cast:
    with database.transaction() as db:
        transparency.ensure_log(db, origin="accredit.example/ledger")
        return make_cast(db)


@pytest.fixture
def mia(database: Database, cast: Cast) -> Player:
    """A second co-ordinator."""
    with database.transaction() as db:
        staff_id = factories.add_staff(db, cast.organisation_id, name="Mia Mostra", email="mia@example.org")
        factories.give_role(db, staff_id, Role.COORDINATOR)
    return Player(
        id=staff_id,
        name="Mia Mostra",
        actor=factories.staff_actor(staff_id, cast.organisation_id, Role.COORDINATOR),
    )


def ask(database: Database, cast: Cast, totals: dict[UUID, int], by: Player | None = None) -> Asked:
    with database.transaction(cast.organisation_id) as db:
        return asking_forward.ask_to_bring_forward(
            db,
            organisation_id=cast.organisation_id,
            totals=totals,
            until=UNTIL,
            actor=(by or cast.nia).actor,
            now=NOW,
        )


def answer(
    database: Database,
    cast: Cast,
    by: Player,
    act: Any = asking_forward.agree,
    shown: Collection[WaitingTotal] | None = None,
) -> int:
    shown = waiting(database, cast) if shown is None else shown
    with database.transaction(cast.organisation_id) as db:
        done: int = act(
            db,
            organisation_id=cast.organisation_id,
            programme_id=cast.programme_id,
            shown=[each.id for each in shown],
            actor=by.actor,
            now=NOW,
        )
        return done


def counted(database: Database, cast: Cast) -> dict[UUID, int]:
    with database.reading(cast.organisation_id) as db:
        found = earlier_hours(db, [cast.ama.enrolled, cast.ben.enrolled, cast.cai.enrolled])
    return {enrolment_id: each.minutes for enrolment_id, each in found.items()}


def waiting(database: Database, cast: Cast) -> tuple[WaitingTotal, ...]:
    with database.reading(cast.organisation_id) as db:
        return asking_forward.waiting_totals(db, [cast.ama.enrolled, cast.ben.enrolled])


def details(database: Database, tag: Tag) -> list[dict[str, Any]]:
    with database.reading() as db:
        return [row.details for row in db.exec(select(AuditEvent).where(AuditEvent.tag == tag))]


@pytest.mark.parametrize(
    ("hours", "waits"),
    [
        pytest.param((100, 100, 100), False, id="a hundred hours each, three hundred together"),
        pytest.param((101, 0, 0), True, id="more than a hundred hours of one person"),
        pytest.param((100, 100, 200), True, id="four hundred hours together"),
    ],
)
def test_what_is_large_waits(
    database: Database, cast: Cast, mia: Player, hours: tuple[int, int, int], waits: bool
) -> None:
    people = (cast.ama.enrolled, cast.ben.enrolled, cast.cai.enrolled)
    asked = ask(database, cast, {who: each * HOURS for who, each in zip(people, hours, strict=True)})
    assert bool(asked.waiting) is waits
    assert bool(counted(database, cast)) is not waits
    assert asked.others.names == (("Mia Mostra",) if waits else ())


def test_many_small_acts_of_one_day_are_one_large_one(database: Database, cast: Cast, mia: Player) -> None:
    for who in (cast.ama.enrolled, cast.ben.enrolled, cast.cai.enrolled):
        assert ask(database, cast, {who: 100 * HOURS}).attested == 1
    with database.transaction(cast.organisation_id) as db:
        olive = factories.add_young_person(db, cast.organisation_id, name="Olive Ejemplo", reference="3199")
        enrolled = factories.enrol(db, olive, cast.programme_id)
    assert ask(database, cast, {enrolled: 100 * HOURS}).waiting == 1


def test_another_co_ordinator_lets_it_count_and_both_are_on_record(database: Database, cast: Cast, mia: Player) -> None:
    ask(database, cast, {cast.ama.enrolled: 150 * HOURS})
    (total,) = waiting(database, cast)
    assert (total.minutes, total.asked_by_name) == (150 * HOURS, cast.nia.name)
    with pytest.raises(RuleBroken, match="second-person-needed"):
        answer(database, cast, cast.nia)
    assert counted(database, cast) == {}
    assert answer(database, cast, mia) == 1
    assert counted(database, cast) == {cast.ama.enrolled: 150 * HOURS}
    assert waiting(database, cast) == ()
    assert details(database, Tag.HOURS_BROUGHT_FORWARD) == [
        {"people": 1, "minutes": 9_000, "asked_by": str(cast.nia.id)}
    ]
    with database.reading() as db:
        leaf = db.exec(select(LedgerRecord).where(LedgerRecord.act == Act.HOURS_BROUGHT_FORWARD)).one()
    assert leaf.record is not None
    said = leaf.record["record"]
    assert (said["attested_by"], said["agreed_by"]) == (str(cast.nia.id), str(mia.id))
    assert answer(database, cast, mia) == 0


@pytest.mark.attack("WZ14")
def test_what_is_attested_anew_after_it_was_shown_is_not_agreed_to(database: Database, cast: Cast, mia: Player) -> None:
    ask(database, cast, {cast.ama.enrolled: 150 * HOURS})
    shown = waiting(database, cast)
    ask(database, cast, {cast.ama.enrolled: 450 * HOURS})
    for act in (asking_forward.agree, asking_forward.decline):
        with pytest.raises(Conflict, match="changed-meanwhile"):
            answer(database, cast, mia, act, shown)
    # What came beside it since waits on.
    shown = waiting(database, cast)
    ask(database, cast, {cast.ben.enrolled: 200 * HOURS})
    assert answer(database, cast, mia, shown=shown) == 1
    assert counted(database, cast) == {cast.ama.enrolled: 450 * HOURS}
    assert [each.enrolment_id for each in waiting(database, cast)] == [cast.ben.enrolled]


def test_what_is_declined_or_taken_back_counts_for_nothing(database: Database, cast: Cast, mia: Player) -> None:
    for who in (mia, cast.nia):
        ask(database, cast, {cast.ama.enrolled: 150 * HOURS})
        assert answer(database, cast, who, asking_forward.decline) == 1
        assert (waiting(database, cast), counted(database, cast)) == ((), {})
    assert details(database, Tag.EARLIER_HOURS_DECLINED) == [{"people": 1}, {"people": 1}]


def test_asking_for_somebody_else_leaves_what_waits_and_asking_anew_replaces_it(
    database: Database, cast: Cast, mia: Player
) -> None:
    ask(database, cast, {cast.ama.enrolled: 150 * HOURS})
    assert ask(database, cast, {cast.ama.enrolled: 0, cast.ben.enrolled: 60}, by=mia).attested == 1
    assert [each.minutes for each in waiting(database, cast)] == [9_000]
    ask(database, cast, {cast.ama.enrolled: 120 * HOURS})
    assert [each.minutes for each in waiting(database, cast)] == [7_200]


def test_a_sole_co_ordinator_is_not_held_up_and_the_record_says_that_nobody_else_looked(
    database: Database, cast: Cast
) -> None:
    with database.transaction() as db:
        # Somebody who cannot sign in could never agree.
        absent = factories.add_staff(db, cast.organisation_id, name="Abe Absent")
        factories.give_role(db, absent, Role.COORDINATOR)
    assert ask(database, cast, {cast.ama.enrolled: 150 * HOURS}) == Asked(attested=1, is_alone=True)
    assert counted(database, cast) == {cast.ama.enrolled: 150 * HOURS}
    assert details(database, Tag.HOURS_BROUGHT_FORWARD) == [{"people": 1, "minutes": 9_000, "is_alone": True}]


def test_whoever_becomes_the_only_one_agrees_to_their_own(database: Database, cast: Cast, mia: Player) -> None:
    ask(database, cast, {cast.ama.enrolled: 150 * HOURS})
    with database.transaction() as db:
        (period,) = queries.staff_member(db, mia.id).roles
        people.end_role(db, role_id=period.id, held_until=NOW.date() - timedelta(days=1), actor=mia.actor, now=NOW)
    assert answer(database, cast, cast.nia) == 1
    assert details(database, Tag.HOURS_BROUGHT_FORWARD)[0]["is_alone"] is True


def test_only_staff_answer(database: Database, cast: Cast, mia: Player) -> None:
    ask(database, cast, {cast.ama.enrolled: 150 * HOURS})
    for act in (asking_forward.agree, asking_forward.decline):
        with pytest.raises(Forbidden):
            answer(database, cast, cast.ama, act)
