"""Walk through every page that somebody can reach by links, once for each address rule, and keep what a browser saw.

Only links of the service itself are followed, and only by GET; what stands behind a form is opened by the tests.
"""

from __future__ import annotations

import importlib.resources
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, Request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map

DESKTOP, PHONE, ZOOMED = 1280, 390, 320
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# Parts of an address that make another page of the same rule.
TELLING = ("act", "each", "kind", "step", "tick", "whose")
FILES = re.compile(r"\.(pdf|png|svg|json|jwt|tlog-proof|evidence|zip)$|/accredit-verify\.html$|/note$")
AXE = importlib.resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


@dataclass(kw_only=True)
class Seen:
    """One page, as a browser saw it."""

    who: str
    path: str
    status: int
    text: str
    """All that a reader can see."""
    said: list[str]
    """Warnings and errors on the console."""
    scripts: int
    weight: int
    """Bytes that came over the wire, with nothing kept from before."""
    strangers: list[str]
    """Addresses asked of other hosts."""
    violations: list[str]
    overflow: int
    """Pixels that stand out at the right when the window is 320 wide."""

    def __str__(self) -> str:
        return f"{self.who}: {self.path}"


@dataclass
class Walk:
    """One person's walk: where it starts, and what was seen on it."""

    who: str
    address: str
    rules: Map
    seen: list[Seen] = field(default_factory=list)
    endpoints: set[str] = field(default_factory=set)
    known: set[tuple[object, ...] | None] = field(default_factory=set)

    def key(self, link: str) -> tuple[object, ...] | None:
        """Return what makes two addresses the same page, or None for what is no page of the service."""
        parts = urlsplit(link)
        if parts.scheme not in {"http", "https"} or parts.netloc != urlsplit(self.address).netloc:
            return None
        if parts.path.startswith("/static/") or FILES.search(parts.path):
            return None
        try:
            endpoint, values = self.rules.bind("127.0.0.1").match(parts.path)
        except HTTPException:
            endpoint, values = parts.path, {}
        told = {**values, **{name: each[0] for name, each in parse_qs(parts.query).items()}}
        return (endpoint, *(told.get(name) for name in TELLING))

    def is_new(self, link: str) -> bool:
        """Say whether this page was not seen yet, and remember it."""
        key = self.key(link)
        if key is None or key in self.known:
            return False
        self.known.add(key)
        self.endpoints.add(str(key[0]))
        return True


class Browsing:
    """A browser whose every page is looked at closely."""

    def __init__(self, chromium: Browser) -> None:
        """Open a window that starts with nothing kept."""
        self.context: BrowserContext = chromium.new_context(locale="en-GB", viewport={"width": DESKTOP, "height": 900})
        self.context.set_default_timeout(15_000)
        self.context.add_init_script(AXE)
        self.tab: Page = self.context.new_page()
        self._said: list[str] = []
        self._asked: list[str] = []
        self._weights: Counter[str] = Counter()
        self._page_of: dict[str, str] = {}
        self._shown = ""
        self.tab.on("console", lambda told: self._said.append(told.text) if told.type in {"error", "warning"} else None)
        self.tab.on("pageerror", lambda fault: self._said.append(str(fault)))
        self.tab.on("request", self._ask)
        wire: CDPSession = self.context.new_cdp_session(self.tab)
        wire.send("Network.enable")
        wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
        wire.on("Network.requestWillBeSent", self._belong)
        wire.on("Network.loadingFinished", self._weigh)

    def walk(self, walk: Walk, starts: Sequence[str]) -> Walk:
        """Open every page that can be reached from ``starts``."""
        waiting = [walk.address + path for path in starts]
        walk.known -= {walk.key(link) for link in waiting}
        while waiting:
            link = waiting.pop(0)
            if walk.is_new(link):
                seen = self.look(walk, partial(self.open, link))
                if self.tab.evaluate("document.contentType") == "text/html":
                    walk.seen.append(seen)
                waiting += self.tab.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
        return walk

    def look(self, walk: Walk, arrive: Callable[[], int]) -> Seen:
        """Arrive at a page and look at it: as it is, at a phone's width, and zoomed in."""
        self._said, self._asked = [], []
        self.tab.set_viewport_size({"width": DESKTOP, "height": 900})
        status = arrive()
        path = self.tab.url.removeprefix(walk.address)
        walk.is_new(self.tab.url)
        violations = [f"{DESKTOP}: {found}" for found in self._violations()]
        # What is folded away is part of the page too.
        self.tab.eval_on_selector_all("details", "all => all.forEach(each => { each.open = true })")
        self.tab.set_viewport_size({"width": PHONE, "height": 800})
        violations += [f"{PHONE}: {found}" for found in self._violations()]
        self.tab.set_viewport_size({"width": ZOOMED, "height": 800})
        overflow = self.tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        return Seen(
            who=walk.who,
            path=path,
            status=status,
            text=self.tab.locator("body").inner_text(),
            said=[text for text in self._said if not (status >= 400 and "status of" in text)],
            scripts=self.tab.locator("script").count(),
            weight=self._weights[self._shown],
            strangers=[each for each in self._asked if not each.startswith((walk.address + "/", "data:"))],
            violations=violations,
            overflow=overflow,
        )

    def open(self, link: str) -> int:
        """Open an address; return the page's status."""
        answer = self.tab.goto(link, wait_until="load")
        assert answer is not None, link
        return answer.status

    def follow(self, words: str) -> int:
        """Follow a link; return the status of the page it leads to."""
        with self.tab.expect_navigation(wait_until="load") as going:
            self.tab.get_by_role("link", name=words).first.click()
        return going.value.status if going.value else 0

    def press(self, words: str) -> int:
        """Press a button that leads to another page; return that page's status."""
        with self.tab.expect_navigation(wait_until="load") as going:
            self.tab.get_by_role("button", name=words, exact=True).first.click()
        return going.value.status if going.value else 0

    def close(self) -> None:
        """Close the window."""
        self.context.close()

    def _violations(self) -> list[str]:
        found: list[dict[str, Any]] = self.tab.evaluate(
            "async tags => (await axe.run({runOnly: tags, resultTypes: ['violations']})).violations", TAGS
        )
        return [f"{each['id']} {[node['target'] for node in each['nodes']][:3]}" for each in found]

    def _ask(self, request: Request) -> None:
        self._asked.append(request.url)

    def _belong(self, event: dict[str, Any]) -> None:
        # What the page before is still fetching when it is left weighs on that page and not on the next.
        self._page_of[event["requestId"]] = event["loaderId"]
        if event.get("type") == "Document":
            self._shown = event["loaderId"]

    def _weigh(self, event: dict[str, Any]) -> None:
        self._weights[self._page_of.get(event["requestId"], "")] += int(event["encodedDataLength"])
