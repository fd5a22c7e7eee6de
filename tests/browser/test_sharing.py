"""A young person shows an award to somebody and takes it back: their own pages, and what the other one sees."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser

from tests.browser.crawl import AXE, TAGS
from tests.browser.demonstration import Demonstration, demonstrated, open_tab
from tests.browser.hands import Hands
from tests.browser.test_certificates import VIOLATIONS

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("sharing"), pytest.mark.timeout(600)]

WITH_AN_AWARD = "Siân Sampl-Prawf"
WAYS = ((320, "finger"), (375, "finger"), (1280, "keyboard"))
SIGNED_WITHIN = 60
PICTURES = os.environ.get("ACCREDIT_PICTURES")


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory, year: Path) -> Iterator[Demonstration]:
    """A demonstration of its own, since these tests change what it shows."""
    with demonstrated(tmp_path_factory.mktemp("sharing") / "played", year=year) as played:
        yield played


def look(hands: Hands, what: str) -> None:
    """Hold the page that is open to WCAG 2.2 AA and to the window's width; keep a picture where asked for."""
    hands.tab.evaluate(AXE)
    assert hands.tab.evaluate(VIOLATIONS, TAGS) == [], hands.tab.url
    assert hands.tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), hands.tab.url
    if PICTURES:
        width = hands.tab.evaluate("window.innerWidth")
        hands.tab.screenshot(path=Path(PICTURES) / f"{what}-{width}.png", full_page=True)


def wait_until_signed(hands: Hands) -> None:
    """Look again until the worker has made the share."""
    for _ in range(SIGNED_WITHIN):
        if not hands.tab.get_by_text("It is being made.").count():
            return
        time.sleep(1)
        hands.tab.reload()
    raise AssertionError("The share was not signed.")


@pytest.mark.parametrize(("width", "way"), WAYS, ids=str)
def test_somebody_is_shown_as_much_as_was_chosen_until_it_is_taken_back(
    chromium: Browser, own: Demonstration, width: int, way: Literal["finger", "keyboard"]
) -> None:
    hands = Hands(open_tab(chromium, width=width), own.address, way)
    stranger = Hands(open_tab(chromium, width=width), own.address, way)
    hands.go("/start")
    hands.fill("Your five words, or the code on your slip", own.words[WITH_AN_AWARD])
    hands.press("Open my page")
    hands.go("/my/certificates")
    hands.follow(re.compile("Make a link that shows as much as you choose"))
    look(hands, "1-choose")
    hands.choose("The skills I have shown")
    hands.choose("A job or work experience")
    hands.choose("Two weeks")
    hands.press(re.compile("make the link", re.IGNORECASE))
    hands.reads("Here is your link.")
    hands.reads("It says nothing else about you.")
    hands.press("Add a PIN")
    hands.reads("The PIN: write it down now")
    look(hands, "2-link-and-pin")
    link, pin = (hands.tab.locator(place).inner_text() for place in ("#link", "#pin-code"))
    path = re.sub(r"^https?://[^/]+", "", link.strip())
    # The page that showed the PIN once is not asked for again; the share's own page is.
    hands.go("/my/shares")
    hands.follow("See the link, or end it")
    wait_until_signed(hands)
    look(hands, "3-share")

    stranger.go(path)
    look(stranger, "4-door")
    assert WITH_AN_AWARD not in stranger.tab.content()
    stranger.fill("PIN", "1")
    stranger.press("Show it")
    stranger.reads("That is not the PIN.")
    look(stranger, "5-wrong-pin")
    stranger.fill("PIN", pin)
    stranger.press("Show it")
    stranger.reads("S. S.")
    stranger.reads("Skills shown in training and practice")
    look(stranger, "6-shown")
    assert WITH_AN_AWARD not in stranger.tab.content()
    assert "hours" not in stranger.tab.locator("main .card").inner_text()

    hands.go("/my/shares")
    hands.reads("Last opened on")
    look(hands, "7-list")
    hands.follow("See the link, or end it")
    hands.press("End this share now")
    hands.reads("Ended. The link shows nothing any more.")
    look(hands, "8-ended")
    answer = stranger.tab.goto(own.address + path)
    assert answer is not None
    assert answer.status == 410
    stranger.reads("This link has ended")
    look(stranger, "9-closed")
    for each in (hands, stranger):
        each.tab.context.close()
