"""Nothing in the repository names a machine, a registry, or holds a private key."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def tracked() -> list[Path]:
    if not (ROOT / ".git").exists():
        pytest.skip("not a checkout")
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return [ROOT / name for name in names.split("\0") if name and (ROOT / name).is_file()]


def _matches(files: list[Path], pattern: str) -> list[str]:
    found = re.compile(pattern.encode())
    return [str(f.relative_to(ROOT)) for f in files if found.search(f.read_bytes())]


def test_lock_files_name_no_host(tracked: list[Path]) -> None:
    locks = [f for f in tracked if f.suffix == ".lock" or f.name == "package-lock.json"]
    assert locks
    assert _matches(locks, r'"resolved"|--(extra-)?index-url|--find-links|https?://|file:') == []


def test_no_private_key_is_committed(tracked: list[Path]) -> None:
    others = [f for f in tracked if f != Path(__file__).resolve()]
    assert _matches(others, r"BEGIN (ENCRYPTED |EC |RSA )?PRIVATE KEY-----\s+[A-Za-z0-9+/]{16}") == []


def test_no_path_of_a_developers_machine_is_committed(tracked: list[Path]) -> None:
    others = [
        f for f in tracked if f != Path(__file__).resolve() and f.suffix in {".py", ".md", ".toml", ".sh", ".html"}
    ]
    assert _matches(others, r"/(home|Users)/[a-z]+/|/root/") == []
