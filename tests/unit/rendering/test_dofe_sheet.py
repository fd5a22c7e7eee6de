"""The evidence sheet for the Duke of Edinburgh's Award: dates, hours by week, room to write, and no claim."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO

import pikepdf
import pypdfium2
import pytest

from accredit.domain.practice.weekly import Week
from accredit.rendering.dofe_sheet import SheetValues, dofe_sheet
from tests.unit.rendering.certificates import LONGEST_NAME, NAMES

MONDAY = date(2025, 10, 6)
WEEK = Week(begins_on=MONDAY, days=(MONDAY, date(2025, 10, 9)), activities=("Drop-in",), minutes=90)
VALUES = SheetValues(
    name="Siân Sampl-Prawf",
    organisation="Example Valley School",
    programme="Wellbeing Ambassadors",
    weeks=(WEEK, replace(WEEK, begins_on=date(2025, 10, 13), days=(date(2025, 10, 14),), minutes=45)),
    demonstration=False,
)


def read(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        whole = " ".join(page.get_textpage().get_text_range() for page in document)
    return " ".join(whole.replace("\ufffe", "-").replace("\x02", "-").split())


def test_it_says_dates_hours_by_week_and_whose_word_it_is() -> None:
    text = read(dofe_sheet(VALUES))
    order = ["Siân Sampl-Prawf", "Example Valley School", "6 October 2025 to 14 October 2025", "2¼ hours", "6/10, 9/10"]
    order += ["1½ hours", "13 October 2025", "45 minutes", "at the assessor’s and leader’s discretion", "Signature"]
    places = [text.find(words) for words in order]
    assert -1 not in places
    assert places == sorted(places)


def test_it_has_no_picture_and_nothing_attached() -> None:
    with pikepdf.open(BytesIO(dofe_sheet(VALUES))) as document:
        assert not document.attachments
        assert not [each for page in document.pages for each in page.get_images()]
        assert document.open_metadata()["{http://www.aiim.org/pdfua/ns/id/}part"] == "1"


@pytest.mark.parametrize("name", NAMES)
def test_every_name_is_set_right(name: str) -> None:
    assert name.replace(" ", "") in read(dofe_sheet(replace(VALUES, name=name))).replace(" ", "")


def test_a_long_time_takes_more_pages_and_repeats_its_headings() -> None:
    weeks = tuple(
        replace(WEEK, begins_on=MONDAY + timedelta(weeks=n), days=(MONDAY + timedelta(weeks=n),)) for n in range(78)
    )
    pdf = dofe_sheet(replace(VALUES, weeks=weeks, name=LONGEST_NAME, demonstration=True))
    with pypdfium2.PdfDocument(pdf) as document:
        assert len(document) >= 3
    assert read(pdf).count("Week from Monday") == len_with_weeks(pdf)
    assert "DEMONSTRATION" in read(pdf).upper()


def len_with_weeks(pdf: bytes) -> int:
    """Return how many pages show a part of the table."""
    with pypdfium2.PdfDocument(pdf) as document:
        return sum("1½ hours" in page.get_textpage().get_text_range() for page in document)


def test_it_is_the_same_every_time_and_nothing_is_no_sheet() -> None:
    assert dofe_sheet(VALUES) == dofe_sheet(VALUES)
    with pytest.raises(ValueError, match="nothing"):
        dofe_sheet(replace(VALUES, weeks=()))
