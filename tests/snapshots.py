"""What many tests begin with is played once in a run and copied: the cast, the service, a whole year.

A copy is taken only where the database stands, to the byte, where it stood when the state was reached for the first
time; anywhere else the state is played again. So no test can see what another one did. SQLite only.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from accredit.storage import Database
from tests import databases

T = TypeVar("T")


class Snapshots:
    """States by where they were reached from and what they are called; `folder` is theirs alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept: dict[tuple[str, ...], tuple[Path, Any]] = {}

    def reach(self, database: Database, name: str, play: Callable[[], T], *, beside: Path | None = None) -> T:
        """Bring a database into a state, by playing it or by a copy; give what playing it gave, which must not change.

        ``beside`` is a folder that is played along and was not there before, such as one of keys.
        """
        if database.is_postgresql or (beside is not None and beside.exists()):
            return play()
        path = Path(str(database.engine.url.database))
        key = (self._digest(database, path), name)
        if key not in self._kept:
            self._keep(key, database, play, path, beside)
        kept, given = self._kept[key]
        shutil.copyfile(kept / "database", path)
        if beside is not None and not beside.exists():
            shutil.copytree(kept / "beside", beside)
        found: T = given
        return found

    def _keep(
        self, key: tuple[str, ...], database: Database, play: Callable[[], T], path: Path, beside: Path | None
    ) -> None:
        given = play()
        databases.settle(database)
        kept = self._folder / f"{len(self._kept)}-{key[-1]}"
        kept.mkdir()
        shutil.copyfile(path, kept / "database")
        if beside is not None:
            shutil.copytree(beside, kept / "beside")
        self._kept[key] = kept, given

    def _digest(self, database: Database, path: Path) -> str:
        databases.settle(database)
        return sha256(path.read_bytes()).hexdigest()
