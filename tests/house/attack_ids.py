"""A pytest plugin that prints which attacks each collected test shows; `test_catalogue` runs it."""

from __future__ import annotations

import re

import pytest

MARK = "attack: "
# In a test's own id: `test_vc01_…`, or a case that begins with the id, as in `[VC05 63 bytes]`.
_IN_NAME = re.compile(r"(?:test_|\[)(v[cjlp]\d\d)(?=[ _\]\[-]|$)", re.IGNORECASE)


def attacks_of(item: pytest.Item) -> set[str]:
    """Name the attacks that a test says it shows."""
    marked = {str(each) for mark in item.iter_markers("attack") for each in mark.args}
    return marked | {found.upper() for found in _IN_NAME.findall(item.name)}


def pytest_collection_finish(session: pytest.Session) -> None:
    """Print a line for each attack of each test."""
    for item in session.items:
        for attack in sorted(attacks_of(item)):
            print(f"{MARK}{attack} {item.nodeid.split('::')[0]}")
