"""A list as a file for a spreadsheet: CSV, and XLSX.

- No cell is a formula: text that a spreadsheet would run gets an apostrophe in CSV, and is written as text in XLSX.
- CSV is UTF-8 and says so with a mark at its beginning: without it Excel takes every Welsh name for gibberish.
- Days, moments and lengths of time are such in XLSX. In CSV they are written so that a spreadsheet sees them as such.
- Both may bear a mark of who took them and when: the heading of a last, empty column, so that it stays where lines are
  sorted, picked or read in again; in XLSX also below each printed page.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import TypeAlias

import xlsxwriter

from accredit.clock import LONDON
from accredit.kit.spreadsheet_cells import guarded

Cell: TypeAlias = str | int | date | datetime | timedelta | None
"""One cell; a `timedelta` is a length of time in whole minutes, a `datetime` an aware moment."""
MOST_LETTERS = 32_767
"""An XLSX cell holds no more."""


def csv_of(headings: Sequence[str], rows: Iterable[Sequence[Cell]], *, mark: str | None = None) -> bytes:
    """Return a CSV as RFC 4180 has it, with the mark of UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    marked = () if mark is None else (mark,)
    writer.writerow([guarded(heading) for heading in (*headings, *marked)])
    # RFC 4180 §2, 4: each line has as many cells as the headings.
    writer.writerows([*map(_in_csv, row), *("" for _ in marked)] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _in_csv(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case str():
            return guarded(cell)
        case datetime():
            return f"{cell.astimezone(LONDON):%Y-%m-%d %H:%M}"
        case timedelta():
            return _clock(cell)
        case _:
            # A number below nought begins with a sign, and is a number all the same.
            return str(cell)


def _clock(length: timedelta) -> str:
    hours, minutes = divmod(int(length.total_seconds()) // 60, 60)
    return f"{hours}:{minutes:02}"


def xlsx_of(title: str, headings: Sequence[str], rows: Iterable[Sequence[Cell]], *, mark: str | None = None) -> bytes:
    """Return a workbook with one sheet; its first row stays in sight and can be filtered by."""
    written, most = io.BytesIO(), 0
    headings = [*headings, *(() if mark is None else (mark,))]
    with xlsxwriter.Workbook(written, {"in_memory": True}) as workbook:
        workbook.set_properties({"title": title, "comments": mark or ""})
        sheet = workbook.add_worksheet()
        sheet.set_footer(footer_of(mark))
        bold = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        forms = {
            date: workbook.add_format({"num_format": "dd/mm/yyyy"}),
            datetime: workbook.add_format({"num_format": "dd/mm/yyyy hh:mm"}),
            timedelta: workbook.add_format({"num_format": "[h]:mm"}),
        }
        for column, heading in enumerate(headings):
            sheet.write_string(0, column, heading, bold)
        for most, row in enumerate(rows, start=1):  # the number of the last one is used below
            for column, cell in enumerate(row):
                _write(sheet, most, column, cell, forms)
        sheet.set_column(0, len(headings) - 1, 22)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, most, len(headings) - 1)
    return written.getvalue()


def footer_of(mark: str | None) -> str:
    """Return what stands below each printed page of a workbook; an ampersand would begin a command there."""
    return "" if mark is None else "&L" + mark.replace("&", "&&")[:200]


def _write(sheet: xlsxwriter.worksheet.Worksheet, row: int, column: int, cell: Cell, forms: dict[type, object]) -> None:
    match cell:
        case None | "":
            return
        case str():
            sheet.write_string(row, column, cell[:MOST_LETTERS])
        case datetime():
            sheet.write_datetime(row, column, cell.astimezone(LONDON).replace(tzinfo=None), forms[datetime])
        case date():
            sheet.write_datetime(row, column, datetime(cell.year, cell.month, cell.day), forms[date])  # noqa: DTZ001  # a day has no zone
        case timedelta():
            sheet.write_number(row, column, cell.total_seconds() / 86_400, forms[timedelta])
        case _:
            sheet.write_number(row, column, cell)
