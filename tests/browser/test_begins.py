"""From an empty service to thirty certificates and their ceremony in one sitting, and to the day on which the one who
did it leaves; in a real browser, in every way of working, and without JavaScript.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from playwright.sync_api import Browser, BrowserContext, expect

from tests.browser import first_sitting
from tests.browser.crawl import AXE, TAGS
from tests.browser.first_sitting import COLLEAGUE, PROGRAMME, SCHOOL, THIRTY, FirstSitting
from tests.browser.hands import Hands
from tests.browser.paper import DOTS_PER_INCH
from tests.browser.test_certificates import VIOLATIONS

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
WIDE = 1280
MOST_VIEWS = 40
WAYS = [
    pytest.param(("mouse", WIDE, True), id="with a mouse at a desk"),
    pytest.param(("finger", 390, True), id="with a finger on a phone"),
    pytest.param(("keyboard", WIDE, True), id="by keyboard alone"),
    pytest.param(("mouse", WIDE, False), id="without JavaScript"),
]


@pytest.fixture(params=WAYS)
def sitting(request: pytest.FixtureRequest, chromium: Browser, tmp_path: Path) -> Iterator[FirstSitting]:
    """A service that nobody has used, and everybody at a browser of their own."""
    way, width, scripts = request.param
    contexts = [_opened(chromium, touches=way == "finger", width=width, scripts=scripts) for _ in range(2)]
    with first_sitting.empty_service(tmp_path / "service") as (service, letters):
        operator, school = (Hands(context.new_page(), service.base_url, way) for context in contexts)
        look = looks_right if scripts else _says_something
        yield FirstSitting(service, letters, operator=operator, school=school, look=look)
    for context in contexts:
        context.close()


def _opened(chromium: Browser, *, touches: bool, width: int, scripts: bool) -> BrowserContext:
    context = chromium.new_context(
        viewport={"width": width, "height": 900}, has_touch=touches, java_script_enabled=scripts, locale="en-GB"
    )
    context.set_default_timeout(30_000)
    context.add_init_script(AXE)
    return context


def looks_right(name: str, hands: Hands) -> None:
    """Everybody can use the page, and nothing stands out at its right."""
    assert hands.tab.evaluate(VIOLATIONS, TAGS) == [], (name, hands.tab.url)
    assert hands.tab.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, (name, hands.tab.url)


def _says_something(name: str, hands: Hands) -> None:
    """Where nothing can be measured, there is a page at least."""
    expect(hands.tab.get_by_role("heading", level=1), name).to_be_visible()


def test_a_school_awards_thirty_in_its_first_sitting_and_is_handed_over(sitting: FirstSitting, tmp_path: Path) -> None:
    sitting.play()
    assert sitting.views <= MOST_VIEWS
    papers = sitting.school.download(f"Print all {THIRTY} certificates", tmp_path / "papers")
    addresses = _addresses_on(papers)
    assert len(set(addresses)) == THIRTY
    _is_genuine(sitting.operator, addresses[0])
    _hand_over(sitting)
    _successor_finds_everything(sitting)
    _is_genuine(sitting.operator, addresses[-1])


def _addresses_on(papers: Path) -> list[str]:
    """Return what the code on each page says."""
    with pypdfium2.PdfDocument(papers) as document:
        pictures = [page.render(scale=DOTS_PER_INCH / 72).to_pil().convert("RGB") for page in document]
    return [zxingcpp.read_barcodes(picture)[0].text for picture in pictures]


def _is_genuine(stranger: Hands, address: str) -> None:
    found = re.search(r"/V/\w+$", address, re.IGNORECASE)
    assert found, address
    stranger.go(found[0])
    assert stranger.tab.get_by_role("heading", level=1).inner_text() == "Genuine"
    stranger.reads(SCHOOL)


def _hand_over(sitting: FirstSitting) -> None:
    hands = sitting.school
    sitting.the_hand_over_is_opened()
    hands.choose("Mx O. Specimen", within="Who takes over?")
    hands.press("Hand over now")
    hands.reads("Everything is handed over, and you are signed out.")
    for path in ("/school/", "/school/people", "/school/certificates", "/hours", "/sign-in/account"):
        hands.tab.goto(hands.address + path)
        assert "/sign-in" in hands.tab.url, path


def _successor_finds_everything(sitting: FirstSitting) -> None:
    hands = sitting.school
    first_sitting.enter(hands, sitting.letters.letter_to(COLLEAGUE))
    hands.go("/school/")
    hands.reads("There is only one co-ordinator.")
    hands.follow("Certificates")
    hands.reads(f"Showing 1–{THIRTY} of {THIRTY}")
    hands.follow("Programmes")
    hands.follow(PROGRAMME)
    assert hands.tab.locator("#members + ul li").count() == THIRTY
    hands.follow("Training")
    hands.reads("First training")
    hands.follow("Staff")
    hands.follow("What was done here")
    hands.reads("Ms T. Exemplar")
    # Who is left alone cannot leave, neither by handing over to nobody nor by laying the role down.
    hands.follow("Staff")
    hands.follow("Mx O. Specimen")
    hands.follow(re.compile("^End it Co-ordinator"))
    hands.press("End the role")
    hands.reads("Someone has to stay co-ordinator: give the role to another person first.")
