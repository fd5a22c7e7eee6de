"""Sam's browser after a year at the school."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from accredit.storage import Database
from tests.cast import Cast
from tests.populated import Year, played
from tests.snapshots import Snapshots
from tests.web import Browser, ClientFor


@pytest.fixture
def year(app: Flask, sqlite_database: Database, cast: Cast, tmp_path: Path, snapshots: Snapshots) -> Year:
    """The year: trained, one drop-in approved, one entry waiting, one award signed."""
    return played(snapshots, sqlite_database, cast, tmp_path)


@pytest.fixture
def sam(client_for: ClientFor, cast: Cast, year: Year) -> Browser:
    """The supervising adult's browser."""
    return client_for(cast.sam)
