"""`make attacks` tells a forgery called genuine from any other failure, and counts no test that was skipped."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.attacks import observing, report
from tests.attacks.catalogue import ROOT

PLAYED = """
import pytest
from datetime import UTC, datetime
from accredit.domain.verification.report import refused
from accredit.domain.verification.report import VerificationReport
from accredit.domain.verification.rules import CheckId, Reason, Verdict

NOW = datetime(2026, 6, 30, tzinfo=UTC)


def judged(verdict):
    return VerificationReport(
        verdict=verdict, reason=None, axes={}, checks=(), claims=None, checked_at=NOW, own=False, credential_id=None
    )


def test_vx01_a_forgery_is_called_genuine():
    assert judged(Verdict.GENUINE).verdict is Verdict.NOT_GENUINE


def test_vx03_a_page_is_green():
    assert "verdict--genuine" not in '<div class="verdict--genuine">'


def test_vx04_it_is_another_red():
    assert judged(Verdict.UNREADABLE).verdict is Verdict.NOT_GENUINE


@pytest.mark.attack("VS04", "VS25")
def test_it_is_as_it_must_be():
    judged(Verdict.GENUINE)


def test_vx06_cannot_run_here():
    pytest.skip("no such machine")


def test_vx07_is_never_reached(nothing):
    pass


def test_no_attack_at_all():
    raise AssertionError
"""


def run(folder: Path) -> dict[str, str]:
    kept = folder / "outcomes.jsonl"
    command = [sys.executable, "-m", "pytest", "-q", "-c", "/dev/null", "--rootdir", str(folder)]
    command += ["-p", "tests.attacks.observing", "-p", "no:cacheprovider", "--attacks-kept", str(kept)]
    command += ["--attacks-state", "now", "-W", "ignore", str(folder / "test_played.py")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    outcomes = observing.all_kept(kept, "now")
    return {name.partition("::")[2]: outcome["outcome"] for name, outcome in outcomes.items()} | {
        "": report.last_line(outcomes),
        "done": " ".join(sorted(name.partition("::")[2] for name in observing.kept(kept, "now"))),
    }


def test_green_is_counted_apart_and_only_what_held_is_not_run_again(tmp_path: Path) -> None:
    (tmp_path / "test_played.py").write_text(PLAYED, encoding="utf-8")
    told = run(tmp_path)
    assert "test_no_attack_at_all" not in told
    assert told["test_vx06_cannot_run_here"] == "skipped"
    # A forgery called genuine and a page that was green; another red, and a test that broke before it began.
    assert told[""] == "cases=5 wrongly_green=2 wrong_verdict=2"
    assert told["done"] == "test_it_is_as_it_must_be test_vx06_cannot_run_here"


def test_an_attack_that_was_only_skipped_is_not_held() -> None:
    held = {"outcome": "passed", "attacks": ["VX01"]}
    skipped = {"outcome": "skipped", "attacks": ["VX03"]}
    assert report.result_of([held, skipped]) == "held"
    assert report.result_of([skipped]) == "skipped"
    assert report.result_of([]) == "not run"
    assert report.result_of([held, {"outcome": "failed", "green": True}]) == "**wrongly green**"
