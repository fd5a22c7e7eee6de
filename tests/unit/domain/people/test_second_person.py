"""WZ06, WZ13: nobody gives themselves what another could, and nobody makes themselves the only one by ending a role."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import select

from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import SERVICE, Tag
from accredit.domain.organisations.rules import Permission, Role
from accredit.domain.people import handing_over, queries
from accredit.domain.people import operations as people
from accredit.domain.people.second_person import WAITS, Others, check_second_person, others_who_may
from accredit.errors import RuleBroken
from accredit.storage import Database
from tests import factories
from tests.cast import Cast, Player, make_cast
from tests.factories import NOW, TODAY


@pytest.fixture
def cast(database: Database) -> Cast:
    with database.transaction() as db:
        return make_cast(db)


@pytest.fixture
def mia(database: Database, cast: Cast) -> Player:
    """A second co-ordinator."""
    with database.transaction() as db:
        staff_id = factories.add_staff(db, cast.organisation_id, name="Mia Mostra", email="mia@example.org")
        factories.give_role(db, staff_id, Role.COORDINATOR)
    actor = factories.staff_actor(staff_id, cast.organisation_id, Role.COORDINATOR)
    return Player(id=staff_id, name="Mia Mostra", actor=actor)


def give(database: Database, staff_id: UUID, role: Role, by: Player) -> None:
    with database.transaction() as db:
        people.give_role(
            db, staff_id=staff_id, role=role, held_from=TODAY, checks_confirmed=True, actor=by.actor, now=NOW
        )


def end(database: Database, who: Player, by: Player) -> None:
    with database.transaction() as db:
        period = next(each for each in queries.staff_member(db, who.id).roles if each.role is Role.COORDINATOR)
        yesterday = TODAY - timedelta(days=1)
        people.end_role(db, role_id=period.id, held_until=yesterday, actor=by.actor, now=NOW)


def others(database: Database, cast: Cast, of: Player, *, later: timedelta = timedelta()) -> Others:
    with database.reading() as db:
        return others_who_may(
            db, organisation_id=cast.organisation_id, but=of.id, permission=Permission.AWARD, now=NOW + later
        )


@pytest.mark.attack("WZ06")
def test_wz06_nobody_gives_themselves_a_role_that_another_could_give(
    database: Database, cast: Cast, mia: Player
) -> None:
    for role, who in ((Role.SUPERVISOR, cast.nia), (Role.COORDINATOR, cast.lee)):
        with pytest.raises(RuleBroken, match="own-role"):
            give(database, who.id, role, who)
    give(database, cast.nia.id, Role.SUPERVISOR, mia)
    with database.reading() as db:
        assert queries.roles_on(db, cast.nia.id, TODAY) == {Role.COORDINATOR, Role.SUPERVISOR}


@pytest.mark.attack("WZ06")
def test_wz06_the_only_one_gives_it_to_themselves_and_the_event_says_so(database: Database, cast: Cast) -> None:
    give(database, cast.nia.id, Role.SUPERVISOR, cast.nia)
    with database.reading() as db:
        events = db.exec(
            select(AuditEvent).where(AuditEvent.tag == Tag.STAFF_ROLE_GIVEN, AuditEvent.subject_id == cast.nia.id)
        ).all()
    assert [each.details for each in events if each.actor_id == cast.nia.id] == [
        {"role": "supervisor", "is_alone": True}
    ]


@pytest.mark.attack("WZ06")
def test_wz06_nor_by_having_it_handed_over(database: Database, cast: Cast, mia: Player) -> None:
    give(database, mia.id, Role.SUPERVISOR, cast.nia)

    def hand_over(actor: Player, *, checks: bool) -> None:
        with database.transaction() as db:
            handing_over.hand_over(
                db, staff_id=cast.sam.id, successor_id=actor.id, checks_confirmed=checks, actor=actor.actor, now=NOW
            )

    with pytest.raises(RuleBroken, match="own-role"):
        hand_over(cast.nia, checks=True)
    hand_over(cast.nia, checks=False)
    with database.reading() as db:
        assert queries.roles_on(db, cast.nia.id, TODAY) == {Role.COORDINATOR}


@pytest.mark.attack("WZ13")
def test_wz13_whoever_ended_the_only_colleagues_role_is_not_alone_for_a_week(
    database: Database, cast: Cast, mia: Player
) -> None:
    assert others(database, cast, cast.nia) == Others(names=("Mia Mostra",))
    end(database, mia, by=cast.nia)
    found = others(database, cast, cast.nia)
    assert (found.names, found.alone_from) == ((), TODAY + WAITS)
    with pytest.raises(RuleBroken, match="second-person-needed"), database.reading() as db:
        check_second_person(
            db,
            organisation_id=cast.organisation_id,
            first=cast.nia.id,
            second=cast.nia.id,
            permission=Permission.AWARD,
            now=NOW,
        )
    assert others(database, cast, cast.nia, later=WAITS - timedelta(minutes=1))
    assert not others(database, cast, cast.nia, later=WAITS)
    # Another colleague ends the waiting.
    give(database, cast.lee.id, Role.COORDINATOR, cast.nia)
    assert others(database, cast, cast.nia) == Others(names=("Lee Muster",))


@pytest.mark.attack("WZ13")
def test_wz13_nor_is_whoever_had_them_hand_over(database: Database, cast: Cast, mia: Player) -> None:
    with database.transaction() as db:
        handing_over.hand_over(db, staff_id=mia.id, successor_id=cast.nia.id, actor=cast.nia.actor, now=NOW)
    assert others(database, cast, cast.nia).alone_from == TODAY + WAITS


@pytest.mark.parametrize("by", ["herself", "the administrator"])
def test_whoever_was_left_alone_by_somebody_else_is_not_held_up(
    database: Database, cast: Cast, mia: Player, by: str
) -> None:
    end(database, mia, by=mia if by == "herself" else cast.lee)
    assert not others(database, cast, cast.nia)


def test_the_end_of_a_role_that_could_not_answer_holds_nobody_up(database: Database, cast: Cast, mia: Player) -> None:
    give(database, mia.id, Role.SUPERVISOR, cast.nia)
    end(database, mia, by=mia)
    with database.transaction() as db:
        period = next(each for each in queries.staff_member(db, cast.sam.id).roles)
        people.end_role(db, role_id=period.id, held_until=TODAY, actor=cast.nia.actor, now=NOW)
    assert not others(database, cast, cast.nia)


def test_a_role_given_by_the_service_is_nobodys_own(database: Database, cast: Cast) -> None:
    with database.transaction() as db:
        people.give_role(db, staff_id=cast.nia.id, role=Role.ADMINISTRATOR, held_from=TODAY, actor=SERVICE, now=NOW)
