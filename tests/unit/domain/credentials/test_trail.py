"""The trail of evidence: everything an award rests on, with proof that it stood before the credential."""

from __future__ import annotations

import base64
import json
from collections import Counter

import pytest
import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.credentials import trail
from accredit.domain.credentials.trail import StepKind
from accredit.domain.transparency.models import LedgerRecord
from accredit.errors import NotFound
from accredit.kit.ledger.checkpoint import Checkpoint
from accredit.kit.ledger.commitment import commit
from accredit.kit.ledger.merkle import leaf_hash, verify_inclusion
from accredit.kit.ledger.signed_note import parse
from tests.unit.domain.verification.story import Story


def test_every_step_precedes_the_signature_under_one_checkpoint(story: Story) -> None:
    issued = story.issue()
    with story.database.reading() as db:
        found = trail.trail(db, issued.award_id)
    assert Counter(step.kind for step in found.steps) == {
        StepKind.MODULE: 7,
        StepKind.HOURS: 8,
        StepKind.MEETING: 3,
        StepKind.SKILL: 1,
        StepKind.AWARD: 1,
    }
    assert found.is_whole
    assert found.credential is not None
    assert found.credential.index is not None
    assert all(step.index is not None and step.index < found.credential.index for step in found.steps)
    assert {step.role for step in found.of(StepKind.HOURS)} == {"supervisor"}
    assert sum(step.minutes or 0 for step in found.of(StepKind.HOURS)) == 780
    assert "Ama Sample" not in json.dumps(trail.as_file(found))


def test_an_auditor_checks_the_file_with_nothing_else(story: Story) -> None:
    issued = story.issue()
    with story.database.reading() as db:
        written = json.loads(json.dumps(trail.as_file(trail.trail(db, issued.award_id))))
    checkpoint = Checkpoint.parse(parse(written["checkpoint"]).text)
    assert len(written["entries"]) == 21
    for entry in written["entries"]:
        hashed = leaf_hash(commit(entry["statement"], base64.b64decode(entry["salt"])))
        assert hashed == base64.b64decode(entry["leafHash"])
        proof = [base64.b64decode(each) for each in entry["proof"]]
        verify_inclusion(hashed, entry["index"], checkpoint.size, proof, checkpoint.root)
        assert entry["index"] <= written["credentialIndex"]


def test_an_award_that_is_not_signed_yet_has_a_trail_without_an_end(quick_story: Story) -> None:
    award_id = quick_story.award()
    with quick_story.database.reading() as db:
        found = trail.trail(db, award_id)
    assert (found.credential, found.checkpoint, found.is_whole) == (None, None, False)
    assert all(step.index is not None and not step.is_proved for step in found.steps)


def test_a_record_that_was_changed_afterwards_is_proved_no_more(quick_story: Story) -> None:
    issued = quick_story.issue()
    with quick_story.database.reading() as db:
        before = trail.trail(db, issued.award_id)
    changed = before.of(StepKind.HOURS)[0].index
    with quick_story.database.transaction() as db:
        db.execute(sa.text("DROP TRIGGER ledger_record_append_only_update"))
        db.execute(sa.update(LedgerRecord).where(col(LedgerRecord.leaf_index) == changed).values(record={"record": {}}))
    with quick_story.database.reading() as db:
        after = trail.trail(db, issued.award_id)
    assert [step.index for step in after.steps if not step.is_proved] == [changed]
    assert not after.is_whole


def test_another_school_finds_nothing(quick_story: Story) -> None:
    issued = quick_story.issue()
    with quick_story.database.reading(quick_story.cast.other_organisation_id) as db, pytest.raises(NotFound):
        trail.trail(db, issued.award_id)
