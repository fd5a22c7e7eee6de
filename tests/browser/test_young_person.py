"""A young person at work: on a phone of 320 or 375 pixels, or by the keyboard alone at 1280.

One whole way with each, from a paper slip without e-mail to the page removed for good; and their pages one by one.
"""

from __future__ import annotations

import re
import time
import zipfile
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

WITH_AN_ENTRY, OFFLINE = "Siân Sampl-Prawf", "Sofía Muestra Prueba"
CO_ORDINATOR, COLLEAGUE = "t.exemplar@example.org", "o.specimen@example.org"
MOST_TAPS = 6
SIGNED_WITHIN = 60
WIDTHS = (320, 375, 1280)
# Each goes a whole way under a new name with other initials, so nobody else of this file may be one of them.
WHOLE_WAYS = {320: "Björn Beispielsson", 375: "Дарина Зразок", 1280: "Mòrag NicEisimpleir"}
NEW_NAME, CALLED = "Robin Uimhir-Newydd", "Robin"


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
        if self.way == "keyboard":
            self.taps += 1
            self._choose_by_key(answers[0])
        else:
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


class WholeWay:
    """One young person from their slip to the end of their page, with the co-ordinator and a stranger beside them."""

    def __init__(self, chromium: Browser, shown: Demonstration, width: int) -> None:
        """Open a browser for each of them."""
        self.shown, self.name = shown, WHOLE_WAYS[width]
        self.young = Fingers(open_tab(chromium, width=width), shown.address)
        self.stranger = Hands(open_tab(chromium, width=width), shown.address, "finger")
        if width > 600:
            self.young.way, self.stranger.way = "keyboard", "keyboard"
        self.school, self.colleague = (self._signed_in(chromium, email) for email in (CO_ORDINATOR, COLLEAGUE))
        self.school.go(f"/school/people?q={self.name}")
        self.school.follow(self.name)
        self.person = self.school.tab.url.removeprefix(shown.address)
        self.words = ""

    def _signed_in(self, chromium: Browser, email: str) -> Hands:
        hands = Hands(open_tab(chromium, width=1280), self.shown.address, "mouse")
        hands.go("/sign-in")
        hands.fill("E-mail address", email)
        hands.fill("Password", self.shown.password)
        hands.press("Sign in")
        return hands

    def opens(self, secret: str) -> None:
        """Type what is on a slip or a card."""
        self.young.go("/start")
        clean(self.young)
        self.young.fill("Your five words, or the code on your slip", secret)
        self.young.press("Open my page")

    def claims_their_page_without_e_mail(self) -> None:
        self.school.press("Make a new slip")
        slip = re.search(r"\b[0-9A-Z]{5}-[0-9A-Z]{5}-[0-9A-Z]{4}\b", self.school.tab.locator("main").inner_text())
        assert slip
        self.opens(slip[0].lower())
        clean(self.young)
        self.young.press("Yes, this is me: open my page")
        clean(self.young)
        self.words = " ".join(self.young.tab.locator("main code").all_inner_texts())
        self.young.follow("I have written them down")
        clean(self.young)

    def adds_time_in_six_taps_where_everything_is_new(self) -> None:
        hands = self.young
        hands.taps, began = 0, time.monotonic()
        hands.follow("Add time")
        clean(hands)
        hands.choose_another("What did you do?")
        hands.fill("When did it start?", "00:15")
        hands.fill("How many minutes was it?", "30")
        hands.choose_another("Which adult was looking after it?")
        hands.press("Add this time")
        hands.reads("Added. An adult looks at it next.")
        assert hands.taps <= MOST_TAPS
        assert time.monotonic() - began < 20

    def takes_a_break_and_is_back_with_nothing_lost(self) -> None:
        hands = self.young
        hands.taps, before = 0, hands.tab.locator("main progress").first.get_attribute("value")
        hands.follow("Take a break")
        clean(hands)
        assert hands.tab.locator("main").locator("textarea, input:not([type=hidden]), select").count() == 0
        hands.press("Start my break today")
        hands.reads("Everything you have done is kept.")
        assert hands.taps == 2
        clean(hands)
        hands.press("I am back")
        hands.reads("Welcome back!")
        assert hands.taps == 3
        assert hands.tab.locator("main progress").first.get_attribute("value") == before

    def is_called_something_else_from_now_on(self) -> None:
        self.school.go(f"{self.person}/change")
        self.school.fill("Name as it is to be printed", NEW_NAME)
        self.school.fill("What they are called day to day", CALLED)
        self.school.press("Save")
        self.young.go("/my")
        self.young.reads(f"Hi {CALLED}")
        self.young.go("/my/name")
        self.young.reads(NEW_NAME)
        clean(self.young)
        self.young.press("Yes, print it like this")
        # Whoever gave them the slip could have said yes in their place, so a colleague orders the certificate.
        self.colleague.go(self.person)
        awards = self.colleague.tab.locator("main a[href^='/school/certificates/']")
        assert awards.count()
        for address in {award.get_attribute("href") for award in awards.all()}:
            self.colleague.go(str(address))
            self.colleague.follow("Make the certificate again with the new name")
            self.colleague.press("Make the certificate again with the new name")
            self.colleague.reads("It usually takes a few seconds.")
        self._is_made_again()
        for page in ("/my", "/my/certificates", "/my/name"):
            self.young.go(page)
            assert self.name not in self.young.tab.content(), page
            clean(self.young)

    def _is_made_again(self) -> None:
        """Look at the link of before until it leads to the new certificate."""
        began = time.monotonic()
        while True:
            self.stranger.go(f"/v/{self.shown.codes[self.name]}")
            if self.stranger.tab.get_by_text("R. U.").count():
                break
            assert time.monotonic() - began < SIGNED_WITHIN, self.stranger.tab.locator("main").inner_text()
            time.sleep(1)
        self.stranger.reads("Genuine")
        assert self.name not in self.stranger.tab.content()

    def leaves_school_and_keeps_their_page(self) -> None:
        self.young.press(re.compile("^Done"))
        self.school.go(self.person)
        self.school.follow("They have left the school or group")
        self.school.press("They have left")
        self.opens(self.words)
        self.young.reads(f"Hi {CALLED}")
        clean(self.young)

    def takes_everything(self, folder: Path) -> None:
        self.young.go("/my/certificates")
        self.young.follow("Take all my certificates")
        clean(self.young)
        with zipfile.ZipFile(self.young.download("Get all of it (ZIP)", folder)) as archive:
            assert {"README.txt", "accredit-verify.html"} <= {name.rpartition("/")[2] for name in archive.namelist()}

    def removes_their_page(self) -> None:
        self.young.go("/my/choices")
        clean(self.young)
        self.young.follow("Remove my page and public pages")
        clean(self.young)
        self.young.press("Ask school to put it right")
        self.young.reads("An adult answers you by")
        clean(self.young)
        self.young.press("Remove my page now")
        self.young.reads("Your page and your public pages are gone.")
        clean(self.young)
        self.opens(self.words)
        assert "/my" not in self.young.tab.url
        clean(self.young)
        answer = self.stranger.tab.goto(f"{self.shown.address}/v/{self.shown.codes[self.name]}")
        assert answer is not None
        assert answer.status == 404
        clean(self.stranger)


@pytest.mark.parametrize("width", WHOLE_WAYS)
def test_a_whole_way_from_a_slip_to_a_page_removed(
    chromium: Browser, own: Demonstration, tmp_path: Path, width: int
) -> None:
    way = WholeWay(chromium, own, width)
    way.claims_their_page_without_e_mail()
    way.adds_time_in_six_taps_where_everything_is_new()
    way.takes_a_break_and_is_back_with_nothing_lost()
    way.is_called_something_else_from_now_on()
    way.leaves_school_and_keeps_their_page()
    way.takes_everything(tmp_path / "taken")
    way.removes_their_page()
    for hands in (way.young, way.stranger, way.school, way.colleague):
        hands.tab.context.close()
