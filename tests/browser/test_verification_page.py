"""The page behind a QR code, as an admissions officer, a parent and somebody in a hurry meet it; and *hide now*."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.crawl import AXE, TAGS
from tests.browser.demonstration import Demonstration, demonstrated, open_tab

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

HEAVIEST, MOST_REQUESTS = 50_000, 5
YOUNG_PERSON, NAME_WITHOUT_ACCENTS = "Siân Sampl-Prawf", "sampl prawf SIAN"
CO_ORDINATOR = "t.exemplar@example.org"
HIDDEN_WITHIN_SECONDS = 5
VIOLATIONS = """tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})
    .then(found => found.violations.map(each => each.id))"""


@pytest.fixture
def own(tmp_path_factory: pytest.TempPathFactory, year: Path) -> Iterator[Demonstration]:
    """A demonstration of its own, since hiding changes what it shows."""
    with demonstrated(tmp_path_factory.mktemp("hidden") / "played", year=year) as played:
        yield played


def address(shown: Demonstration) -> str:
    return f"{shown.address}/v/{shown.codes[YOUNG_PERSON]}"


def clean(tab: Page) -> None:
    """Hold the page that is open to WCAG 2.2 AA, and to the width of the window."""
    tab.evaluate(AXE)
    assert tab.evaluate(VIOLATIONS, TAGS) == [], tab.url
    assert tab.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), tab.url


def test_it_is_light_asks_nobody_else_and_needs_no_script(chromium: Browser, demonstration: Demonstration) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    tab, asked, weight = context.new_page(), [], [0]
    wire = context.new_cdp_session(tab)
    wire.send("Network.enable")
    wire.on("Network.loadingFinished", lambda event: weight.append(int(event["encodedDataLength"])))
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(address(demonstration), wait_until="networkidle")
    assert sum(weight) < HEAVIEST, sum(weight)
    assert len(asked) <= MOST_REQUESTS, asked
    assert all(each.startswith(demonstration.address + "/") for each in asked)
    assert tab.get_by_role("heading", level=1).inner_text() == "Genuine"
    # Without a script the name is checked, and everything that is folded opens.
    tab.get_by_label("Is it this person’s?").fill(NAME_WITHOUT_ACCENTS)
    tab.get_by_role("button", name="Check", exact=True).click()
    tab.get_by_text("That is the name on this certificate.").wait_for()
    tab.get_by_text("How we know: 10 checks").click()
    tab.get_by_text("Nothing was changed since it was signed").click()
    tab.get_by_text("A digital signature covers every letter.").wait_for()
    assert context.cookies() == []
    context.close()


@pytest.mark.parametrize(
    ("width", "letters"),
    [(320, 1), (390, 1), (1280, 1), (320, 2), (390, 2), (1280, 4)],
    ids=["320 px", "390 px", "1280 px", "320 px, text 200 %", "390 px, text 200 %", "1280 px, zoom to 320"],
)
def test_it_is_usable_at_every_width_and_size(
    chromium: Browser, demonstration: Demonstration, width: int, letters: int
) -> None:
    tab = open_tab(chromium, width=width)
    tab.goto(address(demonstration))
    tab.evaluate("size => { document.documentElement.style.fontSize = size }", f"{letters * 100}%")
    tab.eval_on_selector_all("details", "all => all.forEach(each => { each.open = true })")
    clean(tab)
    assert tab.get_by_role("button", name="Check", exact=True).is_visible()
    tab.context.close()


def test_it_is_usable_by_the_keyboard_alone(chromium: Browser, demonstration: Demonstration) -> None:
    tab = open_tab(chromium, width=1280)
    tab.goto(address(demonstration))

    def until(reached: Callable[[], bool]) -> None:
        for _press in range(40):
            if reached():
                return
            tab.keyboard.press("Tab")
        raise AssertionError("the keyboard does not get there")

    focused = "document.activeElement"
    tab.keyboard.press("Tab")
    assert tab.evaluate(f"{focused}.textContent") == "Skip to the main part"
    until(lambda: bool(tab.evaluate(f"{focused}.id === 'name'")))
    tab.keyboard.type("Somebody Else")
    tab.keyboard.press("Enter")
    tab.get_by_text("That is not the name on this certificate.").wait_for()
    until(lambda: bool(tab.evaluate(f"{focused}.textContent.startsWith('How we know')")))
    tab.keyboard.press("Enter")
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    tab.get_by_text("We read it ourselves").wait_for()
    until(lambda: bool(tab.evaluate(f"{focused}.textContent === 'Save it as a file'")))
    with tab.expect_download() as saved:
        tab.keyboard.press("Enter")
    note = Path(saved.value.path()).read_text(encoding="utf-8")
    assert "Answer: Genuine" in note
    assert YOUNG_PERSON not in note
    tab.goto(next(line for line in note.splitlines() if "/note/" in line))
    tab.get_by_text("It does not say what holds now.").wait_for()
    clean(tab)
    tab.context.close()


def test_on_paper_it_says_what_was_answered_and_when(chromium: Browser, demonstration: Demonstration) -> None:
    tab = open_tab(chromium, width=1280)
    tab.goto(address(demonstration))
    tab.emulate_media(media="print")
    for said in ("Genuine", "Checked just now", "Nothing was changed since it was signed"):
        assert tab.get_by_text(said).first.is_visible(), said
    assert re.search(r"Reference [2-9A-Z]{5}-[2-9A-Z]{5}", tab.locator("main").inner_text())
    for left_out in ("Save it as a file", "Check another certificate"):
        assert not tab.get_by_text(left_out).first.is_visible(), left_out
    assert not tab.get_by_label("Is it this person’s?").is_visible()
    # The verdict is dark letters in a frame, so that it reads without a drop of colour.
    colours = tab.locator(".verdict").evaluate(
        "each => [getComputedStyle(each).color, getComputedStyle(each).borderTopWidth]"
    )
    assert colours == ["rgb(31, 41, 55)", "2px"]
    assert len(tab.pdf(format="A4")) > 5_000
    tab.context.close()


@pytest.mark.attack("DP30")
def test_one_press_hides_it_from_everybody_outside(chromium: Browser, own: Demonstration) -> None:
    nia, stranger, young = (open_tab(chromium, width=width) for width in (1280, 390, 390))
    nia.goto(f"{own.address}/sign-in")
    nia.get_by_label("E-mail address").fill(CO_ORDINATOR)
    nia.get_by_label("Password").fill(own.password)
    nia.get_by_role("button", name="Sign in", exact=True).click()
    nia.goto(f"{own.address}/school/certificates")
    nia.get_by_role("link", name=re.compile(f"^{YOUNG_PERSON}")).first.click()
    clean(nia)
    stranger.goto(address(own))
    assert stranger.get_by_role("heading", level=1).inner_text() == "Genuine"
    pressed = time.monotonic()
    nia.get_by_role("button", name="Hide everything of this person now").click()
    nia.get_by_text("Hidden. Whoever asks for any certificate of this person").wait_for()
    stranger.goto(address(own))
    assert stranger.get_by_role("heading", level=1).inner_text() == "No certificate found"
    assert time.monotonic() - pressed < HIDDEN_WITHIN_SECONDS
    clean(nia)
    clean(stranger)
    young.goto(f"{own.address}/my")
    young.get_by_label("Your five words, or the code on your slip").fill(own.words[YOUNG_PERSON])
    young.get_by_role("button", name="Open my page").click()
    young.goto(f"{own.address}/my/certificates")
    young.get_by_text("nobody outside can find this certificate").wait_for()
    clean(young)
    nia.get_by_role("button", name="Show everything of this person again").click()
    nia.get_by_text("Shown again.").wait_for()
    stranger.goto(address(own))
    assert stranger.get_by_role("heading", level=1).inner_text() == "Genuine"
