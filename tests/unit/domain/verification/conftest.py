"""The story on both databases, and once on SQLite for tests of the document alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from accredit.storage import Database
from tests.unit.domain.verification.story import Issued, Story, told


@pytest.fixture
def story(database: Database, tmp_path: Path) -> Story:
    """Ama's story up to the day of the award, on both databases."""
    return told(database, tmp_path)


@pytest.fixture
def quick_story(sqlite_database: Database, tmp_path: Path) -> Story:
    """The same on SQLite only, where the database is not what is tested."""
    return told(sqlite_database, tmp_path)


@pytest.fixture
def issued(quick_story: Story) -> Issued:
    """Ama's released credential."""
    return quick_story.issue()
