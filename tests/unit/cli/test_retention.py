"""``accredit erase``, ``hold`` and ``retention``: what an operator does with records that must go or stay."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from alembic import command
from click.testing import CliRunner, Result

from accredit import migrations
from accredit.cli.retention import erase, hold, retention
from accredit.domain.retention.rules import SCHEDULE
from accredit.domain.transparency import operations as transparency
from accredit.storage import Database
from tests.cast import Cast, make_cast
from tests.factories import HOST, NOW

Run = Callable[..., Result]


@pytest.fixture
def cast(sqlite_database: Database) -> Cast:
    with sqlite_database.transaction() as db:
        transparency.ensure_log(db, origin=f"{HOST}/ledger")
        return make_cast(db)


@pytest.fixture
def run(sqlite_database: Database, cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    command.stamp(migrations.configuration(sqlite_database), "head")
    for name, value in {
        "BASE_URL": f"https://{HOST}",
        "SECRET_KEY": "s" * 40,
        "PEPPER": "p" * 40,
        "DATABASE_URL": f"sqlite:///{Path(sqlite_database.engine.url.database or '')}",
        "TOMBSTONES": str(tmp_path / "erased.jsonl"),
    }.items():
        monkeypatch.setenv(f"ACCREDIT_{name}", value)
    commands = {"erase": erase, "hold": hold, "retention": retention}
    return lambda name, *arguments: CliRunner().invoke(commands[name], list(arguments))


def test_erasing_says_first_what_would_go_and_then_does_it(run: Run, cast: Cast, tmp_path: Path) -> None:
    asked = run("erase", str(cast.ben.id), "--reason", "asked")
    assert asked.exit_code == 0
    assert "3 rows and 0 certificates would go" in asked.output
    assert "add --go" in asked.output
    assert not (tmp_path / "erased.jsonl").exists()
    assert "Erased: 3 rows" in run("erase", str(cast.ben.id), "--reason", "asked", "--go").output
    assert str(cast.ben.id) in (tmp_path / "erased.jsonl").read_text()
    gone = run("erase", str(cast.ben.id), "--reason", "asked")
    assert gone.exit_code == 2
    assert "nobody with this id" in gone.output


def test_a_record_on_hold_is_kept_and_the_operator_told_how_to_end_it(run: Run, cast: Cast) -> None:
    person = str(cast.cai.id)
    assert run("hold", "set", person, "--reason", "complaint").output == "On hold.\n"
    assert "on hold already" in run("hold", "set", person, "--reason", "claim").output
    refused = run("erase", person, "--reason", "mistake", "--go")
    assert refused.exit_code == 2
    assert "accredit hold end PERSON-ID" in refused.output
    assert run("hold", "end", person).output == "No longer on hold.\n"
    assert "not on hold" in run("hold", "end", person).output
    assert "Erased" in run("erase", person, "--reason", "mistake", "--go").output


def test_what_is_due_is_counted_without_names_and_let_go_on_demand(run: Run, cast: Cast) -> None:
    with time_machine.travel(NOW + timedelta(days=3 * 365), tick=False):
        counted = run("retention", "due").output
        assert len(counted.splitlines()) == len(SCHEDULE)
        assert "     4  people-without-award: 2 years after" in counted
        assert cast.ama.name not in counted
        assert "4 would go. Nothing was changed" in run("retention", "run").output
        assert "4 of 4 gone." in run("retention", "run", "--go").output
        assert "0 would go" in run("retention", "run", "--with-awards").output
