"""The papers of a ceremony: names right, nobody called up who would rather not be, no code where it is photographed."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pikepdf
import pypdfium2
import pytest
import zxingcpp

from accredit.domain.organisations.paper import PLAIN, Look
from accredit.rendering.ceremony import Ceremony, Paper, Person, ceremony_pdf, title_of
from tests.unit.rendering.certificates import LONGEST_NAME, NAMES

SHOWN = (Paper.SLIDES, Paper.ASSEMBLY, Paper.LANYARDS, Paper.BUTTONS)


def person(name: str, *, quiet: bool = False, said: str | None = None, senior: bool = False) -> Person:
    return Person(
        name=name,
        known_as=name,
        said=said,
        group="12B",
        award="Senior Peer Supporter" if senior else "Peer Supporter",
        level="senior" if senior else "peer",
        skills=("Listening",),
        is_called_up=not quiet,
    )


def ceremony(*people: Person) -> Ceremony:
    return Ceremony(
        organisation="Example Valley School",
        day="2 July 2026",
        people=people,
        look=Look(own_line="Kindness first", head_name="Mr H. Specimen", head_title="Headteacher"),
        demonstration=False,
        language="en",
    )


EVERYBODY = ceremony(
    *(person(name, senior=number > 13) for number, name in enumerate(NAMES)),
    person("Quillon Stillwater", quiet=True, said="KWIL-on"),
)


def text_of(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        return " ".join(page.get_textpage().get_text_range() for page in document)


@pytest.fixture(scope="module")
def made() -> dict[Paper, bytes]:
    """Every paper of one ceremony."""
    return {paper: ceremony_pdf(paper, EVERYBODY) for paper in Paper}


@pytest.mark.parametrize("paper", Paper)
def test_every_paper_is_tagged_and_says_what_it_is(made: dict[Paper, bytes], paper: Paper) -> None:
    with pikepdf.open(BytesIO(made[paper])) as pdf:
        assert not pdf.check_pdf_syntax()
        metadata = pdf.open_metadata()
        assert metadata.pdfa_status == "3A"
        assert metadata["dc:title"] == f"{title_of(paper, 'en')}: Example Valley School, 2 July 2026"
        assert pdf.Root.MarkInfo.Marked


@pytest.mark.parametrize("paper", [paper for paper in Paper if paper is not Paper.BUTTONS])
def test_every_name_is_on_the_paper_letter_for_letter(made: dict[Paper, bytes], paper: Paper) -> None:
    found = "".join(text_of(made[paper]).replace("\ufffe", "-").replace("\x02", "-").split())
    # Word by word, since a reader of a table puts Arabic words of a row in another order.
    missing = [name for name in NAMES if not all(word in found for word in name.split())]
    assert not missing


@pytest.mark.parametrize("paper", SHOWN)
def test_nothing_that_a_hall_sees_can_be_scanned_or_typed(made: dict[Paper, bytes], paper: Paper) -> None:
    with pypdfium2.PdfDocument(made[paper]) as document:
        for page in document:
            assert not zxingcpp.read_barcodes(page.render(scale=1.5).to_pil())
    assert "/v/" not in text_of(made[paper]).lower()


def test_whoever_is_not_called_up_is_named_to_staff_alone(made: dict[Paper, bytes]) -> None:
    order = text_of(made[Paper.RUNNING_ORDER])
    assert order.index("Quillon Stillwater") > order.index("Please do not call up") > order.index(NAMES[0])
    assert "KWIL-on" in order
    assert "Stillwater" not in text_of(made[Paper.SCRIPT])
    assert "Stillwater" not in text_of(made[Paper.SLIDES])
    # They get everything to hold and to wear as everybody does.
    assert "Stillwater" in text_of(made[Paper.ASSEMBLY])


def test_how_a_name_is_said_stands_where_it_is_read_out() -> None:
    told = ceremony(person("Siobhán Enghraifft", said="shiv-AWN"))
    assert "shiv-AWN" in text_of(ceremony_pdf(Paper.SCRIPT, told))
    assert "shiv-AWN" in text_of(ceremony_pdf(Paper.RUNNING_ORDER, told))
    assert "shiv-AWN" not in text_of(ceremony_pdf(Paper.SLIDES, told))


def test_an_assembly_certificate_is_readable_across_a_room() -> None:
    with pypdfium2.PdfDocument(ceremony_pdf(Paper.ASSEMBLY, ceremony(person("Putri")))) as document:
        page = document[0]
        objects = [each for each in page.get_objects() if each.type == pypdfium2.raw.FPDF_PAGEOBJ_TEXT]
        tallest = max(each.get_bounds()[3] - each.get_bounds()[1] for each in objects)
    # A capital of 25 mm or more, in points.
    assert tallest > 25 / 25.4 * 72


def test_an_assembly_certificate_has_the_schools_own_words_and_a_line_to_sign_on() -> None:
    text = text_of(ceremony_pdf(Paper.ASSEMBLY, ceremony(person("Putri"))))
    assert all(words in text for words in ("Kindness first", "Mr H. Specimen", "Headteacher", "2 July 2026"))
    plain = replace(ceremony(person("Putri")), look=PLAIN)
    assert "Signature" in text_of(ceremony_pdf(Paper.ASSEMBLY, plain))


def test_the_longest_name_stays_on_its_page_of_every_paper() -> None:
    for paper in SHOWN:
        with pypdfium2.PdfDocument(ceremony_pdf(paper, ceremony(person(LONGEST_NAME)))) as document:
            assert len(document) == (2 if paper is Paper.SLIDES else 1)
            page = document[len(document) - 1]
            width, height = page.get_size()
            for each in page.get_objects():
                if each.type == pypdfium2.raw.FPDF_PAGEOBJ_TEXT:
                    left, bottom, right, top = each.get_bounds()
                    assert -1 < left < right < width + 1
                    assert -1 < bottom < top < height + 1


def test_slides_share_names_out_evenly() -> None:
    told = ceremony(*(person(f"Putri {number}") for number in range(9)))
    with pypdfium2.PdfDocument(ceremony_pdf(Paper.SLIDES, told)) as document:
        counts = [page.get_textpage().get_text_range().count("Putri") for page in document]
    assert counts == [0, 5, 4]


@pytest.mark.parametrize("paper", [Paper.SLIDES, Paper.SCRIPT])
def test_a_paper_that_would_name_nobody_is_not_made(paper: Paper) -> None:
    with pytest.raises(ValueError, match="nobody"):
        ceremony_pdf(paper, ceremony(person("Putri", quiet=True)))


def test_a_demonstration_says_so_on_every_paper() -> None:
    told = replace(ceremony(person("Putri")), demonstration=True)
    for paper in set(Paper) - {Paper.BUTTONS}:
        assert "Demonstration" in text_of(ceremony_pdf(paper, told))
