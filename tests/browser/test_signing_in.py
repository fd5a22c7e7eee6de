"""Signing in with a device of software that holds passkeys, and how the pages of one's own account look and read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from werkzeug.serving import make_server

from accredit.clock import utc_now
from accredit.domain.people import invitations, queries, signing_in
from accredit.storage import Database
from tests.browser.crawl import AXE, TAGS
from tests.browser.test_certificates import VIOLATIONS
from tests.cast import make_cast
from tests.factories import PEPPER
from tests.processes import free_port
from tests.web import compose, make_settings, prepare

pytestmark = pytest.mark.browser
PASSWORD = "a long walk along the river"
NIA, LEE = "nia@example.org", "lee@example.org"
INVITATION: list[str] = []
# A finger on a sensor, as Chromium's own stand-in has it (WebAuthn Level 3 §11).
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def address(sqlite_database: Database) -> Iterator[str]:
    """Serve a school under a name, since a device makes no passkey for a number."""
    port = free_port()
    database = sqlite_database
    settings = make_settings(base_url=f"http://localhost:{port}")
    prepare(database, settings)
    with database.transaction() as db:
        cast = make_cast(db)
        for email in (NIA, LEE):
            account = queries.account_by_email(db, email)
            assert account is not None
            signing_in.set_password(db, account_id=account.id, text=PASSWORD)
        drawn = invitations.make(db, staff_id=cast.sam.id, pepper=PEPPER, actor=cast.nia.actor, now=utc_now())
    INVITATION[:] = [f"/invitation/{drawn.token}", drawn.code]
    server = make_server("localhost", port, compose(database, settings, csrf=True), threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield settings.base_url
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(params=[pytest.param(390, id="on a phone"), pytest.param(1280, id="at a desk")])
def context(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    opened = chromium.new_context(viewport={"width": request.param, "height": 900})
    yield opened
    opened.close()


def clean(tab: Page, name: str, tmp_path: Path) -> None:
    """Look for faults that a reader with little sight, or without a mouse, would meet."""
    tab.screenshot(path=tmp_path / f"{name}.png", full_page=True)
    tab.evaluate(AXE)
    assert tab.evaluate(VIOLATIONS, TAGS) == [], name
    width = tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert width <= 0, f"{name} is wider than the screen"


def test_a_passkey_is_added_and_signs_in(context: BrowserContext, address: str, tmp_path: Path) -> None:
    tab = context.new_page()
    problems: list[str] = []
    tab.on("pageerror", lambda error: problems.append(str(error)))
    control = context.new_cdp_session(tab)
    control.send("WebAuthn.enable")
    control.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    tab.goto(f"{address}/sign-in")
    expect(tab.get_by_role("button", name="Sign in with a passkey")).to_be_visible()
    clean(tab, "sign-in", tmp_path)
    tab.get_by_label("E-mail address").fill(NIA)
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Sign in", exact=True).click()
    tab.goto(f"{address}/account")
    # By the keyboard alone.
    tab.get_by_role("button", name="Add a passkey").focus()
    tab.keyboard.press("Enter")
    expect(tab.get_by_text("From now on this passkey signs you in.")).to_be_visible()
    clean(tab, "account", tmp_path)
    tab.goto(f"{address}/account/second-step")
    tab.get_by_role("button", name="Add a second step").click()
    clean(tab, "second-step", tmp_path)
    tab.goto(f"{address}/account/password")
    clean(tab, "password", tmp_path)
    tab.goto(f"{address}/sign-in/again?next=/account")
    tab.get_by_role("button", name="Continue with a passkey").click()
    tab.wait_for_url(f"{address}/account")
    tab.get_by_role("button", name="Sign out", exact=True).first.click()
    tab.wait_for_url(f"{address}/sign-in")
    tab.get_by_role("button", name="Sign in with a passkey").click()
    tab.wait_for_url(f"{address}/school/**")
    assert problems == []


def test_an_invitation_and_the_settings_of_a_school_are_usable_by_all(
    context: BrowserContext, address: str, tmp_path: Path
) -> None:
    tab = context.new_page()
    path, code = INVITATION
    tab.goto(address + path)
    clean(tab, "invitation", tmp_path)
    tab.get_by_label("Code from the e-mail").fill(code)
    tab.get_by_role("button", name="Accept and sign in").click()
    tab.wait_for_url(f"{address}/hours")
    tab.goto(address + path)
    clean(tab, "invitation-over", tmp_path)
    tab.context.clear_cookies()
    tab.goto(f"{address}/sign-in?next=/school-sign-in")
    tab.get_by_label("E-mail address").fill(LEE)
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Sign in", exact=True).click()
    tab.wait_for_url(f"{address}/school-sign-in")
    clean(tab, "school-sign-in", tmp_path)


def test_without_a_script_nothing_is_missing_but_the_passkey(chromium: Browser, address: str, tmp_path: Path) -> None:
    opened = chromium.new_context(java_script_enabled=False, viewport={"width": 390, "height": 900})
    tab = opened.new_page()
    tab.goto(f"{address}/sign-in?next=/account")
    expect(tab.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
    tab.get_by_label("E-mail address").fill(NIA)
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Sign in", exact=True).click()
    tab.wait_for_url(f"{address}/account")
    expect(tab.get_by_role("button", name="Add a passkey")).to_be_hidden()
    expect(tab.get_by_role("heading", name="Your sign-in")).to_be_visible()
    tab.goto(f"{address}/sign-in/again?next=/account")
    tab.screenshot(path=tmp_path / "again.png", full_page=True)
    tab.get_by_label(f"Password of {NIA}").fill("wrong")
    tab.get_by_role("button", name="Continue", exact=True).click()
    expect(tab.get_by_text("That is not the password of this account.").first).to_be_visible()
    tab.get_by_label(f"Password of {NIA}").fill(PASSWORD)
    tab.get_by_role("button", name="Continue", exact=True).click()
    tab.wait_for_url(f"{address}/account")
    opened.close()
