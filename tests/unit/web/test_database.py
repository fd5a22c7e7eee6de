"""A GET writes nothing, and a reader of one organisation never reads without its wall."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask import g

from accredit.storage import Database
from accredit.web.database import reading, transaction
from accredit.web.viewer import ANONYMOUS
from tests.unit.web.gallery_app import CO_ORDINATOR, SCHOOL, make_gallery


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_a_get_opens_no_write_transaction(sqlite_database: Database, method: str) -> None:
    app = make_gallery(CO_ORDINATOR)
    app.extensions["accredit.database"] = sqlite_database
    with app.test_request_context("/staff", method=method), pytest.raises(RuntimeError, match="would write"):
        transaction()


@pytest.mark.parametrize(("everywhere", "tenant"), [(False, SCHOOL), (True, None)])
def test_the_handle_is_confined_to_the_viewers_organisation(
    sqlite_database: Database, everywhere: bool, tenant: UUID | None
) -> None:
    app = make_gallery(CO_ORDINATOR)
    app.extensions["accredit.database"] = sqlite_database
    with app.test_request_context("/staff", method="POST"):
        g.viewer = CO_ORDINATOR
        with transaction(everywhere=everywhere) as db:
            assert db.tenant == tenant
        with reading(everywhere=everywhere) as db:
            assert db.tenant == tenant


def test_a_stranger_must_ask_for_the_wall_to_be_lifted(sqlite_database: Database) -> None:
    app = make_gallery()
    app.extensions["accredit.database"] = sqlite_database
    with app.test_request_context("/"):
        g.viewer = ANONYMOUS
        with pytest.raises(RuntimeError, match="without a viewer"):
            reading()
