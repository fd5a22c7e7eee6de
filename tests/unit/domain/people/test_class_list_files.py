"""A class list in whatever form it comes: workbooks, titles above it, separators too many, pasted text."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from accredit.domain.people.class_list import YEAR_GROUPS, ClassList, Field, LeftOut, Level, read_class_list
from accredit.domain.people.class_list_paste import as_file
from accredit.errors import RuleBroken

FILES = Path(__file__).resolve().parents[3] / "vectors" / "class_list"
TODAY = date(2026, 6, 30)
BY_NAME = {"0:-:no-number-column": "yes"}


def read(data: bytes, **options: object) -> ClassList:
    return read_class_list(data, today=TODAY, year_groups=YEAR_GROUPS["england"], **options)  # type: ignore[arg-type]


def workbook(rows: list[list[object]], fill: Callable[[xlsxwriter.Workbook], object] = lambda _: None) -> bytes:
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                sheet.write(at, column, cell, *([day] if isinstance(cell, date) else []))
        fill(book)
    return written.getvalue()


def reasons(listed: ClassList, record: int) -> list[str]:
    return [remark.reason for remark in listed.remarks if remark.record == record and remark.level is not Level.ACCEPT]


def test_the_bromcom_workbook_is_read_as_the_school_meant_it() -> None:
    listed = read((FILES / "bromcom-export.xlsx").read_bytes())
    people = {candidate.line: candidate for candidate in listed.candidates}
    assert listed.table.form == "xlsx"
    assert len(listed.table.records) == 18
    assert people[2].school_reference == "000712"
    assert people[2].months is not None
    assert people[10].months is not None, "a date that is text"
    assert people[5].printed_name == "Rory MacEisimpleir"
    assert people[17].printed_name == "Suharti"
    assert people[15].form == "13.1"
    assert {
        reason: [r for r in range(19) if reason in reasons(listed, r)] for reason in ("zeros-lost", "date-serial")
    } == {
        "zeros-lost": [5],
        "date-serial": [12],
    }
    private = {column.heading for column in listed.columns if column.left_out is LeftOut.PRIVATE}
    assert private == {"Gender", "SEN Status", "Pupil Premium"}


def test_what_the_bromcom_workbook_asks_can_be_answered() -> None:
    asked = read((FILES / "bromcom-export.xlsx").read_bytes())
    yes = {remark.key: "yes" for remark in asked.remarks if remark.level is Level.ASK}
    listed = read((FILES / "bromcom-export.xlsx").read_bytes(), answers=yes)
    assert len(listed.candidates) == 18
    assert {candidate.line: candidate.school_reference for candidate in listed.candidates}[6] == "000716"


def test_a_formula_is_never_computed() -> None:
    rows: list[list[object]] = [["Adno", "Forename", "Surname"], ["1", "=1+1", "Sample"]]
    # What the workbook itself stored for it, which is the 0 of whoever never computed it either.
    assert read(workbook(rows)).table.records[0].cells == ("1", "0", "Sample")


def test_only_the_first_sheet_that_is_shown_is_read() -> None:
    def hide(book: xlsxwriter.Workbook) -> None:
        second = book.add_worksheet()
        second.write_row(0, 0, ["Adno", "Forename", "Surname"])
        second.write_row(1, 0, ["1", "Mali", "Sample"])
        second.activate()
        book.worksheets()[0].hide()

    listed = read(workbook([["Adno", "Forename", "Surname"], ["9", "Not", "Shown"]], hide))
    assert [candidate.printed_name for candidate in listed.candidates] == ["Mali Sample"]


def bomb() -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/worksheets/sheet1.xml", b"0" * 250_000_000)
    return written.getvalue()


@pytest.mark.attack("WI16")
@pytest.mark.parametrize(
    ("make", "rule"),
    [
        pytest.param(bomb, "workbook-too-complex", id="WI16 a zip bomb"),
        pytest.param(
            lambda: workbook([], lambda book: book.worksheets()[0].write_string(1_048_575, 16_383, "far")),
            "workbook-too-complex",
            id="WI16 one cell in the farthest corner",
        ),
        pytest.param(lambda: workbook([["x"] * 10_000]), "too-many-columns", id="WI16 ten thousand columns, workbook"),
        pytest.param(lambda: b",".join([b"x"] * 10_000), "too-many-columns", id="WI16 ten thousand columns, text"),
        pytest.param(lambda: workbook([["Adno"]] * 5_002), "too-many-rows", id="WI16 too many rows, workbook"),
        pytest.param(lambda: b"Adno\n" + b"1\n" * 100_000, "too-many-rows", id="WI16 a hundred thousand rows"),
        pytest.param(lambda: b"\xd0\xcf\x11\xe0" + bytes(5_000), "workbook-unreadable", id="WI16 no real XLS"),
        pytest.param(lambda: b"PK\x03\x04" + bytes(5_000), "workbook-unreadable", id="WI16 no real XLSX"),
        pytest.param(lambda: workbook([]), "file-empty", id="WI16 an empty workbook"),
        pytest.param(lambda: b"Adno,Name\n\0,x\n", "file-not-text", id="WI16 a zero byte"),
        pytest.param(lambda: bytes(2_000_001), "file-too-large", id="WI16 more bytes than are read"),
    ],
)
def test_a_hostile_file_is_refused_with_its_reason(make: Callable[[], bytes], rule: str) -> None:
    with pytest.raises(RuleBroken, match=rule):
        read(make())


@pytest.mark.attack("WI16")
@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Adno,Forename,Surname,\n1,Mali,Sample,\n2,Non,Sample,\n", id="WI16 in every line"),
        pytest.param(
            "Adno,Forename,Surname\n1,Mali,Sample,\n2,Non,Sample,\n", id="WI16 in every line but the headings"
        ),
        pytest.param("Pupils of 2026\n\nAdno,Forename,Surname\n1,Mali,Sample\n2,Non,Sample\n", id="a title above"),
        pytest.param("\ufeffAdno;Forename;Surname\r\n1;Mali;Sample\r\n2;Non;Sample\r\n", id="WI16 semicolons"),
    ],
)
def test_separators_too_many_and_titles_keep_nobody_out(text: str) -> None:
    assert [candidate.printed_name for candidate in read(text.encode()).candidates] == ["Mali Sample", "Non Sample"]


@pytest.mark.attack("WI15")
def test_a_cell_that_was_guarded_comes_back_as_it_was() -> None:
    listed = read(b"Adno,Forename,Surname\n1,'-Jo,'t Voorbeeld\n", answers={"1:1:name-leading-mark": "yes"})
    assert [candidate.printed_name for candidate in listed.candidates] == ["-Jo 't Voorbeeld"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        pytest.param(
            "1. Dai Newydd\n2) Elin Ní Shampla\n• Suharti\n", "Dai Newydd|Elin Ní Shampla|Suharti", id="lines"
        ),
        pytest.param(
            'Dai Newydd <d@example.org>; "Elin Ŵyn" <e@example.org>', "Dai Newydd|Elin Ŵyn", id="an address line"
        ),
        pytest.param("Dai Newydd, Elin Sampl, Cai Prawf", "Dai Newydd|Elin Sampl|Cai Prawf", id="a sentence"),
        pytest.param(
            "Hi, here they are:\n\n1. Dai Newydd\n2. Elin Sampl\n\nThanks!\nAny questions?\n",
            "Dai Newydd|Elin Sampl",
            id="the sentences around them left out",
        ),
        pytest.param("4001\tDai\tNewydd\t12\n4002\tElin\tSampl\t13\n", "Dai Newydd|Elin Sampl", id="columns alone"),
        pytest.param("Forename\tSurname\nDai\tNewydd\n", "Dai Newydd", id="columns with headings"),
    ],
)
def test_names_from_an_email_are_read(text: str, names: str) -> None:
    listed = read(as_file(text), answers=BY_NAME)
    assert "|".join(candidate.printed_name for candidate in listed.candidates) == names


def test_a_form_and_a_year_behind_a_name_are_no_part_of_it() -> None:
    listed = read(as_file("Dai Newydd 12B\nElin Sampl (Year 13)\nCai Prawf, 7, 7M\n"), answers=BY_NAME)
    assert [(each.printed_name, each.form, each.year_group) for each in listed.candidates] == [
        ("Dai Newydd", "12B", None),
        ("Elin Sampl", None, "13"),
        ("Cai Prawf", "7M", "7"),
    ]


def test_last_names_first_are_asked_about_once() -> None:
    listed = read(as_file("Newydd, Dai\nSampl, Elin\n"), answers=BY_NAME)
    assert {remark.key for remark in listed.remarks if remark.level is Level.ASK} == {"0:0:name-order"}
    answered = read(as_file("Newydd, Dai\nSampl, Elin\n"), answers=BY_NAME | {"0:0:name-order": "yes"})
    assert [candidate.printed_name for candidate in answered.candidates] == ["Dai Newydd", "Elin Sampl"]


def test_a_list_without_numbers_waits_until_somebody_says_to_go_by_names() -> None:
    assert read(b"Name,Form\nDai Newydd,12B\n").needs_columns
    assert not read(b"Name,Form\nDai Newydd,12B\n", answers=BY_NAME).needs_columns


@pytest.mark.parametrize(("answer", "taken_in"), [("same", 1), ("other", 2)])
def test_the_same_name_twice_in_a_list_of_names_is_asked_about(answer: str, taken_in: int) -> None:
    data = b"Name\nJordan Sample\nJordan Sample\n"
    asked = read(data, answers=BY_NAME)
    [question] = [remark for remark in asked.remarks if remark.level is Level.ASK]
    assert len(read(data, answers=BY_NAME | {question.key: answer}).candidates) == taken_in


def test_a_mapping_by_hand_holds_for_a_workbook() -> None:
    listed = read(
        workbook([["No", "Who"], ["007", "Mali Sample"]]), mapping={Field.SCHOOL_REFERENCE: 0, Field.FULL_NAME: 1}
    )
    assert [(each.school_reference, each.printed_name) for each in listed.candidates] == [("007", "Mali Sample")]
