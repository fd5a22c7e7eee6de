"""The sample year comes out exactly as expected, in a constant number of statements."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from accredit.domain.awarding import queries
from accredit.domain.awarding.queries import Progress
from accredit.domain.awarding.rules import FindingKind
from accredit.domain.practice import operations as practice
from accredit.domain.practice import queries as practice_queries
from accredit.domain.practice.rules import Milestone
from accredit.storage import Database
from tests.unit.domain import sample_year
from tests.unit.domain.sample_year import LATER_ON, NOW, TODAY, SampleSchool

MILESTONES = (Milestone.REFLECTION, Milestone.LED_ACTIVITY, Milestone.SPOKE_AT_ASSEMBLY)


def _play(database: Database) -> SampleSchool:
    """Import the year; modules, observations and reflections are assumed done, as the sample says."""
    school = sample_year.open_school(database)
    sam = school.supervisors["Ms T. Exemplar"]
    with database.transaction(school.organisation_id) as db:
        practice.import_hours_log(
            db, organisation_id=school.organisation_id, log=sample_year.log(), actor=school.coordinator, now=NOW
        )
        for reference, enrolment_id in school.enrolments.items():
            if reference == "3128":
                continue
            given: dict[str, Any] = {"enrolment_id": enrolment_id, "actor": sam, "now": NOW}
            for skill in ("listening", "empathy"):
                practice.observe_skill(db, skill_code=skill, activity_type="drop-in", observed_on=LATER_ON, **given)
            for milestone in MILESTONES:
                practice.record_milestone(db, milestone=milestone, reached_on=LATER_ON, **given)
    return school


def _as_expected(progress: Progress, waiting: int, returned: int) -> dict[str, str]:
    done, highest, following = progress.portfolio, progress.highest_met, progress.next_level
    assert highest is not None
    to_go = {finding.kind: finding.missing for finding in following.findings} if following else {}
    return {
        "Programme": progress.programme_name,
        "entries counted": str(done.entries),
        "minutes counted": str(done.minutes),
        "supervision meetings": str(done.meetings),
        "minutes waiting": str(waiting),
        "minutes returned": str(returned),
        "supervising adults": str(done.adults),
        "level by hours and supervision": highest.level_title,
        "next level": following.level_title if following else "",
        "minutes to go": str(to_go[FindingKind.HOURS]) if following else "",
        "meetings to go": str(to_go[FindingKind.MEETINGS]) if following else "",
    }


def test_the_sample_year_comes_out_exactly_as_expected(database: Database) -> None:
    school = _play(database)
    with database.reading(school.organisation_id) as db:
        found = {
            progress.enrolment_id: progress
            for programme_id in school.programmes.values()
            for progress in queries.cohort_progress(db, programme_id, on=TODAY)
        }
        totals = practice_queries.totals(db, found)
    expected = sample_year.read("hours-expected.csv")
    assert len(found) == len(expected) == 30
    for row in expected:
        enrolment_id = school.enrolments[row["Arbor Student ID"]]
        total = totals[enrolment_id]
        got = _as_expected(found[enrolment_id], total.waiting_minutes, total.returned_minutes)
        assert got == {name: row[name] for name in got}, row["Known name"]
    assert sum(progress.portfolio.minutes for progress in found.values()) == 27_715


def test_a_portfolio_states_what_a_credential_will(sqlite_database: Database) -> None:
    school = _play(sqlite_database)
    with sqlite_database.reading(school.organisation_id) as db:
        done = queries.portfolio(db, school.enrolments["3101"], until=TODAY)
        early = queries.portfolio(db, school.enrolments["3101"], until=date(2025, 10, 31))
    assert done.training_minutes == 360 + 45 + 45 + 45 + 60
    assert (done.first_month, done.last_month) == ("2025-10", "2026-07")
    assert sum(each.minutes for each in done.activities) == done.minutes == 2010
    assert done.up_to_date_until == date(2027, 3, 2)
    assert {skill.code for skill in done.skills} == {
        "listening",
        "empathy",
        "negotiation",
        "confidentiality",
        "passing-on",
    }
    assert done.leaves is not None
    # Eleven modules, every approved entry (meetings too), two observations: each one leaf of the log.
    assert done.leaves.count == 11 + done.entries + done.meetings + 2
    assert done.leaves.first < done.leaves.last
    assert 0 < early.minutes < done.minutes
    assert early.skills_observed == 0
    assert early.up_to_date_until == date(2026, 10, 3)


@contextmanager
def _counting(database: Database) -> Iterator[list[str]]:
    statements: list[str] = []

    def count(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH", "INSERT", "UPDATE")):
            statements.append(statement)

    sa.event.listen(database.engine, "before_cursor_execute", count)
    yield statements
    sa.event.remove(database.engine, "before_cursor_execute", count)


@pytest.mark.parametrize("code", ["WA", "DB"])
def test_a_cohort_takes_as_many_statements_as_one_person(sqlite_database: Database, code: str) -> None:
    school = sample_year.open_school(sqlite_database)
    with sqlite_database.reading(school.organisation_id) as db:
        person = queries.cohort_progress(db, school.programmes[code], on=TODAY)[0].enrolment_id
        with _counting(sqlite_database) as for_one:
            queries.progress(db, person, on=TODAY)
        with _counting(sqlite_database) as for_all:
            queries.cohort_progress(db, school.programmes[code], on=TODAY)
    assert len(for_all) == len(for_one) + 1
    assert len(for_all) < 25
