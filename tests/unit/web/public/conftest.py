"""The cast after a year, and browsers on the public pages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from accredit.domain.issuing import operations as issuing
from accredit.domain.organisations import operations as organisations
from accredit.domain.organisations.rules import Channel
from accredit.storage import Database
from tests.cast import Cast
from tests.factories import NOW
from tests.populated import Year, played
from tests.snapshots import Snapshots
from tests.web import Browser, ClientFor


@pytest.fixture
def year(client_for: ClientFor, sqlite_database: Database, cast: Cast, tmp_path: Path, snapshots: Snapshots) -> Year:
    """Ama holds a signed award of a school that an operator has confirmed."""
    found = played(snapshots, sqlite_database, cast, tmp_path)
    with sqlite_database.transaction() as db:
        organisations.confirm(
            db,
            organisation_id=cast.organisation_id,
            channel=Channel.TELEPHONE,
            confirmed_on=NOW.date(),
            actor=cast.operator.actor,
            now=NOW,
        )
    return found


@pytest.fixture
def stranger(client_for: ClientFor) -> Browser:
    return client_for()


@pytest.fixture
def change_status(sqlite_database: Database, cast: Cast, year: Year) -> Callable[[str], None]:
    """Suspend or revoke Ama's award, as the co-ordinator does."""

    def change(act: str) -> None:
        operation = {"suspend": issuing.suspend, "revoke": issuing.revoke}[act]
        with sqlite_database.transaction() as db:
            operation(
                db,
                issuance_id=year.issuance_id,
                reason="Entered for somebody else",
                actor=cast.nia.actor,
                now=NOW,
            )

    return change
