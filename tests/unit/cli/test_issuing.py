"""``accredit issuing``: an operator stops the signing of certificates and lets it go on."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from click.testing import CliRunner

from accredit import migrations
from accredit.cli.issuing import issuing
from accredit.domain.transparency import operations as transparency
from accredit.storage import Database
from tests import factories
from tests.factories import HOST


@pytest.fixture
def run(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    with sqlite_database.transaction() as db:
        transparency.ensure_log(db, origin=f"{HOST}/ledger")
        factories.add_organisation(db)
    command.stamp(migrations.configuration(sqlite_database), "head")
    for name, value in {
        "BASE_URL": f"https://{HOST}",
        "SECRET_KEY": "s" * 40,
        "PEPPER": "p" * 40,
        "DATABASE_URL": f"sqlite:///{Path(sqlite_database.engine.url.database or '')}",
    }.items():
        monkeypatch.setenv(f"ACCREDIT_{name}", value)
    return CliRunner()


def test_issuing_is_stopped_for_everybody_and_started_again(run: CliRunner) -> None:
    assert "on for everybody" in run.invoke(issuing, ["status"]).output
    assert "Stopped." in run.invoke(issuing, ["stop", "--reason", "incident"]).output
    assert "stopped already" in run.invoke(issuing, ["stop", "--reason", "incident"]).output
    assert "stopped for everybody since" in run.invoke(issuing, ["status"]).output
    assert "Started." in run.invoke(issuing, ["start"]).output
    assert "not stopped" in run.invoke(issuing, ["start"]).output
    assert "on for everybody" in run.invoke(issuing, ["status"]).output


def test_one_organisation_is_stopped_by_the_name_in_its_address(run: CliRunner) -> None:
    slug = "example-park-academy"
    assert run.invoke(issuing, ["stop", "--organisation", slug, "--reason", "maintenance"]).exit_code == 0
    assert f"stopped for {slug} since" in run.invoke(issuing, ["status"]).output
    unknown = run.invoke(issuing, ["stop", "--organisation", "nobody", "--reason", "maintenance"])
    assert unknown.exit_code == 2
    assert "no organisation at /o/nobody" in unknown.output
