"""A young person lets their own phone open their page: by the keyboard, with a device of software."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from werkzeug.serving import make_server

from accredit.clock import utc_now
from accredit.domain.people import word_cards
from accredit.storage import Database
from tests.browser.test_signing_in import DEVICE, clean
from tests.cast import make_cast
from tests.factories import PEPPER
from tests.processes import free_port
from tests.web import compose, make_settings, prepare

pytestmark = [pytest.mark.browser, pytest.mark.attack("WA26")]
BOX = "Your five words, or the code on your slip"
OPEN = "Open with this device"


@pytest.fixture
def words(sqlite_database: Database) -> str:
    """Ama's five words."""
    with sqlite_database.transaction() as db:
        cast = make_cast(db)
        return word_cards.make(
            db,
            organisation_id=cast.organisation_id,
            young_person_id=cast.ama.id,
            language="en",
            pepper=PEPPER,
            actor=cast.ama.actor,
            now=utc_now(),
        )[1]


@pytest.fixture
def address(sqlite_database: Database, words: str) -> Iterator[str]:
    """Serve her school under a name, since a device makes no passkey for a number."""
    port = free_port()
    settings = make_settings(base_url=f"http://localhost:{port}")
    prepare(sqlite_database, settings)
    server = make_server("localhost", port, compose(sqlite_database, settings, csrf=True), threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield settings.base_url
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(params=[pytest.param(320, id="on a small phone"), pytest.param(1280, id="at a desk")])
def context(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    opened = chromium.new_context(viewport={"width": request.param, "height": 900})
    yield opened
    opened.close()


def with_words(tab: Page, address: str, words: str) -> None:
    tab.goto(f"{address}/start")
    tab.get_by_label(BOX).fill(words)
    tab.get_by_role("button", name="Open my page").press("Enter")
    tab.wait_for_url(f"{address}/my")


def press(tab: Page, name: str) -> None:
    tab.get_by_role("button", name=name).press("Enter")


def test_a_phone_is_added_opens_the_page_and_is_removed(
    context: BrowserContext, address: str, words: str, tmp_path: Path
) -> None:
    tab = context.new_page()
    problems: list[str] = []
    tab.on("pageerror", lambda error: problems.append(str(error)))
    control = context.new_cdp_session(tab)
    control.send("WebAuthn.enable")
    control.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    tab.goto(f"{address}/start")
    # Nothing is in this device yet: it says so kindly, and the words are there.
    press(tab, OPEN)
    expect(tab.get_by_text("This device did not open a page. Type your five words.")).to_be_visible()
    clean(tab, "start", tmp_path)
    with_words(tab, address, words)
    tab.goto(f"{address}/my/choices")
    tab.get_by_role("link", name="Open my page without typing").press("Enter")
    expect(tab.get_by_role("button", name="Use my face, finger or PIN")).to_have_count(0)
    clean(tab, "is-it-yours", tmp_path)
    press(tab, "Yes, only I use it")
    expect(tab.get_by_text("Do you see no button?")).to_have_count(0)
    clean(tab, "add", tmp_path)
    press(tab, "Use my face, finger or PIN")
    expect(tab.get_by_text("From now on this device opens your page.")).to_be_visible()
    expect(tab.get_by_role("button", name="Use my face, finger or PIN")).to_have_count(0)
    clean(tab, "added", tmp_path)
    press(tab, "Done (sign out)")
    tab.wait_for_url(f"{address}/start")
    press(tab, OPEN)
    tab.wait_for_url(f"{address}/my")
    tab.goto(f"{address}/my/devices")
    expect(tab.get_by_text("Last used on")).to_be_visible()
    press(tab, "Remove this device")
    expect(tab.get_by_text("That device does not open your page any more.")).to_be_visible()
    press(tab, "Done (sign out)")
    press(tab, OPEN)
    expect(tab.get_by_text("This device does not open a page.")).to_be_visible()
    assert problems == []


def test_without_a_script_the_words_are_the_way_in(chromium: Browser, address: str, words: str) -> None:
    opened = chromium.new_context(java_script_enabled=False, viewport={"width": 320, "height": 900})
    tab = opened.new_page()
    tab.goto(f"{address}/start")
    expect(tab.get_by_role("button", name=OPEN)).to_be_hidden()
    with_words(tab, address, words)
    tab.goto(f"{address}/my/devices")
    press(tab, "Yes, only I use it")
    expect(tab.get_by_role("button", name="Use my face, finger or PIN")).to_be_hidden()
    expect(tab.get_by_text("Do you see no button?")).to_be_visible()
    opened.close()
