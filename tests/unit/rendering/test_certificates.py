"""Many certificates in one file: each page as its own file would show it, in order, tagged, and nothing left over."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pikepdf
import pypdfium2
import pytest
import zxingcpp
from PIL import ImageChops

from accredit.kit import typed_code
from accredit.rendering import splicing
from accredit.rendering.certificate import CertificateValues, certificate_pdf
from accredit.rendering.certificates import certificates_pdf
from accredit.rendering.qr import offline_text, qr_address
from tests.unit.rendering.certificates import LONGEST_NAME, NAMES, certificate


def _numbered(number: int, **changes: Any) -> CertificateValues:
    code = typed_code.show(typed_code.make(lambda limit: (number * 7 + 3) % limit))
    told: dict[str, Any] = {
        "name": NAMES[number % len(NAMES)],
        "code": code,
        "qr_text": qr_address("https://verify.example", code),
        "sentence": f"Trained in 7 modules, and gave {number + 20} hours of supervised peer support.",
    }
    return certificate(**{**told, **changes})


def _texts(pdf: bytes) -> list[str]:
    with pypdfium2.PdfDocument(pdf) as document:
        return [page.get_textpage().get_text_range() for page in document]


def _picture(pdf: bytes, number: int) -> Any:
    with pypdfium2.PdfDocument(pdf) as document:
        return document[number].render(scale=150 / 72).to_pil().convert("RGB")


EVERY_NAME = [_numbered(number) for number in range(len(NAMES))]
OTHERS = [
    _numbered(1, level="peer", award="Peer Supporter"),
    _numbered(2, skills=("Listening",)),
    _numbered(3, language="cy"),
    _numbered(4, demonstration=True, tariff_line=None),
    _numbered(5, awarded_on="3 July 2026", name="Putri"),
    _numbered(6, sentence="Words that go on. " * 30),
    _numbered(7, sentence="Words that go on for ever. " * 60),
    _numbered(8, qr_text=offline_text(qr_address("https://verify.example", "7K3MD-9RTWX-4HQP"), "12345" * 150)),
    _numbered(9, name="Example Valley School"),
]
OTHERS_SAID = [
    "another-level",
    "fewer-skills",
    "welsh",
    "demonstration",
    "another-day",
    "long-sentence",
    "endless-sentence",
    "qr-code-of-another-size",
    "a-name-like-the-school's",
]


@pytest.fixture(scope="module")
def batch() -> bytes:
    """All of them in one file."""
    return certificates_pdf([*EVERY_NAME, *OTHERS], title="Certificates")


@pytest.mark.parametrize("number", range(len(EVERY_NAME)), ids=NAMES)
def test_a_page_reads_letter_for_letter_as_its_own_file(batch: bytes, number: int) -> None:
    assert _texts(batch)[number] == _texts(certificate_pdf(EVERY_NAME[number]))[0]


@pytest.mark.parametrize("number", range(len(OTHERS)), ids=OTHERS_SAID)
def test_a_page_of_another_design_looks_and_reads_as_its_own_file(batch: bytes, number: int) -> None:
    place, own = len(EVERY_NAME) + number, certificate_pdf(OTHERS[number])
    assert _texts(batch)[place] == _texts(own)[0]
    assert ImageChops.difference(_picture(batch, place), _picture(own, 0)).getbbox() is None


@pytest.mark.parametrize(
    "name", [NAMES[0], NAMES[3], NAMES[18], LONGEST_NAME], ids=["welsh", "gaelic", "arabic", "tall"]
)
def test_a_page_looks_to_the_pixel_as_its_own_file(batch: bytes, name: str) -> None:
    number = NAMES.index(name)
    own = certificate_pdf(EVERY_NAME[number])
    assert ImageChops.difference(_picture(batch, number), _picture(own, 0)).getbbox() is None


def test_every_page_has_the_qr_code_of_its_own_address(batch: bytes) -> None:
    found = [[each.text for each in zxingcpp.read_barcodes(_picture(batch, number))] for number in range(6)]
    assert found == [[values.qr_text] for values in EVERY_NAME[:6]]


def test_every_page_is_tagged_and_each_mark_leads_to_what_holds_it(batch: bytes) -> None:
    with pikepdf.open(BytesIO(batch)) as pdf:
        assert not pdf.check_pdf_syntax()
        root = pdf.Root.StructTreeRoot
        sections = list(root.K[0].K)
        assert len(sections) == len(pdf.pages) == len(EVERY_NAME) + len(OTHERS)
        parents = dict(zip(*[iter(root.ParentTree.Nums)] * 2, strict=True))
        for number, (page, section) in enumerate(zip(pdf.pages, sections, strict=True)):
            assert section.S == "/Sect"
            assert section.Pg.objgen == page.obj.objgen
            marked = _marked(section)
            assert len(marked) == len(set(marked))
            held = parents[page.obj.StructParents]
            assert [mark for mark, each in enumerate(held) if each is not None] == sorted(marked)
            shown = b"".join(part.read_bytes() for part in page.obj.Contents)
            assert all(b"/MCID %d>>" % mark in shown for mark in marked)
            assert shown.count(b"/MCID ") == len(marked)
            assert _alternatives(section)[-1].endswith([*EVERY_NAME, *OTHERS][number].qr_text.split("#")[0])


def _marked(element: Any) -> list[int]:
    if isinstance(element, int):
        return [element]
    return [mark for each in element.K for mark in _marked(each)]


def _alternatives(element: Any) -> list[str]:
    if isinstance(element, int):
        return []
    own = [str(element.Alt)] if "/Alt" in element else []
    return own + [said for each in element.K for said in _alternatives(each)]


def test_the_file_says_what_it_is_and_carries_nobodys_credential(batch: bytes) -> None:
    with pikepdf.open(BytesIO(batch)) as pdf:
        metadata = pdf.open_metadata()
        assert metadata["dc:title"] == "Certificates"
        assert metadata.pdfa_status == "3A"
        assert metadata["{http://www.aiim.org/pdfua/ns/id/}part"] == "1"
        assert not pdf.attachments
        assert str(pdf.Root.StructTreeRoot.K[0].K[len(EVERY_NAME) + 2].Lang) == "cy"


def test_no_sheet_of_words_is_left_in_the_file() -> None:
    values = [_numbered(number, name=f"Putri {number}") for number in range(30)]
    made = certificates_pdf(values, title="Certificates")
    with pikepdf.open(BytesIO(made)) as pdf:
        contents = [each for each in pdf.objects if isinstance(each, pikepdf.Stream) and b"TJ" in each.read_bytes()]
        # The constant parts of the one design, the words of thirty people, and nothing else.
        assert len(contents) == 5 + 3 * 30


def test_the_same_certificates_give_the_same_bytes() -> None:
    values = [_numbered(1), _numbered(2)]
    first = certificates_pdf(values, title="Certificates")
    assert certificates_pdf(values, title="Certificates") == first
    assert certificates_pdf(values[::-1], title="Certificates") != first


def test_words_that_do_not_read_as_they_were_given_are_laid_out_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = _numbered(2)
    real = splicing.reads_as
    monkeypatch.setattr(splicing, "reads_as", lambda lines, text: text != wrong.name and real(lines, text))
    made = certificates_pdf([_numbered(1), wrong], title="Certificates")
    assert _texts(made)[1] == _texts(certificate_pdf(wrong))[0]


def test_no_certificates_make_no_file() -> None:
    with pytest.raises(ValueError, match="no certificates"):
        certificates_pdf([], title="Certificates")
