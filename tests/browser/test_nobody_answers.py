"""A printed certificate before the camera while the service is stopped: what it says by itself, and only then."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, Playwright, Route, expect

from tests.browser.crawl import AXE, TAGS
from tests.browser.demonstration import CHROMIUM, QUIET, Demonstration, demonstrated, open_tab
from tests.browser.hands import Hands
from tests.browser.paper import printed
from tests.browser.test_camera import ROOM, camera
from tests.browser.test_certificates import VIOLATIONS
from tests.photographs import as_file

pytestmark = pytest.mark.browser
PLENTY = 60_000
KEPT = "accredit-verify.html"


@pytest.fixture
def stopped() -> Iterator[ExitStack]:
    """What runs for this test; closing it stops the service."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def own(stopped: ExitStack, tmp_path: Path, year: Path) -> Demonstration:
    """A demonstration of its own, since it is stopped while a page of it is open."""
    return stopped.enter_context(demonstrated(tmp_path / "played", year=year))


@pytest.fixture
def paper(driver: Playwright, own: Demonstration, tmp_path: Path) -> dict[str, Path]:
    """A certificate with words of its own in its code, and the usual one; each as a camera sees it on paper."""
    with camera(driver) as browser:
        young = Hands(open_tab(browser, width=390), own.address, "mouse")
        _open_somebody_of_age(young, own)
        young.follow(re.compile("^A certificate that works without internet"))
        young.press("Make this certificate")
        link = young.tab.get_by_role("link", name="Get this certificate (PDF)")
        for _ in range(60):
            if link.count():
                break
            time.sleep(0.5)
            young.tab.reload()
        address = f"{own.address}{link.get_attribute('href')}"
        forms = {"with words": address, "usual": address.replace("/without-us.pdf", ".pdf")}
        found = {name: young.tab.request.get(form).body() for name, form in forms.items()}
    for name, data in found.items():
        (tmp_path / f"{name}.pdf").write_bytes(data)
    return {name: _before_a_camera(tmp_path / f"{name}.pdf") for name in found}


def _open_somebody_of_age(young: Hands, own: Demonstration) -> None:
    for words in own.words.values():
        young.tab.context.clear_cookies()
        young.go("/start")
        young.fill("Your five words, or the code on your slip", words)
        young.press("Open my page")
        young.go("/my/certificates")
        fold = young.tab.locator("details.fold summary", has_text="Badge pictures and more files")
        if fold.count():
            fold.first.click()
            if young.tab.get_by_role("link", name="A certificate that works without internet").count():
                return
    raise AssertionError("nobody of the demonstration is of age")


def _before_a_camera(pdf: Path) -> Path:
    page = printed(pdf, dots_per_inch=150)
    (code,) = zxingcpp.read_barcodes(page)
    corner = code.position.top_left
    left = max(0, min(corner.x - 400, page.width - ROOM[0]))
    top = max(0, min(corner.y - 300, page.height - ROOM[1]))
    video = pdf.with_suffix(".mjpeg")
    seen = page.rotate(3, expand=False, fillcolor=(70, 60, 50), resample=Image.Resampling.BICUBIC)
    video.write_bytes(as_file(seen.crop((left, top, left + ROOM[0], top + ROOM[1]))) * 30)
    return video


def _words(video: Path) -> tuple[str, ...]:
    return (
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={video}",
    )


class Held:
    """The question whether anybody answers, held back until it is let go."""

    def __init__(self, tab: Page) -> None:
        self.routes: list[Route] = []
        self.fetched: list[str] = []
        self.is_let_go = False
        tab.route(re.compile("/v/", re.IGNORECASE), self._hold)
        tab.on("requestfinished", lambda request: self.fetched.append(request.url))

    def _hold(self, route: Route) -> None:
        if self.is_let_go:
            route.continue_()
        else:
            self.routes.append(route)

    def let_go(self) -> None:
        """Let it be asked, and whatever is asked after it."""
        self.is_let_go = True
        for route in self.routes:
            route.continue_()

    def wait(self, tab: Page) -> None:
        """Until the code was read, and what is needed without us is here."""
        for _ in range(PLENTY // 100):
            if self.routes and any(KEPT in url for url in self.fetched):
                return
            tab.wait_for_timeout(100)
        raise AssertionError((self.routes, self.fetched))


def _scan(tab: Page, own: Demonstration) -> Held:
    held = Held(tab)
    tab.goto(f"{own.address}/verify")
    assert not [url for url in held.fetched if KEPT in url or "away.js" in url], "fetched before anybody scans"
    tab.get_by_role("button", name="Scan the code with the camera").click()
    held.wait(tab)
    return held


@pytest.mark.timeout(400)
def test_words_on_paper_are_read_where_nobody_answers_and_only_there(
    driver: Playwright, own: Demonstration, stopped: ExitStack, paper: dict[str, Path]
) -> None:
    browser, another = (
        driver.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, *_words(paper[name])])
        for name in ("with words", "usual")
    )
    first, tab, usual = (open_tab(each, width=390) for each in (browser, browser, another))
    _scan(first, own).let_go()
    first.wait_for_url(re.compile("/V/", re.IGNORECASE), timeout=PLENTY)
    expect(first.get_by_role("heading", level=1)).to_have_text("Genuine")
    assert first.locator(".verdict--careful").count() == 0

    waiting = [_scan(page, own) for page in (tab, usual)]
    stopped.close()
    for each in waiting:
        each.let_go()
    expect(usual.locator("#scan [role=status]")).to_contain_text("so nothing could be checked", timeout=PLENTY)
    assert usual.locator(".verdict").count() == 0
    tab.locator(".verdict--careful").wait_for(timeout=PLENTY)
    expect(tab.locator("#scan [role=status]")).to_contain_text("We cannot be reached at the moment")
    heading = tab.locator("#verdict").inner_text()
    assert re.fullmatch(
        r"Genuine when issued on \d+ \w+ \d{4}; whether it still holds was last known on \d+ \w+ \d{4}", heading
    )
    assert tab.locator(".verdict--genuine").count() == 0
    assert tab.evaluate("document.activeElement.contains(document.querySelector('#verdict'))")
    assert "supervised hours" in tab.locator("#scan dl").inner_text()
    assert tab.url == f"{own.address}/verify"
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    tab.evaluate(AXE)
    assert tab.evaluate(VIOLATIONS, TAGS) == []
