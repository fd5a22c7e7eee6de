"""The adults' own training, on a phone: written down, asked for, given, signed, seen by a stranger, ended by two."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.browser.demonstration import Demonstration, demonstrated
from tests.browser.hands import Hands
from tests.browser.school_at_work import CO_ORDINATOR, COLLEAGUE, School, Working

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

WIDTHS = (320, 390, 1280)
COLLEAGUES_NAME, PRINTED, PROGRAMME = "Mr O. Specimen", "Olwen Specimen-Prawf", "Wellbeing Ambassadors"
LONGEST_WAIT = 60


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory, year: Path) -> Iterator[Demonstration]:
    """A demonstration of this file's own, since it changes what is there."""
    with demonstrated(tmp_path_factory.mktemp("adults") / "played", year=year) as played:
        yield played


@pytest.fixture
def school(chromium: Browser, shown: Demonstration, tmp_path: Path) -> Iterator[School]:
    opened: list[BrowserContext] = []
    yield School(chromium, shown, Working("Finger", "finger", 390), tmp_path, opened)
    for context in opened:
        context.close()


def clean(school: School, hands: Hands) -> None:
    """Hold the page to WCAG 2.2 AA, and to every width."""
    for width in WIDTHS:
        hands.tab.set_viewport_size({"width": width, "height": 900})
        school.looks_right(hands)
    hands.tab.set_viewport_size({"width": 390, "height": 900})


def until(hands: Hands, words: str) -> None:
    """Look again until the signer has been."""
    last = time.monotonic() + LONGEST_WAIT
    while not hands.tab.get_by_text(words).count():
        assert time.monotonic() < last, words
        time.sleep(1)
        hands.tab.reload()


def test_from_a_session_to_a_record_that_a_stranger_checks_and_its_end(school: School) -> None:
    first, colleague = school.signed_in(CO_ORDINATOR), school.signed_in(COLLEAGUE)
    first.follow("Staff")
    first.follow("Training of the adults")
    clean(school, first)
    first.follow("Write a session down")
    clean(school, first)
    first.choose(PROGRAMME)
    first.choose("F1 Running the workshop; working where young people are at")
    first.choose("F3 Safeguarding in this role, with the school’s own lead")
    first.choose(COLLEAGUES_NAME)
    first.fill("Who delivered it?", "Example Peer Trust")
    first.press("Write it down")
    first.tab.locator("table a").first.click()
    clean(school, first)
    colleague.go("/account/training")
    clean(school, colleague)
    colleague.fill("Your name as it is to be printed", PRINTED)
    colleague.press("Ask for my record")
    expect(colleague.tab.get_by_text("A co-ordinator who is somebody else gives it.").first).to_be_visible()
    first.go("/school/staff/training")
    clean(school, first)
    first.press(re.compile("Give this record"))
    until(colleague, "Get the paper (PDF)")
    clean(school, colleague)
    colleague.follow("Every file, and the code")
    clean(school, colleague)
    code = colleague.tab.locator("#code").inner_text()
    stranger = school.hands()
    stranger.go(f"/v/{code}")
    expect(stranger.tab.get_by_text("It is a record of attendance and states no level.")).to_be_visible()
    expect(stranger.tab.get_by_text("2½ hours").first).to_be_visible()
    assert PRINTED not in stranger.tab.content()
    clean(school, stranger)
    first.go("/school/staff/training")
    first.follow(PRINTED)
    clean(school, first)
    first.choose("The name or the facts on it are not right")
    first.press("Ask for it to end")
    clean(school, first)
    colleague.go("/account/training")
    expect(colleague.tab.get_by_text("for this record to end")).to_be_visible()
    clean(school, colleague)
    colleague.press(re.compile("Take it back"))
    clean(school, colleague)
    until(stranger, "Revoked")
    clean(school, stranger)
