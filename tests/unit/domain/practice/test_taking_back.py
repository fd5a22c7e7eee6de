"""Taking back time that was added by mistake, before an adult has looked, on both databases."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from accredit.domain.audit.rules import Tag
from accredit.domain.practice import late_hours, operations, queries
from accredit.domain.practice.rules import HoursStatus, LateReason
from accredit.errors import NotFound, RuleBroken
from accredit.storage import Database
from tests.cast import Cast
from tests.factories import NOW, TODAY
from tests.unit.domain.practice.test_hours import _correct as correct
from tests.unit.domain.practice.test_hours import _leaves as leaves_of
from tests.unit.domain.practice.test_hours import _status as status
from tests.unit.domain.practice.test_hours import _submit as submit
from tests.unit.domain.practice.test_hours import _tags as tags
from tests.unit.domain.practice.test_hours import cast as cast  # noqa: PLC0414  # a fixture


def test_what_waits_is_taken_back_and_what_it_had_put_right_does_not_return(database: Database, cast: Cast) -> None:
    leaves = leaves_of(database)
    with database.transaction(cast.organisation_id) as db:
        entry_id = correct(db, cast, submit(db, cast), actor=cast.ama.actor)
    for other in (cast.sam.actor, cast.cai.actor):
        with pytest.raises(RuleBroken, match="not-your-entry"), database.transaction(cast.organisation_id) as db:
            operations.take_back_hours(db, entry_id=entry_id, actor=other, now=NOW)
    events = len(tags(database))
    with database.transaction(cast.organisation_id) as db:
        operations.take_back_hours(db, entry_id=entry_id, actor=cast.ama.actor, now=NOW)
    with database.reading(cast.organisation_id) as db:
        assert queries.entries(db, cast.ama.enrolled) == ()
        assert len(queries.entries(db, cast.ama.enrolled, with_corrected=True)) == 2
    assert tags(database)[events:] == [Tag.HOURS_TAKEN_BACK]
    assert leaves_of(database) == leaves


def test_what_stands_in_the_place_of_an_adults_decision_is_not_taken_back(database: Database, cast: Cast) -> None:
    with database.transaction(cast.organisation_id) as db:
        entry_id = submit(db, cast)
        operations.approve_hours(db, entry_id=entry_id, actor=cast.sam.actor, now=NOW)
        new_id = correct(db, cast, entry_id, actor=cast.sam.actor)
    with pytest.raises(RuleBroken, match="not-to-be-taken-back"), database.transaction(cast.organisation_id) as db:
        operations.take_back_hours(db, entry_id=new_id, actor=cast.ama.actor, now=NOW)
    assert status(database, new_id) is HoursStatus.SUBMITTED


def test_a_page_offers_it_to_exactly_whom_the_press_lets(database: Database, cast: Cast) -> None:
    with database.transaction(cast.organisation_id) as db:
        entry_id = submit(db, cast)
    with database.reading(cast.organisation_id) as db:
        assert operations.may_take_back(db, entry_id=entry_id, actor=cast.ama.actor)
        for other in (cast.sam.actor, cast.cai.actor):
            assert not operations.may_take_back(db, entry_id=entry_id, actor=other)
        with pytest.raises(NotFound):
            operations.may_take_back(db, entry_id=cast.ama.id, actor=cast.ama.actor)
    with database.transaction(cast.organisation_id) as db:
        operations.take_back_hours(db, entry_id=entry_id, actor=cast.ama.actor, now=NOW)
    with database.reading(cast.organisation_id) as db:
        assert not operations.may_take_back(db, entry_id=entry_id, actor=cast.ama.actor)


def test_what_an_adult_added_late_is_neither_offered_nor_taken_back(database: Database, cast: Cast) -> None:
    with database.transaction(cast.organisation_id) as db:
        entry_id = late_hours.add_late_hours(
            db,
            enrolment_id=cast.ama.enrolled,
            activity_type="drop-in",
            held_on=TODAY - timedelta(days=60),
            starts_at=time(12, 30),
            minutes=30,
            supervised_by=cast.sam.id,
            reason=LateReason.KEPT_ON_PAPER,
            actor=cast.nia.actor,
            now=NOW,
        )
    with database.reading(cast.organisation_id) as db:
        assert not operations.may_take_back(db, entry_id=entry_id, actor=cast.ama.actor)
    with pytest.raises(RuleBroken, match="not-to-be-taken-back"), database.transaction(cast.organisation_id) as db:
        operations.take_back_hours(db, entry_id=entry_id, actor=cast.ama.actor, now=NOW)
