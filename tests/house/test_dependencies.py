"""Every dependency is documented with its reason and licence, and none of what runs is under the GPL or AGPL."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata, requires
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
DOCUMENT = (ROOT / "docs/dependencies.md").read_text(encoding="utf-8")

OFFERED_OTHERWISE = {"pyphen": "GPL, LGPL or MPL, at the user's choice: used under the MPL"}
"""Package → why its licence is fine although the GPL is named."""
WITHOUT_LICENCE_IN_THEIR_METADATA = {"pyrage": "MIT", "pysqlite3": "Zlib", "resvg-py": "MIT"}


def names(requirements: list[str]) -> list[str]:
    return [normal(re.split(r"[\s\[<>=!~;]", requirement, maxsplit=1)[0]) for requirement in requirements]


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def rows(heading: str) -> dict[str, list[str]]:
    section = DOCUMENT.split(f"## {heading}\n")[1].split("\n## ")[0]
    cells = [re.split(r"(?<!\\) ?\| ?", line.strip("| ")) for line in section.splitlines() if line.startswith("| `")]
    return {row[0].strip("`"): row[1:] for row in cells}


def what_runs() -> list[str]:
    """Name every package that comes with the product, dependencies of dependencies included."""
    found: dict[str, None] = {}
    waiting = names(PROJECT["dependencies"])
    while waiting:
        name = waiting.pop()
        try:
            needed = requires(name) or []
        except PackageNotFoundError:
            continue  # Wanted on another system or Python only.
        if name not in found:
            found[name] = None
            waiting += names([each for each in needed if "extra ==" not in each])
    return sorted(found)


def licence_of(package: PackageMetadata) -> str:
    said = package.get_all("License-Expression") or []
    said += [each.partition("\n")[0] for each in package.get_all("License") or []]
    said += [each for each in package.get_all("Classifier") or [] if each.startswith("License ::")]
    return "; ".join(each for each in said if each)


def is_copyleft(licence: str) -> bool:
    # "LGPL" and "Lesser General Public License" are allowed, so they are taken out before looking for the others.
    rest = re.sub(r"LGPL\S*|GNU Lesser General Public License[^;]*", "", licence)
    return re.search(r"\bA?GPL|General Public License", rest) is not None


def test_what_runs_is_documented_in_the_order_of_the_project_file() -> None:
    assert list(rows("What runs")) == names(PROJECT["dependencies"])


def test_tools_of_development_are_documented_in_the_order_of_the_project_file() -> None:
    assert list(rows("Tools of development")) == names(PROJECT["optional-dependencies"]["dev"])


@pytest.mark.parametrize("heading", ["What runs", "Tools of development"])
def test_every_dependency_has_a_licence_and_a_reason(heading: str) -> None:
    assert [name for name, cells in rows(heading).items() if not all(cells[:2])] == []


@pytest.mark.parametrize("name", what_runs())
def test_nothing_that_runs_is_under_the_gpl(name: str) -> None:
    licence = licence_of(metadata(name))
    assert licence or name in WITHOUT_LICENCE_IN_THEIR_METADATA, f"{name} names no licence: read its licence file"
    assert not is_copyleft(licence) or name in OFFERED_OTHERWISE, f"{name}: {licence}"


@pytest.mark.parametrize(
    ("licence", "expected"),
    [
        ("GPL-3.0-or-later", True),
        ("License :: OSI Approved :: GNU General Public License v3 or later (GPLv3+)", True),
        ("AGPL-3.0-only", True),
        ("LGPL-3.0-only", False),
        ("License :: OSI Approved :: GNU Lesser General Public License v3 (LGPLv3)", False),
        ("MPL-2.0", False),
    ],
)
def test_the_gpl_is_told_from_the_lgpl(licence: str, expected: bool) -> None:
    assert is_copyleft(licence) is expected
