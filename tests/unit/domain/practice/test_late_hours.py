"""WZ19: time that is too late comes in by two adults, with a reason, and where there is only one, that is on record."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import select

from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import Tag
from accredit.domain.organisations.rules import Role
from accredit.domain.people import operations as people
from accredit.domain.people import queries as people_queries
from accredit.domain.practice import operations, queries
from accredit.domain.practice.late_hours import add_late_hours
from accredit.domain.practice.noticing import Notice
from accredit.domain.practice.rules import HoursStatus, LateReason
from accredit.domain.transparency.models import LedgerRecord
from accredit.domain.transparency.rules import Act
from accredit.errors import Forbidden, NotFound, RuleBroken
from accredit.storage import Database
from tests import factories
from tests.cast import Cast
from tests.factories import NOW, TODAY
from tests.unit.domain.practice.test_hours_attacks import cast as cast  # noqa: PLC0414  # a fixture

pytestmark = pytest.mark.attack("WZ19")
LATE_DAY = TODAY - timedelta(days=60)


def add(database: Database, cast: Cast, **changes: Any) -> UUID:
    given: dict[str, Any] = {
        "enrolment_id": cast.ama.enrolled,
        "activity_type": "drop-in",
        "held_on": LATE_DAY,
        "starts_at": time(12, 30),
        "minutes": 30,
        "supervised_by": cast.sam.id,
        "reason": LateReason.KEPT_ON_PAPER,
        "actor": cast.nia.actor,
        "now": NOW,
    }
    with database.transaction(cast.organisation_id) as db:
        return add_late_hours(db, **(given | changes))


def approve(database: Database, cast: Cast, entry_id: UUID, by: Any) -> None:
    with database.transaction(cast.organisation_id) as db:
        operations.approve_hours(db, entry_id=entry_id, actor=by.actor, now=NOW)


def make_supervisor(database: Database, cast: Cast, staff_id: UUID) -> None:
    with database.transaction() as db:
        factories.give_role(db, staff_id, Role.SUPERVISOR, actor=cast.nia.actor)


def events(database: Database, tag: Tag) -> list[dict[str, Any]]:
    with database.reading() as db:
        return [row.details for row in db.exec(select(AuditEvent).where(AuditEvent.tag == tag))]


def test_what_staff_add_late_waits_for_another_adult_and_says_so_everywhere(database: Database, cast: Cast) -> None:
    entry_id = add(database, cast)
    assert events(database, Tag.HOURS_ADDED_LATE) == [{"minutes": 30, "reason": "kept-on-paper", "days": 60}]
    with database.reading(cast.organisation_id) as db:
        (waiting,) = queries.inbox(db, now=NOW)
    assert waiting.late is not None
    assert (waiting.late.added_by, waiting.late.reason) == (cast.nia.id, LateReason.KEPT_ON_PAPER)
    assert Notice.ADDED_LATE in waiting.notices
    assert waiting.concern is None
    approve(database, cast, entry_id, cast.sam)
    with database.reading(cast.organisation_id) as db:
        entry = queries.entry(db, entry_id)
        leaf = db.exec(select(LedgerRecord).where(LedgerRecord.act == Act.HOURS_APPROVED)).one()
    assert entry.status is HoursStatus.APPROVED
    assert leaf.record is not None
    said = leaf.record["record"]
    assert (said["added_late_by"], said["late_reason"]) == (str(cast.nia.id), "kept-on-paper")
    assert events(database, Tag.HOURS_APPROVED) == [{"minutes": 30, "is_late": True, "is_alone": False}]


def test_nobody_approves_what_they_added_late_while_another_could(database: Database, cast: Cast) -> None:
    make_supervisor(database, cast, cast.nia.id)
    entry_id = add(database, cast, supervised_by=cast.nia.id)
    with pytest.raises(RuleBroken, match="second-adult-needed"):
        approve(database, cast, entry_id, cast.nia)
    with database.reading(cast.organisation_id) as db:
        assert queries.inbox(db, now=NOW)[0].concern == "second-adult-needed"
    approve(database, cast, entry_id, cast.sam)


def test_a_sole_adult_is_not_held_up_and_the_record_says_that_nobody_else_looked(
    database: Database, cast: Cast
) -> None:
    make_supervisor(database, cast, cast.nia.id)
    with database.transaction() as db:
        (period,) = people_queries.staff_member(db, cast.sam.id).roles
        people.end_role(db, role_id=period.id, held_until=TODAY - timedelta(days=1), actor=cast.nia.actor, now=NOW)
    entry_id = add(database, cast, supervised_by=cast.nia.id)
    approve(database, cast, entry_id, cast.nia)
    assert events(database, Tag.HOURS_APPROVED) == [{"minutes": 30, "is_late": True, "is_alone": True}]


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        pytest.param({"held_on": TODAY - timedelta(days=28)}, "not-late", id="what the young person can still add"),
        pytest.param({"held_on": TODAY + timedelta(days=1)}, "in-the-future", id="a day to come"),
        pytest.param({"held_on": date(2025, 10, 3)}, "before-training", id="the day of the training"),
        pytest.param({"held_on": date(2025, 8, 1)}, "before-enrolment", id="before they joined"),
        pytest.param({"starts_at": time(0), "minutes": 721}, "entry-too-long", id="more than half a day"),
    ],
)
def test_being_late_bends_no_other_rule(database: Database, cast: Cast, changes: dict[str, Any], rule: str) -> None:
    with pytest.raises(RuleBroken, match=rule):
        add(database, cast, **changes)


def test_after_a_year_nobody_adds_it_any_more(database: Database, cast: Cast) -> None:
    later = NOW + timedelta(days=400)
    with pytest.raises(RuleBroken, match="too-late-for-anybody"):
        add(database, cast, now=later)


def test_no_young_person_and_no_other_school_adds_late_time(database: Database, cast: Cast) -> None:
    with pytest.raises(Forbidden):
        add(database, cast, actor=cast.ama.actor)
    with pytest.raises(NotFound), database.transaction(cast.other_organisation_id) as db:
        add_late_hours(
            db,
            enrolment_id=cast.ama.enrolled,
            activity_type="drop-in",
            held_on=LATE_DAY,
            starts_at=time(12, 30),
            minutes=30,
            supervised_by=cast.sam.id,
            reason=LateReason.KEPT_ON_PAPER,
            actor=cast.oz.actor,
            now=NOW,
        )
