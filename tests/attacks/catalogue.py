"""Which attacks there are, and which tests show them.

A test shows an attack by its own id (``test_vc01_…``, or a case that begins with it, as in ``[VC05 63 bytes]``) or by
``@pytest.mark.attack("VC01")``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
GROUPS: Final[Mapping[str, Mapping[str, str]]] = tomllib.loads((ROOT / "tests/attacks.toml").read_text("utf-8"))
SENTENCES: Final = {identifier: said for group in GROUPS.values() for identifier, said in group.items()}
OWED: Final[Mapping[str, str]] = tomllib.loads((ROOT / "tests/attacks_owed.toml").read_text("utf-8"))
"""Those of the same groups that no test shows yet, and what is missing."""
PLACES: Final = ("unit", "integration", "browser", "conformance", "properties", "house")
"""Where such tests lie, below ``tests``."""
_LETTERS: Final = "v[cjlpisxnh]|ky|lg|w[aiz]|in|dp"
_IN_NAME: Final = re.compile(rf"(?:test_|\[|-)((?:{_LETTERS})\d\d)(?=[ _\]\[-]|$)", re.IGNORECASE)
_SPEAKS: Final = re.compile(rf"(?:\btest_|\")(?:{_LETTERS})\d\d|mark\.attack|\battack\(", re.IGNORECASE)


def attacks_of(item: pytest.Item) -> set[str]:
    """Name the attacks that a test says it shows."""
    marked = {str(each) for mark in item.iter_markers("attack") for each in mark.args}
    return marked | {found.upper() for found in _IN_NAME.findall(item.name)}


def files() -> list[Path]:
    """Return the files with a test that may show one; the others need not be collected."""
    every = [path for part in PLACES for path in (ROOT / "tests" / part).rglob("test_*.py")]
    return sorted(path for path in every if _SPEAKS.search(path.read_text("utf-8")))
