"""An organisation asks to join; an operator who has checked lets it in, or declines, and nothing is left of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import select

from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import Actor, ActorKind, Tag
from accredit.domain.organisations import queries as organisations
from accredit.domain.organisations.rules import Channel, Details, Kind, Nation, Role
from accredit.domain.people import joining, queries
from accredit.domain.people import operations as people
from accredit.domain.people.joining import Asked, Asker
from accredit.domain.people.rules import DeclineReason
from accredit.errors import Forbidden, NotFound, RuleBroken
from accredit.storage import Database
from tests import factories
from tests.factories import HOST, NOW, TODAY

COLLEGE = Details(name="Coleg Enghraifft", town="Tre Enghraifft", urn="402907")
MAIR = Asker(name="Mair Sampl", job_title="Pastoral lead", email="Mair@example.org")


def ask(database: Database, details: Details = COLLEGE, asker: Asker = MAIR, **changes: object) -> None:
    values = {"kind": Kind.COLLEGE, "nation": Nation.WALES, "now": NOW, **changes}
    with database.transaction() as db:
        joining.ask(db, details=details, asker=asker, **values)  # type: ignore[arg-type]


def waiting(database: Database) -> tuple[Asked, ...]:
    with database.reading() as db:
        return joining.waiting(db, now=NOW)


def let_in(database: Database, request_id: UUID, actor: Actor) -> UUID:
    with database.transaction() as db:
        return joining.let_in(
            db,
            request_id=request_id,
            host=HOST,
            channel=Channel.TELEPHONE,
            confirmed_on=TODAY,
            actor=actor,
            now=NOW,
        )


@pytest.fixture
def operator(database: Database) -> Actor:
    with database.transaction() as db:
        account = people.add_account(
            db, email="ops@example.org", is_operator=True, actor=Actor(kind=ActorKind.SERVICE), now=NOW
        )
    return factories.operator(account)


def test_who_is_let_in_is_confirmed_and_begins_with_one_person(database: Database, operator: Actor) -> None:
    ask(database)
    (asked,) = waiting(database)
    added = let_in(database, asked.id, operator)
    with database.reading() as db:
        facts = organisations.organisation(db, added)
        (mair,) = queries.staff(db, organisation_id=added)
    assert (facts.name, facts.urn, facts.kind, facts.nation) == ("Coleg Enghraifft", "402907", "college", "wales")
    assert facts.recognition is not None
    assert facts.recognition.channel is Channel.TELEPHONE
    assert (mair.name, mair.email) == ("Mair Sampl", "mair@example.org")
    assert mair.roles_on(TODAY) == {Role.ADMINISTRATOR, Role.COORDINATOR}
    assert waiting(database) == ()
    with pytest.raises(NotFound):
        let_in(database, asked.id, operator)


def test_asking_again_changes_what_was_asked(sqlite_database: Database) -> None:
    ask(sqlite_database)
    ask(sqlite_database, replace(COLLEGE, town="Llan Enghraifft"), now=NOW + timedelta(hours=1))
    (asked,) = waiting(sqlite_database)
    assert asked.details.town == "Llan Enghraifft"


def test_a_declined_request_leaves_nothing_of_whoever_asked(database: Database, operator: Actor) -> None:
    ask(database)
    (asked,) = waiting(database)
    with database.transaction() as db:
        found = joining.decline(db, request_id=asked.id, reason=DeclineReason.COULD_NOT_CHECK, actor=operator, now=NOW)
    assert found.asker.email == "mair@example.org"
    assert waiting(database) == ()
    with database.reading() as db:
        event = db.exec(select(AuditEvent).where(AuditEvent.tag == Tag.JOINING_DECLINED)).one()
    assert event.details == {"reason": "could-not-check"}
    assert (event.actor_id, event.subject_id) == (operator.id, asked.id)


def test_staff_let_nobody_in(sqlite_database: Database) -> None:
    ask(sqlite_database)
    (asked,) = waiting(sqlite_database)
    with pytest.raises(Forbidden):
        let_in(sqlite_database, asked.id, Actor(kind=ActorKind.STAFF, id=asked.id, role="co-ordinator"))
    assert waiting(sqlite_database) == (asked,)


@pytest.mark.parametrize(
    ("details", "asker", "rule"),
    [
        pytest.param(replace(COLLEGE, name=" "), MAIR, "organisation-name", id="no name"),
        pytest.param(replace(COLLEGE, urn="12"), MAIR, "urn", id="a short URN"),
        pytest.param(COLLEGE, replace(MAIR, email="mair"), "email-format", id="no address"),
        pytest.param(COLLEGE, replace(MAIR, name="Mair\u202e"), "name-control", id="a name that turns text around"),
    ],
)
def test_what_cannot_be_kept_is_refused(sqlite_database: Database, details: Details, asker: Asker, rule: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        ask(sqlite_database, details, asker)
    assert refused.value.rule == rule


def test_no_more_wait_than_can_be_answered(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joining, "MOST_WAITING", 2)
    for number in range(2):
        ask(sqlite_database, replace(COLLEGE, name=f"School {number}"))
    with pytest.raises(RuleBroken, match="joining-full"):
        ask(sqlite_database)


def test_nobody_is_kept_for_longer_than_half_a_year(sqlite_database: Database) -> None:
    ask(sqlite_database, replace(COLLEGE, name="Long ago"), now=NOW - timedelta(days=184))
    assert waiting(sqlite_database) == ()
    ask(sqlite_database)
    with sqlite_database.reading() as db:
        assert joining.waiting_count(db, now=NOW - timedelta(days=180)) == 1
