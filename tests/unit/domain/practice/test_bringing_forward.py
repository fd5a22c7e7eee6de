"""Hours from a school's earlier records: attested once for each person, and never passed off as entries."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import date
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlmodel import select

from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import Tag
from accredit.domain.awarding import queries as awarding
from accredit.domain.awarding.portfolio import Portfolio
from accredit.domain.practice import rules
from accredit.domain.practice.bringing_forward import bring_forward
from accredit.domain.practice.earlier_hours import earlier_hours
from accredit.domain.practice.models import HoursBroughtForward
from accredit.domain.practice.rules import Terms
from accredit.domain.programmes.templates import TEMPLATES
from accredit.domain.training.rules import Enrolled
from accredit.domain.transparency import operations as transparency
from accredit.domain.transparency.models import LedgerRecord
from accredit.domain.transparency.rules import Act
from accredit.errors import Forbidden, NotFound, RuleBroken
from accredit.storage import Database
from tests.cast import Cast, Player, make_cast
from tests.factories import NOW, TODAY

UNTIL = date(2026, 6, 1)


@pytest.fixture
def cast(database: Database) -> Cast:
    with database.transaction() as db:
        transparency.ensure_log(db, origin="accredit.example/ledger")
        return make_cast(db)


def attest(
    database: Database, cast: Cast, totals: dict[UUID, int], *, by: Player | None = None, until: date = UNTIL
) -> int:
    who = by or cast.nia
    with database.transaction() as db:
        return bring_forward(
            db, organisation_id=cast.organisation_id, totals=totals, until=until, actor=who.actor, now=NOW
        )


def portfolio(database: Database, enrolment_id: UUID, until: date = TODAY) -> Portfolio:
    with database.reading() as db:
        return awarding.portfolio(db, enrolment_id, until=until)


def test_a_total_counts_and_is_told_apart(database: Database, cast: Cast) -> None:
    assert attest(database, cast, {cast.ama.enrolled: 750, cast.ben.enrolled: 0}) == 1
    found = portfolio(database, cast.ama.enrolled)
    assert (found.minutes, found.earlier_minutes, found.entries, found.adults) == (750, 750, 0, 0)
    assert found.leaves is not None
    assert Portfolio.from_json(found.to_json()) == found
    assert portfolio(database, cast.ama.enrolled, until=date(2026, 5, 31)).minutes == 0
    assert portfolio(database, cast.ben.enrolled).minutes == 0


def test_each_total_is_one_leaf_and_all_of_them_one_event(database: Database, cast: Cast) -> None:
    attest(database, cast, {cast.ama.enrolled: 60, cast.ben.enrolled: 90})
    with database.reading() as db:
        [event] = db.exec(select(AuditEvent).where(AuditEvent.tag == Tag.HOURS_BROUGHT_FORWARD)).all()
        leaves = db.exec(select(LedgerRecord).where(LedgerRecord.act == Act.HOURS_BROUGHT_FORWARD)).all()
    assert (event.details["people"], event.details["minutes"]) == (2, 150)
    assert len(leaves) == 2


def test_the_same_total_again_changes_nothing_and_another_replaces_it(database: Database, cast: Cast) -> None:
    attest(database, cast, {cast.ama.enrolled: 60})
    assert attest(database, cast, {cast.ama.enrolled: 60}) == 0
    assert attest(database, cast, {cast.ama.enrolled: 90}) == 1
    assert portfolio(database, cast.ama.enrolled).minutes == 90
    assert attest(database, cast, {cast.ama.enrolled: 0}) == 1
    assert portfolio(database, cast.ama.enrolled).minutes == 0
    with database.reading() as db:
        assert earlier_hours(db, [cast.ama.enrolled]) == {}
        assert [row.minutes for row in db.exec(select(HoursBroughtForward).order_by("id"))] == [60, 90, 0]


def test_what_was_attested_is_never_overwritten(database: Database, cast: Cast) -> None:
    attest(database, cast, {cast.ama.enrolled: 60})
    with pytest.raises(Exception, match="append-only"), database.transaction() as db:
        db.execute(sa.text("UPDATE hours_brought_forward SET minutes = 600"))


@pytest.mark.parametrize(
    ("minutes", "until", "rule"),
    [
        pytest.param(30_001, UNTIL, "earlier-minutes", id="more than anybody gives"),
        pytest.param(-1, UNTIL, "earlier-minutes", id="less than nothing"),
        pytest.param(60, date(2026, 7, 1), "in-the-future", id="time that is not over"),
    ],
)
def test_a_total_that_cannot_be_is_refused(sqlite_database: Database, minutes: int, until: date, rule: str) -> None:
    with sqlite_database.transaction() as db:
        cast = make_cast(db)
    with pytest.raises(RuleBroken, match=rule):
        attest(sqlite_database, cast, {cast.ama.enrolled: minutes}, until=until)


def test_only_staff_of_the_same_school_attest(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as db:
        cast = make_cast(db)
    with pytest.raises(Forbidden):
        attest(sqlite_database, cast, {cast.ama.enrolled: 60}, by=cast.ama)
    with pytest.raises(NotFound), sqlite_database.transaction() as db:
        bring_forward(
            db,
            organisation_id=cast.other_organisation_id,
            totals={cast.ama.enrolled: 60},
            until=UNTIL,
            actor=cast.oz.actor,
            now=NOW,
        )


@pytest.mark.parametrize(("day", "is_refused"), [(UNTIL, True), (date(2026, 6, 2), False)])
def test_single_hours_begin_where_the_total_ends(day: date, is_refused: bool) -> None:
    enrolled = Enrolled(
        enrolment_id=uuid4(),
        young_person_id=uuid4(),
        organisation_id=uuid4(),
        programme_id=uuid4(),
        started_on=date(2025, 9, 1),
        ended_on=None,
    )
    terms = Terms(
        enrolled=enrolled,
        trained_on=date(2025, 10, 3),
        definition=TEMPLATES["WA"],
        brought_forward_until=UNTIL,
    )
    rules.check_day(terms, day, is_meeting=True)
    with pytest.raises(RuleBroken, match="counted-twice") if is_refused else nullcontext():
        rules.check_day(terms, day, is_meeting=False)
