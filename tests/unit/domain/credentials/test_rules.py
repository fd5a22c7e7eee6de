"""The honest sentence, and the words it is made of."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from accredit.domain.credentials.rules import (
    Progress,
    Totals,
    decimal_hours,
    honest_sentence,
    hours_in_words,
    identity_base,
    progress_of,
)
from accredit.domain.issuing.rules import Stage, Status

FULL = Totals(
    modules=7,
    training_minutes=360,
    minutes=1590,
    meetings=9,
    entries=38,
    adults=3,
    first_on=date(2025, 10, 6),
    last_on=date(2026, 6, 26),
)
NOTHING = Totals(modules=0, training_minutes=0, minutes=0, meetings=0, entries=0, adults=0, first_on=None, last_on=None)


@pytest.mark.parametrize(
    ("totals", "sentence"),
    [
        pytest.param(
            FULL,
            "Trained in 7 modules (6 hours). Gave 26½ hours of supervised peer support between October 2025 and "
            "June 2026, and met with supervising adults 9 times. Approved by 3 adults.",
            id="a whole year",
        ),
        pytest.param(
            replace(NOTHING, modules=7, training_minutes=360),
            "Trained in 7 modules (6 hours).",
            id="training alone",
        ),
        pytest.param(
            replace(FULL, modules=1, training_minutes=45, minutes=60, meetings=1, adults=1, last_on=date(2025, 10, 9)),
            "Trained in 1 module (45 minutes). Gave 1 hour of supervised peer support in October 2025, and met with "
            "supervising adults once. Approved by 1 adult.",
            id="one of each",
        ),
        pytest.param(
            replace(NOTHING, minutes=750, earlier_minutes=750),
            "12½ hours of supervised peer support are from the school’s earlier records.",
            id="earlier records alone",
        ),
        pytest.param(
            replace(FULL, minutes=1650, earlier_minutes=60),
            "Trained in 7 modules (6 hours). Gave 26½ hours of supervised peer support between October 2025 and "
            "June 2026, and met with supervising adults 9 times. Approved by 3 adults. A further 1 hour of supervised "
            "peer support is from the school’s earlier records.",
            id="earlier records beside a year",
        ),
        pytest.param(
            replace(FULL, meetings=0),
            "Trained in 7 modules (6 hours). Gave 26½ hours of supervised peer support between October 2025 and "
            "June 2026. Approved by 3 adults.",
            id="no meetings",
        ),
        pytest.param(
            replace(FULL, minutes=0, first_on=None, last_on=None, modules=0),
            "Met with supervising adults 9 times. Approved by 3 adults.",
            id="meetings alone",
        ),
        pytest.param(NOTHING, "", id="nothing yet"),
    ],
)
def test_the_sentence_says_what_was_done(totals: Totals, sentence: str) -> None:
    assert honest_sentence(totals) == sentence


@pytest.mark.parametrize(
    ("minutes", "words", "decimal"),
    [
        (1590, "26½ hours", "26.5"),
        (60, "1 hour", "1"),
        (1200, "20 hours", "20"),
        (75, "1¼ hours", "1.25"),
        (140, "2 hours 20 minutes", "2.33"),
        (61, "1 hour 1 minute", "1.01"),
        (45, "45 minutes", "0.75"),
        (0, "0 minutes", "0"),
        (6000, "100 hours", "100"),
    ],
)
def test_hours_are_exact_in_words_and_never_rounded_up(minutes: int, words: str, decimal: str) -> None:
    assert (hours_in_words(minutes), decimal_hours(minutes)) == (words, decimal)
    assert float(decimal) * 60 <= minutes + 1e-9


@pytest.mark.parametrize(
    ("did", "base"),
    [
        ("did:web:accredit.example:o:example-park-academy", "https://accredit.example"),
        ("did:web:accredit.example%3A8443:o:x", "https://accredit.example:8443"),
    ],
)
def test_addresses_inside_signed_bytes_hang_on_the_issuers_host(did: str, base: str) -> None:
    assert identity_base(did) == base


@pytest.mark.parametrize(
    ("stage", "status", "progress"),
    [
        (None, None, Progress.WAITING),
        (Stage.INTENT, Status.ACTIVE, Progress.WAITING),
        (Stage.RECORDED, Status.ACTIVE, Progress.SIGNED),
        (Stage.RELEASED, Status.ACTIVE, Progress.RELEASED),
        (Stage.RELEASED, Status.SUSPENDED, Progress.SUSPENDED),
        (Stage.RELEASED, Status.REVOKED, Progress.REVOKED),
        (Stage.VOID, Status.ACTIVE, Progress.VOID),
    ],
)
def test_progress_follows_stage_and_status(stage: Stage | None, status: Status | None, progress: Progress) -> None:
    assert progress_of(stage, status) is progress
