"""What somebody may try with hours, by the ids of the catalogue of attacks, on both databases.

What is only pointed out to the adult (a school holiday, two places at once) is in ``test_noticing``; how many hours two
awards may rest on is awarding's.
"""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from accredit.domain.audit.models import AuditEvent
from accredit.domain.enrolments import operations as enrolments
from accredit.domain.practice import operations, queries
from accredit.domain.practice.models import HoursEntry
from accredit.domain.practice.rules import HoursStatus, Source
from accredit.domain.training import operations as training
from accredit.domain.transparency import operations as transparency
from accredit.errors import RuleBroken
from accredit.storage import Database
from tests import factories
from tests.cast import Cast, make_cast
from tests.factories import NOW, TODAY

TRAINED_ON = date(2025, 10, 3)
DAY = date(2026, 6, 29)


@pytest.fixture
def cast(database: Database) -> Cast:
    """The cast, of whom Ama has trained."""
    with database.transaction() as db:
        transparency.ensure_log(db, origin="accredit.example/ledger")
        cast = make_cast(db)
    with database.transaction(cast.organisation_id) as db:
        session_id = training.plan_session(
            db,
            programme_id=cast.programme_id,
            title="First training",
            held_on=TRAINED_ON,
            module_codes=["M1", "M2", "M3", "M4", "M5", "M6", "M8"],
            led_by=cast.nia.id,
            actor=cast.nia.actor,
            now=NOW,
        )
        training.record_attendance(
            db, session_id=session_id, present={cast.ama.enrolled: True}, actor=cast.nia.actor, now=NOW
        )
    return cast


def submit(database: Database, cast: Cast, **changes: Any) -> UUID:
    given: dict[str, Any] = {
        "enrolment_id": cast.ama.enrolled,
        "activity_type": "drop-in",
        "held_on": DAY,
        "starts_at": time(12, 30),
        "minutes": 30,
        "supervised_by": cast.sam.id,
        "actor": cast.ama.actor,
        "now": NOW,
    }
    with database.transaction(cast.organisation_id) as db:
        return operations.submit_hours(db, **(given | changes))


def refusal(database: Database, cast: Cast, **changes: Any) -> str | None:
    try:
        submit(database, cast, **changes)
    except RuleBroken as broken:
        return broken.rule
    return None


def acts(database: Database) -> int:
    with database.reading() as db:
        return int(db.execute(sa.select(sa.func.count()).select_from(AuditEvent)).scalar_one())


@pytest.mark.attack("WZ17", "IN03")
@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        pytest.param({"minutes": -30}, "not-one-day", id="negative"),
        pytest.param({"minutes": 0}, "not-one-day", id="zero"),
        pytest.param({"minutes": 10**9}, "not-one-day", id="a thousand million"),
        pytest.param({"starts_at": time(0), "minutes": 1441}, "not-one-day", id="24 hours and a minute"),
        pytest.param({"starts_at": time(0), "minutes": 721}, "entry-too-long", id="more than half a day"),
    ],
)
def test_no_entry_of_an_impossible_length_is_taken(
    database: Database, cast: Cast, changes: dict[str, Any], rule: str
) -> None:
    before = acts(database)
    assert refusal(database, cast, **changes) == rule
    assert acts(database) == before


@pytest.mark.attack("WZ17")
@pytest.mark.parametrize("minutes", [-1, 0, 721, 10**6])
def test_the_database_itself_holds_no_impossible_length(database: Database, cast: Cast, minutes: int) -> None:
    row = HoursEntry(
        organisation_id=cast.organisation_id,
        enrolment_id=cast.ama.enrolled,
        activity_type="drop-in",
        held_on=DAY,
        starts_at=time(12, 30),
        minutes=minutes,
        supervised_by=cast.sam.id,
        source=Source.YOUNG_PERSON,
        submitted_at=NOW,
    )
    with pytest.raises(IntegrityError), database.transaction(cast.organisation_id) as db:
        db.add(row)
        db.flush()


@pytest.mark.attack("WZ18")
@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        pytest.param({"held_on": TODAY + timedelta(days=1)}, "in-the-future", id="tomorrow"),
        pytest.param({"held_on": TRAINED_ON}, "before-training", id="the day of the training itself"),
        pytest.param({"held_on": date(2025, 8, 31)}, "before-enrolment", id="before they joined"),
        pytest.param({"starts_at": time(12, 59)}, "overlap", id="the last minute of another entry"),
        pytest.param({"starts_at": time(12, 1)}, "overlap", id="into another entry"),
        pytest.param({"activity_type": "planning"}, "overlap", id="another activity at the same time"),
    ],
)
def test_time_that_cannot_have_been_is_refused(
    database: Database, cast: Cast, changes: dict[str, Any], rule: str
) -> None:
    submit(database, cast)
    assert refusal(database, cast, **changes) == rule


@pytest.mark.attack("WZ18")
def test_time_after_leaving_is_refused(database: Database, cast: Cast) -> None:
    with database.transaction(cast.organisation_id) as db:
        enrolments.end_enrolment(
            db, enrolment_id=cast.ama.enrolled, ended_on=date(2026, 6, 28), actor=cast.nia.actor, now=NOW
        )
    assert refusal(database, cast) == "after-enrolment"
    assert refusal(database, cast, held_on=date(2026, 6, 28)) is None


@pytest.mark.attack("WZ22")
def test_the_same_hour_does_not_count_in_two_programmes(database: Database, cast: Cast) -> None:
    submit(database, cast)
    with database.transaction(cast.organisation_id) as db:
        programme_id = factories.add_programme(db, cast.organisation_id, template="DB")
        second = factories.enrol(db, cast.ama.id, programme_id)
        training_id = training.plan_session(
            db,
            programme_id=programme_id,
            title="First training",
            held_on=TRAINED_ON,
            module_codes=["M4", "M5", "M6"],
            led_by=cast.nia.id,
            actor=cast.nia.actor,
            now=NOW,
        )
        training.record_attendance(db, session_id=training_id, present={second: True}, actor=cast.nia.actor, now=NOW)
    assert refusal(database, cast, enrolment_id=second, activity_type="buddying") == "overlap"
    assert refusal(database, cast, enrolment_id=second, activity_type="buddying", starts_at=time(15)) is None


@pytest.mark.attack("WZ19")
def test_back_dating_beyond_the_programmes_days_is_refused_whoever_tries(database: Database, cast: Cast) -> None:
    limit = TODAY - timedelta(days=28)
    before = acts(database)
    assert refusal(database, cast, held_on=limit - timedelta(days=1)) == "too-late"
    assert refusal(database, cast, held_on=limit - timedelta(days=1), actor=cast.nia.actor) == "too-late"
    with database.transaction(cast.organisation_id) as db:
        taken = operations.record_practice_session(
            db,
            programme_id=cast.programme_id,
            activity_type="drop-in",
            held_on=limit - timedelta(days=1),
            starts_at=time(16),
            minutes=30,
            present=[cast.ama.enrolled],
            actor=cast.sam.actor,
            now=NOW,
        )
    assert [broken.rule for broken in taken.refused.values()] == ["too-late"]
    assert acts(database) == before, "nothing was written"
    assert refusal(database, cast, held_on=limit) is None


@pytest.mark.attack("WZ19")
def test_waiting_long_for_an_adult_does_not_make_hours_late(database: Database, cast: Cast) -> None:
    entry_id = submit(database, cast)
    with database.transaction(cast.organisation_id) as db:
        operations.approve_hours(db, entry_id=entry_id, actor=cast.sam.actor, now=NOW + timedelta(days=60))
    with database.reading(cast.organisation_id) as db:
        entry = queries.entry(db, entry_id)
    assert (entry.status, entry.decided_at) == (HoursStatus.APPROVED, NOW + timedelta(days=60))


@pytest.mark.attack("WZ19")
def test_a_correction_does_not_carry_an_old_day_in(database: Database, cast: Cast) -> None:
    entry_id = submit(database, cast)
    with pytest.raises(RuleBroken, match="too-late"), database.transaction(cast.organisation_id) as db:
        operations.correct_hours(
            db,
            entry_id=entry_id,
            activity_type="drop-in",
            held_on=date(2026, 3, 2),
            starts_at=time(12, 30),
            minutes=30,
            supervised_by=cast.sam.id,
            actor=cast.ama.actor,
            now=NOW,
        )
