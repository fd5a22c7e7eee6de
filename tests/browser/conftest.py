"""A real Chromium, and a demonstration served by real processes, for every test of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.browser.demonstration import CHROMIUM, QUIET, Demonstration, demonstrated


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
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    """Run ``accredit demo`` once for all tests that only look."""
    with demonstrated(tmp_path_factory.mktemp("demonstration") / "played") as played:
        yield played
