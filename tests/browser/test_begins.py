"""From an empty service to a school that is set up, and to the day its co-ordinator leaves; in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext
from sqlmodel import col, select

from accredit.domain.notifications.models import OutgoingMail
from accredit.storage import Database
from tests.browser.crawl import AXE, TAGS
from tests.browser.hands import Hands, Way
from tests.browser.test_certificates import VIOLATIONS
from tests.processes import Service

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]
PASSWORD = "walrus pencil yonder figment"
MAIR, PAT = "mair@example.org", "pat@example.org"


@dataclass
class Fresh:
    """A service that nobody has used, and two people at their browsers."""

    service: Service
    operator: Hands
    school: Hands

    @property
    def code(self) -> str:
        """The code on the server's console."""
        found = re.search(r"    ((?:[a-z2]{4}-){3}[a-z2]{4})", (self.service.folder / "serve.log").read_text())
        assert found
        return found[1]

    def letter_to(self, address: str) -> str:
        """Return the newest letter that waits to be sent to an address; no worker takes any here."""
        with Database(self.service.settings["ACCREDIT_DATABASE_URL"]) as database, database.reading() as db:
            wanted = select(OutgoingMail).where(OutgoingMail.to_address == address)
            row = db.exec(wanted.order_by(col(OutgoingMail.created_at).desc())).first()
        assert row is not None
        return row.text or ""


@pytest.fixture(
    params=[
        pytest.param(("mouse", 1280), id="with a mouse at a desk"),
        pytest.param(("finger", 390), id="with a finger on a phone"),
        pytest.param(("keyboard", 1280), id="by keyboard alone"),
    ]
)
def fresh(request: pytest.FixtureRequest, chromium: Browser, tmp_path: Path) -> Iterator[Fresh]:
    way, width = request.param
    service = Service(tmp_path / "service")
    contexts: list[BrowserContext] = []
    try:
        service.run("migrate")
        service.start("serve")
        service.wait_until_served()
        contexts = [_opened(chromium, way, width) for _ in range(2)]
        operator, school = (Hands(context.new_page(), service.base_url, way) for context in contexts)
        yield Fresh(service, operator, school)
    finally:
        for context in contexts:
            context.close()
        service.stop()


def _opened(chromium: Browser, way: Way, width: int) -> BrowserContext:
    context = chromium.new_context(viewport={"width": width, "height": 900}, has_touch=way == "finger")
    context.set_default_timeout(30_000)
    context.add_init_script(AXE)
    return context


def looks_right(hands: Hands) -> None:
    """Everybody can use the page, and nothing stands out at its right."""
    assert hands.tab.evaluate(VIOLATIONS, TAGS) == [], hands.tab.url
    assert hands.tab.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, hands.tab.url


def test_a_school_begins_is_set_up_and_is_handed_over(fresh: Fresh) -> None:
    _first_operator(fresh)
    _school_asks(fresh)
    _operator_lets_it_in(fresh)
    _five_steps(fresh.school, fresh)
    _hand_over(fresh.school, fresh)


def _first_operator(fresh: Fresh) -> None:
    hands = fresh.operator
    hands.go("/begin")
    looks_right(hands)
    hands.fill("Code from the server’s console", fresh.code)
    hands.fill("Your e-mail address", "ops@example.org")
    hands.fill("Choose a password", PASSWORD)
    hands.press("Run this service")
    hands.reads("There is no organisation yet.")


def _school_asks(fresh: Fresh) -> None:
    hands = fresh.school
    hands.go("/")
    hands.follow("Our school or group wants to join")
    looks_right(hands)
    hands.fill("Name of the organisation", "Ysgol Enghraifft")
    hands.choose("School", within="What is it?")
    hands.choose("Wales", within="Where is it?")
    hands.fill("URN", "402907")
    hands.fill("Your name", "Mair Sampl")
    hands.fill("Your e-mail address at work", MAIR)
    hands.choose("I may ask this for the organisation")
    hands.press("Ask to join")
    hands.reads("Then they write to you")
    looks_right(hands)


def _operator_lets_it_in(fresh: Fresh) -> None:
    hands = fresh.operator
    hands.go("/admin/")
    looks_right(hands)
    hands.follow("Ysgol Enghraifft")
    looks_right(hands)
    hands.choose(re.compile("By telephone"), within="How do you know?")
    hands.press("I have checked it: let it in")
    hands.reads("is in, and confirmed")


def _enter(hands: Hands, letter: str) -> None:
    link, code = re.search(r"http://\S+(/invitation/\S+)", letter), re.search(r"\b[0-9]{8}\b", letter)
    assert link, letter
    assert code, letter
    hands.go(link[1])
    hands.fill(re.compile("Code"), code[0])
    with hands.tab.expect_navigation():
        hands.tab.locator("main button[type=submit]").first.press("Enter")


def _five_steps(hands: Hands, fresh: Fresh) -> None:
    _enter(hands, fresh.letter_to(MAIR))
    hands.go("/school/")
    hands.reads("0 of 5 steps are done")
    looks_right(hands)
    hands.follow("Go on: Say who you are, and whom young people can talk to")
    looks_right(hands)
    hands.fill("Adults a young person can talk to", "Mair Sampl, room 3")
    hands.fill("Whom to ask about a certificate", "The office, 01632 960002")
    hands.press("Save")
    hands.reads("Setting up: 1 of 5 done.")
    hands.follow("Add the adults who supervise")
    hands.follow("Add a member of staff")
    looks_right(hands)
    hands.fill("Name", "Pat Muster")
    hands.fill("E-mail address for signing in", PAT)
    hands.choose(re.compile("Supervisor:"), within="Role")
    hands.choose("Our own safer-recruitment checks for this person were done")
    hands.press("Add")
    hands.reads("Setting up: 2 of 5 done.")
    hands.follow("Choose a programme")
    hands.choose("Wellbeing Ambassadors")
    with hands.tab.expect_navigation():
        hands.tab.locator("main button[type=submit]").first.press("Enter")
    hands.reads("Setting up: 3 of 5 done.")
    hands.go("/school/people/add")
    hands.fill("Name as it is to be printed", "Efa Enghraifft")
    hands.tab.locator("main button[type=submit]").first.press("Enter")
    hands.reads("Efa Enghraifft")
    hands.follow("Choose who joins")
    hands.choose(re.compile("Efa Enghraifft"))
    hands.press("Add them")
    hands.reads("Setting up: 4 of 5 done.")
    hands.follow("Add the first training session")
    hands.fill("Title", "First training")
    hands.tab.get_by_label(re.compile("M1 ")).check()
    with hands.tab.expect_navigation():
        hands.tab.locator("main button[type=submit]").first.press("Enter")
    hands.go("/school/people")
    assert "Setting up" not in hands.tab.locator("main").inner_text()


def _hand_over(hands: Hands, fresh: Fresh) -> None:
    hands.go("/school/staff")
    hands.follow("Mair Sampl")
    hands.follow("Hand over and leave")
    looks_right(hands)
    hands.choose("Pat Muster")
    hands.press("Hand over now")
    hands.reads("Everything is handed over, and you are signed out.")
    answer = hands.tab.goto(hands.address + "/school/people")
    assert answer is not None
    assert "/sign-in" in hands.tab.url
    # The successor finds everything, and the first page tells them that they are alone.
    _enter(hands, fresh.letter_to(PAT))
    hands.go("/school/")
    hands.reads("There is only one co-ordinator.")
    hands.go("/school/people")
    hands.reads("Efa Enghraifft")
