"""An answer that is given again after something was written is the one that would be worked out anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from accredit.domain.credentials import queries as credentials
from accredit.domain.verification import operations
from accredit.domain.verification.operations import CodeAnswer
from accredit.domain.verification.queries import DatabaseSources
from accredit.domain.verification.rules import Verdict
from accredit.storage import Database
from accredit.storage.heartbeat import beat
from accredit.storage.readings import Reasoned
from accredit.storage.versions import Remembered
from tests.factories import NOW
from tests.unit.domain.verification.story import Story, told


@dataclass
class Asked:
    """A certificate of the story, and the statements that a look at it costs."""

    database: Database
    story: Story
    code: str
    statements: list[str]

    def look(self, seconds: int = 0) -> CodeAnswer | None:
        self.statements.clear()
        with self.database.reading() as db:
            return operations.verify_code(db, code=self.code, now=self.story.now + timedelta(seconds=seconds))

    def anew(self, monkeypatch: pytest.MonkeyPatch) -> CodeAnswer | None:
        """Look as a process does that has just started."""
        with monkeypatch.context() as patch:
            for name in ("_REPORTS", "_ANSWERS"):
                patch.setattr(operations, name, Remembered(size=1))
            for name in ("_SAME_REPORTS", "_SAME_ANSWERS"):
                patch.setattr(operations, name, Reasoned(size=1))
            return self.look()

    def write(self) -> None:
        with self.database.transaction() as db:
            beat(db, queue="sign", now=NOW)


@pytest.fixture
def asked(sqlite_database: Database, tmp_path: Path) -> Iterator[Asked]:
    story = told(sqlite_database, tmp_path)
    issued = story.issue()
    found = Asked(database=sqlite_database, story=story, code=issued.code, statements=[])

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("SELECT"):
            found.statements.append(statement)

    sa.event.listen(sqlite_database.engine, "before_cursor_execute", note)
    yield found
    sa.event.remove(sqlite_database.engine, "before_cursor_execute", note)


def test_after_another_write_the_answer_is_the_same_and_costs_seven_short_reads(asked: Asked) -> None:
    first = asked.look()
    asked.write()
    again = asked.look(seconds=1)
    assert len(asked.statements) <= 7
    assert not any("ledger_node" in statement for statement in asked.statements)
    assert first is not None
    assert again is not None
    assert (again.view, again.report.verdict) == (first.view, Verdict.GENUINE)
    assert again.basis is first.basis
    assert again.report == first.report.at(again.report.checked_at)


def _act(name: str) -> Callable[[Asked], None]:
    def change(asked: Asked) -> None:
        view = asked.look()
        assert view is not None
        asked.story.change_status(name, view.view.issuance_id)

    return change


def _sql(statement: str) -> Callable[[Asked], None]:
    def change(asked: Asked) -> None:
        with asked.database.transaction() as db:
            assert db.connection().exec_driver_sql(statement).rowcount

    return change


_CHANGES = {
    "it is suspended": _act("suspend"),
    "it is revoked": _act("revoke"),
    "the school has another office": _sql("UPDATE organisation SET contact = 'another office'"),
    "the school has another name": _sql("UPDATE organisation SET name = 'another name'"),
    "its holder is called something else": _sql("UPDATE young_person SET known_as = 'Another'"),
    "its list is in doubt": _sql("UPDATE status_list SET doubtful_since = '2026-06-30 12:00:00'"),
    "its key was stolen": _sql("UPDATE signing_key SET compromised_at = '2020-01-01 00:00:00'"),
    "its key was retired before": _sql("UPDATE signing_key SET retired_at = '2020-01-01 00:00:00'"),
    "who signs has another post": _sql("UPDATE staff SET job_title = 'Head'"),
    "its bytes are gone": _sql(
        "UPDATE issuance SET signed_document = NULL, signed_digest = NULL, signed_jwt = NULL, signed_jwt_digest = NULL"
    ),
    "its record in the log is gone": _sql("UPDATE ledger_record SET record = NULL, salt = NULL"),
}


@pytest.mark.attack("VS04")
@pytest.mark.parametrize("change", [pytest.param(change, id=name) for name, change in _CHANGES.items()])
def test_vs04_after_a_change_the_answer_is_the_one_of_a_process_that_has_just_started(
    asked: Asked, monkeypatch: pytest.MonkeyPatch, change: Callable[[Asked], None]
) -> None:
    before = asked.look()
    change(asked)
    after, anew = asked.look(), asked.anew(monkeypatch)
    assert after == anew
    assert after != before


def test_what_was_uploaded_is_answered_the_same_way(asked: Asked) -> None:
    with asked.database.reading() as db:
        found = operations.verify_code(db, code=asked.code, now=NOW)
    assert found is not None
    with asked.database.reading() as db:
        data = credentials.signed_document(db, found.view.credential_id)
    assert data is not None

    def verdict() -> Verdict:
        asked.statements.clear()
        with asked.database.reading() as db:
            sources = DatabaseSources(db)
            return operations.verify(data, now=asked.story.now, sources=sources).verdict

    assert verdict() is Verdict.GENUINE
    asked.write()
    assert verdict() is Verdict.GENUINE
    assert len(asked.statements) <= 5
    asked.story.change_status("revoke", found.view.issuance_id)
    assert verdict() is Verdict.NOT_CURRENT
