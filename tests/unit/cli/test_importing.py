"""``accredit import class-list``: a dry run first, workbooks and lists of names too, all or nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import time_machine
from alembic import command
from click.testing import CliRunner, Result

from accredit import migrations
from accredit.cli.importing import import_group
from accredit.domain.organisations import queries as organisations
from accredit.domain.people import queries
from accredit.storage import Database
from tests.cast import Cast, make_cast
from tests.factories import HOST, NOW

Run = Callable[..., Result]
FILES = Path(__file__).resolve().parents[2] / "vectors" / "class_list"


@pytest.fixture
def cast(sqlite_database: Database) -> Cast:
    with sqlite_database.transaction() as db:
        return make_cast(db)


@pytest.fixture
def run(sqlite_database: Database, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Run:
    command.stamp(migrations.configuration(sqlite_database), "head")
    for name, value in {
        "BASE_URL": f"https://{HOST}",
        "SECRET_KEY": "s" * 40,
        "PEPPER": "p" * 40,
        "DATABASE_URL": f"sqlite:///{Path(sqlite_database.engine.url.database or '')}",
    }.items():
        monkeypatch.setenv(f"ACCREDIT_{name}", value)
    with sqlite_database.reading() as db:
        slug = organisations.organisation(db, cast.organisation_id).slug

    def invoke(file: Path, *options: str) -> Result:
        with time_machine.travel(NOW, tick=False):
            return CliRunner().invoke(import_group, ["class-list", str(file), "--organisation", slug, *options])

    return invoke


def people(database: Database, cast: Cast) -> int:
    with database.reading() as db:
        return len(queries.young_people(db, organisation_id=cast.organisation_id))


def test_a_dry_run_writes_nothing_and_says_how_to_go_on(run: Run, sqlite_database: Database, cast: Cast) -> None:
    answer = run(FILES / "bromcom-export.xlsx")
    assert answer.exit_code == 0, answer.output
    assert "16 new, 0 changed, 0 unchanged, 2 need attention" in answer.output
    assert "line 6, Admission Number: ask, zeros-lost" in answer.output
    assert "Nothing was written." in answer.output
    assert people(sqlite_database, cast) == 3


def test_rows_in_doubt_stop_it_until_they_are_left_out(run: Run, sqlite_database: Database, cast: Cast) -> None:
    assert run(FILES / "bromcom-export.xlsx", "--write").exit_code != 0
    assert people(sqlite_database, cast) == 3
    answer = run(FILES / "bromcom-export.xlsx", "--write", "--leave-out-rejected")
    assert "Imported: 16 added, 0 changed, 0 unchanged." in answer.output
    assert people(sqlite_database, cast) == 19


def test_a_list_of_names_needs_to_be_said(run: Run, sqlite_database: Database, cast: Cast, tmp_path: Path) -> None:
    file = tmp_path / "names.csv"
    file.write_text("Name\nDai Newydd\nElin Ní Shampla\n", encoding="utf-8")
    assert run(file, "--write").exit_code != 0
    assert "Imported: 2 added" in run(file, "--write", "--by-name").output
    assert people(sqlite_database, cast) == 5
