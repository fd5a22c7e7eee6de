"""Is there room left where issuing writes? It pauses before a disk is full, and goes on when there is room again.

What is left of a disk then belongs to what must not fail: attendance, approvals and revocations are written, status
lists are signed anew, and everything issued before is verified. A log was lost once because its disk was full.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from accredit.storage.database import Database

MEGABYTE = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Shortage:
    """One folder on whose disk there is too little room, in bytes; ``is_read_only`` when nothing can be written."""

    folder: Path
    free: int
    needed: int
    is_read_only: bool = False

    @property
    def detail(self) -> str:
        """Say it in a sentence that names the next step, and no path: pages show it too."""
        if self.is_read_only:
            return "a disk can only be read now; see to it, and issuing goes on by itself"
        return (
            f"{self.free / MEGABYTE:,.0f} MB are free on a disk, and ACCREDIT_LOW_WATER asks for "
            f"{self.needed / MEGABYTE:,.0f} MB; make room, and issuing goes on by itself"
        )


class Room:
    """The disks to look at, and how much of each must be free."""

    def __init__(self, folders: Sequence[Path], needed: Callable[[int], int]) -> None:
        """``needed`` says how many bytes must be free of a disk of so many."""
        self._folders = folders
        self._needed = needed

    @classmethod
    def of(cls, database: Database, folders: Sequence[Path], needed: Callable[[int], int]) -> Room:
        """Look at ``folders``, and where the database is a file, at its disk; a server's disk is its own to watch."""
        name = None if database.is_postgresql else database.engine.url.database
        return cls([*folders, *([Path(name).parent] if name else [])], needed)

    def shortage(self) -> Shortage | None:
        """Return the first disk with too little room; None while there is enough everywhere."""
        for folder in self._folders:
            found = os.statvfs(_existing(folder))
            free, needed = found.f_bavail * found.f_frsize, self._needed(found.f_blocks * found.f_frsize)
            is_read_only = bool(found.f_flag & os.ST_RDONLY)
            if is_read_only or free < needed:
                return Shortage(folder=folder, free=free, needed=needed, is_read_only=is_read_only)
        return None


def _existing(folder: Path) -> Path:
    # A folder that is made with the first key lies on the disk of the one above it.
    return next(each for each in (folder, *folder.absolute().parents) if each.exists())
