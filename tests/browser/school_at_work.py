"""A school at work on a demonstration: each of its people at a browser, in one way of working."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.browser.crawl import AXE, TAGS
from tests.browser.demonstration import Demonstration
from tests.browser.hands import Hands, Way
from tests.browser.test_certificates import VIOLATIONS

CO_ORDINATOR, COLLEAGUE, OPERATOR = "t.exemplar@example.org", "o.specimen@example.org", "operator@example.org"


@dataclass(frozen=True)
class Working:
    """A way of working: its own name, the hands, the width, and whether scripts run."""

    name: str
    way: Way
    width: int
    scripts: bool = True


WORKING = [
    Working("Finger", "finger", 390),
    Working("Mouse", "mouse", 1280),
    Working("Keyboard", "keyboard", 1280),
    Working("Plain", "mouse", 1280, scripts=False),
]


def in_two_ways(acts: Iterable[str]) -> list[Any]:
    """Return every act in every way, as `pytest.param`; each run takes an act in two ways, the slow run in the others.

    They are a finger or the mouse, and the keyboard or no scripts; each way has half of the acts.
    """
    return [
        pytest.param(act, each, id=f"{act}, {each.name.lower()}", marks=() if place in now else (pytest.mark.slow,))
        for number, act in enumerate(acts)
        for now in [{number % 2, 2 + number // 2 % 2}]
        for place, each in enumerate(WORKING)
    ]


@dataclass
class School:
    """Everybody at a browser of their own, on one demonstration."""

    chromium: Browser
    shown: Demonstration
    working: Working
    folder: Path
    opened: list[BrowserContext]

    def signed_in(self, email: str = CO_ORDINATOR) -> Hands:
        """Sign a member of staff, or the operator, in."""
        hands = self.hands()
        hands.go("/sign-in")
        hands.fill("E-mail address", email)
        hands.fill("Password", self.shown.password)
        hands.press("Sign in")
        return hands

    def hands(self) -> Hands:
        """Open a browser with nothing kept."""
        context = self.chromium.new_context(
            viewport={"width": self.working.width, "height": 900},
            has_touch=self.working.way == "finger",
            java_script_enabled=self.working.scripts,
            locale="en-GB",
        )
        context.set_default_timeout(20_000)
        context.add_init_script(AXE)
        self.opened.append(context)
        return Hands(context.new_page(), self.shown.address, self.working.way)

    def looks_right(self, hands: Hands) -> None:
        """Everybody can use the page, and nothing stands out at its right."""
        expect(hands.tab.get_by_role("heading", level=1)).to_be_visible()
        if self.working.scripts:
            assert hands.tab.evaluate(VIOLATIONS, TAGS) == [], hands.tab.url
            assert hands.tab.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, hands.tab.url
