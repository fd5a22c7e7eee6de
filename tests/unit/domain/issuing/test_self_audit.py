"""What somebody changed past the operations is named: documents, digests, places in the ledger, statuses."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from accredit.domain.issuing.models import Issuance
from accredit.domain.issuing.rules import Status
from accredit.domain.issuing.self_audit import verify_store
from accredit.domain.transparency import queries as transparency
from accredit.storage import Database
from tests.unit.domain.verification.story import Issued, Story, told

OTHER = b'{"type": "OpenBadgeCredential"}'


@pytest.fixture
def story(sqlite_database: Database, tmp_path: Path) -> Story:
    return told(sqlite_database, tmp_path)


@pytest.fixture
def issued(story: Story) -> Issued:
    return story.issue()


def _problems(story: Story) -> tuple[str, ...]:
    with story.database.reading() as db:
        return verify_store(db)


@pytest.mark.parametrize("acts", [[], ["suspend"], ["suspend", "reinstate"], ["suspend", "reinstate", "revoke"]])
def test_whatever_the_school_decides_all_agrees(story: Story, issued: Issued, acts: list[str]) -> None:
    for act in acts:
        story.change_status(act, issued.issuance_id)
    assert _problems(story) == ()


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        pytest.param({"signed_document": None}, "without its document", id="the document is gone"),
        pytest.param({"signed_document": OTHER}, "does not have the bytes", id="another document"),
        pytest.param(
            {"signed_document": OTHER, "signed_digest": hashlib.sha256(OTHER).digest()},
            "another document than the ledger commits to",
            id="another document with its digest",
        ),
        pytest.param({"signed_jwt": None}, "without its JWT form", id="the token is gone"),
        pytest.param({"signed_jwt": b"e30.e30.AA"}, "does not have the JWT form", id="another token"),
        pytest.param(
            {"signed_jwt": b"e30.e30.AA", "signed_jwt_digest": hashlib.sha256(b"e30.e30.AA").digest()},
            "another JWT form than the ledger commits to",
            id="another token with its digest",
        ),
        pytest.param({"leaf_index": 0}, "not in the ledger where", id="the place of another act"),
        pytest.param({"status": Status.REVOKED}, "is revoked although the ledger", id="revoked by nobody"),
    ],
)
def test_a_change_past_the_operations_is_named(
    story: Story, issued: Issued, changes: dict[str, Any], fault: str
) -> None:
    with story.database.transaction() as db:
        row = db.get(Issuance, issued.issuance_id)
        for name, value in changes.items():
            setattr(row, name, value)
    (problem,) = _problems(story)
    assert fault in problem


def test_a_revocation_quietly_lifted_is_named(story: Story, issued: Issued) -> None:
    story.change_status("revoke", issued.issuance_id)
    with story.database.transaction() as db:
        db.get(Issuance, issued.issuance_id).status = Status.ACTIVE
    (problem,) = _problems(story)
    assert "is active although the ledger's latest act on it says revoked" in problem


def test_a_record_filed_under_another_act_is_named(story: Story, issued: Issued) -> None:
    with story.database.transaction() as db:
        db.connection().exec_driver_sql("DROP TRIGGER ledger_record_append_only_update")
        db.connection().exec_driver_sql(
            "UPDATE ledger_record SET act = 'credential-revoked' WHERE act = 'credential-issued'"
        )
    with story.database.reading() as db:
        assert any("filed under another act" in problem for problem in transparency.verify_chain(db))
    assert issued.data
