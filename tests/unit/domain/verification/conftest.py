"""The story on both databases, and once on SQLite for tests of the document alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from accredit.keyring import KeyRing
from accredit.storage import Database
from tests.snapshots import Snapshots
from tests.unit.domain.verification.story import PASSPHRASE, Issued, Story, told


@pytest.fixture
def story(database: Database, tmp_path: Path, snapshots: Snapshots) -> Story:
    """Ama's story up to the day of the award, on both databases."""
    return _told(snapshots, database, tmp_path)


@pytest.fixture
def quick_story(sqlite_database: Database, tmp_path: Path, snapshots: Snapshots) -> Story:
    """The same on SQLite only, where the database is not what is tested."""
    return _told(snapshots, sqlite_database, tmp_path)


def _told(snapshots: Snapshots, database: Database, folder: Path) -> Story:
    cast = snapshots.reach(database, "story", lambda: told(database, folder).cast, beside=folder / "keys")
    return Story(database=database, keyring=KeyRing.open(folder / "keys", PASSPHRASE), cast=cast)


@pytest.fixture
def issued(quick_story: Story) -> Issued:
    """Ama's released credential."""
    return quick_story.issue()
