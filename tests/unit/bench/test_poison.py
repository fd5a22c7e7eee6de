"""The files that the bench of poison brings are poison, and what it says keeps the contract of a bench."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest

from accredit.bench.poison import _answer, poisons
from accredit.cli import bench as command
from accredit.domain.verification import operations
from accredit.domain.verification.rules import Verdict
from accredit.domain.verification.sources import NoSources

FILES = poisons()
RUN = {"round": 1, "quiet_p50_ms": 4.0, "quiet_p99_ms": 30.0, "quiet_errors": 0, "hostile_p50_ms": 8.0}
RUN |= {"hostile_p99_ms": 45.0, "hostile_errors": 0, "elsewhere_p99_ms": 60.0, "elsewhere_errors": 0}


@pytest.mark.parametrize("name", FILES)
def test_a_poison_is_small_and_is_never_green(name: str) -> None:
    assert len(FILES[name]) <= 1_000_000
    report = operations.verify(FILES[name], now=datetime(2026, 6, 30, tzinfo=UTC), sources=NoSources())
    assert report.verdict in {Verdict.UNREADABLE, Verdict.CANNOT_CONFIRM}
    assert report.claims is None


def test_the_answer_compares_with_quiet_and_counts_a_green_one_as_an_error() -> None:
    made = _answer([RUN], Counter({"503": 100, "200": 7, "green": 1, "hung up": 2}), 0.0)
    assert made["ratio"] == {"quiet": 1.5, "elsewhere": 0.75}
    assert made["ours"] == {"p99_ms": 45.0, "errors": 1}
    assert made["facts"]["attackers_answered_503"] == 100
    told = command.in_words(made)
    assert "ours is 1.5 × this" in told
    assert "WRONG OUTCOMES: 1" in told
