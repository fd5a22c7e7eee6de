"""The populated app that every test of all routes asks, built once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.house import access_matrix
from tests.house.access_matrix import Stage


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    """Two schools after a year, and everybody who comes. Ask for it in the xdist group ``access-matrix`` only."""
    with access_matrix.staged() as ready:
        yield ready
