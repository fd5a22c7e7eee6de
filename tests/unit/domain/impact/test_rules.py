"""Which counts are told: none that is small, and none from which a small one could be worked out."""

from __future__ import annotations

from collections import defaultdict
from itertools import product

import pytest

from accredit.domain.impact.rules import FEWEST, is_small, shown, sum_shown


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        pytest.param((), (), id="nothing of nothing"),
        pytest.param((0, 12, 7), (0, 12, 7), id="none and enough are told"),
        pytest.param((3, 12, 7), (None, 12, None), id="one small count takes the next smallest with it"),
        pytest.param((1, 1, 12, 7), (None, None, 12, None), id="two who are two together take a third"),
        pytest.param((3, 4, 12), (None, None, 12), id="two that are seven together are enough"),
        pytest.param((3, 0), (None, 0), id="where nothing else is there the small one alone goes"),
        pytest.param((5, 5), (5, 5), id="five is enough"),
        pytest.param((9, 9, 4), (None, None, None), id="two that are alike go together"),
        pytest.param((4, 4, 12), (None, None, None), id="four and four are known from eight"),
    ],
)
def test_small_counts_are_left_out(counts: tuple[int, ...], told: tuple[int | None, ...]) -> None:
    assert shown(counts) == told


@pytest.mark.parametrize(
    ("counts", "total", "told"),
    [
        pytest.param((12, 7), 19, 19, id="a sum of enough"),
        pytest.param((3, 0), 3, None, id="a small sum"),
        pytest.param((3, 12, 7), 22, 22, id="a sum beside two that are missing"),
        pytest.param((4, 4), 8, None, id="eight of two can only be four and four"),
        pytest.param((2, 12), 14, 14, id="both parts are missing, and the sum says little"),
        pytest.param((6, 6), 11, 11, id="somebody is in both"),
    ],
)
def test_a_sum_gives_nothing_away(counts: tuple[int, ...], total: int, told: int | None) -> None:
    assert sum_shown(counts, total) == told


def test_no_small_count_of_three_can_be_worked_out_even_by_who_knows_the_rule() -> None:
    worlds: dict[object, list[tuple[int, ...]]] = defaultdict(list)
    for counts in product(range(10), repeat=3):
        worlds[shown(counts), sum_shown(counts, sum(counts))].append(counts)
    found = [
        together
        for together in worlds.values()
        for at in range(3)
        if is_small(together[0][at]) and len({counts[at] for counts in together}) == 1
    ]
    assert found == []
    assert FEWEST == 5
