"""What holds a name or a typed text can be emptied, and never rewritten: the log and the acts stay."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from accredit.domain.issuing.models import Issuance, StatusEvent
from accredit.domain.transparency import queries as transparency
from accredit.storage import Database
from tests.unit.domain.verification.story import told


def test_every_document_and_the_reason_can_be_emptied_and_not_rewritten(database: Database, tmp_path: Path) -> None:
    story = told(database, tmp_path)
    issued = story.issue()
    story.change_status("revoke", issued.issuance_id)
    for rewriting in (
        sa.update(Issuance).values(unsigned_document=b"{}"),
        sa.update(StatusEvent).values(reason="another"),
    ):
        with pytest.raises(DBAPIError, match="append-only"), database.transaction() as db:
            db.execute(rewriting)
    with database.transaction() as db:
        db.execute(sa.update(Issuance).values(unsigned_document=None, signed_document=None, signed_jwt=None))
        db.execute(sa.update(StatusEvent).values(reason=None))
    with database.reading() as db:
        assert transparency.verify_chain(db) == ()


def test_what_waits_to_be_signed_keeps_its_document(database: Database, tmp_path: Path) -> None:
    story = told(database, tmp_path)
    story.prepare(story.award())
    with pytest.raises(DBAPIError, match="intent_has_document"), database.transaction() as db:
        db.execute(sa.update(Issuance).values(unsigned_document=None))
