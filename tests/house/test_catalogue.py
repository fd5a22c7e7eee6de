"""Every attack of `tests/attacks.toml` is shown by a test, and the list is that of the catalogue.

Groups VJ, VC, VL and VP are told as verdicts too: at least one test of each id asks the engine itself. Those on keys
are shown where the keys are used.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.house.attack_ids import MARK

ROOT = Path(__file__).resolve().parents[2]
GROUPS: dict[str, dict[str, str]] = tomllib.loads((ROOT / "tests/attacks.toml").read_text(encoding="utf-8"))
EVERY = [identifier for group in GROUPS.values() for identifier in group]
OF_KEYS = "KY"
# Where a verdict is asked for, or the answer of a page.
VERDICTS = ("tests/unit/domain/verification/", "tests/unit/web/")


@pytest.fixture(scope="module")
def shown() -> dict[str, set[str]]:
    """Collect the tests that speak of attacks, in a process of their own; give the files that show each."""
    speak = re.compile(r"(?i)\bv[cjlp]\d\d|mark\.attack")
    every = [path for part in ("unit", "integration") for path in (ROOT / "tests" / part).rglob("test_*.py")]
    files = [path for path in every if speak.search(path.read_text("utf-8"))]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-qq", "-p", "tests.house.attack_ids", *map(str, files)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-2000:]
    found: dict[str, set[str]] = {}
    for line in run.stdout.splitlines():
        if line.startswith(MARK):
            identifier, _, file = line.removeprefix(MARK).partition(" ")
            found.setdefault(identifier, set()).add(file)
    return found


@pytest.mark.parametrize("identifier", EVERY)
def test_an_attack_is_answered_by_a_verdict(identifier: str, shown: dict[str, set[str]]) -> None:
    if identifier.startswith(OF_KEYS):
        assert identifier in shown, f"no test shows {identifier}"
        return
    assert any(file.startswith(VERDICTS) for file in shown.get(identifier, ())), f"no verdict on {identifier}"


def test_no_test_claims_an_attack_that_nobody_listed(shown: dict[str, set[str]]) -> None:
    assert {identifier for identifier in shown if identifier[:2] in GROUPS} <= set(EVERY)


def test_the_list_is_that_of_the_catalogue(shared: Path) -> None:
    catalogue = (shared / "security" / "attacks.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| (\w\w\d\d) \|", catalogue, re.MULTILINE))
    assert {identifier for identifier in listed if identifier[:2] in GROUPS} == set(EVERY)
