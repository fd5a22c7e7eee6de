"""Sentences for young people are complete, and say what they should."""

from __future__ import annotations

import pytest
from flask import Flask

from accredit.domain.awarding.rules import Finding, FindingKind
from accredit.domain.practice.rules import Milestone, ReturnReason
from accredit.errors import RuleBroken
from accredit.web.learner import words


def test_every_reason_has_words() -> None:
    assert set(words.RETURNED) == set(ReturnReason)


@pytest.mark.parametrize("rule", sorted(words.FIELDS))
def test_every_rule_that_points_to_a_field_speaks_to_you(app: Flask, rule: str) -> None:
    with app.test_request_context():
        said = words.sentence(RuleBroken(rule, days=28))
    assert "They" not in said
    assert "%(" not in said


@pytest.mark.parametrize(
    ("title", "said"),
    [("Peer Supporter", "You are a Peer Supporter"), ("Ambassador", "You are an Ambassador")],
)
def test_the_article_fits_the_award(app: Flask, title: str, said: str) -> None:
    with app.test_request_context():
        assert words.you_are(title) == said


@pytest.mark.parametrize(
    ("count", "adults", "said"),
    [
        pytest.param(1, ["Sam"], "One is waiting for Sam.", id="one"),
        pytest.param(2, ["Sam", "Sam"], "Two are waiting for Sam.", id="two for the same adult"),
        pytest.param(12, ["Sam", "Nia"], "12 are waiting for Sam and Nia.", id="many for two"),
    ],
)
def test_what_waits_is_told_in_one_sentence(app: Flask, count: int, adults: list[str], said: str) -> None:
    with app.test_request_context():
        assert words.waiting(count, adults) == said


@pytest.mark.parametrize(
    ("finding", "said"),
    [
        pytest.param(Finding(kind=FindingKind.MEETINGS, needed=3, got=2), "2 of 3 meetings with your adult", id="some"),
        pytest.param(
            Finding(kind=FindingKind.MEETINGS, needed=8, got=9), "9 meetings with your adult", id="more than asked"
        ),
        pytest.param(Finding(kind=FindingKind.SKILLS, needed=2, got=4), "4 skills an adult has seen", id="skills"),
        pytest.param(
            Finding(kind=FindingKind.SKILLS, needed=2, got=1), "1 of 2 skills seen by an adult", id="one skill"
        ),
        pytest.param(
            Finding(kind=FindingKind.MILESTONE, needed=1, got=1, codes=("reflection",)),
            "looking back on what you learned",
            id="a milestone",
        ),
    ],
)
def test_what_a_level_asks_for_is_said_to_you(app: Flask, finding: Finding, said: str) -> None:
    with app.test_request_context():
        assert words.step(finding) == said


def test_every_milestone_has_words() -> None:
    assert set(words.MILESTONES) == set(Milestone)
