"""A pytest plugin that prints which attacks each collected test shows; `test_catalogue` runs it."""

from __future__ import annotations

import pytest

from tests.attacks.catalogue import attacks_of

MARK = "attack: "


def pytest_collection_finish(session: pytest.Session) -> None:
    """Print a line for each attack of each test."""
    for item in session.items:
        for attack in sorted(attacks_of(item)):
            print(f"{MARK}{attack} {item.nodeid.split('::')[0]}")
