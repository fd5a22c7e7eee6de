"""Files that are meant to hold the single file up, or to leave an answer on it that is not theirs."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.test_single_file import ask, asked, context, folder, kept, said, tab, told
from tests.without_us import Kept

__all__ = ["asked", "context", "folder", "kept", "tab"]
pytestmark = pytest.mark.browser

_OTHER_DRAWINGS = {
    "white space before it": b" " * 4_000 + b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "comments that never end": b"<svg xmlns='http://www.w3.org/2000/svg'>" + b"<!--" * 300_000,
    "a document type between two instructions that look like a comment": (
        b'<?a <!-- ?><!DOCTYPE svg [<!ENTITY x "y">]><?a --> ?><svg xmlns="http://www.w3.org/2000/svg"><text>&x;</text>'
        b'<c:credential xmlns:c="https://purl.imsglobal.org/ob/v3p0"><![CDATA[%s]]></c:credential></svg>'
    ),
}


@pytest.mark.attack("VX11")
@pytest.mark.parametrize("name", _OTHER_DRAWINGS)
def test_a_drawing_neither_holds_it_up_nor_brings_entities(tab: Page, kept: Kept, name: str) -> None:
    data = _OTHER_DRAWINGS[name].replace(b"%s", kept.data)
    began = time.monotonic()
    answer = ask(tab, kept, data)
    assert time.monotonic() - began < 20
    assert said(answer) == told(kept.far_away(data))
    assert answer["verdict"] == "UNREADABLE"


def _pdf(objects: dict[int, bytes]) -> bytes:
    made, places = b"%PDF-1.7\n", {}
    for number, body in objects.items():
        places[number] = len(made)
        made += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    rows = b"".join(b"%d 1\n%010d 00000 n \n" % place for place in places.items())
    return made + b"xref\n" + rows + b"trailer\n<< /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(made)


_ROWS = b"<< /Type /XRef /Root 1 0 R /W [0 0 0] /Index [%s] /Length 0 >>\nstream\n\nendstream" % (b"0 99999 " * 100_000)
_MANY = {
    "rows without a byte": b"%PDF-1.7\n1 0 obj\n" + _ROWS + b"\nendobj\nstartxref\n9\n%%EOF\n",
    "one long list of files in many places": _pdf(
        {
            1: b"<< /Type /Catalog /Pages 2 0 R /Names << /EmbeddedFiles 3 0 R >> >>",
            2: b"<< /Type /Pages /Kids [] /Count 0 >>",
            3: b"<< /Kids [%s] >>" % (b"4 0 R " * 900),
            4: b"<< /Names [%s] >>" % (b"(a) 5 0 R " * 400_000),
            5: b"<< >>",
        }
    ),
}


@pytest.mark.parametrize("name", _MANY)
def test_a_pdf_that_announces_more_than_it_holds_is_refused_in_good_time(tab: Page, kept: Kept, name: str) -> None:
    began = time.monotonic()
    answer = ask(tab, kept, _MANY[name])
    assert time.monotonic() - began < 20
    assert answer["verdict"] == "UNREADABLE"


@pytest.mark.parametrize("name", ["constructor", "__proto__", "toString"])
def test_a_kind_of_proof_called_like_a_part_of_the_language_is_unknown(tab: Page, kept: Kept, name: str) -> None:
    document = json.loads(kept.data)
    proof = document["proof"][0] if isinstance(document["proof"], list) else document["proof"]
    for change in ({"cryptosuite": name}, {"type": name}):
        data = json.dumps(document | {"proof": proof | change}).encode()
        assert said(ask(tab, kept, data)) == told(kept.far_away(data))


def test_what_was_said_of_one_file_never_stands_beside_another(tab: Page, kept: Kept, folder: Path) -> None:
    green = tab.locator(".verdict.green")
    tab.set_input_files("#file", folder / "certificate.pdf")
    green.wait_for()
    # More lists than the language can hand over at once, in front of a file that is no certificate.
    many = json.dumps({"format": "accredit-status/1", "lists": [0] * 400_000}).encode()
    (folder / "many.json").write_bytes(many)
    (folder / "nothing.json").write_bytes(b"{}")
    tab.set_input_files("#file", [folder / "many.json", folder / "nothing.json"])
    tab.locator(".verdict.grey").wait_for()
    assert green.count() == 0
    # The slower answer to an earlier question comes too late to be shown.
    tab.evaluate(
        """async ([slow, quick]) => {
          const file = (text) => new File([Uint8Array.from(atob(text), (character) => character.charCodeAt(0))], "x");
          const drop = (given) => {
            const event = new Event("drop", { cancelable: true });
            event.dataTransfer = { files: [given] };
            document.querySelector(".drop").dispatchEvent(event);
          };
          drop(file(slow));
          drop(file(quick));
        }""",
        [base64.b64encode(kept.files["certificate.pdf"]).decode(), base64.b64encode(b"{}").decode()],
    )
    tab.locator(".verdict.grey").wait_for()
    tab.wait_for_timeout(500)
    assert green.count() == 0
