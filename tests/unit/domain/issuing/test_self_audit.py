"""What somebody changed past the operations is named: documents, digests, places in the ledger, statuses."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from accredit.domain.credentials import queries
from accredit.domain.issuing import operations as issuing
from accredit.domain.issuing import queries as issuances
from accredit.domain.issuing.models import Issuance, StatusList
from accredit.domain.issuing.rules import Status
from accredit.domain.issuing.self_audit import verify_lists, verify_store
from accredit.domain.transparency import queries as transparency
from accredit.domain.verification import rehearsing
from accredit.kit.vc import status_list
from accredit.storage import Database
from accredit.storage.fault_points import PowerCut
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


def _lists(story: Story) -> tuple[str, ...]:
    with story.database.reading() as db:
        return verify_lists(db)


def _publish(story: Story, at: timedelta) -> None:
    with story.database.transaction() as db:
        for row in db.execute(sa.select(StatusList)).scalars():
            issuing.publish_status_list(db, list_id=row.id, keyring=story.keyring, now=story.now + at)


@pytest.mark.attack("LG17")
@pytest.mark.parametrize("act", ["revoke", "suspend"])
def test_lg17_an_act_on_a_status_is_in_the_list_the_record_and_the_log(story: Story, issued: Issued, act: str) -> None:
    _publish(story, timedelta())
    story.change_status(act, issued.issuance_id)
    # What was decided this minute may still be on its way into the list.
    assert (_problems(story), _lists(story)) == ((), ())
    _publish(story, timedelta(hours=1))
    assert (_problems(story), _lists(story)) == ((), ())


@pytest.mark.attack("LG17")
@pytest.mark.parametrize(("act", "done"), [("revoke", "revoked"), ("suspend", "suspended")])
def test_lg17_a_bit_that_is_set_past_the_log_is_named(story: Story, issued: Issued, act: str, done: str) -> None:
    """Somebody with the key of the list sets a bit; the record, or the log, knows nothing of it."""
    story.change_status(act, issued.issuance_id)
    _publish(story, timedelta(hours=1))
    with story.database.transaction() as db:
        row = db.get(Issuance, issued.issuance_id)
        row.status, row.status_since = Status.ACTIVE, None
    assert _lists(story) == (
        f"status list {_list(story)} says of place {_place(story, issued)} that it is {done}, and the record otherwise",
    )
    assert any(f"although the ledger's latest act on it says {done}" in each for each in _problems(story))


@pytest.mark.attack("LG17")
def test_lg17_a_revocation_that_is_kept_out_of_the_log_is_named(story: Story, issued: Issued) -> None:
    with story.database.transaction() as db:
        row = db.get(Issuance, issued.issuance_id)
        row.status, row.status_since = Status.REVOKED, story.now
    _publish(story, timedelta(hours=1))
    assert _lists(story) == ()
    (problem,) = _problems(story)
    assert "is revoked although the ledger's latest act on it says active" in problem


@pytest.mark.attack("LG17")
def test_lg17_a_revocation_that_is_kept_out_of_the_list_is_named(story: Story, issued: Issued) -> None:
    _publish(story, timedelta())
    story.change_status("revoke", issued.issuance_id)
    with story.database.transaction() as db:
        for row in db.execute(sa.select(StatusList)).scalars():
            row.signed_at = story.now + timedelta(hours=1)
    (problem,) = _lists(story)
    assert "is not revoked, and the record otherwise" in problem


@pytest.mark.attack("LG17")
def test_lg17_a_bit_of_a_place_that_nobody_was_given_is_named(story: Story, issued: Issued) -> None:
    _publish(story, timedelta())
    with story.database.transaction() as db:
        row = db.execute(sa.select(StatusList)).scalars().one()
        document = json.loads(row.signed_list or b"")
        free = (_place(story, issued) + 1) % row.length
        document["credentialSubject"]["encodedList"] = status_list.encode([free], row.length)
        row.signed_list = json.dumps(document).encode()
    (problem,) = _lists(story)
    assert "places that nobody was given" in problem


@pytest.mark.attack("LG19")
def test_lg19_an_entry_without_its_credential_is_listed(story: Story, issued: Issued) -> None:
    with story.database.transaction() as db:
        connection = db.connection()
        for table in ("credential", "issuance"):
            connection.exec_driver_sql(f"DROP TRIGGER {table}_append_only_delete")
        connection.exec_driver_sql("DELETE FROM credential")
        connection.exec_driver_sql("DELETE FROM issuance")
    assert _problems(story) == (f"issuance {issued.issuance_id} is in the ledger and nowhere else",)


@pytest.mark.attack("LG19")
def test_lg19_a_power_cut_leaves_no_entry_without_its_credential(story: Story) -> None:
    award_id = story.award()
    prepared = story.prepare(award_id)
    with pytest.raises(PowerCut), story.database.transaction() as db:
        (intent,) = issuances.intents(db, [prepared.id])
        signed = issuing.sign(intent, keyring=story.keyring, lint=partial(rehearsing.lint, now=story.now))
        issuing.record(db, signed=[signed], record_hashes=queries.record_hashes, now=story.now)
        raise PowerCut("before the commit")
    assert _problems(story) == ()
    story.sign(prepared.id)
    assert _problems(story) == ()


def _list(story: Story) -> str:
    with story.database.reading() as db:
        return str(db.execute(sa.select(StatusList)).scalars().one().public_id)


def _place(story: Story, issued: Issued) -> int:
    with story.database.reading() as db:
        return int(db.get(Issuance, issued.issuance_id).status_index)
