"""The camera on the page where certificates are checked: before a printed certificate, missing, and refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.browser.crawl import AXE, TAGS
from tests.browser.demonstration import CHROMIUM, QUIET, Demonstration, open_tab
from tests.browser.paper import printed
from tests.browser.test_certificates import VIOLATIONS
from tests.photographs import as_file

PLENTY = 60_000


pytestmark = pytest.mark.browser
PLENTY = 60_000
ROOM = (1280, 960)


@pytest.fixture(scope="module")
def video(demonstration: Demonstration, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Print a certificate of the demonstration, hold it before a camera, and keep what that sees."""
    paper = printed(demonstration.folder / "certificate.pdf", dots_per_inch=150)
    (code,) = zxingcpp.read_barcodes(paper)
    corner = code.position.top_left
    seen = paper.rotate(3, expand=False, fillcolor=(70, 60, 50), resample=Image.Resampling.BICUBIC)
    left = max(0, min(corner.x - 400, paper.width - ROOM[0]))
    top = max(0, min(corner.y - 300, paper.height - ROOM[1]))
    path = tmp_path_factory.mktemp("camera") / "camera.mjpeg"
    path.write_bytes(as_file(seen.crop((left, top, left + ROOM[0], top + ROOM[1]))) * 30)
    return path


@contextmanager
def camera(driver: Playwright, *more: str) -> Iterator[Browser]:
    """Start a browser with these words about its camera."""
    started = driver.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, *more])
    yield started
    started.close()


def _start(tab: Page, shown: Demonstration) -> None:
    tab.goto(f"{shown.address}/verify")
    button = tab.get_by_role("button", name="Scan the code with the camera")
    expect(button).to_be_visible()
    # By the keyboard: reached by its place among what can be reached, and pressed by a key.
    button.focus()
    tab.keyboard.press("Enter")


def _clean(tab: Page) -> None:
    tab.evaluate(AXE)
    assert tab.evaluate(VIOLATIONS, TAGS) == []


@pytest.mark.timeout(300)
def test_a_printed_certificate_before_the_camera_is_read(
    driver: Playwright, demonstration: Demonstration, video: Path
) -> None:
    asked: list[str] = []
    with camera(
        driver,
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={video}",
    ) as browser:
        tab = open_tab(browser, width=390)
        tab.on("request", lambda request: asked.append(request.url))
        tab.goto(f"{demonstration.address}/verify")
        assert not [url for url in asked if "zxing" in url], "the reader is loaded before anybody wants it"
        _start(tab, demonstration)
        tab.wait_for_url(re.compile("/V/", re.IGNORECASE), timeout=PLENTY)
        expect(tab.get_by_role("heading", level=1)).to_have_text("Genuine")
    assert [url for url in asked if "zxing-reader.wasm" in url]
    hosts = {url.split("/")[2] for url in asked if url.startswith("http")}
    assert hosts == {demonstration.address.removeprefix("http://")}


@pytest.mark.timeout(300)
def test_the_camera_can_be_stopped_and_says_what_it_does(driver: Playwright, demonstration: Demonstration) -> None:
    # A camera that sees a test pattern, and no code in it.
    with camera(driver, "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream") as browser:
        tab = open_tab(browser, width=1280)
        _start(tab, demonstration)
        said = tab.locator("#scan [role=status]")
        expect(said).to_contain_text("Hold the square code", timeout=PLENTY)
        stop = tab.get_by_role("button", name="Stop the camera")
        expect(stop).to_be_focused()
        expect(tab.get_by_role("button", name="Scan the code with the camera")).to_be_hidden()
        _clean(tab)
        tab.keyboard.press("Escape")
        expect(said).to_have_text("The camera is off.")
        expect(tab.get_by_role("button", name="Scan the code with the camera")).to_be_focused()
        assert tab.evaluate("document.querySelector('#scan video').srcObject") is None
        tab.keyboard.press("Enter")
        expect(said).to_contain_text("Hold the square code", timeout=PLENTY)
        tab.keyboard.press("Enter")
        expect(said).to_have_text("The camera is off.")


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        pytest.param((), "There is no camera here that we can use", id="no camera"),
        pytest.param(
            ("--use-fake-device-for-media-stream", "--deny-permission-prompts"), "The camera was not allowed",
            id="a refusal",
        ),
    ],
)  # fmt: skip
def test_without_a_camera_people_are_told_what_else_there_is(
    driver: Playwright, demonstration: Demonstration, words: tuple[str, ...], sentence: str
) -> None:
    with camera(driver, *words) as browser:
        tab = open_tab(browser, width=320)
        _start(tab, demonstration)
        expect(tab.locator("#scan [role=status]")).to_contain_text(sentence, timeout=PLENTY)
        expect(tab.get_by_role("button", name="Scan the code with the camera")).to_be_focused()
        _clean(tab)
        width = tab.evaluate("document.documentElement.scrollWidth")
        assert width <= 320


@pytest.mark.timeout(300)
def test_a_photo_of_the_paper_is_as_good_and_needs_no_script(
    driver: Playwright, demonstration: Demonstration, video: Path
) -> None:
    frame = video.parent / "photo.jpg"
    frame.write_bytes(as_file(Image.open(video)))
    with camera(driver) as browser:
        context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800})
        tab = context.new_page()
        tab.goto(f"{demonstration.address}/verify")
        expect(tab.locator("#scan")).to_be_hidden()
        tab.get_by_label("Certificate, badge, JSON file or photo").set_input_files(frame)
        tab.get_by_role("button", name="Check this").click()
        expect(tab.get_by_role("heading", level=1)).to_have_text("Genuine")
        context.close()
