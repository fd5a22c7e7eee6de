"""A list of names to be looked over outside, as a workbook: nothing in it is a formula, and a number stays text."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

import xlsxwriter

from accredit.rendering.list_files import footer_of

MIME_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def name_list(
    headings: Sequence[str], rows: Sequence[Sequence[str]], *, choices: dict[int, Sequence[str]], mark: str
) -> bytes:
    """Return a workbook of one sheet; in a column of ``choices`` a spreadsheet offers these words.

    ``mark`` says who took it and when, as in `list_files`.
    """
    written = BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True, "strings_to_formulas": False}) as workbook:
        sheet = workbook.add_worksheet()
        sheet.set_footer(footer_of(mark))
        bold = workbook.add_format({"bold": True})
        sheet.write_string(0, len(headings), mark, bold)
        for column, heading in enumerate(headings):
            sheet.write_string(0, column, heading, bold)
            longest = max([len(heading), *(len(row[column]) for row in rows)])
            sheet.set_column(column, column, min(60, longest + 3))
        for at, row in enumerate(rows, start=1):
            for column, text in enumerate(row):
                sheet.write_string(at, column, text)
        for column, words in choices.items():
            sheet.data_validation(1, column, max(1, len(rows)), column, {"validate": "list", "source": list(words)})
        sheet.freeze_panes(1, 0)
    return written.getvalue()
