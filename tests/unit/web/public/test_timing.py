"""How long an answer takes tells nothing: hidden, erased and never issued are one answer in time, too (VH13)."""

from __future__ import annotations

import math
import os
import time
from bisect import bisect_right
from random import Random

import pytest
from flask import Flask

from accredit.domain.credentials import hiding
from accredit.kit import typed_code
from accredit.storage import Database
from tests.cast import Cast
from tests.factories import NOW
from tests.populated import Year
from tests.web import BASE_URL

# The catalogue asks for 10,000 of each; `ACCREDIT_TIMINGS=10000` runs them, a sample is in every run.
TIMES = int(os.environ.get("ACCREDIT_TIMINGS", "250"))
SEED = 20261123


def furthest_apart(one: list[float], other: list[float]) -> float:
    """Return the Kolmogorov-Smirnov statistic of two samples: how far their distributions are apart at most."""
    first, second = sorted(one), sorted(other)
    return max(
        abs(bisect_right(first, each) / len(first) - bisect_right(second, each) / len(second))
        for each in (*first, *second)
    )


def likelihood(distance: float, size: int) -> float:
    """Return the p-value of a distance between two samples of one size (the asymptotic distribution)."""
    scaled = distance * math.sqrt(size / 2)
    tail = 2 * sum((-1) ** (term - 1) * math.exp(-2 * (term * scaled) ** 2) for term in range(1, 101))
    return min(1.0, max(0.0, tail)) if scaled > 0.2 else 1.0


@pytest.mark.attack("VH13")
@pytest.mark.timeout(1800)
def test_vh13_hidden_and_never_issued_take_the_same_time(
    app: Flask, year: Year, cast: Cast, sqlite_database: Database
) -> None:
    with sqlite_database.transaction() as db:
        hiding.hide(db, award_id=year.award_id, is_whole=False, actor=cast.nia.actor, now=NOW)
    random = Random(SEED)  # a fair order is wanted, and the same one again
    codes = {"hidden": year.code, "never": typed_code.make(random.randrange)}
    client = app.test_client()
    taken: dict[str, list[float]] = {"hidden": [], "never": []}
    # In pairs, each in a random order, so that whatever else the machine does befalls both alike.
    for turn in range(TIMES + 20):
        for which in random.sample(sorted(codes), 2):
            began = time.perf_counter()
            answer = super(type(client), client).open(f"/v/{codes[which]}", base_url=BASE_URL)
            ended = time.perf_counter()
            assert answer.status_code == 404
            if turn >= 20:
                taken[which].append(ended - began)
    # A clock that stands still would find everything alike.
    assert min(taken["hidden"]) > 0
    found = likelihood(furthest_apart(taken["hidden"], taken["never"]), TIMES)
    assert found > 0.01, found


def test_the_measure_itself_tells_samples_apart() -> None:
    random = Random(SEED)  # as above
    same = [[random.gauss(1, 0.1) for _ in range(400)] for _ in range(2)]
    slower = [each + 0.05 for each in same[1]]
    assert likelihood(furthest_apart(*same), 400) > 0.01
    assert likelihood(furthest_apart(same[0], slower), 400) < 0.01
