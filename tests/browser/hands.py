"""Ways in which a person works a page: with a mouse, a finger, or the keyboard alone.

Everything is found as its reader finds it, by the words on a button or beside a field.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from playwright.sync_api import Locator, Page, expect

Way = Literal["mouse", "finger", "keyboard"]
# More stops than any page here has; a page that never gets there has lost its focus order.
LONGEST_WAY = 300


class Hands:
    """One person at one browser."""

    def __init__(self, tab: Page, address: str, way: Way) -> None:
        """Sit down at ``tab``; ``address`` is the service's own."""
        self.tab, self.address, self.way = tab, address, way

    def go(self, path: str) -> None:
        """Type an address of the service."""
        answer = self.tab.goto(self.address + path)
        assert answer is not None
        assert answer.status < 400, f"{path}: {answer.status}"

    def follow(self, words: str | re.Pattern[str]) -> None:
        """Follow a link by what it says; on a phone the menu is opened first where the link is in it."""
        with self.tab.expect_navigation():
            self._follow(words)

    def touch(self, words: str | re.Pattern[str]) -> None:
        """Follow a link that may do its work without leaving the page."""
        self._follow(words)

    def _follow(self, words: str | re.Pattern[str]) -> None:
        link = self.tab.get_by_role("link", name=words, exact=isinstance(words, str)).first
        menu = self.tab.get_by_role("button", name="Menu", exact=True)
        if not link.is_visible() and menu.is_visible():
            self._touch(menu)
        self._touch(link, key="Enter")

    def press(self, words: str | re.Pattern[str]) -> None:
        """Press a button by what it says."""
        with self.tab.expect_navigation():
            self._touch(self.tab.get_by_role("button", name=words, exact=isinstance(words, str)).first, key="Enter")

    def fill(self, label: str | re.Pattern[str], text: str) -> None:
        """Write into the field beside which ``label`` stands."""
        field = self.tab.get_by_label(label, exact=isinstance(label, str))
        if self.way == "keyboard" and field.get_attribute("type") != "time":
            self._reach(field)
            self.tab.keyboard.press("Control+a")
            self.tab.keyboard.type(text)
        else:
            field.fill(text)

    def fill_day(self, question: str, day: str) -> None:
        """Write a date, given as ``2026-11-05``, into the three fields of a question."""
        group = self.tab.get_by_role("group", name=question)
        for name, part in zip(("Year", "Month", "Day"), day.split("-"), strict=True):
            field = group.get_by_label(name)
            field.fill(str(int(part)))

    def choose(self, label: str | re.Pattern[str], *, within: str | None = None) -> None:
        """Choose one of several answers, or tick a box."""
        place = self.tab.get_by_role("group", name=within) if within else self.tab
        box = place.get_by_label(label).first
        if self.way == "keyboard":
            self._choose_by_key(box)
        elif not box.is_checked():
            # The label is what people hit; the box itself lies under its own drawing.
            self._touch(box.locator("xpath=following-sibling::label"))
        expect(box).to_be_checked()

    def tick_everybody(self) -> int:
        """Tick every box of the page that can be ticked; return how many there are."""
        boxes = self.tab.locator("main input[type=checkbox]:visible, main .govuk-checkboxes__input")
        for box in boxes.all():
            if not box.is_checked():
                self._tick(box)
        return boxes.count()

    def hand_in(self, label: str, file: Path) -> None:
        """Choose a file."""
        self.tab.get_by_label(label).set_input_files(file)

    def download(self, words: str | re.Pattern[str], into: Path) -> Path:
        """Follow a link that hands over a file; keep the file."""
        with self.tab.expect_download() as coming:
            self._follow(words)
        into.mkdir(exist_ok=True)
        kept = into / coming.value.suggested_filename
        coming.value.save_as(kept)
        return kept

    def reads(self, words: str) -> None:
        """Make sure that the page says ``words``."""
        expect(self.tab.locator("main")).to_contain_text(words)

    def _tick(self, box: Locator) -> None:
        if self.way == "keyboard":
            self._choose_by_key(box)
        else:
            self._touch(box.locator("xpath=following-sibling::label"))

    def _touch(self, target: Locator, *, key: str = "Space") -> None:
        if self.way == "finger":
            target.tap()
        elif self.way == "mouse":
            target.click()
        else:
            self._reach(target)
            self.tab.keyboard.press(key)

    def _choose_by_key(self, box: Locator) -> None:
        if box.is_checked():
            return
        if box.get_attribute("type") != "radio":
            self._reach(box)
            self.tab.keyboard.press("Space")
            return
        group = box.get_attribute("name")
        # A group of radios is one stop of the Tab key; arrows go from answer to answer.
        self._reach_where("(at, group) => at.name === group", group)
        for _step in range(LONGEST_WAY):
            self.tab.keyboard.press("Space")
            if box.is_checked():
                return
            self.tab.keyboard.press("ArrowDown")
        raise AssertionError(f"{box} cannot be chosen with the keyboard.")

    def _reach(self, target: Locator) -> None:
        expect(target).to_be_attached()
        handle = target.element_handle()
        self._reach_where("(at, target) => at === target", handle)

    def _reach_where(self, condition: str, wanted: object) -> None:
        ask = f"wanted => ({condition})(document.activeElement, wanted)"
        for _step in range(LONGEST_WAY):
            if self.tab.evaluate(ask, wanted):
                return
            self.tab.keyboard.press("Tab")
        raise AssertionError(f"The keyboard never reaches {wanted} on {self.tab.url}.")
