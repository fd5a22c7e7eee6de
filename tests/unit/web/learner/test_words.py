"""Sentences for young people are complete, and say what they should."""

from __future__ import annotations

import pytest
from flask import Flask

from accredit.domain.practice.rules import ReturnReason
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
