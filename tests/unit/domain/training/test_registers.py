"""Taking registers of training, on both databases."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from accredit.domain.audit.models import AuditEvent
from accredit.domain.training import operations, queries
from accredit.domain.training.models import Attendance
from accredit.domain.transparency import operations as transparency
from accredit.domain.transparency.models import LedgerRecord
from accredit.errors import Forbidden, NotFound, RuleBroken
from accredit.storage import Database, Session
from tests.cast import Cast, make_cast
from tests.factories import NOW

HELD_ON = date(2026, 6, 15)
BEFORE_THE_BREAK = date(2026, 5, 4)


def _school(database: Database) -> Cast:
    with database.transaction() as db:
        transparency.ensure_log(db, origin="accredit.example/ledger")
        return make_cast(db)


def _plan(db: Session, cast: Cast, held_on: date = HELD_ON) -> UUID:
    return operations.plan_session(
        db,
        programme_id=cast.programme_id,
        title=" First training ",
        held_on=held_on,
        module_codes=["M1", "M4", "M4"],
        led_by=cast.nia.id,
        actor=cast.nia.actor,
        now=NOW,
    )


def _count(db: Session, model: type) -> int:
    return int(db.execute(sa.select(sa.func.count()).select_from(model)).scalar_one())


def test_a_register_is_one_event_and_a_leaf_for_each_module_confirmed(database: Database) -> None:
    cast = _school(database)
    with database.transaction(cast.organisation_id) as db:
        session_id = _plan(db, cast)
    with database.transaction(cast.organisation_id) as db:
        events = _count(db, AuditEvent)
        result = operations.record_attendance(
            db,
            session_id=session_id,
            present={cast.ama.enrolled: True, cast.cai.enrolled: {"M4"}, cast.ben.enrolled: False},
            actor=cast.nia.actor,
            now=NOW,
        )
        assert result == operations.RegisterResult(confirmed=3, withdrawn=0, absent=1, unchanged=0)
        assert _count(db, LedgerRecord) == 3
        assert _count(db, AuditEvent) == events + 1
    with database.reading(cast.organisation_id) as db:
        found = queries.modules_attended(db, [cast.ama.enrolled, cast.cai.enrolled, cast.ben.enrolled])
        assert {who: set(codes) for who, codes in found.items()} == {
            cast.ama.enrolled: {"M1", "M4"},
            cast.cai.enrolled: {"M4"},
            cast.ben.enrolled: set(),
        }
        register = queries.register(db, session_id)
        assert [(row.known_as, row.is_on_break, row.present, row.is_recorded) for row in register.rows] == [
            ("Ama", False, frozenset({"M1", "M4"}), True),
            ("Ben", True, frozenset(), False),
            ("Cai", False, frozenset({"M4"}), True),
        ]
        assert register.session.people_present == 2
        assert register.session.title == "First training"
        assert [fact.module_code for fact in queries.attendance_of(db, cast.ama.enrolled)] == ["M1", "M4"]


@pytest.mark.attack("WZ15")
def test_the_same_register_twice_writes_nothing(database: Database) -> None:
    cast = _school(database)
    with database.transaction(cast.organisation_id) as db:
        session_id = _plan(db, cast)
    for expected in (2, 0):
        with database.transaction(cast.organisation_id) as db:
            before = _count(db, Attendance), _count(db, AuditEvent)
            result = operations.record_attendance(
                db, session_id=session_id, present={cast.ama.enrolled: True}, actor=cast.nia.actor, now=NOW
            )
            assert result.confirmed == expected
            written = _count(db, Attendance) - before[0], _count(db, AuditEvent) - before[1]
            assert written == (expected, 1 if expected else 0)


def test_a_correction_is_a_new_row_and_the_latest_one_holds(database: Database) -> None:
    cast = _school(database)
    with database.transaction(cast.organisation_id) as db:
        session_id = _plan(db, cast)
    for present, modules in ((True, {"M1", "M4"}), (False, set()), ({"M1"}, {"M1"})):
        with database.transaction(cast.organisation_id) as db:
            operations.record_attendance(
                db, session_id=session_id, present={cast.ama.enrolled: present}, actor=cast.sam.actor, now=NOW
            )
            assert set(queries.modules_attended(db, [cast.ama.enrolled])[cast.ama.enrolled]) == modules
    with database.reading() as db:
        rows = db.exec(select(Attendance).where(col(Attendance.module_code) == "M1")).all()
        assert sorted(row.corrects_id is not None for row in rows) == [False, True, True]
        # Two confirmed, two taken back, one confirmed again: the log tells the whole story.
        assert _count(db, LedgerRecord) == 5


def test_one_wrong_tick_refuses_the_whole_register(database: Database) -> None:
    cast = _school(database)
    with database.transaction(cast.organisation_id) as db:
        session_id = _plan(db, cast)
    with pytest.raises(RuleBroken, match="on-a-break"), database.transaction(cast.organisation_id) as db:
        operations.record_attendance(
            db,
            session_id=session_id,
            present={cast.ama.enrolled: True, cast.ben.enrolled: True},
            actor=cast.nia.actor,
            now=NOW,
        )
    with database.reading() as db:
        assert _count(db, Attendance) == 0


def test_ben_keeps_what_he_attended_before_his_break(database: Database) -> None:
    cast = _school(database)
    with database.transaction(cast.organisation_id) as db:
        session_id = _plan(db, cast, held_on=BEFORE_THE_BREAK)
        operations.record_attendance(
            db, session_id=session_id, present={cast.ben.enrolled: True}, actor=cast.nia.actor, now=NOW
        )
        found = queries.modules_attended(db, [cast.ben.enrolled])[cast.ben.enrolled]
        assert found["M4"].first_on == BEFORE_THE_BREAK


def test_oz_and_young_people_take_no_register_here(database: Database) -> None:
    cast = _school(database)
    with database.transaction(cast.organisation_id) as db:
        session_id = _plan(db, cast)
    with pytest.raises(NotFound), database.transaction(cast.other_organisation_id) as db:
        operations.record_attendance(db, session_id=session_id, present={}, actor=cast.oz.actor, now=NOW)
    with pytest.raises(Forbidden), database.transaction(cast.organisation_id) as db:
        operations.record_attendance(
            db, session_id=session_id, present={cast.ama.enrolled: True}, actor=cast.ama.actor, now=NOW
        )
    with database.reading(cast.other_organisation_id) as db:
        assert queries.sessions(db) == ()
        with pytest.raises(NotFound):
            queries.register(db, session_id)
