"""What those who watch the log of a small school can tell is written down for the school to read."""

from __future__ import annotations

from pathlib import Path

import pytest

LEDGER = Path(__file__).resolve().parents[4] / "docs" / "ledger.md"


@pytest.mark.attack("LG22")
def test_what_tiles_tell_about_a_small_school_is_documented() -> None:
    _, found, told = LEDGER.read_text(encoding="utf-8").partition("## What watchers can see of a small school\n")
    assert found
    for point in ("One log serves all organisations", "on which days", "not padded or delayed", "share a service"):
        assert point in told
