"""A class list handed back: the same cells in the same form, two more columns, and nothing that a spreadsheet runs."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import pytest

from accredit.domain.people.class_list import YEAR_GROUPS, ClassList, read_class_list
from accredit.domain.people.class_list_table import RETURNED, Table, read_table
from accredit.kit.spreadsheet_cells import guarded, unguarded
from accredit.rendering.returned_list import Returned, returned_list
from accredit.sandbox.workbooks import read_sheet

FILES = Path(__file__).resolve().parents[2] / "vectors" / "class_list"
HEADINGS = (f"{RETURNED} answer", f"{RETURNED} what to look at")
TEXT = "Adno\tForename\tSurname\tDOB\n007\tSiân\t=1+1\t14/02/2009\n12\t-Jo\t\u2019t Voorbeeld\t39876\n"


def read(data: bytes) -> ClassList:
    return read_class_list(data, today=date(2026, 6, 30), year_groups=YEAR_GROUPS["england"])


def back(table: Table) -> Returned:
    return returned_list(table, headings=HEADINGS, found={1: ("stays out", "Look at “Siân” ŵ.")})


@pytest.mark.parametrize("name", ["arbor-export.csv", "sims-export.csv", "broken-export.csv", "bromcom-export.xlsx"])
def test_errors_come_back_in_the_users_own_file(name: str) -> None:
    """P3.1: nothing else is changed, so the file is read again exactly as it was."""
    original = read((FILES / name).read_bytes())
    returned = back(original.table)
    assert returned.suffix == name.rsplit(".", 1)[1]
    again = read(returned.data)
    assert [record.cells for record in again.table.records] == [record.cells for record in original.table.records]
    assert (again.table.headings, again.columns) == (original.table.headings, original.columns)
    assert [(r.record, r.index, r.reason) for r in again.remarks] == [
        (r.record, r.index, r.reason) for r in original.remarks
    ]
    assert again.candidates[0].printed_name == original.candidates[0].printed_name
    assert (again.table.encoding, again.table.delimiter) == (original.table.encoding, original.table.delimiter)


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8-sig", "utf-16"])
def test_the_encoding_is_the_schools(encoding: str) -> None:
    table = read_table(TEXT.encode(encoding))
    returned = back(table)
    assert returned.data.decode(encoding).splitlines()[1].startswith("stays out\tLook at “Siân”")
    assert read_table(returned.data).records[0].cells == table.records[0].cells


@pytest.mark.attack("WI15")
def test_no_cell_of_a_csv_is_run_by_a_spreadsheet() -> None:
    table = read((FILES / "broken-export.csv").read_bytes()).table
    cells = [cell for row in csv.reader(io.StringIO(back(table).data.decode(table.encoding))) for cell in row]
    assert not [cell for cell in cells if cell[:1] in set("=+-@\t\r\n")]
    assert any(cell.startswith("'=HYPERLINK") for cell in cells)


@pytest.mark.attack("WI15")
@pytest.mark.parametrize(
    "text",
    [
        "=1",
        "+1",
        "-1",
        "@A1",
        "\t=1",
        "\r=1",
        "\n=1",
        "\0=1",
        "\uff1d1",
        "\uff0b1",
        "\uff0d1",
        "\uff201",
        "'=1",
        "''-1",
    ],
    ids=lambda text: f"WI15 {text!r}",
)
def test_an_exported_cell_is_never_a_formula_and_comes_back_unchanged(text: str) -> None:
    """P19.9."""
    assert guarded(text).startswith("'")
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("text", ["", "Mali", "'t Voorbeeld", "O'Specimen", "d'Esempio"])
def test_an_honest_cell_is_left_alone(text: str) -> None:
    assert (guarded(text), unguarded(text)) == (text, text)


@pytest.mark.parametrize("form", ["xlsx", "ods", "xls"])
def test_a_workbook_keeps_numbers_and_dates_and_runs_nothing(form: str) -> None:
    table = read_table((FILES / "bromcom-export.xlsx").read_bytes())
    hostile = (*table.records[0].cells[:1], "=1+1", "<&>\n\x07", *table.records[0].cells[3:])
    records = (
        table.records[0].__class__(number=1, line=2, cells=hostile, kinds=table.records[0].kinds),
        *table.records[1:],
    )
    returned = back(table.__class__(form=form, headings=table.headings, records=records))
    sheet = read_sheet(returned.data)
    assert sheet.form == returned.suffix == ("xlsx" if form == "xls" else form)
    assert sheet.rows[0][:3] == (*HEADINGS, table.headings[0])
    assert sheet.rows[1][3] == "=1+1"
    assert sheet.rows[1][4].startswith("<&>\n")
    assert sheet.kinds[5][2] == "n"
    assert [kind[11] for kind in sheet.kinds[1:9]] == ["d"] * 8
