"""Small files, small functions: what does not fit in a head does not stay right."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LONGEST_FILE, LONGEST_FUNCTION = 400, 60

EXCEPTIONS: dict[str, str] = {
    "docs/access.md": "a table with a row for each address, written by `tests.house.access_matrix`: nobody edits it",
}
"""Path or ``path::function`` → why it may be longer."""


def _files(*patterns: str) -> list[Path]:
    tracked = subprocess.run(["git", "ls-files", "-z", *patterns], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / name for name in tracked.decode().split("\0") if name and (ROOT / name).exists()]


@pytest.fixture(scope="module")
def files() -> list[Path]:
    if not (ROOT / ".git").exists():
        pytest.skip("not a checkout")
    return _files("*.py")


def test_no_file_is_longer_than_400_lines(files: list[Path]) -> None:
    written = [*files, *_files("*.html", "*.scss", "*.mjs", "*.sh", "*.md", "*.toml", "Makefile")]
    long = {str(f.relative_to(ROOT)): n for f in written if (n := len(f.read_text().splitlines())) > LONGEST_FILE}
    assert not {name: lines for name, lines in long.items() if name not in EXCEPTIONS}


def test_no_function_is_longer_than_60_lines(files: list[Path]) -> None:
    long = {}
    for file in files:
        if "migrations/versions" in str(file):
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.FunctionDef) and (n := (node.end_lineno or 0) - node.lineno + 1) > LONGEST_FUNCTION:
                long[f"{file.relative_to(ROOT)}::{node.name}"] = n
    assert not {name: lines for name, lines in long.items() if name not in EXCEPTIONS}


def test_every_exception_is_still_needed(files: list[Path]) -> None:
    known = {str(f.relative_to(ROOT)) for f in (*files, *_files("*.md"))}
    assert {name.split("::")[0] for name in EXCEPTIONS} <= known
