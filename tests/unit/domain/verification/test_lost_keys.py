"""A key that was made in a time which a restored backup knows nothing of is unknown here, and nobody's forgery."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from accredit.domain.transparency import recovery
from accredit.domain.verification import operations
from accredit.domain.verification.queries import DatabaseSources
from accredit.domain.verification.rules import Reason, Verdict
from tests.unit.domain.verification.story import Story


@pytest.mark.parametrize(
    ("is_lost", "expected"),
    [
        (False, (Verdict.NOT_GENUINE, Reason.KEY_NOT_OF_ISSUER)),
        (True, (Verdict.CANNOT_CONFIRM, Reason.ISSUER_KEY_UNREACHABLE)),
    ],
    ids=["while every record is there", "after the records of that day were lost"],
)
def test_r57_under_a_key_that_nobody_knows(quick_story: Story, is_lost: bool, expected: tuple[Verdict, Reason]) -> None:
    issued = quick_story.issue()
    document = json.loads(issued.data)
    proof = document["proof"][0] if isinstance(document["proof"], list) else document["proof"]
    proof["verificationMethod"] = proof["verificationMethod"].replace("assertion-1", "assertion-2")
    with quick_story.database.transaction() as db:
        if is_lost:
            recovery.note_gap(db, first=1, last=2, now=quick_story.now + timedelta(hours=1))
    with quick_story.database.reading() as db:
        data = json.dumps(document).encode()
        report = operations.verify(data, now=quick_story.now, sources=DatabaseSources(db))
    assert (report.verdict, report.reason) == expected
