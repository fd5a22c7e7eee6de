"""Somebody with the database in their hands changes, adds or takes away a row, past every guard: it is named."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import Tag
from accredit.domain.awarding.models import Award
from accredit.domain.organisations import operations as organisations
from accredit.domain.organisations import queries
from accredit.domain.organisations.models import Organisation
from accredit.domain.organisations.rules import Details
from accredit.domain.people.models import Staff
from accredit.domain.practice.models import HoursEntry
from accredit.domain.practice.rules import HoursStatus
from accredit.domain.training.models import Attendance
from accredit.domain.verification import operations as verification
from accredit.domain.verification.queries import DatabaseSources
from accredit.domain.verification.rules import Verdict
from accredit.jobs import inspecting
from accredit.storage import Database
from tests.unit.domain.verification.story import Issued, Story, told
from tests.unit.jobs.test_inspecting import past_the_guards

ONE_HOUR = sa.select(sa.func.min(HoursEntry.id)).where(col(HoursEntry.status) == HoursStatus.APPROVED).scalar_subquery()
ONE_TICK = sa.select(sa.func.min(Attendance.id)).scalar_subquery()
NIA = sa.select(col(Staff.id)).where(col(Staff.name) == "Nia Enghraifft").scalar_subquery()
CHANGES: dict[str, tuple[Any, str]] = {
    "IN07 more minutes": (
        sa.update(HoursEntry).where(col(HoursEntry.id) == ONE_HOUR).values(minutes=HoursEntry.minutes + 60),
        "is not as it was decided: minutes",
    ),
    "IN07 another day": (
        sa.update(HoursEntry).where(col(HoursEntry.id) == ONE_HOUR).values(held_on=date(2026, 1, 2)),
        "is not as it was decided: held_on",
    ),
    "IN07 another approver": (
        sa.update(HoursEntry).where(col(HoursEntry.id) == ONE_HOUR).values(decided_by=NIA),
        "is not as it was decided: approved_by",
    ),
    "IN07 an entry taken away": (sa.delete(HoursEntry).where(col(HoursEntry.id) == ONE_HOUR), "is gone"),
    "IN07 present instead of absent": (
        sa.update(Attendance).where(col(Attendance.id) == ONE_TICK).values(present=~col(Attendance.present)),
        "is not as it was decided: present",
    ),
    "IN07 another day of the award": (
        sa.update(Award).values(awarded_on=date(2026, 1, 2)),
        "is not as it was decided: awarded_on",
    ),
    "IN07 another assessment": (
        sa.update(Award).values(portfolio={"minutes": 9999}),
        "is not as it was decided: decided",
    ),
    "IN09 the award's event": (
        sa.delete(AuditEvent).where(col(AuditEvent.tag) == Tag.AWARDED),
        "the audit trail does not tell of award.decided",
    ),
    "IN09 the credential's event": (
        sa.delete(AuditEvent).where(col(AuditEvent.tag) == Tag.CREDENTIAL_ISSUED),
        "the audit trail does not tell of credential.issued",
    ),
}


@pytest.fixture
def story(sqlite_database: Database, tmp_path: Path) -> Story:
    return told(sqlite_database, tmp_path)


@pytest.fixture
def issued(story: Story) -> Issued:
    return story.issue()


def findings(story: Story) -> list[str]:
    return [found for check in inspecting.CHECKS_OF_A_COPY.values() for found in check(story.database)]


def test_a_record_that_nobody_touched_is_well(story: Story, issued: Issued) -> None:
    assert findings(story) == []


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_past_every_guard_is_named(story: Story, issued: Issued, change: str) -> None:
    statement, said = CHANGES[change]
    past_the_guards(story.database, statement)
    assert any(said in found for found in findings(story)), findings(story)


@pytest.mark.attack("IN07")
def test_an_entry_that_was_only_written_into_the_table_counts_as_nobodys(story: Story, issued: Issued) -> None:
    with story.database.transaction() as db:
        row = db.execute(sa.select(HoursEntry).limit(1)).scalar_one()
        values = {name: getattr(row, name) for name in HoursEntry.model_fields}
    forged = values | {"id": story.cast.olu.id, "held_on": row.held_on.replace(day=1), "practice_session_id": None}
    with story.database.engine.begin() as connection:
        connection.execute(sa.insert(HoursEntry).values(**forged | {"reference": None, "corrects_id": None}))
    assert f"hours_entry {story.cast.olu.id} counts, and nobody decided it" in findings(story)


@pytest.mark.attack("IN09")
def test_the_guards_themselves_are_missed(story: Story, issued: Issued) -> None:
    with story.database.engine.begin() as connection:
        names = connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type='trigger' AND tbl_name='audit_event'"
        )
        for (name,) in names.all():
            connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
    assert [found for found in findings(story) if "audit_event" in found and "is gone" in found]


@pytest.mark.attack("IN18")
def test_a_school_that_takes_another_name_keeps_what_it_issued(story: Story, issued: Issued) -> None:
    """Its history says the former name, verifies as before, and its issuer stays the same for ever."""
    former = issued.document["issuer"]
    with story.database.transaction() as db:
        organisations.change_details(
            db,
            organisation_id=story.cast.organisation_id,
            details=Details(name="Example Federation Academy", urn="199903"),
            actor=story.cast.operator.actor,
            now=story.now,
        )
    with story.database.reading() as db:
        assert queries.organisation(db, story.cast.organisation_id).name == "Example Federation Academy"
        did = db.execute(
            sa.select(col(Organisation.did)).where(col(Organisation.id) == story.cast.organisation_id)
        ).scalar_one()
        report = verification.verify(issued.data, now=story.now, sources=DatabaseSources(db))
    assert report.verdict is Verdict.GENUINE
    assert issued.document["issuer"] == former
    assert former["name"] == "Example Park Academy"
    assert did == former["id"]
