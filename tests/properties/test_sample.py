"""A few sequences of `tests.properties`, for every run of the tests; ``make properties`` plays many."""

from __future__ import annotations

import os

import pytest

from tests.properties.runs import play, prepared

# On a busy machine each step waits for many others.
pytestmark = pytest.mark.timeout(900)
SEEDS = [int(each) for each in os.environ.get("ACCREDIT_PROPERTY_SEEDS", "1").split(",")]


@pytest.mark.attack("WZ16")
@pytest.mark.parametrize("number", SEEDS)
def test_everything_in_random_order_on_sqlite(number: int) -> None:
    with prepared("sqlite") as template:
        assert play("sqlite", template, number, sequences=2).count


@pytest.mark.parametrize("number", SEEDS)
def test_everything_in_random_order_on_postgresql(number: int, postgresql: str) -> None:
    with prepared("postgresql", postgresql) as template:
        assert play("postgresql", template, number, sequences=1).count
