"""Lists as files: nothing in them is run, and a spreadsheet sees days as days."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta

import pytest

from accredit.rendering.list_files import Cell, csv_of, xlsx_of
from accredit.sandbox.workbooks import read_sheet

HEADINGS = ("Name", "=Day", "When", "Time", "People")
ROW: tuple[Cell, ...] = ("Siân", date(2026, 7, 2), datetime(2026, 7, 2, 13, 3, tzinfo=UTC), timedelta(minutes=1590), 12)


def read(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_a_csv_says_that_it_is_utf_8_and_what_each_cell_is() -> None:
    data = csv_of(HEADINGS, [ROW, ("", None, None, timedelta(), -1)])
    assert data.startswith(b"\xef\xbb\xbfName,")
    assert data.endswith(b"\r\n")
    assert read(data)[1:] == [["Siân", "2026-07-02", "2026-07-02 14:03", "26:30", "12"], ["", "", "", "0:00", "-1"]]


@pytest.mark.attack("WI15")
@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@A1", "\t=1", "\r=1", "\n=1", "\uff1d1", "'=1", '=HYPERLINK("https://example.com")'],
    ids=lambda text: f"WI15 {text!r}",
)
def test_no_cell_of_a_list_is_run_by_a_spreadsheet(text: str) -> None:
    ((_heading,), (cell,)) = read(csv_of((text,), [(text,)]))
    assert cell.startswith("'")
    sheet = read_sheet(xlsx_of("Odd", (text,), [(text,)]))
    assert [kinds[0] for kinds in sheet.kinds] == ["t", "t"]
    assert b"<f>" not in xlsx_of("Odd", (text,), [(text,)])


def test_a_workbook_holds_days_and_numbers_as_such() -> None:
    sheet = read_sheet(xlsx_of("List", HEADINGS, [ROW, ("Ann", None, None, None, None)]))
    assert sheet.rows[0] == HEADINGS
    assert sheet.rows[1][0] == "Siân"
    assert sheet.kinds[1][1] == "d"
    assert sheet.rows[1][4] in {"12", "12.0"}
    assert sheet.rows[2][0] == "Ann"


def test_an_empty_list_is_a_file_with_headings() -> None:
    assert read(csv_of(HEADINGS, [])) == [["Name", "'=Day", "When", "Time", "People"]]
    assert read_sheet(xlsx_of("List", HEADINGS, [])).rows[0] == HEADINGS
