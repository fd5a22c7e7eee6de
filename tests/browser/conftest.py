"""A real Chromium, and a demonstration served by real processes, for every test of this folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.browser.demonstration import CHROMIUM, QUIET, Demonstration, demonstrated, played_once


@pytest.fixture(scope="session")
def driver() -> Iterator[Playwright]:
    """What starts browsers; a process can have one only."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def chromium(driver: Playwright) -> Iterator[Browser]:
    """One browser for the whole run; each test opens a context of its own in it."""
    started = driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
    yield started
    started.close()


@pytest.fixture(scope="session")
def year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A year of the demonstration, played once for all processes of the run."""
    place = tmp_path_factory.getbasetemp()
    return played_once(place.parent if "PYTEST_XDIST_WORKER" in os.environ else place)


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory, year: Path) -> Iterator[Demonstration]:
    """Run ``accredit demo`` once for all tests that only look."""
    with demonstrated(tmp_path_factory.mktemp("demonstration") / "played", year=year) as played:
        yield played
