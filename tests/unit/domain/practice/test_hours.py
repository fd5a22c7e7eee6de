"""Submitting, approving, returning and correcting hours, on both databases."""

from __future__ import annotations

import threading
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import select

from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import Actor, Tag
from accredit.domain.practice import operations, queries
from accredit.domain.practice.models import HoursEntry
from accredit.domain.practice.rules import HoursStatus, Milestone, ReturnReason, Source
from accredit.domain.training import operations as training
from accredit.domain.transparency import operations as transparency
from accredit.domain.transparency.models import LedgerRecord
from accredit.errors import Forbidden, NotFound, RuleBroken
from accredit.storage import Database, Session
from tests.cast import Cast, Player, make_cast
from tests.factories import NOW

TRAINED_ON = date(2025, 10, 3)
DAY = date(2026, 6, 29)


@pytest.fixture
def cast(database: Database) -> Cast:
    """The cast, trained."""
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
        present = {each.enrolled: True for each in (cast.ama, cast.ben, cast.cai)}
        training.record_attendance(db, session_id=session_id, present=present, actor=cast.nia.actor, now=NOW)
    return cast


def _submit(db: Session, cast: Cast, who: Player | None = None, actor: Actor | None = None, **changes: Any) -> UUID:
    who = who or cast.ama
    given: dict[str, Any] = {
        "enrolment_id": who.enrolled,
        "activity_type": "drop-in",
        "held_on": DAY,
        "starts_at": time(12, 30),
        "minutes": 30,
        "supervised_by": cast.sam.id,
        "actor": actor or who.actor,
        "now": NOW,
    } | changes
    return operations.submit_hours(db, **given)


def _status(database: Database, entry_id: UUID) -> HoursStatus:
    with database.reading() as db:
        return queries.entry(db, entry_id).status


def _tags(database: Database) -> list[Tag]:
    with database.reading() as db:
        return [event.tag for event in db.exec(select(AuditEvent).order_by(sa.text("at, id")))]


def _leaves(database: Database) -> int:
    with database.reading() as db:
        return int(db.execute(sa.select(sa.func.count()).select_from(LedgerRecord)).scalar_one())


def test_hours_are_submitted_and_approved_with_one_event_and_one_leaf(database: Database, cast: Cast) -> None:
    leaves, events = _leaves(database), len(_tags(database))
    with database.transaction(cast.organisation_id) as db:
        entry_id = _submit(db, cast)
    with database.reading(cast.organisation_id) as db:
        (waiting,) = queries.inbox(db, supervised_by=cast.sam.id, now=NOW)
        assert (waiting.entry.id, waiting.known_as, waiting.concern) == (entry_id, "Ama", None)
        assert queries.waiting_count(db) == 1
        assert queries.inbox(db, supervised_by=cast.nia.id, now=NOW) == ()
    with database.transaction(cast.organisation_id) as db:
        operations.approve_hours(db, entry_id=entry_id, actor=cast.sam.actor, now=NOW)
    with database.reading(cast.organisation_id) as db:
        entry = queries.entry(db, entry_id)
        assert (entry.status, entry.decided_by_name, entry.activity_title) == (
            HoursStatus.APPROVED,
            "Sam Specimen",
            "Drop-in at lunch or after school",
        )
        totals = queries.totals(db, [cast.ama.enrolled])[cast.ama.enrolled]
        assert (totals.minutes, totals.entries, totals.adults, totals.first_on) == (30, 1, 1, DAY)
    assert _leaves(database) == leaves + 1
    assert sorted(_tags(database)[events:]) == [Tag.HOURS_APPROVED, Tag.HOURS_SUBMITTED]


def test_nobody_approves_their_own_hours(database: Database, cast: Cast) -> None:
    with database.transaction(cast.organisation_id) as db:
        entry_id = _submit(db, cast)
    with pytest.raises(RuleBroken, match="own-hours"), database.transaction(cast.organisation_id) as db:
        operations.approve_hours(db, entry_id=entry_id, actor=cast.ama.actor, now=NOW)
    assert _status(database, entry_id) is HoursStatus.SUBMITTED


def test_an_operator_was_not_there_and_approves_nothing(database: Database, cast: Cast) -> None:
    with database.transaction(cast.organisation_id) as db:
        entry_id = _submit(db, cast)
    with pytest.raises(Forbidden), database.transaction(cast.organisation_id) as db:
        operations.approve_hours(db, entry_id=entry_id, actor=cast.operator.actor, now=NOW)


def test_a_co_ordinator_who_is_no_supervisor_does_not_approve(database: Database, cast: Cast) -> None:
    with database.transaction(cast.organisation_id) as db:
        entry_id = _submit(db, cast)
    with pytest.raises(RuleBroken, match="not-a-supervisor"), database.transaction(cast.organisation_id) as db:
        operations.approve_hours(db, entry_id=entry_id, actor=cast.nia.actor, now=NOW)


def test_hours_are_submitted_for_oneself_only(database: Database, cast: Cast) -> None:
    with pytest.raises(NotFound), database.transaction(cast.organisation_id) as db:
        _submit(db, cast, who=cast.cai, actor=cast.ama.actor)
    with database.transaction(cast.organisation_id) as db:
        assert _submit(db, cast, who=cast.cai, actor=cast.sam.actor)


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        pytest.param({"held_on": date(2026, 7, 1)}, "in-the-future", id="tomorrow"),
        pytest.param({"held_on": TRAINED_ON}, "before-training", id="on the day of the training"),
        pytest.param({"held_on": DAY - timedelta(days=28)}, "too-late", id="logged after 29 days"),
        pytest.param({"activity_type": "one-to-one"}, "wrong-activity-type", id="an activity the programme lacks"),
    ],
)
def test_what_can_never_count_is_refused_at_once(
    database: Database, cast: Cast, changes: dict[str, Any], rule: str
) -> None:
    with pytest.raises(RuleBroken) as caught, database.transaction(cast.organisation_id) as db:
        _submit(db, cast, **changes)
    assert caught.value.rule == rule


def test_ben_is_on_a_break_and_keeps_what_he_did(database: Database, cast: Cast) -> None:
    with pytest.raises(RuleBroken, match="on-a-break"), database.transaction(cast.organisation_id) as db:
        _submit(db, cast, who=cast.ben)
    with database.reading(cast.organisation_id) as db:
        rows = queries.practice_register(db, programme_id=cast.programme_id, held_on=DAY)
        assert [(row.known_as, row.concern) for row in rows] == [("Ama", None), ("Ben", "on-a-break"), ("Cai", None)]


def test_bulk_approval_reports_the_refused_and_approves_the_rest(database: Database, cast: Cast) -> None:
    with database.transaction(cast.organisation_id) as db:
        good = _submit(db, cast, starts_at=time(9), minutes=60)
        also = _submit(db, cast, starts_at=time(10), minutes=60)
        over = _submit(db, cast, starts_at=time(11), minutes=1)
    leaves = _leaves(database)
    with database.transaction(cast.organisation_id) as db:
        result = operations.approve_many(db, entry_ids=[over, also, good], actor=cast.sam.actor, now=NOW)
        assert result.approved == (good, also)
        assert {entry_id: broken.rule for entry_id, broken in result.refused.items()} == {over: "over-day-limit"}
    assert _leaves(database) == leaves + 2
    with database.reading(cast.organisation_id) as db:
        assert [each.concern for each in queries.inbox(db, now=NOW)] == ["over-day-limit"]
    with database.transaction(cast.organisation_id) as db:
        operations.approve_hours(db, entry_id=over, actor=cast.sam.actor, now=NOW, confirm_over_day_limit=True)
    with database.reading() as db:
        assert db.exec(select(HoursEntry.over_day_limit_confirmed).order_by(sa.text("starts_at"))).all() == [
            False,
            False,
            True,
        ]


@pytest.mark.attack("WZ15", "WZ16")
def test_approving_twice_is_refused_and_leaves_one_leaf(database: Database, cast: Cast) -> None:
    with database.transaction(cast.organisation_id) as db:
        entry_id = _submit(db, cast)
        operations.approve_hours(db, entry_id=entry_id, actor=cast.sam.actor, now=NOW)
    leaves = _leaves(database)
    with pytest.raises(RuleBroken, match="not-submitted"), database.transaction(cast.organisation_id) as db:
        operations.approve_hours(db, entry_id=entry_id, actor=cast.sam.actor, now=NOW)
    assert _leaves(database) == leaves


def test_returned_hours_say_why_and_can_be_corrected_by_their_owner(database: Database, cast: Cast) -> None:
    with database.transaction(cast.organisation_id) as db:
        entry_id = _submit(db, cast)
        operations.return_hours(
            db, entry_id=entry_id, reason=ReturnReason.WRONG_ACTIVITY_TYPE, actor=cast.sam.actor, now=NOW
        )
        assert queries.entry(db, entry_id).return_reason is ReturnReason.WRONG_ACTIVITY_TYPE
    with database.transaction(cast.organisation_id) as db:
        new_id = _correct(db, cast, entry_id, actor=cast.ama.actor, activity_type="buddying")
    with database.reading(cast.organisation_id) as db:
        (shown,) = queries.entries(db, cast.ama.enrolled)
        assert (shown.id, shown.corrects_id, shown.status) == (new_id, entry_id, HoursStatus.SUBMITTED)
        assert len(queries.entries(db, cast.ama.enrolled, with_corrected=True)) == 2
    assert _status(database, entry_id) is HoursStatus.CORRECTED


def _correct(db: Session, cast: Cast, entry_id: UUID, *, actor: Actor, **changes: Any) -> UUID:
    given: dict[str, Any] = {
        "activity_type": "drop-in",
        "held_on": DAY,
        "starts_at": time(12, 30),
        "minutes": 25,
        "supervised_by": cast.sam.id,
        "now": NOW,
    } | changes
    return operations.correct_hours(db, entry_id=entry_id, actor=actor, **given)


@pytest.mark.attack("WZ14", "IN02")
def test_correcting_approved_hours_never_overwrites_and_waits_for_approval(database: Database, cast: Cast) -> None:
    with database.transaction(cast.organisation_id) as db:
        entry_id = _submit(db, cast)
        operations.approve_hours(db, entry_id=entry_id, actor=cast.sam.actor, now=NOW)
    with pytest.raises(RuleBroken, match="not-to-be-corrected"), database.transaction(cast.organisation_id) as db:
        _correct(db, cast, entry_id, actor=cast.ama.actor)
    with database.transaction(cast.organisation_id) as db:
        new_id = _correct(db, cast, entry_id, actor=cast.sam.actor)
        assert queries.totals(db, [cast.ama.enrolled])[cast.ama.enrolled].minutes == 0
        operations.approve_hours(db, entry_id=new_id, actor=cast.sam.actor, now=NOW)
        assert queries.totals(db, [cast.ama.enrolled])[cast.ama.enrolled].minutes == 25
    with database.reading() as db:
        old = queries.entry(db, entry_id)
        assert (old.minutes, old.status, old.decided_by_name) == (30, HoursStatus.CORRECTED, "Sam Specimen")
    with pytest.raises(RuleBroken, match="not-to-be-corrected"), database.transaction(cast.organisation_id) as db:
        _correct(db, cast, entry_id, actor=cast.sam.actor)


def test_a_correction_to_a_later_date_is_logged_now(database: Database, cast: Cast) -> None:
    long_after = NOW + timedelta(days=200)
    with database.transaction(cast.organisation_id) as db:
        entry_id = _submit(db, cast)
    with database.transaction(cast.organisation_id) as db:
        assert _correct(db, cast, entry_id, actor=cast.ama.actor, held_on=DAY - timedelta(days=1), now=long_after)
    with pytest.raises(RuleBroken, match="too-late"), database.transaction(cast.organisation_id) as db:
        entry_id = _submit(db, cast, starts_at=time(9))
        _correct(db, cast, entry_id, actor=cast.ama.actor, held_on=NOW.date() + timedelta(days=90), now=long_after)


@pytest.mark.attack("WZ14")
def test_the_facts_of_an_entry_cannot_be_changed_in_place(database: Database, cast: Cast) -> None:
    with database.transaction(cast.organisation_id) as db:
        entry_id = _submit(db, cast)
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), database.transaction() as db:
        db.execute(sa.update(HoursEntry).where(HoursEntry.id == entry_id).values(minutes=600))  # type: ignore[arg-type]


def test_a_skill_is_observed_once_and_is_one_leaf(database: Database, cast: Cast) -> None:
    leaves = _leaves(database)
    given: dict[str, Any] = {
        "enrolment_id": cast.ama.enrolled,
        "skill_code": "listening",
        "activity_type": "drop-in",
        "observed_on": DAY,
        "now": NOW,
    }
    with database.transaction(cast.organisation_id) as db:
        first = operations.observe_skill(db, actor=cast.sam.actor, **given)
    with database.transaction(cast.organisation_id) as db:
        assert operations.observe_skill(db, actor=cast.sam.actor, **given) == first
        (fact,) = queries.observations(db, [cast.ama.enrolled])[cast.ama.enrolled]
        assert (fact.skill_code, fact.observed_by_name) == ("listening", "Sam Specimen")
    assert _leaves(database) == leaves + 1
    with pytest.raises(Forbidden), database.transaction(cast.organisation_id) as db:
        operations.observe_skill(db, actor=cast.ama.actor, **given)


def test_a_milestone_is_reached_once(database: Database, cast: Cast) -> None:
    for day in (DAY, DAY - timedelta(days=1)):
        with database.transaction(cast.organisation_id) as db:
            operations.record_milestone(
                db,
                enrolment_id=cast.ama.enrolled,
                milestone=Milestone.REFLECTION,
                reached_on=day,
                actor=cast.sam.actor,
                now=NOW,
            )
    with database.reading() as db:
        assert queries.milestones(db, [cast.ama.enrolled]) == {cast.ama.enrolled: {Milestone.REFLECTION: DAY}}


def test_oz_sees_and_decides_nothing(database: Database, cast: Cast) -> None:
    with database.transaction(cast.organisation_id) as db:
        entry_id = _submit(db, cast)
    with database.reading(cast.other_organisation_id) as db:
        assert queries.inbox(db, now=NOW) == ()
        assert queries.entries(db, cast.ama.enrolled) == ()
        assert queries.totals(db, [cast.ama.enrolled])[cast.ama.enrolled].waiting_entries == 0
        assert queries.supervisors(db, cast.organisation_id, DAY) == ()
    with pytest.raises(NotFound), database.transaction(cast.other_organisation_id) as db:
        operations.approve_hours(db, entry_id=entry_id, actor=cast.oz.actor, now=NOW)


def test_sam_may_be_named_as_the_supervising_adult(database: Database, cast: Cast) -> None:
    with database.reading(cast.organisation_id) as db:
        assert queries.supervisors(db, cast.organisation_id, DAY) == ((cast.sam.id, "Sam Specimen"),)
        assert queries.supervisors(db, cast.organisation_id, date(2025, 8, 31)) == ()


def _register(db: Session, cast: Cast, present: list[Player], **changes: Any) -> operations.RegisterTaken:
    given: dict[str, Any] = {
        "programme_id": cast.programme_id,
        "activity_type": "drop-in",
        "held_on": DAY,
        "starts_at": time(12, 30),
        "minutes": 30,
        "present": [each.enrolled for each in present],
        "actor": cast.sam.actor,
        "now": NOW,
    } | changes
    return operations.record_practice_session(db, **given)


def test_a_drop_in_register_records_and_approves_in_one_act(database: Database, cast: Cast) -> None:
    leaves, events = _leaves(database), len(_tags(database))
    with database.transaction(cast.organisation_id) as db:
        taken = _register(db, cast, [cast.ama, cast.ben, cast.cai])
        assert len(taken.approved) == 2
        assert {who: broken.rule for who, broken in taken.refused.items()} == {cast.ben.enrolled: "on-a-break"}
    assert _leaves(database) == leaves + 2
    assert _tags(database)[events:] == [Tag.PRACTICE_RECORDED]
    with database.reading(cast.organisation_id) as db:
        (entry,) = queries.entries(db, cast.cai.enrolled)
        assert (entry.source, entry.status, entry.supervised_by) == (
            Source.REGISTER,
            HoursStatus.APPROVED,
            cast.sam.id,
        )
        (session,) = queries.practice_sessions(db)
        assert (session.people, session.supervised_by_name) == (2, "Sam Specimen")


@pytest.mark.attack("WZ15")
def test_the_same_drop_in_sent_twice_changes_nothing_and_late_ticks_are_added(database: Database, cast: Cast) -> None:
    with database.transaction(cast.organisation_id) as db:
        first = _register(db, cast, [cast.ama])
    with database.transaction(cast.organisation_id) as db:
        again = _register(db, cast, [cast.ama])
        assert (again.session_id, again.approved, again.unchanged, again.refused) == (first.session_id, (), 1, {})
    with database.transaction(cast.organisation_id) as db:
        later = _register(db, cast, [cast.ama, cast.cai])
        assert (later.session_id, len(later.approved), later.unchanged) == (first.session_id, 1, 1)


def test_a_register_that_nobody_can_be_in_leaves_no_trace(database: Database, cast: Cast) -> None:
    events = len(_tags(database))
    with database.transaction(cast.organisation_id) as db:
        taken = _register(db, cast, [cast.ben])
        assert (taken.session_id, taken.approved) == (None, ())
    assert len(_tags(database)) == events
    with pytest.raises(RuleBroken, match="nobody-ticked"), database.transaction(cast.organisation_id) as db:
        _register(db, cast, [])


def test_two_registers_at_once_count_the_same_minutes_once(database: Database, cast: Cast) -> None:
    together = threading.Barrier(2)
    taken: list[operations.RegisterTaken] = []

    def take(starts_at: time) -> None:
        together.wait(timeout=10)
        with database.transaction(cast.organisation_id) as db:
            taken.append(_register(db, cast, [cast.ama, cast.cai], starts_at=starts_at))

    threads = [threading.Thread(target=take, args=(time(12, minute),)) for minute in (30, 45)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(len(each.approved) for each in taken) == [0, 2]
    assert {broken.rule for each in taken for broken in each.refused.values()} == {"overlap"}
    with database.reading() as db:
        assert queries.totals(db, [cast.ama.enrolled])[cast.ama.enrolled].minutes == 30
