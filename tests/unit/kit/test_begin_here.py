"""The example with which the kit introduces itself."""

from __future__ import annotations

import doctest

from accredit import kit


def test_the_example_of_the_kit_runs_as_it_is_written() -> None:
    outcome = doctest.testmod(kit)
    assert outcome.attempted > 20
    assert outcome.failed == 0
