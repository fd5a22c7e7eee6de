"""`accredit serve --conformance`: where it refuses to run, and what it wants to be given."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from flask import Flask

from accredit import migrations
from accredit.cli.serve import refuse_records
from accredit.errors import NotReady
from accredit.storage import Database, identity
from tests.conformance.conformance_service import ConformanceService
from tests.processes import ROOT
from tests.unit.kit.vc import vc_examples


def service_database(path: Path, *, demonstration: bool) -> str:
    """Make a database that a service, or a demonstration, has claimed."""
    url = f"sqlite:///{path}"
    database = Database(url)
    migrations.upgrade(database)
    with database.transaction() as db:
        identity.claim(
            db,
            base_url="https://accredit.school.example",
            did_host="accredit.school.example",
            demonstration=demonstration,
            now=vc_examples.NOW,
        )
    database.close()
    return url


def started(folder: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Start it where it must refuse, and return how it ended."""
    service = ConformanceService(folder)
    command = service.command()
    return subprocess.run(
        [*command[:4], *(words or command[4:])],
        cwd=ROOT,
        env=service.environment(**settings),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_it_refuses_to_run_beside_real_records(tmp_path: Path) -> None:
    url = service_database(tmp_path / "real.sqlite", demonstration=False)
    ended = started(tmp_path, ACCREDIT_DATABASE_URL=url)
    assert ended.returncode == 78, ended
    assert "accredit.school.example" in ended.stderr
    assert "never runs beside real records" in ended.stderr


def test_records_are_noticed_on_either_database(database: Database) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    refuse_records(url)  # Nobody's yet.
    with database.transaction() as db:
        identity.claim(db, base_url="https://a.example", did_host="a.example", demonstration=False, now=vc_examples.NOW)
    with pytest.raises(NotReady, match=r"the database of https://a\.example"):
        refuse_records(url)


def test_it_refuses_a_database_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "broken.sqlite").write_bytes(b"no database at all" * 500)
    with pytest.raises(NotReady) as caught:
        refuse_records(f"sqlite:///{tmp_path / 'broken.sqlite'}")
    assert (caught.value.code, "cannot be read" in caught.value.detail) == ("conformance-database", True)


def test_a_demonstration_or_nothing_at_all_is_no_reason_to_refuse(tmp_path: Path) -> None:
    refuse_records(service_database(tmp_path / "demo.sqlite", demonstration=True))
    refuse_records(f"sqlite:///{tmp_path / 'absent.sqlite'}")
    assert not (tmp_path / "absent.sqlite").exists()
    (tmp_path / "empty.sqlite").touch()
    refuse_records(f"sqlite:///{tmp_path / 'empty.sqlite'}")


@pytest.mark.parametrize("words", [["--conformance"], ["--certificate", __file__]], ids=["no certificate", "no mode"])
def test_mode_and_certificate_belong_together(tmp_path: Path, words: list[str]) -> None:
    assert started(tmp_path, *words).returncode == 64


def test_the_service_itself_signs_nothing_that_is_sent_to_it(app: Flask) -> None:
    rules = {rule.rule for rule in app.url_map.iter_rules()}
    offered = {rule for rule in rules if rule.startswith("/vc-api")}
    assert offered == {"/vc-api/credentials/verify", "/vc-api/presentations/verify"}
    assert "conformance" not in app.blueprints
