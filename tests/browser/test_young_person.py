"""A young person on a phone: time added in a few taps, a break and back, a statement counted while it is written."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.crawl import AXE, TAGS
from tests.browser.demonstration import Demonstration, demonstrated, open_tab
from tests.browser.hands import Hands
from tests.browser.test_certificates import VIOLATIONS

# By one worker, in any order: whoever takes a break here does nothing else.
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("young-person"), pytest.mark.timeout(600)]

WITH_AN_ENTRY, ANOTHER, ON_A_BREAK = "Siân Sampl-Prawf", "Björn Beispielsson", "Дарина Зразок"
OFFLINE = "Sofía Muestra Prueba"
MOST_TAPS = 6
WIDTHS = (320, 375, 1280)


class Fingers(Hands):
    """Hands that count how often they touch the glass; a field has to be touched before anything is typed."""

    def __init__(self, tab: Page, address: str) -> None:
        """Sit down with no tap counted."""
        super().__init__(tab, address, "finger")
        self.taps = 0

    def _touch(self, target: Locator, *, key: str = "Space") -> None:
        self.taps += 1
        super()._touch(target, key=key)

    def choose_another(self, question: str) -> None:
        """Choose the first answer that is not the one of last time."""
        group = self.tab.get_by_role("group", name=question)
        answers = [radio for radio in group.get_by_role("radio").all() if not radio.is_checked()]
        self._touch(answers[0].locator("xpath=following-sibling::label"))

    def fill(self, label: str | re.Pattern[str], text: str) -> None:
        """Tap a field and type."""
        self.taps += 1
        super().fill(label, text)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory, year: Path) -> Iterator[Demonstration]:
    """A demonstration of its own, since these tests change what it shows."""
    with demonstrated(tmp_path_factory.mktemp("young") / "played", year=year) as played:
        yield played


def begun(chromium: Browser, shown: Demonstration, who: str, *, width: int = 375) -> Fingers:
    """Sign a young person in with their words."""
    hands = Fingers(open_tab(chromium, width=width), shown.address)
    if width > 600:
        hands.way = "mouse"
    hands.go("/start")
    hands.fill("Your five words, or the code on your slip", shown.words[who])
    hands.press("Open my page")
    hands.taps = 0
    return hands


def clean(hands: Hands) -> None:
    """Hold the page that is open to WCAG 2.2 AA, and to the width of the window."""
    hands.tab.evaluate(AXE)
    assert hands.tab.evaluate(VIOLATIONS, TAGS) == [], hands.tab.url
    assert hands.tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), hands.tab.url


def test_the_same_as_last_time_is_two_taps(chromium: Browser, own: Demonstration) -> None:
    hands = begun(chromium, own, WITH_AN_ENTRY)
    began = time.monotonic()
    hands.follow("Add time")
    # The demonstration's last drop-in may lie at this very hour: another start is typed, which is one tap more.
    hands.fill("When did it start?", "00:05")
    hands.press("Add this time")
    hands.reads("Added. An adult looks at it next.")
    assert hands.taps <= 3
    assert time.monotonic() - began < 20


def test_with_everything_different_from_last_time_it_is_six_taps(chromium: Browser, own: Demonstration) -> None:
    hands = begun(chromium, own, ANOTHER)
    began = time.monotonic()
    hands.follow("Add time")
    hands.choose_another("What did you do?")
    hands.fill("When did it start?", "00:15")
    hands.fill("How many minutes was it?", "30")
    hands.choose_another("Which adult was looking after it?")
    hands.press("Add this time")
    hands.reads("Added. An adult looks at it next.")
    assert hands.taps <= MOST_TAPS
    assert time.monotonic() - began < 20


def test_nothing_is_typed_but_a_time_and_a_number(chromium: Browser, own: Demonstration) -> None:
    hands = begun(chromium, own, WITH_AN_ENTRY)
    hands.go("/my/add-time")
    kinds = hands.tab.locator("main form").locator("input:not([type=hidden]), textarea, select")
    typed = {each.get_attribute("name") for each in kinds.all() if each.get_attribute("type") != "radio"}
    assert typed == {"day", "starts_at", "minutes"}


@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_of_use_is_clean_and_fits(chromium: Browser, own: Demonstration, width: int) -> None:
    hands = begun(chromium, own, WITH_AN_ENTRY, width=width)
    clean(hands)
    hands.go("/my/done")
    clean(hands)
    hands.go("/my/certificates")
    hands.follow("Use it: for a university, a CV or a job")
    clean(hands)
    hands.follow("Work on my statement")
    clean(hands)


def test_a_statement_is_counted_while_it_is_written_and_the_same_by_the_button(
    chromium: Browser, own: Demonstration
) -> None:
    hands = begun(chromium, own, WITH_AN_ENTRY)
    hands.go("/my/use")
    hands.follow("Work on my statement")
    hands.fill("My answer to question 1", "Llŷr’s\nquestion 🙂")
    hands.fill("My answer to question 3", "y" * 4_001)
    live = hands.tab.locator("[data-counts=why]")
    expect(live).to_have_text("17")
    expect(hands.tab.locator("[data-needs=why]")).to_have_text("333")
    expect(hands.tab.get_by_role("status").filter(has_text="All three together")).to_contain_text("Too many: 18")
    hands.press("Count")
    expect(hands.tab.locator("[data-counts=why]")).to_have_text("17")
    expect(hands.tab.get_by_role("status").filter(has_text="All three together")).to_contain_text("Too many: 18")
    expect(hands.tab.get_by_label("My answer to question 1")).to_have_value("Llŷr’s\nquestion 🙂")


@pytest.mark.parametrize("width", WIDTHS)
def test_without_internet_nothing_typed_is_lost(chromium: Browser, own: Demonstration, width: int) -> None:
    hands = begun(chromium, own, OFFLINE, width=width)
    hands.follow("Add time")
    hands.fill("When did it start?", "00:25")
    hands.fill("How many minutes was it?", "35")
    said = hands.tab.get_by_role("alert")
    hands.tab.context.set_offline(True)
    for press in (hands.tab.get_by_role("button", name="Add this time"), hands.tab.get_by_role("link", name="Back")):
        press.click()
        expect(said).to_contain_text("There is no internet just now.")
    clean(hands)
    hands.tab.context.set_offline(False)
    expect(said).not_to_be_visible()
    expect(hands.tab.get_by_label("How many minutes was it?")).to_have_value("35")
    if width == WIDTHS[0]:
        hands.press("Add this time")
        hands.reads("Added. An adult looks at it next.")
        hands.tab.locator("details.fold", has_text="Change it").locator("summary").first.click()
        hands.follow(re.compile("^Change it"))
        clean(hands)
        hands.press("Take it back")
        hands.reads("Taken back. It does not count, and nobody has to look at it.")
    hands.tab.context.close()


def test_a_break_costs_two_taps_and_so_does_coming_back(chromium: Browser, own: Demonstration) -> None:
    hands = begun(chromium, own, ON_A_BREAK)
    before = hands.tab.locator("main progress").first.get_attribute("value")
    hands.follow("Take a break")
    clean(hands)
    assert hands.tab.locator("main").locator("textarea, input:not([type=hidden]), select").count() == 0
    hands.press("Start my break today")
    hands.reads("Everything you have done is kept.")
    assert hands.taps == 2
    hands.press("I am back")
    hands.reads("Welcome back!")
    assert hands.taps == 3
    assert hands.tab.locator("main progress").first.get_attribute("value") == before
