"""A school that has closed, in a browser: the operator notes it, and what its young people and a reader then see."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.browser.demonstration import Demonstration, demonstrated
from tests.browser.hands import Hands
from tests.browser.school_at_work import OPERATOR, School, Working

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
WIDTHS = (320, 375, 1280)
PAGES = ("/my", "/my/certificates", "/my/record", "/my/done", "/my/name", "/my/choices", "/my/remove", "/talk")


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory, year: Path) -> Iterator[Demonstration]:
    """A demonstration of this file's own, since it changes what is there."""
    with demonstrated(tmp_path_factory.mktemp("closed") / "played", year=year) as played:
        yield played


@pytest.fixture
def school(chromium: Browser, shown: Demonstration, tmp_path: Path) -> Iterator[School]:
    opened: list[BrowserContext] = []
    yield School(chromium, shown, Working("Keys", "keyboard", 1280), tmp_path, opened)
    for context in opened:
        context.close()


def clean(school: School, hands: Hands) -> None:
    """Hold the page to WCAG 2.2 AA, and to every width."""
    for width in WIDTHS:
        hands.tab.set_viewport_size({"width": width, "height": 900})
        school.looks_right(hands)


def test_the_operator_closes_it_and_nothing_of_anybodys_is_lost(shown: Demonstration, school: School) -> None:
    (name, code), *_ = shown.codes.items()
    operator = school.signed_in(OPERATOR)
    operator.follow("Example Park Academy")
    operator.follow("It has closed")
    clean(school, operator)
    operator.fill_day("Which was its last day?", "2026-07-17")
    operator.press("It has closed")
    expect(operator.tab.get_by_text("Closed on 17 July 2026")).to_be_visible()
    clean(school, operator)

    young = school.hands()
    young.go("/start")
    young.fill("Your five words, or the code on your slip", shown.words[name])
    young.press("Open my page")
    expect(young.tab.get_by_text("What you did stays yours, and so does this page.")).to_be_visible()
    for page in PAGES:
        young.go(page)
        clean(school, young)
    young.go("/my/remove")
    young.press("Ask them to take it away")
    expect(young.tab.get_by_text("Those who run this website see that you asked.")).to_be_visible()
    clean(school, young)

    operator.go("/admin/")
    expect(operator.tab.get_by_text("accredit erase --reason asked")).to_be_visible()
    clean(school, operator)

    reader = school.hands()
    reader.go(f"/v/{code}")
    expect(reader.tab.get_by_text("This organisation closed on 17 July 2026.")).to_be_visible()
    clean(school, reader)
