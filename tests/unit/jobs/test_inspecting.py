"""The record is looked through every night, and whoever runs the service is told."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import structlog.testing
from sqlmodel import col

from accredit.clock import LONDON
from accredit.domain.issuing.models import Issuance
from accredit.domain.issuing.rules import Status
from accredit.domain.transparency.models import LedgerRecord
from accredit.domain.transparency.rules import Act
from accredit.jobs import inspecting
from accredit.storage import Database, inspection
from tests.factories import NOW
from tests.unit.domain.verification.story import Issued, Story, told


@pytest.fixture
def story(sqlite_database: Database, tmp_path: Path) -> Story:
    return told(sqlite_database, tmp_path)


@pytest.fixture
def issued(story: Story) -> Issued:
    return story.issue()


def past_the_guards(database: Database, *statements: sa.Update | sa.Delete) -> None:
    with database.engine.begin() as connection:
        triggers = connection.execute(sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
        for name, _ in triggers:
            connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
        for statement in statements:
            connection.execute(statement)
        for _, sql in triggers:
            connection.exec_driver_sql(sql)


def looked_through(story: Story, tmp_path: Path) -> tuple[inspection.Inspection, list[Any]]:
    with structlog.testing.capture_logs() as journal:
        inspecting.inspect(story.database, tmp_path / "no-lock.sqlite", lambda: NOW)
    with story.database.reading() as db:
        found = inspection.latest(db)
    assert found is not None
    return found, [each for each in journal if each["log_level"] == "error"]


def test_a_record_that_agrees_with_itself_is_well(story: Story, issued: Issued, tmp_path: Path) -> None:
    found, errors = looked_through(story, tmp_path)
    assert (found.wrong, found.findings, found.began_at, errors) == (0, (), NOW, [])


@pytest.mark.attack("LG18")
def test_lg18_the_night_lists_a_document_that_is_not_in_the_ledger(
    story: Story, issued: Issued, tmp_path: Path
) -> None:
    of_it = col(LedgerRecord.subject_id) == issued.issuance_id, col(LedgerRecord.act) == Act.CREDENTIAL_ISSUED
    past_the_guards(story.database, sa.delete(LedgerRecord).where(*of_it))
    found, errors = looked_through(story, tmp_path)
    assert any(str(issued.issuance_id) in each and "not in the ledger" in each for each in found.findings)
    assert [each["finding"] for each in errors] == list(found.findings)


@pytest.mark.attack("LG17")
def test_lg17_the_night_lists_a_status_that_nobody_decided(story: Story, issued: Issued, tmp_path: Path) -> None:
    of_it = sa.update(Issuance).where(col(Issuance.id) == issued.issuance_id)
    past_the_guards(story.database, of_it.values(status=Status.REVOKED))
    found, _ = looked_through(story, tmp_path)
    assert any("is revoked although the ledger" in each for each in found.findings)


def test_a_check_that_breaks_off_hides_nothing_that_the_others_find(
    story: Story, issued: Issued, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_database: Database) -> tuple[str, ...]:
        message = "a name out of a row"
        raise ValueError(message)

    monkeypatch.setitem(inspecting.CHECKS_OF_A_COPY, "the database is whole", broken)
    monkeypatch.setitem(inspecting.CHECKS_OF_A_COPY, "something else", lambda _: ("wrong",))
    found, _ = looked_through(story, tmp_path)
    assert found.findings == ("could not be checked (ValueError): the database is whole", "wrong")


def test_of_very_many_findings_the_first_are_kept_and_their_number(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as db:
        inspection.keep(db, began_at=NOW, ended_at=NOW, findings=[str(each) for each in range(250)])
        inspection.keep(db, began_at=NOW, ended_at=NOW, findings=[str(each) for each in range(240)])
        found = inspection.latest(db)
    assert found is not None
    assert (found.wrong, len(found.findings)) == (240, inspection.MOST_KEPT)


def london(day: int, hour: int) -> datetime:
    return datetime(2026, 7, day, hour, 30, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("latest", "now", "is_due"),
    [
        pytest.param(None, london(2, 14), True, id="never yet: at once"),
        pytest.param(london(2, 3), london(2, 14), False, id="this night"),
        pytest.param(london(2, 3), london(3, 1), False, id="last night, and it is not two yet"),
        pytest.param(london(2, 3), london(3, 2), True, id="last night, and it is past two"),
        pytest.param(london(2, 14), london(3, 2), True, id="by day, and the night has come"),
        pytest.param(london(1, 3), london(3, 1), True, id="the machine was off for a night"),
    ],
)
def test_it_is_done_once_in_each_night(latest: datetime | None, now: datetime, is_due: bool) -> None:
    assert inspecting.is_due(latest, now=now) is is_due


def test_the_worker_looks_by_itself_and_once(
    story: Story, issued: Issued, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended, looks = threading.Event(), iter([False, False, True])
    monkeypatch.setattr(ended, "wait", lambda _seconds: next(looks))
    moments = iter(NOW + timedelta(seconds=each) for each in range(100))
    inspecting.inspect_nightly(story.database, tmp_path / "no-lock.sqlite", lambda: next(moments), ended)
    with story.database.reading() as db:
        found = inspection.latest(db)
    assert found is not None
    assert found.ended_at - found.began_at == timedelta(seconds=1)
    # Asked at 0, begun at 1, ended at 2, tidied at 3; asked again at 4, and nothing was due.
    assert next(moments) == NOW + timedelta(seconds=5)
