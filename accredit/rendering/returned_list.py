"""A class list handed back in the form it came in: the same cells, and before them two columns with what was found.

- CSV keeps its encoding, separator and line ends; a cell that a spreadsheet would run gets an apostrophe before it,
  which reading the file again takes away. A letter that the encoding lacks (in our words only) loses its mark.
- XLSX and ODS keep numbers and dates as such; no cell is a formula. XLS, which nobody should write any more, comes back
  as XLSX. Of a workbook the one sheet that was read comes back, without colours and widths.
- The two columns come first, so that a record with too many or too few cells is still one.
"""

from __future__ import annotations

import csv
import io
import unicodedata
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from xml.sax.saxutils import escape, quoteattr

import xlsxwriter

from accredit.domain.people.class_list_table import Table
from accredit.kit.spreadsheet_cells import guarded

_ODS = "application/vnd.oasis.opendocument.spreadsheet"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_OASIS = "urn:oasis:names:tc:opendocument:xmlns"


@dataclass(frozen=True, kw_only=True)
class Returned:
    """A file to be downloaded."""

    data: bytes
    suffix: str
    mime_type: str


def returned_list(table: Table, *, headings: tuple[str, str], found: Mapping[int, tuple[str, str]]) -> Returned:
    """Return a list with two more columns; ``found`` holds their texts by record, none for one without remarks.

    Each of the ``headings`` begins with `class_list_table.RETURNED`, by which the file is known when it comes again.
    """
    rows = list(_rows(table, headings, found))
    if table.form == "csv":
        return Returned(data=_csv(table, rows), suffix="csv", mime_type="text/csv")
    if table.form == "ods":
        return Returned(data=_ods(rows), suffix="ods", mime_type=_ODS)
    return Returned(data=_xlsx(rows), suffix="xlsx", mime_type=_XLSX)


def _rows(
    table: Table, headings: tuple[str, str], found: Mapping[int, tuple[str, str]]
) -> Iterator[list[tuple[str, str]]]:
    """Yield each row as pairs of a kind (as in `Record.kinds`) and a text."""
    for title in table.before:
        yield [("t", cell) for cell in title]
    yield [("t", cell) for cell in (*headings, *table.headings)]
    for record in table.records:
        kinds = record.kinds or "t" * len(record.cells)
        told = found.get(record.number, ("", ""))
        yield [*(("t", text) for text in told), *zip(kinds, record.cells, strict=False)]


def _csv(table: Table, rows: list[list[tuple[str, str]]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=table.delimiter, lineterminator=table.newline)
    writer.writerows([guarded(_in_encoding(cell, table.encoding)) for _, cell in row] for row in rows)
    return text.getvalue().encode(table.encoding)


def _in_encoding(text: str, encoding: str) -> str:
    return "".join(_letter(symbol, encoding) for symbol in text) if not text.isascii() else text


def _letter(symbol: str, encoding: str) -> str:
    try:
        symbol.encode(encoding)
    except UnicodeEncodeError:
        plain = unicodedata.normalize("NFKD", symbol)[0]
        return plain if plain.isascii() else "?"
    return symbol


def _xlsx(rows: list[list[tuple[str, str]]]) -> bytes:
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet()
        day = workbook.add_format({"num_format": "dd/mm/yyyy"})
        sheet.set_column(1, 1, 60)
        for at, row in enumerate(rows):
            for column, (kind, cell) in enumerate(row):
                if kind == "n" and _is_number(cell):
                    sheet.write_number(at, column, float(cell))
                elif kind == "d":
                    sheet.write_datetime(at, column, datetime.fromisoformat(cell), day)
                elif cell:
                    sheet.write_string(at, column, cell)
    return written.getvalue()


def _is_number(cell: str) -> bool:
    try:
        return float(cell) == float(cell)
    except ValueError:
        return False


def _ods(rows: list[list[tuple[str, str]]]) -> bytes:
    names = " ".join(f'xmlns:{name}="{_OASIS}:{name}:1.0"' for name in ("office", "table", "text"))
    cells = "".join(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows)
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {names} office:version="1.3"><office:body>'
        f'<office:spreadsheet><table:table table:name="1">{cells}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    manifest = "".join(
        f'<manifest:file-entry manifest:full-path="{path}" manifest:media-type="{kind}"/>'
        for path, kind in (("/", _ODS), ("content.xml", "text/xml"))
    )
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as parts:
        # ODF 1.3, part 2, 3.3: the media type comes first and is stored as it is.
        parts.writestr("mimetype", _ODS, zipfile.ZIP_STORED)
        parts.writestr("content.xml", content)
        parts.writestr(
            "META-INF/manifest.xml",
            f'<manifest:manifest xmlns:manifest="{_OASIS}:manifest:1.0" manifest:version="1.3">{manifest}'
            "</manifest:manifest>",
        )
    return written.getvalue()


def _ods_cell(cell: tuple[str, str]) -> str:
    kind, text = cell
    # XML 1.0 has no place for control characters but tab and line break.
    text = "".join(symbol for symbol in text if symbol in "\t\n" or ord(symbol) >= 0x20)
    if not text:
        return "<table:table-cell/>"
    if kind == "n" and _is_number(text):
        value = f'office:value-type="float" office:value={quoteattr(text)}'
    elif kind == "d":
        value = f'office:value-type="date" office:date-value="{date.fromisoformat(text).isoformat()}"'
    else:
        value = 'office:value-type="string"'
    lines = "".join(f"<text:p>{escape(line)}</text:p>" for line in text.split("\n"))
    return f"<table:table-cell {value}>{lines}</table:table-cell>"
