"""The list of erased records outlives crashes, and says where it is damaged."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from accredit.errors import NotReady
from accredit.storage.tombstones import Tombstone, Tombstones

AT = datetime(2026, 6, 30, 14, 3, tzinfo=UTC)


def _tombstone(number: int) -> Tombstone:
    return Tombstone(erasure_id=UUID(int=number), person_id=UUID(int=number + 1000), reason="asked", at=AT)


def test_what_is_written_is_read_in_order(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "erased.jsonl"
    assert Tombstones(path).read() == []
    for number in (1, 2, 3):
        Tombstones(path).write(_tombstone(number))
    assert Tombstones(path).read() == [_tombstone(1), _tombstone(2), _tombstone(3)]
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("kept", [0, 1, 40])
def test_power_cut_in_the_middle_of_a_line_loses_that_line_only(tmp_path: Path, kept: int) -> None:
    tombstones = Tombstones(tmp_path / "erased.jsonl")
    tombstones.write(_tombstone(1))
    whole = tombstones.path.read_bytes()
    tombstones.path.write_bytes(whole + whole[:kept])
    assert tombstones.read() == [_tombstone(1)]
    tombstones.write(_tombstone(2))
    assert tombstones.read() == [_tombstone(1), _tombstone(2)]


@pytest.mark.parametrize("line", ['{"erasure": "1"}', "{}", "[]}", '{"erasure": 7, "person": 8}'])
def test_a_damaged_line_is_named_and_nothing_is_skipped(tmp_path: Path, line: str) -> None:
    tombstones = Tombstones(tmp_path / "erased.jsonl")
    tombstones.write(_tombstone(1))
    with tombstones.path.open("a") as file:
        file.write(f"{line}\n")
    with pytest.raises(NotReady, match="Line 2"):
        tombstones.read()
