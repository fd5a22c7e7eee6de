"""The certificate: every name right, the credential inside, the QR readable, nothing fetched, always the same bytes."""

from __future__ import annotations

import os
import unicodedata
from io import BytesIO
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
import zxingcpp

from accredit.kit.openbadges import pdf as pdf_reading
from accredit.rendering import certificate as module
from accredit.rendering.badge import LEVELS
from accredit.rendering.certificate import CertificateValues, certificate_html, certificate_pdf
from tests.unit.rendering.certificates import ADDRESS, CODE, LONGEST_NAME, NAMES, certificate

SCOPE = "they are not counsellors."
A4_LANDSCAPE = (841.89, 595.28)


def _text(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        return " ".join(document[0].get_textpage().get_text_range().split())


def _fonts(pdf: bytes) -> set[str]:
    with pikepdf.open(BytesIO(pdf)) as document:
        found = [each for each in document.objects if isinstance(each, pikepdf.Dictionary) and "/BaseFont" in each]
        return {str(each.BaseFont).split("+")[1] for each in found}


@pytest.mark.attack("WI11")
@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_found_letter_for_letter_and_set_in_our_own_fonts(name: str) -> None:
    made = certificate_pdf(certificate(name=name, sentence=f"{name} listened."))
    # A hyphen at the end of a line reaches a reader of PDFs as a mark of its own.
    text = _text(made).replace("\ufffe", "-").replace("\x02", "-")
    assert text.replace(" ", "").count(unicodedata.normalize("NFC", name).replace(" ", "")) >= 2
    fonts = _fonts(made)
    assert fonts
    assert all(font.startswith(("Lexend", "Noto-Sans", "IBM-Plex-Sans-Arabic")) for font in fonts), fonts


def test_the_page_reads_from_school_to_footer() -> None:
    text = _text(certificate_pdf(certificate()))
    order = [
        "Example Valley School",
        "well done to",
        "Siân",
        "Senior Peer Supporter",
        "7 modules",
        "Keeping confidences",
    ]
    order += [SCOPE, "Ms T. Exemplar", "2 July 2026", CODE, "verify.example", "not an awarding body", "no UCAS Tariff"]
    places = [text.find(words) for words in order]
    assert -1 not in places
    assert places == sorted(places)


@pytest.mark.parametrize(
    "values",
    [
        certificate(),
        certificate(name=LONGEST_NAME, demonstration=True),
        certificate(name="ليلى مثال", level="peer", language="cy"),
        certificate(skills=("Reflecting on practice",) * 12, sentence="Words that go on. " * 30, tariff_line=None),
    ],
    ids=["usual", "longest-name", "arabic", "too-much-of-everything"],
)
def test_the_qr_is_read_from_the_one_printed_page(values: CertificateValues) -> None:
    with pypdfium2.PdfDocument(certificate_pdf(values)) as document:
        assert len(document) == 1
        assert document[0].get_size() == pytest.approx(A4_LANDSCAPE, abs=0.1)
        picture = document[0].render(scale=150 / 72).to_pil()
    assert [found.text for found in zxingcpp.read_barcodes(picture)] == [ADDRESS]


def test_the_credential_comes_out_as_it_went_in() -> None:
    values = certificate()
    assert pdf_reading.extract(certificate_pdf(values)) == values.credential_json


def test_the_file_says_what_it_is_and_in_which_language() -> None:
    with pikepdf.open(BytesIO(certificate_pdf(certificate(language="cy")))) as document:
        metadata = document.open_metadata()
        assert metadata.pdfa_status == "3A"
        assert metadata["{http://www.aiim.org/pdfua/ns/id/}part"] == "1"
        assert metadata["dc:title"] == "Senior Peer Supporter: Siân Gwenllïan Dŵr-Ŵyn"
        assert str(document.Root.Lang) == "cy"
        assert document.Root.MarkInfo.Marked
        assert document.Root.ViewerPreferences.DisplayDocTitle
        assert document.Root.AF[0].AFRelationship == "/Source"


def test_both_pictures_have_words_in_their_place() -> None:
    with pikepdf.open(BytesIO(certificate_pdf(certificate()))) as document:
        found = [
            each for each in document.objects if isinstance(each, pikepdf.Dictionary) and each.get("/S") == "/Figure"
        ]
        assert sorted(str(each.Alt) for each in found) == [
            "Badge: Senior Peer Supporter",
            f"QR code that opens {ADDRESS}",
        ]


def test_the_same_values_give_the_same_bytes_and_others_do_not() -> None:
    first = certificate_pdf(certificate())
    assert certificate_pdf(certificate()) == first
    assert certificate_pdf(certificate(name="Putri")) != first


@pytest.mark.parametrize("credential", [b"{}", b"[]", b"not json", b'{"validFrom": "2026-07-02T10:00:00"}', b"\xff"])
def test_a_credential_without_a_date_is_attached_all_the_same(credential: bytes) -> None:
    made = certificate_pdf(certificate(credential_json=credential))
    assert pdf_reading.extract(made) == credential


def test_a_demonstration_says_so_in_the_page_and_in_the_title() -> None:
    plain, shown = certificate(), certificate(demonstration=True)
    assert "DEMONSTRATION" not in _text(certificate_pdf(plain))
    assert "DEMONSTRATION" in _text(certificate_pdf(shown))
    assert "(Demonstration)</title>" in certificate_html(shown)


@pytest.mark.parametrize("level", LEVELS)
def test_every_level_has_its_colour(level: str) -> None:
    with pypdfium2.PdfDocument(certificate_pdf(certificate(level=level))) as document:
        pixel = document[0].render(scale=1).to_pil().convert("RGB").getpixel((20, 250))
    colour = LEVELS[level].colour.lstrip("#")
    assert pixel == pytest.approx(tuple(bytes.fromhex(colour)), abs=2)


def test_markup_in_a_name_is_printed_and_not_obeyed() -> None:
    name = '<img src="file:///etc/hostname"> & <b>Jo</b>'
    text = _text(certificate_pdf(certificate(name=name)))
    assert '<img src="file:///etc/hostname">' in text


def test_a_page_that_asks_for_a_file_of_the_machine_is_not_made(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.svg"
    secret.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>", encoding="utf-8")
    page = f'<html lang="en"><title>x</title><img alt="" src="{secret.as_uri()}">'
    monkeypatch.setattr(module, "certificate_html", lambda _values: page)
    with pytest.raises(ValueError, match="not its own"):
        certificate_pdf(certificate())


def test_the_process_environment_is_left_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
    monkeypatch.delenv("FONTCONFIG_FILE", raising=False)
    certificate_pdf(certificate())
    assert os.environ["SOURCE_DATE_EPOCH"] == "1"
    assert "FONTCONFIG_FILE" not in os.environ
