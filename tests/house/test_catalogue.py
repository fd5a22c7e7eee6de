"""Every attack of `tests/attacks.toml` is shown by a test, and the list is that of the catalogue.

Groups VJ, VC, VL and VP are told as verdicts too: at least one test of each id asks the engine itself. Those on keys,
issuers, status, files, fetching, the log and people are shown where they happen.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.attacks.catalogue import GROUPS, OWED, ROOT, SENTENCES, files
from tests.house.attack_ids import MARK

# Collecting them takes longer than all the rest of it, and is done in one process.
pytestmark = pytest.mark.xdist_group("catalogue")
EVERY = list(SENTENCES)
OF_VERDICTS = ("VJ", "VC", "VL", "VP")
# Where a verdict is asked for, or the answer of a page.
VERDICTS = ("tests/unit/domain/verification/", "tests/unit/web/")


@pytest.fixture(scope="module")
def shown() -> dict[str, set[str]]:
    """Collect the tests that speak of attacks, in a process of their own; give the files that show each."""
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-qq", "-p", "tests.house.attack_ids", *map(str, files())],
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
    assert identifier in shown, f"no test shows {identifier}"
    if identifier.startswith(OF_VERDICTS):
        assert any(file.startswith(VERDICTS) for file in shown[identifier]), f"no verdict on {identifier}"


def test_no_test_claims_an_attack_that_nobody_listed(shown: dict[str, set[str]]) -> None:
    assert {identifier for identifier in shown if identifier[:2] in GROUPS} <= set(EVERY) | set(OWED)


def test_what_is_owed_is_not_listed_and_says_what_is_missing() -> None:
    assert not set(OWED) & set(EVERY)
    assert all(len(missing) > 20 for missing in OWED.values())


def test_the_list_is_that_of_the_catalogue(shared: Path) -> None:
    catalogue = (shared / "security" / "attacks.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| (\w\w\d\d) \|", catalogue, re.MULTILINE))
    assert {identifier for identifier in listed if identifier[:2] in GROUPS} == set(EVERY) | set(OWED)
