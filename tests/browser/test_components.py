"""Layouts and components in a real browser: axe finds nothing, nothing is cut off, the content policy is kept."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from accredit.web.viewer import Viewer
from tests.unit.web.gallery_app import CO_ORDINATOR, VERDICTS, YOUNG_PERSON, make_gallery

pytestmark = pytest.mark.browser

PAGES = [
    *(pytest.param(None, f"/verdict/{kind}", id=f"the verdict {kind}") for kind in VERDICTS),
    pytest.param(YOUNG_PERSON, "/young", id="a young person's page"),
    pytest.param(YOUNG_PERSON, "/young-form", id="a young person's form"),
    pytest.param(CO_ORDINATOR, "/staff", id="a staff page with a table"),
    pytest.param(CO_ORDINATOR, "/form", id="a staff form"),
    pytest.param(None, "/sign-in", id="signing in"),
    pytest.param(None, "/no-such-page", id="an error page"),
]
WIDTHS = [pytest.param(320, id="zoomed"), pytest.param(390, id="phone"), pytest.param(1280, id="desktop")]


@pytest.fixture(scope="module")
def galleries() -> Iterator[dict[Viewer | None, str]]:
    servers = {
        viewer: make_server("127.0.0.1", 0, make_gallery(viewer)) for viewer in (None, CO_ORDINATOR, YOUNG_PERSON)
    }
    for server in servers.values():
        threading.Thread(target=server.serve_forever, daemon=True).start()
    yield {viewer: f"http://127.0.0.1:{server.server_port}" for viewer, server in servers.items()}
    for server in servers.values():
        server.shutdown()
        server.server_close()


@pytest.fixture
def tab(chromium: Browser) -> Iterator[Page]:
    opened = chromium.new_page()
    yield opened
    opened.close()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(("viewer", "path"), PAGES)
def test_a_page_is_accessible_whole_and_within_its_policy(
    tab: Page, galleries: dict[Viewer | None, str], viewer: Viewer | None, path: str, width: int
) -> None:
    said: list[str] = []
    tab.on("console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None)
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.set_viewport_size({"width": width, "height": 800})
    tab.goto(galleries[viewer] + path, wait_until="networkidle")
    assert [text for text in said if "status of 404" not in text] == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    violations = Axe().run(tab).response["violations"]
    assert [(found["id"], [node["target"] for node in found["nodes"]]) for found in violations] == []


@pytest.mark.parametrize("path", ["/form", "/young-form"])
def test_the_error_summary_leads_to_each_field(tab: Page, galleries: dict[Viewer | None, str], path: str) -> None:
    tab.goto(galleries[YOUNG_PERSON] + path)
    tab.locator("main form button[type=submit], main form .govuk-button:not([type=button])").last.click()
    links = tab.locator(".govuk-error-summary__list a")
    assert links.count() == 5
    for number in range(links.count()):
        target = links.nth(number).get_attribute("href") or ""
        links.nth(number).click()
        assert tab.locator(target).is_visible()


def test_buttons_and_links_of_a_young_persons_page_are_large_enough(
    tab: Page, galleries: dict[Viewer | None, str]
) -> None:
    tab.set_viewport_size({"width": 390, "height": 800})
    tab.goto(galleries[YOUNG_PERSON] + "/young")
    for target in tab.locator("main a, main button, header button, header a").all():
        box = target.bounding_box()
        assert box is not None
        assert box["height"] >= 44, target.inner_text()
