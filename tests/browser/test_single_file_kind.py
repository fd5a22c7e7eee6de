"""The single file beside what is no certificate: a list by itself, a photo of the paper, what others say in a badge."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page

from tests.browser.test_single_file import asked, context, folder, kept, tab
from tests.without_us import BROKEN, Kept

__all__ = ["asked", "context", "folder", "kept", "tab"]
pytestmark = pytest.mark.browser

# A browser that reads codes by itself, as those on telephones do: it sees one code in any picture.
_READER = """(said) => {
  globalThis.BarcodeDetector = class {
    constructor({ formats }) { this.formats = formats; }
    async detect(picture) { return this.formats[0] === "qr_code" && picture.width ? [{ rawValue: said }] : []; }
  };
}"""


def _photo() -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (40, 40), "white").save(target, "JPEG")
    return target.getvalue()


def _shown(tab: Page, name: str, data: bytes) -> str:
    tab.set_input_files("#file", {"name": name, "mimeType": "application/octet-stream", "buffer": data})
    tab.locator("#verdict").wait_for()
    return tab.locator("#result").inner_text()


def test_a_list_by_itself_says_which_certificate_the_answer_is_about(tab: Page, kept: Kept, folder: Path) -> None:
    tab.set_input_files("#file", folder / "fresh-lists.json")
    tab.get_by_text("That is not a certificate yet").wait_for()
    tab.set_input_files("#file", folder / "certificate.pdf")
    tab.locator(".verdict.green").wait_for()
    assert "which you chose before" not in tab.locator("#result").inner_text()
    tab.set_input_files("#file", folder / "revoked-lists.json")
    tab.locator(".verdict.red").wait_for()
    words = tab.locator("#result").inner_text()
    assert words.startswith("This is about certificate.pdf, which you chose before. It was checked again")
    other = json.loads(kept.lists["fresh"])
    for each in other["lists"]:
        each["id"] = "https://accredit.example/status/another"
    words = _shown(tab, "another.json", json.dumps(other).encode())
    assert words.startswith(
        "What you have added belongs to another certificate, so nothing has changed for certificate"
    )
    assert tab.locator(".verdict.red").count() == 1


def test_evidence_by_itself_is_about_the_text_that_was_pasted(tab: Page, kept: Kept, folder: Path) -> None:
    tab.locator("#text").fill(kept.data.decode())
    tab.get_by_role("button", name="Check this").click()
    tab.locator(".verdict.amber").wait_for()
    tab.set_input_files("#file", folder / "credential.evidence")
    tab.locator(".verdict.green").wait_for()
    assert tab.locator("#result").inner_text().startswith("This is about the text you pasted, which you chose before.")


def test_a_photo_leads_on_where_the_browser_reads_no_codes(tab: Page) -> None:
    words = _shown(tab, "photo.jpg", _photo())
    assert "scan its square code (QR)" in words
    assert tab.locator(".verdict.grey").count() == 1


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("https://accredit.example/V/ABCDE-FGHJK-LMNP", "leads to a page of the service. Open that page"),
        ("https://accredit.example.evil.example/V/1", "does not lead to the service that this page is from"),
        ("https://accredit.example/V/ABCDE-FGHJK-LMNP#12345", "Part of it is missing or broken"),
    ],
    ids=["a page of ours", "a look-alike", "a statement that was cut"],
)
def test_a_code_in_a_photo_is_told_and_never_opened(tab: Page, asked: list[str], code: str, told: str) -> None:
    tab.evaluate(_READER, code)
    words = _shown(tab, "photo.jpg", _photo())
    assert told in words
    assert "#" in code or code in words
    assert tab.locator(".verdict.grey").count() == 1
    assert [each for each in asked if not each.startswith("file:")] == []


def test_what_others_say_in_it_is_told_apart(tab: Page, kept: Kept) -> None:
    data = BROKEN["a stranger's with good words of others"](kept)
    words = _shown(tab, "badge.json", data)
    told = kept.far_away(data).endorsements
    assert len({(each.verdict, each.reason) for each in told}) == 7
    assert "None of them makes the award more or less genuine." in words
    assert words.count("Somebody who calls itself: A university") == len([each for each in told if each.endorser_id])
