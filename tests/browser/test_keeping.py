"""What a young person takes away, at 320, 375 and 1280 pixels by the keyboard: forms, a badge, everything at once.

What was taken is opened from the disk, in a browser without any network, long after.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from accredit.clock import utc_now
from accredit.kit.openbadges import pdf
from tests.browser.demonstration import Demonstration, open_tab
from tests.browser.hands import Hands
from tests.browser.test_certificates import clean

pytestmark = pytest.mark.browser
WIDTHS = (320, 375, 1280)
LATER = timedelta(days=90)
FORMS = ("Large print", "Easy to read", "Black on white")


@pytest.fixture(scope="module")
def of_age(chromium: Browser, demonstration: Demonstration) -> str:
    """The slip of somebody who is 16 and has a certificate."""
    hands = Hands(open_tab(chromium, width=1280), demonstration.address, "mouse")
    for slip in demonstration.words.values():
        hands.tab.context.clear_cookies()
        _enter(hands, slip)
        if hands.tab.locator("a[href$='/linkedin']").count():
            return slip
    raise AssertionError("nobody of the demonstration is of age")


@pytest.fixture(params=WIDTHS)
def young(
    request: pytest.FixtureRequest, chromium: Browser, demonstration: Demonstration, of_age: str
) -> Iterator[Hands]:
    """Somebody on the page of their certificates."""
    hands = Hands(open_tab(chromium, width=request.param), demonstration.address, "keyboard")
    _enter(hands, of_age)
    yield hands
    hands.tab.context.close()


def _enter(hands: Hands, slip: str) -> None:
    hands.go("/start")
    hands.fill("Your five words, or the code on your slip", slip)
    hands.press("Open my page")
    hands.go("/my/certificates")


def _has_room(hands: Hands) -> None:
    clean(hands)
    over = hands.tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert over <= 0, hands.tab.url


def _taken(hands: Hands, selector: str, folder: Path) -> Path:
    """Press what hands a file out, by the keyboard, and keep the file."""
    with hands.tab.expect_download() as waiting:
        hands.tab.locator(selector).first.press("Enter")
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


@pytest.mark.timeout(300)
def test_forms_badge_linkedin_and_the_sheet(young: Hands, tmp_path: Path) -> None:
    _has_room(young)
    young.tab.locator("details.fold summary", has_text="Easier to read").first.press("Enter")
    _has_room(young)
    names = set()
    for form in FORMS:
        file = _taken(young, f"button:has-text('{form}')", tmp_path)
        names.add(file.name)
        assert pdf.extract(file.read_bytes())
    assert len(names) == 1
    assert young.tab.url.endswith("/my/certificates"), "nothing of it stands in the address"
    young.tab.locator("details.fold summary", has_text="Badge pictures").first.press("Enter")
    young.follow(re.compile("^My badge in another colour or shape"))
    _has_room(young)
    young.choose("Berry")
    young.choose("Speech bubble")
    young.press("Show me")
    _has_room(young)
    picture = young.tab.locator("img.badge--l")
    assert picture.evaluate("each => each.complete && each.naturalWidth > 0")
    assert _taken(young, "a:has-text('Get this badge (PNG)')", tmp_path).suffix == ".png"
    young.go("/my/certificates")
    young.tab.locator("details.fold summary", has_text="Badge pictures").first.press("Enter")
    young.follow(re.compile("^For LinkedIn"))
    _has_room(young)
    assert young.tab.locator("a[href*='linkedin.com']").count() == 0
    young.go("/my/dofe")
    _has_room(young)
    assert _taken(young, "button:has-text('Get the sheet')", tmp_path).read_bytes().startswith(b"%PDF")


@pytest.mark.timeout(300)
def test_everything_is_genuine_when_issued_on_a_computer_without_us(
    chromium: Browser, demonstration: Demonstration, of_age: str, tmp_path: Path
) -> None:
    young = Hands(open_tab(chromium, width=375), demonstration.address, "keyboard")
    _enter(young, of_age)
    young.follow("Take all my certificates")
    _has_room(young)
    with zipfile.ZipFile(_taken(young, "a:has-text('Get all of it (ZIP)')", tmp_path)) as archive:
        archive.extractall(tmp_path / "unzipped")
    young.tab.context.close()
    folders = [each for each in (tmp_path / "unzipped").iterdir() if each.is_dir()]
    assert folders
    context = chromium.new_context(offline=True, locale="en-GB")
    asked: list[str] = []
    tab = context.new_page()
    tab.on("request", lambda request: asked.append(request.url))
    tab.clock.set_fixed_time(utc_now() + LATER)
    for folder in folders:
        files = [*folder.glob("*.pdf"), folder / "badge.png", folder / "badge.svg"]
        assert len(files) == 6
        for each in [[file] for file in files] + [[folder / "credential.evidence", folder / "credential.json"]]:
            tab.goto((tmp_path / "unzipped" / "accredit-verify.html").as_uri())
            tab.set_input_files("#file", each)
            heading = tab.locator("#verdict")
            heading.wait_for()
            assert heading.inner_text().startswith("Genuine when issued on "), (each, heading.inner_text())
    assert {address.split(":")[0] for address in asked} <= {"file", "blob", "data"}
    context.close()
