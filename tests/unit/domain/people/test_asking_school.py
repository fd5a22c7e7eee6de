"""A young person asks their school about its record of them, and is answered within a month."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlmodel import select

from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import Tag
from accredit.domain.people import asking_school
from accredit.domain.people.rules import RecordAnswer, RecordWish
from accredit.errors import Forbidden, NotFound, RuleBroken
from accredit.storage import Database, Session
from tests.cast import Cast, Player, make_cast
from tests.factories import NOW


@pytest.fixture
def cast(database: Database) -> Cast:
    with database.transaction() as db:
        return make_cast(db)


def ask(db: Session, who: Player, wish: RecordWish = RecordWish.TAKE_AWAY) -> None:
    asking_school.ask(db, wish=wish, actor=who.actor, now=NOW)


def answer(db: Session, of: Player, by: Player, said: RecordAnswer = RecordAnswer.STAYS) -> None:
    asking_school.answer(db, young_person_id=of.id, answer=said, actor=by.actor, now=NOW + timedelta(days=1))


def test_asked_once_answered_once_and_asked_again(database: Database, cast: Cast) -> None:
    with database.transaction() as db:
        ask(db, cast.ama)
        found = asking_school.waiting(db, cast.ama.id)
        assert found is not None
        assert (found.wish, found.answer_by) == (RecordWish.TAKE_AWAY, date(2026, 7, 28))
        assert [each.id for each in asking_school.waiting_of(db, organisation_id=cast.organisation_id)] == [found.id]
        with pytest.raises(RuleBroken, match="asked-school-already"):
            ask(db, cast.ama, RecordWish.PUT_RIGHT)
        answer(db, cast.ama, cast.nia)
        assert asking_school.waiting(db, cast.ama.id) is None
        said = asking_school.latest(db, cast.ama.id)
        assert said is not None
        assert said.answer is RecordAnswer.STAYS
        with pytest.raises(NotFound):
            answer(db, cast.ama, cast.nia)
        ask(db, cast.ama, RecordWish.PUT_RIGHT)
        tags = [event.tag for event in db.exec(select(AuditEvent).where(AuditEvent.subject_id == cast.ama.id))]
    assert (tags.count(Tag.RECORD_REQUEST_MADE), tags.count(Tag.RECORD_REQUEST_ANSWERED)) == (2, 1)


def test_nobody_else_asks_and_only_a_co_ordinator_of_the_school_answers(database: Database, cast: Cast) -> None:
    with database.transaction() as db:
        with pytest.raises(NotFound):
            ask(db, cast.nia)
        ask(db, cast.ama)
        for who in (cast.sam, cast.ben, cast.oz):
            with pytest.raises(Forbidden):
                answer(db, cast.ama, who)
        assert asking_school.waiting(db, cast.ama.id) is not None
        assert asking_school.waiting(db, cast.ben.id) is None
