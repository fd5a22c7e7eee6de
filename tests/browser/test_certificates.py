"""A certificate is revoked by two people and looked at again, by the keyboard alone; every page on the way is clean."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.crawl import AXE, TAGS
from tests.browser.demonstration import Demonstration, demonstrated, open_tab
from tests.browser.hands import Hands

FIRST, SECOND = "t.exemplar@example.org", "o.specimen@example.org"
YOUNG_PERSON = "Alex Sample"
VIOLATIONS = """tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})
    .then(found => found.violations.map(each => each.id))"""


@pytest.fixture
def own(tmp_path_factory: pytest.TempPathFactory, year: Path) -> Iterator[Demonstration]:
    """A demonstration of its own, since this test changes what it shows."""
    with demonstrated(tmp_path_factory.mktemp("revoked") / "played", year=year) as played:
        yield played


def clean(hands: Hands) -> None:
    """Hold the page that is open to WCAG 2.2 AA."""
    hands.tab.evaluate(AXE)
    assert hands.tab.evaluate(VIOLATIONS, TAGS) == [], hands.tab.url


def signed_in(chromium: Browser, shown: Demonstration, email: str) -> Hands:
    hands = Hands(open_tab(chromium, width=1280), shown.address, "keyboard")
    hands.go("/sign-in")
    hands.fill("E-mail address", email)
    hands.fill("Password", shown.password)
    hands.press("Sign in")
    return hands


@pytest.mark.timeout(300)
@pytest.mark.attack("IN14")
def test_two_people_revoke_and_the_young_person_is_heard(chromium: Browser, own: Demonstration) -> None:
    first, second = (signed_in(chromium, own, email) for email in (FIRST, SECOND))
    young = Hands(open_tab(chromium, width=390), own.address, "keyboard")
    stranger = Hands(open_tab(chromium, width=390), own.address, "keyboard")
    first.go("/school/certificates")
    # The link says the name and, for screen readers, the level.
    first.follow(re.compile(f"^{YOUNG_PERSON}"))
    address = first.tab.url.removeprefix(own.address)
    for step in ("new-name", "again", "take-back", "allow-again"):
        first.go(f"{address}/{step}")
        clean(first)
    first.go(f"{address}/revoke")
    clean(first)
    first.choose("It was awarded by mistake", within="Why?")
    first.choose("I have talked to the young person about it")
    first.press("Ask for it to be revoked")
    clean(first)

    young.go("/start")
    young.fill("Your five words, or the code on your slip", own.words[YOUNG_PERSON])
    young.press("Open my page")
    young.go("/my/certificates")
    young.reads("two adults decide. Until then it holds.")
    young.follow("I think that is not right: ask for a second look")
    clean(young)
    young.choose("Nobody talked to me about it")
    young.press("Ask")
    young.reads("An adult will answer here.")

    second.go("/school/")
    second.follow("second look is asked for")
    clean(second)
    second.follow("Answer")
    clean(second)
    second.choose("We looked again: it stays as it is")
    second.press("Answer")
    second.follow("Agree and revoke it")
    clean(second)
    stranger.go(f"/v/{own.codes[YOUNG_PERSON]}")
    assert stranger.tab.get_by_role("heading", level=1).inner_text() == "Genuine"
    second.press("Revoke this certificate for good")
    stranger.go(f"/v/{own.codes[YOUNG_PERSON]}")
    stranger.reads("No longer valid")
    clean(stranger)

    second.go(address.replace("certificates", "awards") + "/trail")
    second.reads("Proved")
    clean(second)
