"""A folder whose files are whole or absent, whenever the power is cut.

A file is written beside its place, synced, then renamed into it; `settle` syncs the folders that changed, after which
all of it is on disk. What was left half-written by a crash is swept away at the next opening.
"""

from __future__ import annotations

import os
from pathlib import Path

from accredit.errors import NotReady

_HALF = ".half"


class DurableFolder:
    """One folder of files by relative path."""

    def __init__(self, root: Path) -> None:
        """Name the folder; it is made with the first file."""
        self.root = root
        self._changed: set[Path] = set()

    def read(self, path: str) -> bytes | None:
        """Return a file's bytes, or None. Raises `NotReady` (``folder``) for one that cannot be read."""
        try:
            return (self.root / path).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise NotReady("folder", f"{self.root / path} cannot be read: {error.strerror}.") from error

    def write(self, path: str, content: bytes) -> bool:
        """Put a file in its place; say whether it changed. Raises `NotReady` (``folder``), such as for a full disk."""
        if self.read(path) == content:
            return False
        place = self.root / path
        half = place.with_name(f".{place.name}{_HALF}")
        try:
            self._make(place.parent)
            with half.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            half.replace(place)
        except OSError as error:
            detail = (
                f"{place} cannot be written: {error.strerror}. What was there is unharmed; make room and run again."
            )
            raise NotReady("folder", detail) from error
        self._changed.add(place.parent)
        return True

    def settle(self) -> None:
        """Sync every folder that changed, so that no file's name can be lost any more."""
        for folder in sorted(self._changed):
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        self._changed.clear()

    def sweep(self) -> None:
        """Take away what a crash left half-written."""
        for half in self.root.rglob(f".*{_HALF}"):
            half.unlink(missing_ok=True)

    def _make(self, folder: Path) -> None:
        missing = [each for each in (folder, *folder.parents) if not each.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        self._changed.update(each.parent for each in missing)
