"""Keys made, used, ended, and outlived by nobody's rights; on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlmodel import select

from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import Tag
from accredit.domain.clients import operations, queries, repeating
from accredit.domain.clients.models import AccessKey, AnsweredRequest
from accredit.domain.clients.queries import Opened
from accredit.domain.clients.rules import KeyState, Scope, Wish
from accredit.domain.organisations.rules import Role
from accredit.domain.people import handing_over, staffing
from accredit.domain.people import operations as people
from accredit.domain.people import queries as people_queries
from accredit.domain.people.models import Account, Staff
from accredit.domain.people.operations import PersonEntry
from accredit.errors import Forbidden, NotFound, RuleBroken
from accredit.storage import Database
from tests import factories
from tests.cast import Cast, make_cast
from tests.factories import NOW, TODAY

DAY = timedelta(days=1)
WISH = Wish(
    label=" Class  list by night ",
    scopes=frozenset({Scope.PEOPLE_READ, Scope.HOURS_WRITE}),
    last_day=TODAY + timedelta(days=90),
)


@pytest.fixture
def school(database: Database) -> Cast:
    with database.transaction() as db:
        return make_cast(db)


def make(database: Database, cast: Cast, wish: Wish = WISH) -> tuple[UUID, str]:
    with database.transaction(cast.organisation_id) as db:
        return operations.make_key(db, organisation_id=cast.organisation_id, wish=wish, actor=cast.nia.actor, now=NOW)


def opened(database: Database, text: str, *, now: datetime = NOW) -> Opened | None:
    with database.reading() as db:
        return queries.opened_by(db, text, now=now)


def state(database: Database, cast: Cast, *, after: timedelta = timedelta()) -> KeyState:
    with database.reading(cast.organisation_id) as db:
        (only,) = queries.keys(db, organisation_id=cast.organisation_id, on=TODAY + after)
    return only.state


def another_coordinator(database: Database, cast: Cast) -> UUID:
    with database.transaction() as db:
        pat = factories.add_staff(db, cast.organisation_id, name="Pat Newydd", job_title="", email="pat@example.org")
        factories.give_role(db, pat, Role.COORDINATOR)
    return pat


@pytest.mark.attack("WA32")
def test_wa32_a_key_is_shown_once_and_kept_as_a_hash(database: Database, school: Cast) -> None:
    key_id, text = make(database, school)
    found = opened(database, text)
    assert found is not None
    assert (found.key_id, found.label, found.scopes) == (key_id, "Class list by night", WISH.scopes)
    assert found.actor == replace(school.nia.actor, through=key_id)
    with database.reading() as db:
        row = db.exec(select(AccessKey)).one()
        events = db.exec(select(AuditEvent).where(AuditEvent.tag == Tag.ACCESS_KEY_MADE)).all()
    assert text not in repr(row)
    assert text.removeprefix("accredit_").encode() not in row.key_hash
    assert [event.details for event in events] == [{"scopes": ["hours:write", "people:read"]}]


@pytest.mark.attack("WA32")
def test_wa32_a_key_ends_at_once_with_its_last_day_or_with_its_maker(database: Database, school: Cast) -> None:
    key_id, text = make(database, school)
    assert opened(database, text, now=NOW + 90 * DAY) is not None
    assert opened(database, text, now=NOW + 91 * DAY) is None
    assert state(database, school, after=91 * DAY) is KeyState.OVER
    with database.transaction(school.organisation_id) as db:
        operations.end_key(db, key_id=key_id, actor=school.lee.actor, now=NOW)
        operations.end_key(db, key_id=key_id, actor=school.lee.actor, now=NOW + DAY)
    assert opened(database, text) is None
    with database.reading() as db:
        assert db.exec(select(AccessKey.ended_at)).one() == NOW
        assert len(db.exec(select(AuditEvent).where(AuditEvent.tag == Tag.ACCESS_KEY_ENDED)).all()) == 1


def test_whoever_hands_over_leaves_no_key_and_comes_back_to_none(database: Database, school: Cast) -> None:
    _, text = make(database, school)
    pat = another_coordinator(database, school)
    with database.transaction(school.organisation_id) as db:
        handing_over.hand_over(
            db, staff_id=school.nia.id, successor_id=pat, checks_confirmed=True, actor=school.nia.actor, now=NOW
        )
    assert opened(database, text) is None
    assert state(database, school) is KeyState.ORPHANED
    with database.transaction() as db:
        factories.give_role(db, school.nia.id, Role.COORDINATOR, held_from=TODAY)
    assert opened(database, text) is None
    assert opened(database, text, now=NOW + DAY) is None


def test_a_key_ends_with_the_role_under_which_it_was_made(database: Database, school: Cast) -> None:
    _, text = make(database, school)
    another_coordinator(database, school)
    with database.transaction() as db:
        factories.give_role(db, school.nia.id, Role.ADMINISTRATOR)
        held = people_queries.staff_member(db, school.nia.id).roles
        (role,) = (period for period in held if period.role is Role.COORDINATOR)
        staffing.end_role(db, role_id=role.id, held_until=TODAY, actor=school.nia.actor, now=NOW)
    assert opened(database, text) is not None, "today it is still held"
    assert opened(database, text, now=NOW + DAY) is None


def test_a_key_opens_nothing_for_an_account_that_was_closed(database: Database, school: Cast) -> None:
    _, text = make(database, school)
    with database.transaction() as db:
        maker = db.get(Staff, school.nia.id)
        account = db.get(Account, maker.account_id)
        account.active = False
    assert opened(database, text) is None


@pytest.mark.parametrize("who", ["sam", "lee", "ama", "operator"])
def test_nobody_but_a_coordinator_makes_a_key(database: Database, school: Cast, who: str) -> None:
    with pytest.raises((RuleBroken, Forbidden)), database.transaction() as db:
        operations.make_key(
            db, organisation_id=school.organisation_id, wish=WISH, actor=getattr(school, who).actor, now=NOW
        )


def test_a_key_makes_no_keys(database: Database, school: Cast) -> None:
    _, text = make(database, school)
    found = opened(database, text)
    assert found is not None
    with pytest.raises(Forbidden), database.transaction(school.organisation_id) as db:
        operations.make_key(db, organisation_id=school.organisation_id, wish=WISH, actor=found.actor, now=NOW)


def test_a_key_of_another_organisation_is_not_there(database: Database, school: Cast) -> None:
    key_id, text = make(database, school)
    with pytest.raises(NotFound), database.transaction(school.other_organisation_id) as db:
        operations.end_key(db, key_id=key_id, actor=school.oz.actor, now=NOW)
    assert opened(database, text) is not None
    with database.reading(school.other_organisation_id) as db:
        assert queries.keys(db, organisation_id=school.other_organisation_id, on=TODAY) == ()


def test_what_is_done_with_a_key_stands_in_the_record_with_it(database: Database, school: Cast) -> None:
    key_id, text = make(database, school)
    found = opened(database, text)
    assert found is not None
    entry = PersonEntry(printed_name="Dia Enghraifft")
    with database.transaction(school.organisation_id) as db:
        people.add_young_person(db, organisation_id=school.organisation_id, entry=entry, actor=found.actor, now=NOW)
    with database.reading() as db:
        events = db.exec(select(AuditEvent).where(AuditEvent.tag == Tag.YOUNG_PERSON_ADDED)).all()
    told = {event.details.get("through"): event.actor_id for event in events}
    assert told[str(key_id)] == school.nia.id


def test_a_restored_backup_brings_back_no_key(database: Database, school: Cast) -> None:
    _, text = make(database, school)
    with database.transaction() as db:
        assert operations.end_every_key(db, now=NOW) == 1
        assert operations.end_every_key(db, now=NOW) == 0
    assert opened(database, text) is None


def ask(database: Database, cast: Cast, key_id: UUID, asked: bytes, *, after: timedelta = timedelta()) -> str | None:
    with database.transaction(cast.organisation_id) as db:
        kept = repeating.answer_to(db, key_id=key_id, name="one", asked=asked, now=NOW + after)
        if kept is None:
            repeating.keep_answer(
                db,
                organisation_id=cast.organisation_id,
                key_id=key_id,
                name="one",
                asked=asked,
                answer=f"after {after}",
                now=NOW + after,
            )
    return kept


@pytest.mark.attack("WZ15")
def test_wz15_the_same_request_is_answered_again_for_a_day(database: Database, school: Cast) -> None:
    key_id, _ = make(database, school)
    assert ask(database, school, key_id, b"a") is None
    assert ask(database, school, key_id, b"a", after=DAY) == "after 0:00:00"
    with pytest.raises(RuleBroken, match="idempotency-key-reused"):
        ask(database, school, key_id, b"b")
    assert ask(database, school, key_id, b"b", after=DAY + timedelta(seconds=1)) is None
    with database.reading() as db:
        assert len(db.exec(select(AnsweredRequest)).all()) == 1
    with database.transaction(school.organisation_id) as db:
        operations.end_key(db, key_id=key_id, actor=school.nia.actor, now=NOW)
        assert db.exec(select(AnsweredRequest)).all() == []


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        pytest.param("night-2026-06-30", "night-2026-06-30", id="as it is"),
        pytest.param('"night"', "night", id="between quotation marks, as a structured field"),
        pytest.param("", None, id="nothing"),
        pytest.param("two words", None, id="with a space"),
        pytest.param("n" * 201, None, id="longer than is kept"),
        pytest.param("nôs", None, id="with a letter that no header has"),
    ],
)
def test_what_a_request_can_be_called(name: str, kept: str | None) -> None:
    if kept is None:
        with pytest.raises(RuleBroken, match="idempotency-key"):
            repeating.check_name(name)
    else:
        assert repeating.check_name(name) == kept
