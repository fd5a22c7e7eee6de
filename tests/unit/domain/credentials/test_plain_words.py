"""What was done in short sentences says what the certificate's own sentence says, and nothing more."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from accredit.domain.credentials.plain_words import About, told_shortly
from accredit.domain.credentials.rules import Totals

TOTALS = Totals(
    modules=7,
    training_minutes=14 * 60,
    minutes=26 * 60 + 30,
    meetings=9,
    entries=40,
    adults=3,
    first_on=date(2025, 10, 6),
    last_on=date(2026, 6, 26),
)
NOTHING = replace(TOTALS, modules=0, training_minutes=0, minutes=0, meetings=0, adults=0, first_on=None, last_on=None)


def test_a_year_is_told_thought_by_thought() -> None:
    assert [(each.about, each.sentences) for each in told_shortly(TOTALS)] == [
        (About.TRAINING, ("Did 7 parts of the training.", "Together they took 14 hours.")),
        (
            About.HOURS,
            (
                "Gave 26½ hours of peer support.",
                "This was between October 2025 and June 2026.",
                "Adults supervised it.",
            ),
        ),
        (About.MEETINGS, ("Met with a supervising adult 9 times.",)),
        (About.ADULTS, ("3 adults checked this and approved it.",)),
    ]


@pytest.mark.parametrize(
    ("totals", "sentences"),
    [
        (NOTHING, ()),
        (
            replace(NOTHING, modules=1, training_minutes=60),
            ("Did 1 part of the training.", "That took 1 hour."),
        ),
        (replace(NOTHING, modules=1), ("Did 1 part of the training.",)),
        (replace(NOTHING, meetings=1), ("Met with a supervising adult 1 time.",)),
        (replace(NOTHING, adults=1), ("1 adult checked this and approved it.",)),
        (
            replace(NOTHING, minutes=300, earlier_minutes=300),
            ("Gave 5 hours of supervised peer support.", "This comes from the school’s earlier records."),
        ),
    ],
    ids=["nothing", "one-part", "a-part-without-a-length", "one-meeting", "one-adult", "earlier-records-only"],
)
def test_one_is_said_as_one_and_what_is_not_there_is_not_said(totals: Totals, sentences: tuple[str, ...]) -> None:
    assert tuple(sentence for told in told_shortly(totals) for sentence in told.sentences) == sentences


def test_hours_from_earlier_records_are_told_apart() -> None:
    told = told_shortly(replace(TOTALS, minutes=30 * 60, earlier_minutes=3 * 60 + 30))
    assert told[1].sentences[0] == "Gave 26½ hours of peer support."
    assert told[-1].about is About.EARLIER
    assert told[-1].sentences[0] == "Gave 3½ hours more of supervised peer support."
