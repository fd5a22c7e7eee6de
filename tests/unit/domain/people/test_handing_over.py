"""Somebody hands over and leaves: they can do nothing any more, nothing is lost, and nobody is left without."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import UUID

import pytest
from sqlmodel import select

from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import SERVICE, Actor, Tag
from accredit.domain.organisations.rules import Role
from accredit.domain.people import handing_over, queries, sign_ins
from accredit.domain.people import operations as people
from accredit.domain.people.rules import SignInWay
from accredit.errors import AccreditError, NotFound, RuleBroken
from accredit.storage import Database
from tests import factories
from tests.cast import Cast, make_cast
from tests.factories import NOW, TODAY


@pytest.fixture
def cast(database: Database) -> Cast:
    with database.transaction() as db:
        return make_cast(db)


def add(database: Database, cast: Cast, name: str, *, email: str | None = "pat@example.org") -> UUID:
    with database.transaction() as db:
        return people.add_staff(
            db, organisation_id=cast.organisation_id, name=name, email=email, actor=cast.nia.actor, now=NOW
        )


def hand_over(database: Database, leaver: UUID, successor: UUID, actor: Actor, *, checks: bool = False) -> None:
    with database.transaction() as db:
        handing_over.hand_over(
            db, staff_id=leaver, successor_id=successor, checks_confirmed=checks, actor=actor, now=NOW
        )


def roles(database: Database, staff_id: UUID) -> frozenset[Role]:
    with database.reading() as db:
        return queries.roles_on(db, staff_id, TODAY)


def test_the_successor_has_the_roles_and_the_leaver_nothing(database: Database, cast: Cast) -> None:
    pat = add(database, cast, "Pat Muster")
    with database.transaction() as db:
        account_id = queries.staff_member(db, cast.nia.id).account_id
        assert account_id is not None
        sign_ins.begin(db, account_id=account_id, way=next(iter(SignInWay)), device=sign_ins.Device(), now=NOW)
    hand_over(database, cast.nia.id, pat, cast.nia.actor)
    assert roles(database, pat) == {Role.COORDINATOR}
    assert roles(database, cast.nia.id) == frozenset()
    with database.reading() as db:
        nia = queries.staff_member(db, cast.nia.id)
        assert sign_ins.of_account(db, account_id, now=NOW) == ()
        event = db.exec(select(AuditEvent).where(AuditEvent.tag == Tag.STAFF_HANDED_OVER)).one()
    # Their name stays, and so does what they were on every day before.
    assert nia.name == "Nia Enghraifft"
    assert nia.roles_on(TODAY - timedelta(days=1)) == {Role.COORDINATOR}
    assert event.details == {"successor": str(pat), "roles": ["co-ordinator"]}
    with pytest.raises(RuleBroken) as refused:
        people_give(database, cast.sam.id, cast.nia.actor)
    assert refused.value.rule == "role-beyond-yours"


def people_give(database: Database, staff_id: UUID, actor: Actor) -> None:
    with database.transaction() as db:
        people.give_role(db, staff_id=staff_id, role=Role.COORDINATOR, held_from=TODAY, actor=actor, now=NOW)


@pytest.mark.parametrize("checks", [True, False], ids=["with the checks ticked", "without"])
def test_a_supervisors_role_is_passed_on_only_with_the_checks(database: Database, cast: Cast, checks: bool) -> None:
    pat = add(database, cast, "Pat Muster")
    hand_over(database, cast.sam.id, pat, cast.nia.actor, checks=checks)
    assert roles(database, pat) == ({Role.SUPERVISOR} if checks else set())
    assert roles(database, cast.sam.id) == frozenset()


def test_whoever_left_is_back_once_they_are_given_a_role_from_today(database: Database, cast: Cast) -> None:
    pat = add(database, cast, "Pat Muster")
    hand_over(database, cast.nia.id, pat, cast.nia.actor)
    with pytest.raises(RuleBroken, match="back-from-today"), database.transaction() as db:
        tomorrow = TODAY + timedelta(days=1)
        people.give_role(db, staff_id=cast.nia.id, role=Role.COORDINATOR, held_from=tomorrow, actor=SERVICE, now=NOW)
    people_give(database, cast.nia.id, factories.staff_actor(pat, cast.organisation_id, Role.COORDINATOR))
    assert roles(database, cast.nia.id) == {Role.COORDINATOR}


@pytest.mark.parametrize(
    ("leaver", "successor", "actor", "rule"),
    [
        pytest.param("nia", "nia", "nia", "successor-other", id="to oneself"),
        pytest.param("nia", "paper", "nia", "successor-signs-in", id="to somebody who cannot sign in"),
        pytest.param("lee", "nia", "nia", "role-beyond-yours", id="an administrator, by a co-ordinator for herself"),
        pytest.param("nia", "sam", "sam", "role-beyond-yours", id="a co-ordinator, by a supervisor for himself"),
    ],
)
@pytest.mark.attack("WZ06")
def test_wz06_nobody_takes_over_what_is_not_theirs_to_give(
    database: Database, cast: Cast, leaver: str, successor: str, actor: str, rule: str
) -> None:
    ids = {"paper": add(database, cast, "Una Papur", email=None)}
    ids |= {name: getattr(cast, name).id for name in ("nia", "sam", "lee")}
    with pytest.raises(RuleBroken) as refused:
        hand_over(database, ids[leaver], ids[successor], getattr(cast, actor).actor)
    assert refused.value.rule == rule
    assert roles(database, cast.nia.id) == {Role.COORDINATOR}
    assert roles(database, cast.lee.id) == {Role.ADMINISTRATOR}


def test_somebody_of_another_school_is_not_found(database: Database, cast: Cast) -> None:
    with pytest.raises(NotFound):
        hand_over(database, cast.nia.id, cast.oz.id, cast.nia.actor)
    with pytest.raises(AccreditError):
        hand_over(database, cast.nia.id, cast.sam.id, cast.oz.actor)


@pytest.mark.attack("WZ07")
@pytest.mark.parametrize(("who", "rule"), [("nia", "last-coordinator"), ("lee", "last-administrator")])
def test_wz07_the_last_one_cannot_leave(database: Database, cast: Cast, who: str, rule: str) -> None:
    last = getattr(cast, who)
    with database.transaction() as db:
        (period,) = queries.staff_member(db, last.id).roles
    with pytest.raises(RuleBroken) as refused, database.transaction() as db:
        people.end_role(db, role_id=period.id, held_until=TODAY, actor=last.actor, now=NOW)
    assert refused.value.rule == rule


@pytest.mark.attack("WZ07")
def test_wz07_a_co_ordinator_who_cannot_sign_in_is_nobody_to_stay(database: Database, cast: Cast) -> None:
    paper = add(database, cast, "Una Papur", email=None)
    people_give(database, paper, cast.nia.actor)
    with database.transaction() as db:
        (period,) = queries.staff_member(db, cast.nia.id).roles
    with pytest.raises(RuleBroken, match="last-coordinator"), database.transaction() as db:
        people.end_role(db, role_id=period.id, held_until=TODAY, actor=cast.nia.actor, now=NOW)


@pytest.mark.attack("WZ07")
def test_wz07_of_two_who_leave_at_once_one_stays(database: Database, cast: Cast) -> None:
    pat = add(database, cast, "Pat Muster")
    people_give(database, pat, SERVICE)
    start = Barrier(2)

    def leave(staff_id: UUID) -> str | None:
        start.wait()
        actor = factories.staff_actor(staff_id, cast.organisation_id, Role.COORDINATOR)
        try:
            with database.transaction() as db:
                (period,) = queries.staff_member(db, staff_id).roles
                people.end_role(db, role_id=period.id, held_until=TODAY, actor=actor, now=NOW)
        except AccreditError as refused:
            return refused.code
        return None

    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(leave, [cast.nia.id, pat]))
    assert sorted(answers, key=str) == [None, "last-coordinator"]


def test_a_role_that_was_to_begin_later_is_handed_over_too(database: Database, cast: Cast) -> None:
    """Otherwise the leaver would hold it on that day after all, and the successor never."""
    pat, september = add(database, cast, "Pat Muster"), TODAY + timedelta(days=63)
    with database.transaction() as db:
        people.give_role(
            db, staff_id=cast.sam.id, role=Role.COORDINATOR, held_from=september, actor=cast.nia.actor, now=NOW
        )
    hand_over(database, cast.sam.id, pat, cast.nia.actor, checks=True)
    with database.reading() as db:
        leaver, successor = queries.staff_member(db, cast.sam.id), queries.staff_member(db, pat)
    assert roles(database, pat) == {Role.SUPERVISOR}
    assert successor.roles_on(september) == {Role.SUPERVISOR, Role.COORDINATOR}
    assert leaver.roles_on(september) == frozenset()
    assert [period.role for period in leaver.roles] == [Role.SUPERVISOR], "what never began is not kept as if it had"
    people_give(database, cast.sam.id, cast.nia.actor)
    with database.reading() as db:
        assert queries.roles_on(db, cast.sam.id, september) == {Role.COORDINATOR}


@pytest.mark.attack("WZ06")
def test_wz06_a_co_ordinator_ends_no_administrator_who_is_to_begin_later(database: Database, cast: Cast) -> None:
    pat = add(database, cast, "Pat Muster")
    with database.transaction() as db:
        people.give_role(
            db,
            staff_id=cast.sam.id,
            role=Role.ADMINISTRATOR,
            held_from=TODAY + timedelta(days=1),
            actor=cast.lee.actor,
            now=NOW,
        )
    with pytest.raises(RuleBroken, match="role-beyond-yours"):
        hand_over(database, cast.sam.id, pat, cast.nia.actor)
    assert roles(database, cast.sam.id) == {Role.SUPERVISOR}


def test_whoever_works_elsewhere_too_stays_signed_in_there(database: Database, cast: Cast) -> None:
    pat = add(database, cast, "Pat Muster")
    with database.transaction() as db:
        there = factories.add_staff(db, cast.other_organisation_id, name="Nia Enghraifft", email="nia@example.org")
        factories.give_role(db, there, Role.COORDINATOR)
        account_id = queries.staff_member(db, cast.nia.id).account_id
        assert account_id is not None
        sign_ins.begin(db, account_id=account_id, way=next(iter(SignInWay)), device=sign_ins.Device(), now=NOW)
    with database.reading() as db:
        assert handing_over.works_elsewhere(db, cast.nia.id, on=TODAY)
        assert not handing_over.works_elsewhere(db, cast.sam.id, on=TODAY)
    with database.transaction(cast.organisation_id) as db:
        told = {"staff_id": cast.nia.id, "successor_id": pat, "stays_signed_in": True}
        handing_over.hand_over(db, **told, actor=cast.nia.actor, now=NOW)  # type: ignore[arg-type]
    assert roles(database, cast.nia.id) == frozenset()
    with database.reading() as db:
        assert len(sign_ins.of_account(db, account_id, now=NOW)) == 1
