"""A time is claimed only where a witness of another house states it; our own is called our own."""

from __future__ import annotations

from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from accredit.domain.transparency import operations as transparency
from accredit.domain.transparency import queries as log
from accredit.domain.verification import operations as verification
from accredit.domain.verification.queries import DatabaseSources
from accredit.domain.verification.rules import Check, CheckId, Verdict
from accredit.kit.ledger.cosignature import CosignerKey, cosign
from accredit.kit.ledger.signed_note import parse
from tests.unit.domain.verification.story import Issued, Story

KEY = Ed25519PrivateKey.generate()
WITNESS = CosignerKey("witness.example.org", KEY.public_key().public_bytes_raw())


def _logged(story: Story, issued: Issued) -> Check:
    with story.database.reading() as db:
        report = verification.verify(issued.data, now=story.now + timedelta(minutes=1), sources=DatabaseSources(db))
    assert report.verdict is Verdict.GENUINE
    (check,) = [each for each in report.checks if each.id is CheckId.LOGGED]
    return check


def test_without_a_witness_the_time_is_this_services_own(quick_story: Story) -> None:
    check = _logged(quick_story, quick_story.issue())
    assert "signed_at" in check.facts
    assert not {"witnessed_at", "witnessed_by"} & set(check.facts)


def test_with_a_witness_the_time_is_the_witnesss(quick_story: Story) -> None:
    issued = quick_story.issue()
    seen_at = (quick_story.now + timedelta(seconds=7)).replace(microsecond=0)
    with quick_story.database.reading() as db:
        latest = log.latest_checkpoint(db)
    assert latest is not None
    line = cosign(parse(latest.note).text, WITNESS.name, KEY.sign, WITNESS.public_key, time=int(seen_at.timestamp()))
    with quick_story.database.transaction() as db:
        transparency.keep_cosignature(db, size=latest.size, witness=WITNESS, answer=line.line.encode())
    check = _logged(quick_story, issued)
    assert check.facts["witnessed_by"] == WITNESS.name
    assert datetime.fromisoformat(str(check.facts["witnessed_at"])) == seen_at
    assert "signed_at" not in check.facts
