"""The list of people whose record was erased, kept beside the database so that a restored backup can be cleaned again.

One JSON object a line: random ids and a day, never a name. A line is on the disk before the rows go: after a crash
between the two, the erasure is finished from the line.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from accredit.errors import NotReady


@dataclass(frozen=True, kw_only=True)
class Tombstone:
    """One erased person: the id that the erasure has, the one that the person had, why and when."""

    erasure_id: UUID
    person_id: UUID
    reason: str
    at: datetime


class Tombstones:
    """The file. A path that does not exist yet is an empty list."""

    def __init__(self, path: Path) -> None:
        """Name the file without touching it."""
        self.path = path

    def write(self, tombstone: Tombstone) -> None:
        """Add a line durably."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        line = json.dumps(
            {
                "erasure": str(tombstone.erasure_id),
                "person": str(tombstone.person_id),
                "reason": tombstone.reason,
                "at": tombstone.at.isoformat(),
            }
        )
        is_new = not self.path.exists()
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            # A line that a power cut left half written must not swallow this one.
            os.write(descriptor, f"{'' if is_new or self._ends_well() else chr(10)}{line}\n".encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if is_new:
            _sync_folder(self.path.parent)

    def read(self) -> Sequence[Tombstone]:
        """Return every tombstone in the order written; a last line cut off by a crash tells of nothing that was done.

        Raises `NotReady` (``tombstones-damaged``) naming the line that cannot be read.
        """
        if not self.path.exists():
            return []
        lines = self.path.read_text(encoding="utf-8").split("\n")
        return [self._parse(number, line) for number, line in enumerate(lines[:-1], start=1) if not _is_cut_off(line)]

    def _parse(self, number: int, line: str) -> Tombstone:
        try:
            found = json.loads(line)
            return Tombstone(
                erasure_id=UUID(str(found["erasure"])),
                person_id=UUID(str(found["person"])),
                reason=str(found["reason"]),
                at=datetime.fromisoformat(found["at"]),
            )
        except (ValueError, KeyError, TypeError) as error:
            detail = f"Line {number} of {self.path} cannot be read. Restore the file from its backup."
            raise NotReady("tombstones-damaged", detail) from error

    def _ends_well(self) -> bool:
        with self.path.open("rb") as file:
            file.seek(0, os.SEEK_END)
            if file.tell() == 0:
                return True
            file.seek(-1, os.SEEK_END)
            return file.read(1) == b"\n"


def _is_cut_off(line: str) -> bool:
    return bool(line) and not line.endswith("}")


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
