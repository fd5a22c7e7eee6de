"""`python -m tests.attacks`: run every test that shows an attack, and say what came of it.

    --only VX,VC05     only attacks whose id begins so
    --again            run them again although they were run on this code
    --report FILE      write the page of proof
    --processes 2      how many at once

It goes on where it was stopped: what held on this code is not run again. Answers 1 when anything was not as it must be,
or when an attack of the list was not shown.
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path

from accredit.clock import utc_now
from tests.attacks import observing, report
from tests.attacks.catalogue import ROOT, SENTENCES, files

KEPT = ROOT / ".attacks" / "outcomes.jsonl"
CODE = ("accredit", "templates", "tests", "pyproject.toml")


def main() -> int:
    """Parse, run and tell."""
    parser = argparse.ArgumentParser(prog="python -m tests.attacks", description=__doc__.partition("\n")[0])
    parser.add_argument("--only", default="")
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--report", type=Path, default=None)
    parser.add_argument("--processes", type=int, default=2)
    given = parser.parse_args()
    KEPT.parent.mkdir(exist_ok=True)
    if given.again:
        KEPT.unlink(missing_ok=True)
    state = _state()
    wanted = tuple(given.only.upper().split(",")) if given.only else ("",)
    _run(state, given.only, given.processes)
    outcomes = {
        test: outcome
        for test, outcome in observing.all_kept(KEPT, state).items()
        if any(attack.startswith(wanted) for attack in outcome["attacks"])
    }
    missing = [each for each in SENTENCES if each.startswith(wanted) and not _held(each, outcomes)]
    for outcome in outcomes.values():
        if outcome["outcome"] == "failed":
            print(f"\n{outcome['test']}\n{outcome['said']}")
    if given.report is not None:
        page = report.page(
            outcomes, day=utc_now().date().isoformat(), commit=_git("rev-parse", "--short", "HEAD").strip()
        )
        given.report.write_text(page, encoding="utf-8")
    skipped = sum(outcome["outcome"] == "skipped" for outcome in outcomes.values())
    if skipped:
        print(f"{skipped} tests were skipped here and count for nothing")
    if missing:
        print(f"not shown, or not held: {' '.join(missing)}")
    print(report.last_line(outcomes))
    return 1 if missing or any(outcome["outcome"] == "failed" for outcome in outcomes.values()) else 0


def _run(state: str, only: str, processes: int) -> None:
    with tempfile.TemporaryDirectory(prefix="accredit-attacks-") as scratch:
        command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.attacks.observing", "-p", "no:cacheprovider"]
        command += ["--attacks-kept", str(KEPT), "--attacks-state", state, "--attacks-only", only]
        command += ["--basetemp", f"{scratch}/t"]
        command += ["-n", str(processes), "--dist", "loadgroup"] if processes > 1 else []
        # Its own words are about tests; ours are about attacks.
        subprocess.run([*command, *map(str, files())], cwd=ROOT, check=False)


def _held(attack: str, outcomes: report.Outcomes) -> bool:
    return report.result_of([each for each in outcomes.values() if attack in each["attacks"]]) == "held"


def _state() -> str:
    """Name the code as it is, so that what came of other code is not taken for what comes of this."""
    trees = _git("rev-parse", *(f"HEAD:{path}" for path in CODE)) + _git("diff", "HEAD", "--", *CODE)
    return hashlib.sha256(trees.encode()).hexdigest()[:16]


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False).stdout


if __name__ == "__main__":
    sys.exit(main())
