"""``accredit operator`` adds those who run the service, and gives new passwords."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from alembic import command
from argon2 import PasswordHasher
from click.testing import CliRunner

from accredit import migrations
from accredit.cli.operator import operator
from accredit.clock import utc_now
from accredit.domain.people import first_operator, queries, second_step
from accredit.storage import Database
from tests.factories import NOW


@pytest.fixture
def run(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    command.stamp(migrations.configuration(sqlite_database), "head")
    for name, value in {
        "BASE_URL": "https://accredit.example",
        "SECRET_KEY": "s" * 40,
        "PEPPER": "p" * 40,
        "DATABASE_URL": f"sqlite:///{Path(sqlite_database.engine.url.database or '')}",
    }.items():
        monkeypatch.setenv(f"ACCREDIT_{name}", value)
    return CliRunner()


def test_operator_is_added_with_a_password_shown_once(run: CliRunner, sqlite_database: Database) -> None:
    said = run.invoke(operator, ["add", "Ops@example.org"]).output
    password = re.search(r"only this once: (\S+)", said)
    assert password
    with sqlite_database.reading() as db:
        (account,) = queries.operators(db)
    assert account.email == "ops@example.org"
    assert account.password
    assert PasswordHasher().verify(account.password, password[1])
    assert run.invoke(operator, ["list"]).output == "ops@example.org\n"


def test_password_that_is_asked_for_is_not_shown(run: CliRunner, sqlite_database: Database) -> None:
    typed = "a long walk along the river"
    said = run.invoke(operator, ["add", "ops@example.org", "--ask"], input=f"{typed}\n{typed}\n")
    assert said.exit_code == 0
    assert typed not in said.output


@pytest.mark.parametrize(
    ("arguments", "typed", "said"),
    [
        pytest.param(["add", "no address"], "", "like name@example.org", id="no address"),
        pytest.param(["add", "a@example.org", "--ask"], "short\nshort\n", "at least 12", id="short password"),
        pytest.param(["password", "a@example.org"], "", "no account", id="password of nobody"),
    ],
)
def test_mistakes_are_told(run: CliRunner, arguments: list[str], typed: str, said: str) -> None:
    result = run.invoke(operator, arguments, input=typed)
    assert result.exit_code != 0
    assert said in result.output


def test_same_address_twice_is_refused(run: CliRunner) -> None:
    run.invoke(operator, ["add", "ops@example.org"])
    result = run.invoke(operator, ["add", "OPS@example.org"])
    assert result.exit_code != 0
    assert "already" in result.output


def test_new_password_ends_the_sign_ins(run: CliRunner, sqlite_database: Database) -> None:
    run.invoke(operator, ["add", "ops@example.org"])
    with sqlite_database.reading() as db:
        before = queries.operators(db)[0]
    said = run.invoke(operator, ["password", "ops@example.org"]).output
    with sqlite_database.reading() as db:
        after = queries.operators(db)[0]
    assert "only this once" in said
    assert after.password != before.password
    assert after.fs_uniquifier != before.fs_uniquifier


def test_alone_it_prints_the_code_of_the_first_operator_until_there_is_one(
    run: CliRunner, sqlite_database: Database
) -> None:
    said = run.invoke(operator, []).output
    assert "https://accredit.example/begin" in said
    code = re.search(r"    ((?:[a-z2]{4}-){3}[a-z2]{4})", said)
    assert code
    with sqlite_database.transaction() as db:
        first_operator.use_code(
            db,
            code=code[1],
            email="ops@example.org",
            password="walrus pencil yonder fig",
            pepper=b"p" * 40,
            now=utc_now(),
        )
    said = run.invoke(operator, []).output
    assert "/begin" not in said
    assert "Usage" in said


def test_a_lost_second_step_is_forgotten(run: CliRunner, sqlite_database: Database) -> None:
    run.invoke(operator, ["add", "ops@example.org"])
    assert "no second step" in run.invoke(operator, ["forget-second-step", "ops@example.org"]).output
    assert "no account" in run.invoke(operator, ["forget-second-step", "nobody@example.org"]).output
    with sqlite_database.transaction() as db:
        (account,) = queries.operators(db)
        second_step.begin(db, account_id=account.id, pepper=b"p" * 40, now=NOW)
        key = account.fs_uniquifier
    assert "Done." in run.invoke(operator, ["forget-second-step", "ops@example.org"]).output
    with sqlite_database.reading() as db:
        (account,) = queries.operators(db)
        assert second_step.waiting_secret(db, account_id=account.id, pepper=b"p" * 40) is None
    assert account.fs_uniquifier != key
