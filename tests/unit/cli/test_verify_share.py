"""``accredit verify`` and a share that somebody kept, where no service is at hand."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from click.testing import CliRunner, Result

from accredit.cli.verify import verify
from accredit.domain.verification import trust
from accredit.storage import Database
from tests.shared_far_away import KeptShare, keep


@pytest.fixture(scope="module")
def kept(sqlite_schema: Path, tmp_path_factory: pytest.TempPathFactory) -> KeptShare:
    folder = tmp_path_factory.mktemp("kept-share")
    path = folder / "accredit.sqlite"
    path.write_bytes(sqlite_schema.read_bytes())
    with Database(f"sqlite:///{path}") as database:
        return keep(database, folder)


@pytest.fixture
def folder(kept: KeptShare, tmp_path: Path) -> Path:
    (tmp_path / "shared.pdf").write_bytes(kept.sheet)
    (tmp_path / "shared.json").write_bytes(kept.document)
    (tmp_path / "shared.evidence").write_bytes(kept.evidence)
    (tmp_path / "trust.json").write_bytes(trust.write(kept.trust))
    (tmp_path / "ended-lists.json").write_bytes(kept.ended_lists)
    return tmp_path


def run(folder: Path, now: datetime, *arguments: str) -> Result:
    spelled = [str(folder / each) if (folder / each).exists() else each for each in arguments]
    with time_machine.travel(now, tick=False):
        return CliRunner().invoke(verify, spelled, env={"ACCREDIT_DATABASE_URL": None})


PDF = ("shared.pdf", "--offline", "--trust", "trust.json")
JSON = ("shared.json", "--offline", "--evidence", "shared.evidence", "--trust", "trust.json")


@pytest.mark.parametrize("arguments", [PDF, JSON], ids=["the sheet", "the file for apps"])
@pytest.mark.parametrize(
    ("days", "more", "code", "reason"),
    [
        (0, (), 0, None),
        (2, (), 4, "status_not_fresh"),
        (0, ("--list", "ended-lists.json"), 3, "revoked"),
        (40, (), 3, "expired"),
    ],
    ids=["on its day it holds", "later nobody knows", "its list says that it was ended", "its last day is over"],
)
def test_it_says_how_far_a_file_can_tell(
    kept: KeptShare, folder: Path, arguments: tuple[str, ...], days: int, more: tuple[str, ...], code: int, reason: str
) -> None:
    now = kept.now + timedelta(days=days, minutes=20)
    done = run(folder, now, *arguments, *more, "--json")
    assert (done.exit_code, json.loads(done.stdout)["reason"]) == (code, reason)


def test_it_says_what_was_chosen_and_no_more(kept: KeptShare, folder: Path) -> None:
    said = run(folder, kept.now + timedelta(days=2), *PDF).stdout
    assert said.startswith("CANNOT_CONFIRM: Genuine when issued on ")
    assert "A. S." in said
    assert "Its holder chose what is said here." in said
    assert "Skills shown: " in said
    for kept_back in ("Sample", "hour", "Trained in", "Approved by"):
        assert kept_back not in said
