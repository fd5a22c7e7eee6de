"""Importing the sample's year of hours: everything or nothing, and the same file twice changes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import select

from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import Tag
from accredit.domain.practice import hours_import, operations, queries
from accredit.domain.practice.hours_import import Imported
from accredit.domain.practice.hours_log import HoursLog, LogRow
from accredit.domain.practice.models import HoursEntry
from accredit.domain.practice.rules import HoursStatus
from accredit.domain.transparency.models import LedgerRecord
from accredit.errors import RuleBroken
from accredit.storage import Database
from tests.unit.domain import sample_year
from tests.unit.domain.sample_year import NOW, SampleSchool


def _import(database: Database, school: SampleSchool, log: HoursLog) -> Imported:
    with database.transaction(school.organisation_id) as db:
        return operations.import_hours_log(
            db, organisation_id=school.organisation_id, log=log, actor=school.coordinator, now=NOW
        )


def _count(database: Database, model: type) -> int:
    with database.reading() as db:
        return int(db.execute(sa.select(sa.func.count()).select_from(model)).scalar_one())


def test_the_sample_comes_in_once_and_only_once(database: Database) -> None:
    school = sample_year.open_school(database)
    leaves = _count(database, LedgerRecord)
    log = sample_year.log()
    with database.reading(school.organisation_id) as db:
        plan = hours_import.plan_hours_log(db, organisation_id=school.organisation_id, log=log, now=NOW)
        assert (len(plan.new), plan.errors) == (929, ())
    assert _import(database, school, log) == Imported(approved=919, returned=6, waiting=4, unchanged=0)
    assert _count(database, LedgerRecord) == leaves + 919
    events = _count(database, AuditEvent)
    assert _import(database, school, log) == Imported(approved=0, returned=0, waiting=0, unchanged=929)
    assert (_count(database, HoursEntry), _count(database, LedgerRecord), _count(database, AuditEvent)) == (
        929,
        leaves + 919,
        events,
    )
    with database.reading() as db:
        assert db.exec(select(AuditEvent.tag).where(AuditEvent.tag == Tag.HOURS_IMPORTED)).all() == [Tag.HOURS_IMPORTED]


def _row(rows: tuple[LogRow, ...], reference: str) -> LogRow:
    return next(row for row in rows if row.reference == reference)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"school_reference": "9999"}, "person-not-enrolled", id="a person the school does not know"),
        pytest.param({"programme": "Chess"}, "person-not-enrolled", id="a programme they are not in"),
        pytest.param({"supervised_by": "Ms Nobody"}, "adult-not-known", id="an adult the school does not know"),
        pytest.param({"decided_by": "Ms H. Muster"}, "not-a-supervisor", id="approved by an adult without the role"),
        pytest.param({"held_on": date(2025, 10, 3)}, "before-training", id="approved before the training"),
        pytest.param({"decided_on": date(2025, 10, 5)}, "in-the-future", id="approved before it was done"),
        pytest.param({"decided_on": date(2025, 11, 4)}, "too-late", id="approved 29 days later"),
        pytest.param({"activity_type": "one-to-one"}, "wrong-activity-type", id="an activity the programme lacks"),
        pytest.param({"decided_on": date(2026, 7, 21)}, "in-the-future", id="approved tomorrow"),
    ],
)
def test_one_bad_line_keeps_the_whole_file_out(sqlite_database: Database, changes: dict[str, Any], reason: str) -> None:
    school = sample_year.open_school(sqlite_database)
    rows = sample_year.log().rows[:12]
    bad = replace(_row(rows, "H0002"), **changes)
    log = HoursLog(rows=tuple(bad if row.reference == "H0002" else row for row in rows), remarks=())
    with sqlite_database.reading(school.organisation_id) as db:
        plan = hours_import.plan_hours_log(db, organisation_id=school.organisation_id, log=log, now=NOW)
        assert [(remark.line, remark.reason) for remark in plan.errors] == [(bad.line, reason)]
    with pytest.raises(RuleBroken, match="import-has-errors"):
        _import(sqlite_database, school, log)
    assert _count(sqlite_database, HoursEntry) == 0


def test_overlaps_within_one_file_are_found(sqlite_database: Database) -> None:
    school = sample_year.open_school(sqlite_database)
    first = _row(sample_year.log().rows, "H0002")
    log = HoursLog(rows=(first, replace(first, reference="X1", line=3)), remarks=())
    with pytest.raises(RuleBroken) as caught:
        _import(sqlite_database, school, log)
    assert [remark.reason for remark in caught.value.facts["remarks"]] == ["overlap"]  # type: ignore[attr-defined]


def test_a_later_file_decides_what_waited_and_never_overwrites(database: Database) -> None:
    school = sample_year.open_school(database)
    first = _row(sample_year.log().rows, "H0908")
    assert first.status is HoursStatus.SUBMITTED
    assert _import(database, school, HoursLog(rows=(first,), remarks=())).waiting == 1
    decided = replace(first, status=HoursStatus.APPROVED, decided_by=first.supervised_by, decided_on=date(2026, 7, 17))
    assert _import(database, school, HoursLog(rows=(decided,), remarks=())).approved == 1
    # The older file again: what was decided since stays decided.
    assert _import(database, school, HoursLog(rows=(first,), remarks=())).unchanged == 1
    with pytest.raises(RuleBroken) as caught:
        _import(database, school, HoursLog(rows=(replace(decided, minutes=300),), remarks=()))
    assert [remark.reason for remark in caught.value.facts["remarks"]] == ["changed-since"]  # type: ignore[attr-defined]
    with database.reading() as db:
        (entry,) = queries.entries(db, school.enrolments["3102"])
        assert (entry.status, entry.minutes, entry.decided_by_name) == (HoursStatus.APPROVED, 30, "Ms T. Exemplar")
