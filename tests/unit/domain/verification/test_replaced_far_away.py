"""Far from the service, too, what a newer certificate follows is called that, and not revoked."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from accredit.domain.audit.rules import SERVICE
from accredit.domain.issuing import operations as issuing
from accredit.domain.issuing import queries as issuances
from accredit.domain.issuing import status_operations
from accredit.domain.issuing.rules import ReplaceReason
from accredit.domain.issuing.self_audit import verify_lists
from accredit.domain.verification import handing_out, operations
from accredit.domain.verification.evidence import Evidence
from accredit.domain.verification.offline_sources import OfflineSources
from accredit.domain.verification.rules import Reason, Verdict
from accredit.kit.vc import status_list
from tests.unit.domain.verification.story import Issued, Story

HOUR = timedelta(hours=1)
Lists = Sequence[Mapping[str, Any]]


def _signed(story: Story, now: datetime) -> Lists:
    with story.database.transaction() as db:
        for list_id in {each.id for each in handing_out.published_lists(db)} | {*issuances.lists_never_signed(db)}:
            status_operations.publish_status_list(db, list_id=list_id, keyring=story.keyring, now=now)
    with story.database.reading() as db:
        assert verify_lists(db) == ()
        (found,) = handing_out.published_lists(db)
        return handing_out.lists_of(db, found.id)


def _evidence(story: Story, issued: Issued) -> Evidence:
    with story.database.reading() as db:
        found = issuances.issuance(db, issued.issuance_id)
        evidence = handing_out.evidence_of(db, found.credential_id, now=story.now)
    assert evidence is not None
    return evidence


def _far_away(story: Story, issued: Issued, evidence: Evidence, lists: Lists) -> tuple[Verdict, Reason | None]:
    with story.database.reading() as db:
        trust = handing_out.trust_of(db, now=story.now)
    assert trust is not None
    now = story.now + 3 * HOUR
    report = operations.verify(
        issued.data, now=now, sources=OfflineSources(trust, now=now, evidence=[evidence], lists=lists)
    )
    return report.verdict, report.reason


def _replaced(story: Story, issued: Issued) -> None:
    with story.database.transaction() as db:
        issuing.replace(
            db, issuance_id=issued.issuance_id, reason=ReplaceReason.NAME_CHANGED, actor=SERVICE, now=story.now
        )
    successor = story.prepare(issued.award_id)
    story.sign(successor.id)
    story.release()


def test_the_newer_lists_say_that_another_took_its_place(quick_story: Story) -> None:
    issued = quick_story.issue()
    first = _signed(quick_story, quick_story.now)
    kept = _evidence(quick_story, issued)
    assert _far_away(quick_story, issued, kept, first) == (Verdict.GENUINE, None)
    _replaced(quick_story, issued)
    newer = _signed(quick_story, quick_story.now + HOUR)
    assert _far_away(quick_story, issued, kept, newer) == (Verdict.NOT_CURRENT, Reason.REPLACED)
    # Whoever has the list of revocations alone, as other verifiers do, is told what it says.
    assert _far_away(quick_story, issued, kept, newer[:1]) == (Verdict.NOT_CURRENT, Reason.REVOKED)


@pytest.mark.parametrize(
    ("since", "reason"),
    [
        pytest.param(timedelta(0), Reason.REPLACED, id="of the same time"),
        pytest.param(-HOUR, Reason.REVOKED, id="an earlier one, when it may have been paused"),
    ],
)
def test_a_list_of_pauses_tells_only_beside_revocations_that_are_no_newer(
    quick_story: Story, since: timedelta, reason: Reason
) -> None:
    issued = quick_story.issue()
    _signed(quick_story, quick_story.now)
    kept = _evidence(quick_story, issued)
    at = quick_story.now + 2 * HOUR
    quick_story.change_status("suspend", issued.issuance_id)
    paused = _signed(quick_story, at + since)[1]
    quick_story.change_status("revoke", issued.issuance_id)
    # As if the second list had been signed at that time.
    revoked = _signed(quick_story, at)[0]
    assert _far_away(quick_story, issued, kept, [revoked, paused]) == (Verdict.NOT_CURRENT, reason)


def test_what_is_revoked_for_itself_stands_in_no_list_of_pauses(quick_story: Story) -> None:
    issued = quick_story.issue()
    quick_story.change_status("suspend", issued.issuance_id)
    quick_story.change_status("revoke", issued.issuance_id)
    lists = _signed(quick_story, quick_story.now + HOUR)
    place = status_list.parse_entry(json.loads(issued.data)["credentialStatus"]).index
    told = [status_list.decode(each["credentialSubject"]["encodedList"]).is_set(place) for each in lists]
    assert told == [True, False]
