"""WI35, WI36: what is installed is what was chosen, byte for byte, and no page rests on scripts of anybody else."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.house.test_dependencies import PROJECT, names, normal

ROOT = Path(__file__).resolve().parents[2]
LOCKS = [ROOT / "requirements.lock", ROOT / "requirements-dev.lock"]
NODE_LOCKS = [ROOT / "assets/package-lock.json", ROOT / "verifier/package-lock.json"]
STATIC = ROOT / "accredit/web/static"


def pinned(lock: Path) -> dict[str, tuple[str, int]]:
    """Return of each package of a lock its version and how many files of it are allowed."""
    found = {}
    for entry in re.split(r"\n(?=\S)", lock.read_text("utf-8")):
        if match := re.match(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?==(\S+)", entry):
            found[normal(match.group(1))] = (match.group(2), len(re.findall(r"--hash=sha256:[0-9a-f]{64}\b", entry)))
    return found


@pytest.mark.attack("WI35")
@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_package_is_pinned_by_what_it_holds(lock: Path) -> None:
    entries = [each for each in re.split(r"\n(?=\S)", lock.read_text("utf-8")) if each and not each.startswith("#")]
    found = pinned(lock)
    assert len(found) > 30
    assert [entry.partition("\n")[0] for entry in entries if "==" not in entry.partition("\n")[0]] == []
    assert [name for name, (_, hashes) in found.items() if not hashes] == []


@pytest.mark.attack("WI35")
def test_whatever_runs_is_in_the_lock() -> None:
    assert set(names(PROJECT["dependencies"])) <= set(pinned(LOCKS[0]))
    assert set(pinned(LOCKS[0])) <= set(pinned(LOCKS[1]))


@pytest.mark.attack("WI35")
def test_installing_takes_only_what_the_lock_names() -> None:
    script = (ROOT / "tools/setup.sh").read_text("utf-8")
    assert "--require-hashes" in script


@pytest.mark.attack("WI35")
def test_integration_runs_only_what_is_in_the_repository() -> None:
    """There is no workflow that others could inject into: one script, without variables of theirs."""
    (script,) = [path for path in (ROOT / ".ci").iterdir() if path.is_file()]
    assert not (ROOT / ".github").exists()
    assert not re.search(r"curl|wget|eval|\$\{\{|\| *(ba)?sh", script.read_text("utf-8"))


@pytest.mark.attack("WI35", "WI36")
@pytest.mark.parametrize("lock", NODE_LOCKS, ids=lambda path: path.parent.name)
def test_scripts_are_built_from_pinned_packages_and_none_of_them_runs_itself(lock: Path) -> None:
    packages = {name: each for name, each in json.loads(lock.read_text("utf-8"))["packages"].items() if name}
    assert packages
    assert [name for name, each in packages.items() if not each.get("integrity", "").startswith("sha512-")] == []
    assert [name for name, each in packages.items() if not each.get("dev") and not each.get("devOptional")] == []
    assert "ignore-scripts=true" in (lock.parent / ".npmrc").read_text("utf-8")


@pytest.mark.attack("WI36")
def test_every_script_of_a_page_is_our_own_file_by_its_hash() -> None:
    faults = [
        f"{template.name}: {script}"
        for template in (ROOT / "templates").rglob("*.html")
        for script in re.findall(r"<script\b[^>]*>", template.read_text("utf-8"))
        if "asset(" not in script and "application/ld+json" not in script
    ]
    assert faults == []


@pytest.mark.attack("WI36")
@pytest.mark.parametrize("script", sorted(STATIC.glob("*.js")), ids=lambda path: path.name)
def test_no_script_reaches_for_prototypes_or_makes_code_of_text(script: Path) -> None:
    text = script.read_text("utf-8")
    assert not re.search(
        r"\beval\(|new Function\(|document\.write|\.innerHTML\s*=|insertAdjacentHTML|\.outerHTML\s*=", text
    )
    assert not re.search(r"""(?:fetch|import)\(\s*["'`](?:https?:)?//""", text)
