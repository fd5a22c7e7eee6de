"""A break is a matter between a young person and their adults: it has no reason, and no certificate knows of it."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from accredit.domain.enrolments.models import Break
from tests import factories
from tests.unit.domain.credentials.test_credential import built
from tests.unit.domain.verification.story import Story

# Half a year in which nothing was recorded.
STARTS_ON, ENDS_ON = date(2026, 1, 12), date(2026, 5, 22)


def without_its_number(document: dict[str, Any]) -> str:
    """Return what stands in a document, but for the subject's id, which is another one each time."""
    subject = document["credentialSubject"]
    return json.dumps({**document, "credentialSubject": {**subject, "id": ""}}, sort_keys=True)


def test_a_certificate_is_the_same_letter_for_letter_with_a_break_and_without(quick_story: Story) -> None:
    award_id = quick_story.award()
    before = without_its_number(built(quick_story, award_id))
    with quick_story.database.transaction() as db:
        factories.take_break(db, quick_story.cast.ama.enrolled, starts_on=STARTS_ON, ends_on=ENDS_ON)
    after = without_its_number(built(quick_story, award_id))
    assert after == before
    assert "break" not in after.lower()
    assert "2026-01" not in after


def test_the_portfolio_of_an_award_does_not_know_of_it(quick_story: Story) -> None:
    with quick_story.database.transaction() as db:
        factories.take_break(db, quick_story.cast.ama.enrolled, starts_on=STARTS_ON, ends_on=ENDS_ON)
    award_id = quick_story.award()
    told = without_its_number(built(quick_story, award_id))
    assert "break" not in told.lower()
    assert "January" not in told


def test_there_is_nowhere_to_keep_a_reason() -> None:
    kept = {name: column.type.python_type for name, column in Break.__table__.columns.items()}  # type: ignore[attr-defined]
    assert set(kept) == {"id", "organisation_id", "enrolment_id", "starts_on", "ends_on", "created_at"}
    assert str not in kept.values()
