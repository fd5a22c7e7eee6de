"""The school's own frame on its paper: logos, a line, who signs; and nothing of it where it does not belong."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from io import BytesIO

import pikepdf
import pypdfium2
import pytest
from PIL import ImageChops

from accredit.domain.organisations.paper import Look
from accredit.rendering.ceremony import Paper, ceremony_pdf
from accredit.rendering.certificate import certificate_html, certificate_pdf, layout_of
from accredit.rendering.certificates import certificates_pdf
from tests.unit.rendering.certificates import LONGEST_NAME, NAMES, certificate
from tests.unit.rendering.pictures import LOGO, OWN_LOOK, PARTNER, SIGNATURE
from tests.unit.rendering.test_ceremony import ceremony, person

LOOKS = {
    "nothing": Look(),
    "a logo": Look(logo=LOGO),
    "a second logo": Look(partner=PARTNER),
    "a line": Look(own_line="Kindness first"),
    "a head with a line to sign on": Look(head_name="Dr H. Specimen", head_title="Headteacher"),
    "everything": OWN_LOOK,
}


def _text(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        return " ".join(page.get_textpage().get_text_range() for page in document)


def _pictures(pdf: bytes) -> list[pikepdf.Object]:
    """Return each picture of a file once, masks left out."""
    with pikepdf.open(BytesIO(pdf)) as document:
        found = [each for each in document.objects if isinstance(each, pikepdf.Stream)]
        masks = {each.SMask.objgen for each in found if "/SMask" in each}
        return [each for each in found if each.get("/Subtype") == "/Image" and each.objgen not in masks]


def _alternatives(pdf: bytes) -> list[str]:
    with pikepdf.open(BytesIO(pdf)) as document:
        found = (each for each in document.objects if isinstance(each, pikepdf.Dictionary))
        return [str(each.Alt) for each in found if "/Alt" in each]


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_a_certificate_carries_as_many_pictures_as_the_school_chose(look: Look) -> None:
    wanted = [each for each in (look.logo, look.partner, look.signature) if each is not None]
    assert len(_pictures(certificate_pdf(certificate(look=look)))) == len(wanted)


def test_every_picture_says_what_it_is() -> None:
    told = _alternatives(certificate_pdf(certificate(look=OWN_LOOK)))
    assert {"Logo of Example Valley School", "Logo of Example Youth Trust", "Signature of Dr H. Specimen"} <= set(told)


def test_the_head_and_the_line_are_printed() -> None:
    text = _text(certificate_pdf(certificate(look=OWN_LOOK)))
    assert "Kindness first" in text
    assert "Dr H. Specimen" in text
    assert "Headteacher" in text


def test_a_head_who_decided_on_the_award_stands_there_once() -> None:
    text = _text(certificate_pdf(certificate(look=OWN_LOOK, signatory_name="Dr H. Specimen")))
    assert text.count("Dr H. Specimen") == 1


def test_awards_from_before_a_head_do_not_name_them() -> None:
    since = replace(OWN_LOOK, head_since=date(2026, 9, 1))
    before, after = since.on(date(2026, 7, 2)), since.on(date(2026, 9, 1))
    assert (before.head_name, before.signature, before.logo) == (None, None, LOGO)
    assert (after.head_name, after.signature) == ("Dr H. Specimen", SIGNATURE)


@pytest.mark.parametrize("name", [*NAMES, LONGEST_NAME], ids=range(len(NAMES) + 1))
def test_nothing_reaches_into_the_name_whatever_its_length(name: str) -> None:
    layout = layout_of(certificate(look=OWN_LOOK, name=name, organisation="The Example Valley Community School " * 3))
    own = layout.heading.own
    assert own is not None
    lines = len(layout.organisation.lines) * layout.organisation.size * 1.3 + len(own.lines) * own.size * 1.35
    # Four lines of the longest names begin 34 mm from the top, in the tall layout.
    assert layout.heading.top + lines * 25.4 / 72 + 0.7 < 34.5
    assert layout.heading.left + layout.heading.width <= 282 - (
        layout.heading.partner.width if layout.heading.partner else 0
    )


def test_the_same_look_gives_the_same_bytes_and_another_picture_others() -> None:
    first = certificate_pdf(certificate(look=OWN_LOOK))
    assert certificate_pdf(certificate(look=OWN_LOOK)) == first
    assert certificate_pdf(certificate(look=replace(OWN_LOOK, logo=replace(PARTNER, place=LOGO.place)))) != first


def test_only_its_own_pictures_are_named_on_the_page() -> None:
    html = certificate_html(certificate(look=OWN_LOOK))
    assert "own:logo" in html
    assert "data:" not in html


def test_twenty_certificates_hold_each_picture_once() -> None:
    many = [certificate(look=OWN_LOOK, name=f"Specimen {'abcdefghijklmnopqrst'[number]}") for number in range(20)]
    made, alone = certificates_pdf(many, title="Certificates"), certificates_pdf(many[:1], title="Certificates")
    assert len(_pictures(made)) == 3
    assert len(made) - len(alone) < 19 * 8_000


def test_a_page_of_many_looks_as_its_own_file() -> None:
    many = [certificate(look=OWN_LOOK, name=name) for name in NAMES[:6]]
    made = certificates_pdf(many, title="Certificates")
    for number, each in enumerate(many):
        drawn = []
        for pdf, page in ((made, number), (certificate_pdf(each), 0)):
            with pypdfium2.PdfDocument(pdf) as document:
                drawn.append(document[page].render(scale=1.5).to_pil().convert("L"))
        counts = ImageChops.difference(*drawn).histogram()
        assert sum(counts[60:]) == 0, each.name


@pytest.mark.parametrize("paper", [Paper.ASSEMBLY, Paper.SLIDES], ids=["assembly certificates", "slides"])
def test_the_papers_of_a_ceremony_have_the_logos(paper: Paper) -> None:
    told = replace(ceremony(person("Putri")), look=OWN_LOOK)
    wanted = 3 if paper is Paper.ASSEMBLY else 2
    assert len(_pictures(ceremony_pdf(paper, told))) == wanted
