"""The task that runs in the child: the cells of a workbook's first sheet, as text. Nothing in them is ever computed.

- The first sheet that is shown and holds anything; every other one is left alone.
- A date is ISO text, a whole number has no ``.0``; a formula is what was computed for it and stored, else nothing.
- ``kinds`` says letter by letter what each cell was: ``t`` text, ``n`` number, ``d`` date, ``e`` empty.

The answer is a letter and bytes, as `workbooks` reads them: ``S`` a sheet (JSON, compressed), ``R`` a refusal's code.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from datetime import date, datetime, time
from io import BytesIO

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from accredit.sandbox.workbooks import MOST_COLUMNS, MOST_ROWS

_MOST_PARTS, _MOST_UNPACKED = 2_000, 200_000_000
_OPEN_DOCUMENT = b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet"
_SMALLEST = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
    "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r='
    '"http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
    '<sheet name="A" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Target="worksheets/sheet1.xml" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"/></Relationships>',
    "xl/worksheets/sheet1.xml": '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    '<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>A</t></is></c><c r="B1"><v>1.5</v></c></row></sheetData>'
    "</worksheet>",
}


def warm_up() -> None:
    """Use the reader once, in the nursery: what is loaded only when it is needed could not be loaded in a child."""
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as parts:
        for name, text in _SMALLEST.items():
            parts.writestr(name, text)
    for job in (written.getvalue(), b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        read(job)


def read(job: bytes) -> bytes:
    """Read a workbook; answer the cells of its first sheet."""
    try:
        form = _form(job)
        rows = _rows(CalamineWorkbook.from_filelike(BytesIO(job)))
    except PasswordError:
        return b"R" + b"workbook-has-password"
    except OverflowError:
        return b"R" + b"workbook-too-complex"
    except (CalamineError, zipfile.BadZipFile, ValueError, OSError):
        return b"R" + b"workbook-unreadable"
    if any(len(row) > MOST_COLUMNS for row in rows):
        return b"R" + b"too-many-columns"
    told = [[_text(cell) for cell in row] for row in rows]
    kinds = ["".join(_kind(cell) for cell in row) for row in rows]
    return b"S" + zlib.compress(json.dumps({"form": form, "rows": told, "kinds": kinds}).encode(), 1)


def _form(job: bytes) -> str:
    if not job.startswith(b"PK"):
        return "xls"
    with zipfile.ZipFile(BytesIO(job)) as parts:
        # A first look at what it says of itself; whoever lies here meets the limits of the child.
        sizes = [part.file_size for part in parts.infolist()]
    if len(sizes) > _MOST_PARTS or sum(sizes) > _MOST_UNPACKED:
        raise OverflowError
    return "ods" if _OPEN_DOCUMENT in job[:200] else "xlsx"


def _rows(workbook: CalamineWorkbook) -> list[list[object]]:
    for number, about in enumerate(workbook.sheets_metadata):
        if about.typ is SheetTypeEnum.WorkSheet and about.visible is SheetVisibleEnum.Visible:
            sheet = workbook.get_sheet_by_index(number)
            if sheet.height:
                # From the first row on, so that a row's number is the one that a spreadsheet shows.
                return [list(row) for row in sheet.to_python(skip_empty_area=False, nrows=MOST_ROWS + 1)]
    return []


def _text(cell: object) -> str:
    match cell:
        case bool():
            return "TRUE" if cell else "FALSE"
        case float():
            return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
        case datetime():
            return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
        case date():
            return cell.isoformat()
        case _:
            return str(cell)


def _kind(cell: object) -> str:
    if cell == "":
        return "e"
    if isinstance(cell, int | float):
        return "n"
    return "d" if isinstance(cell, date) and _text(cell)[10:] == "" else "t"
