"""Hours from earlier records on the way to a credential: counted once, said honestly, signed only while they stand."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from accredit.domain.awarding import queries as awarding
from accredit.domain.practice import operations as practice
from accredit.domain.practice.bringing_forward import bring_forward
from accredit.errors import RuleBroken
from tests.factories import NOW, TODAY
from tests.unit.domain.verification.story import Story


def _day_before_the_first_hours(story: Story) -> date:
    with story.database.reading() as db:
        first = awarding.portfolio(db, story.cast.ama.enrolled, until=TODAY).first_on
    assert first is not None
    return first - timedelta(days=1)


def _attest(story: Story, minutes: int, *, until: date) -> int:
    cast = story.cast
    with story.database.transaction() as db:
        return bring_forward(
            db,
            organisation_id=cast.organisation_id,
            totals={cast.ama.enrolled: minutes},
            until=until,
            actor=cast.nia.actor,
            now=NOW,
        )


def test_no_hours_are_counted_twice(quick_story: Story) -> None:
    cast, before = quick_story.cast, _day_before_the_first_hours(quick_story)
    with pytest.raises(RuleBroken, match="counted-twice"):
        _attest(quick_story, 60, until=before + timedelta(days=1))
    assert _attest(quick_story, 60, until=before) == 1
    with pytest.raises(RuleBroken, match=r"counted-twice|before-training"), quick_story.database.transaction() as db:
        practice.submit_hours(
            db,
            enrolment_id=cast.ama.enrolled,
            activity_type="drop-in",
            held_on=before,
            starts_at=time(8),
            minutes=30,
            supervised_by=cast.sam.id,
            actor=cast.nia.actor,
            now=NOW,
        )


def test_the_credential_says_what_is_from_earlier_records(story: Story) -> None:
    _attest(story, 600, until=_day_before_the_first_hours(story))
    document = story.issue().document
    subject = document["credentialSubject"]
    assert (
        "A further 10 hours of supervised peer support are from the school’s earlier records." in subject["narrative"]
    )
    assert "Gave 13 hours of supervised peer support" in subject["narrative"]
    [hours] = [each for each in subject["result"] if each["resultDescription"].endswith("#hours")]
    assert hours["value"] == "23"
    evidence = {each["name"]: each["narrative"] for each in document["evidence"]}
    assert "together 13 hours" in evidence["Record of supervised practice"]
    assert "10 hours from the school’s earlier records" in evidence["Earlier records"]


def test_an_award_over_a_total_that_was_taken_back_is_not_signed(quick_story: Story) -> None:
    before = _day_before_the_first_hours(quick_story)
    _attest(quick_story, 600, until=before)
    award_id = quick_story.award()
    _attest(quick_story, 0, until=before)
    with pytest.raises(RuleBroken, match="record-changed"):
        quick_story.prepare(award_id)
