"""The certificate in other forms: the same words, the same credential inside, each readable in its own way."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from io import BytesIO

import pikepdf
import pypdfium2
import pytest
import zxingcpp

from accredit.domain.credentials.plain_words import told_shortly
from accredit.kit.openbadges import pdf as pdf_reading
from accredit.rendering.certificate import CertificateValues
from accredit.rendering.certificate_forms import _PICTOGRAMS, Form, certificate_in_form
from tests.unit.domain.credentials.test_plain_words import TOTALS
from tests.unit.rendering.certificates import ADDRESS, CODE, LONGEST_NAME, NAMES, certificate
from tests.unit.rendering.pictures import OWN_LOOK

OTHERS = (Form.LARGE_PRINT, Form.EASY_READ, Form.HIGH_CONTRAST)
FLOWING = (Form.LARGE_PRINT, Form.EASY_READ)
SHORTLY = told_shortly(TOTALS)


def made(form: Form, **changes: object) -> bytes:
    return certificate_in_form(certificate(**changes), form, told=SHORTLY)


def read(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        whole = " ".join(page.get_textpage().get_text_range() for page in document)
    # A hyphen at the end of a line reaches a reader of PDFs as a mark of its own.
    return " ".join(whole.replace("\ufffe", "-").replace("\x02", "-").split())


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("form", FLOWING)
def test_a_name_is_found_letter_for_letter(form: Form, name: str) -> None:
    text = read(made(form, name=name)).replace(" ", "")
    assert unicodedata.normalize("NFC", name).replace(" ", "") in text


@pytest.mark.parametrize("form", FLOWING)
def test_it_reads_from_school_to_footer(form: Form) -> None:
    text = read(made(form))
    order = ["Example Valley School", "well done to", "Siân", "Senior Peer Supporter", "Keeping confidences"]
    check = [CODE, "verify.example"] if form is Form.EASY_READ else ["verify.example", CODE]
    order += ["they are not counsellors.", "Ms T. Exemplar", "2 July 2026", *check, "no UCAS Tariff"]
    places = [text.find(words) for words in order]
    assert -1 not in places
    assert places == sorted(places)


def test_easy_read_says_what_was_done_in_short_sentences_each_beside_a_picture() -> None:
    text = read(made(Form.EASY_READ))
    for told in SHORTLY:
        assert told.about.value in _PICTOGRAMS
        for sentence in told.sentences:
            assert sentence in text
            assert len(sentence.split()) <= 10, sentence


@pytest.mark.parametrize("form", OTHERS)
def test_every_form_carries_the_same_credential_and_one_square_to_scan(form: Form) -> None:
    values = certificate(receipt=b"receipt", evidence=b"{}")
    pdf = certificate_in_form(values, form, told=SHORTLY)
    assert pdf_reading.extract(pdf) == values.credential_json
    with pikepdf.open(BytesIO(pdf)) as document:
        assert set(document.attachments) == {"credential.json", "credential.tlog-proof", "credential.evidence"}
    with pypdfium2.PdfDocument(pdf) as document:
        pictures = [page.render(scale=150 / 72).to_pil() for page in document]
    assert [found.text for each in pictures for found in zxingcpp.read_barcodes(each)] == [ADDRESS]


@pytest.mark.parametrize("form", OTHERS)
def test_no_form_says_outside_its_pages_which_one_it_is(form: Form) -> None:
    with pikepdf.open(BytesIO(made(form))) as document:
        metadata = document.open_metadata()
        assert metadata["dc:title"] == "Senior Peer Supporter: Siân Gwenllïan Dŵr-Ŵyn"
        assert metadata.pdfa_status == "3A"
        assert metadata["{http://www.aiim.org/pdfua/ns/id/}part"] == "1"
        assert document.Root.ViewerPreferences.DisplayDocTitle
        assert form.value.encode() not in document.Root.Metadata.read_bytes()
        assert all(form.value not in str(each) for each in (document.trailer.get("/Info") or {}).values())


@pytest.mark.parametrize("form", OTHERS)
def test_the_same_values_give_the_same_bytes(form: Form) -> None:
    first = made(form)
    assert made(form) == first
    assert made(form, name="Putri") != first
    assert made(Form.STANDARD) != first


@pytest.mark.parametrize("form", FLOWING)
def test_nothing_in_it_is_smaller_than_large_print(form: Form) -> None:
    for look in ({}, {"look": OWN_LOOK, "demonstration": True, "name": LONGEST_NAME}):
        with pypdfium2.PdfDocument(made(form, **look)) as document:
            sizes = {round(size, 1) for page in document for size in _sizes(page)}
        # The number of the page and whose it is stand in the margin.
        assert min(sizes) >= 16, sizes
        assert {size for size in sizes if size < 18} <= {16.0}


def _sizes(page: pypdfium2.PdfPage) -> list[float]:
    found = []
    for each in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_TEXT]):
        size = pypdfium2.raw.FPDFTextObj_GetFontSize
        value = __import__("ctypes").c_float()
        assert size(each.raw, value)
        found.append(value.value * abs(each.get_matrix().d))
    return found


def test_high_contrast_is_black_on_white_but_for_a_school_s_own_pictures() -> None:
    with pypdfium2.PdfDocument(made(Form.HIGH_CONTRAST)) as document:
        assert len(document) == 1
        picture = document[0].render(scale=1).to_pil().convert("RGB")
    # Edges are smoothed to greys; a tint would show as three numbers that differ.
    tinted = {colour for _, colour in picture.getcolors(1 << 24) or () if max(colour) - min(colour) > 8}
    assert tinted == set()
    assert picture.getpixel((400, 300)) == (255, 255, 255)


@pytest.mark.parametrize("form", FLOWING)
@pytest.mark.parametrize(
    "values",
    [
        certificate(name=LONGEST_NAME, demonstration=True),
        certificate(look=OWN_LOOK),
        certificate(skills=(), tariff_line=None, signatory_role=""),
        certificate(skills=("Reflecting on practice",) * 12, organisation="Ysgol Uwchradd Enghraifft " * 4),
    ],
    ids=["longest-name", "the-school-s-own-look", "as-little-as-can-be", "much-of-everything"],
)
def test_it_takes_few_pages_and_nothing_leaves_them(form: Form, values: CertificateValues) -> None:
    with pypdfium2.PdfDocument(certificate_in_form(values, form, told=SHORTLY)) as document:
        assert len(document) <= 5
        for page in document:
            width, height = page.get_size()
            boxes = [each.get_bounds() for each in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_TEXT])]
            assert boxes
            assert all(
                left >= 0 and bottom >= 0 and right <= width + 1 and top <= height for left, bottom, right, top in boxes
            )


@pytest.mark.parametrize("form", FLOWING)
def test_pictures_have_words_and_decoration_has_none(form: Form) -> None:
    with pikepdf.open(BytesIO(made(form))) as document:
        found = [
            each for each in document.objects if isinstance(each, pikepdf.Dictionary) and each.get("/S") == "/Figure"
        ]
        said = sorted(str(each.Alt) for each in found)
    badge = ["Badge: Senior Peer Supporter"] if form is Form.EASY_READ else []
    assert said == [*badge, f"QR code that opens {ADDRESS}"]


def test_markup_in_a_name_is_printed_and_not_obeyed() -> None:
    name = '<img src="file:///etc/hostname"> & <b>Jo</b>'
    for form in OTHERS:
        assert '<imgsrc="file:///etc/hostname">' in read(made(form, name=name)).replace(" ", "")


def test_no_more_is_said_than_the_usual_certificate_says() -> None:
    """Every number of the easy-read form stands in the honest sentence too, or counts the same things."""
    numbers = set(re.findall(r"\d+½?", " ".join(sentence for told in SHORTLY for sentence in told.sentences)))
    assert numbers == {"7", "14", "26½", "2025", "2026", "9", "3"}
    bare = replace(TOTALS, modules=0, minutes=0, meetings=0, adults=0)
    assert told_shortly(bare) == ()
