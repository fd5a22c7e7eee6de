"""Workbooks (XLSX, ODS, XLS) that members of staff bring, opened in a sandbox of their own.

What a child answers is as untrusted as the file: it is held to its form here, and its cells are read strictly later.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass

from accredit.sandbox.sandbox import Cause, Sandbox, Stopped

MOST_ROWS = 5_100
"""Rows that are taken out: a few more than are ever taken in, so that too many are noticed."""
MOST_COLUMNS = 200
_MOST_UNPACKED = 24_000_000
FORMS = frozenset({"xlsx", "ods", "xls"})
BEGINNINGS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How a workbook's bytes begin: a zip (XLSX, ODS) or a compound file (XLS)."""
files = Sandbox("accredit.sandbox.workbook_task:read")
"""The one of this process. It takes no turns with strangers' files: only members of staff get here."""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """The first sheet; ``kinds`` has a letter for each cell: ``t`` text, ``n`` number, ``d`` date, ``e`` empty."""

    form: str
    rows: tuple[tuple[str, ...], ...]
    kinds: tuple[str, ...]


class SheetRefused(Exception):
    """There is no sheet to be had; ``code`` says why, as a rule's id."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


# A list of 5,000 takes a twentieth of a second to compute: where the clock ran out first, the machine was busy.
_CODES = {Cause.BUSY: "reader-busy", Cause.WALL: "reader-busy", Cause.FAILED: "workbook-unreadable"}


def read_sheet(data: bytes, *, sandbox: Sandbox = files) -> Sheet:
    """Return the cells of a workbook.

    Raises `SheetRefused`: ``workbook-unreadable``, ``workbook-has-password``, ``workbook-too-complex``,
    ``too-many-columns``, ``reader-busy``.
    """
    try:
        answer = sandbox.run(data)
    except Stopped as stopped:
        raise SheetRefused(_CODES.get(stopped.cause, "workbook-too-complex")) from None
    try:
        return _sheet(answer)
    except (ValueError, RecursionError, KeyError, TypeError, zlib.error):
        raise SheetRefused("workbook-unreadable") from None


def _sheet(answer: bytes) -> Sheet:
    kind, rest = answer[:1], answer[1:]
    if kind == b"R" and rest in {
        b"workbook-unreadable",
        b"workbook-has-password",
        b"workbook-too-complex",
        b"too-many-columns",
    }:
        raise SheetRefused(rest.decode())
    if kind != b"S":
        raise ValueError("an answer is not in its form")
    unpacking = zlib.decompressobj()
    text = unpacking.decompress(rest, _MOST_UNPACKED)
    if not unpacking.eof:
        raise SheetRefused("workbook-too-complex")
    told = json.loads(text)
    rows = tuple(tuple(map(_cell, row)) for row in told["rows"])
    kinds = tuple(map(_cell, told["kinds"]))
    widths = {len(row) for row in rows}
    if told["form"] not in FORMS or len(rows) != len(kinds) or len(rows) > MOST_ROWS + 1:
        raise ValueError("an answer is not in its form")
    if (
        any(len(row) != len(kind) for row, kind in zip(rows, kinds, strict=True))
        or max(widths, default=0) > MOST_COLUMNS
    ):
        raise ValueError("an answer is not in its form")
    return Sheet(form=told["form"], rows=rows, kinds=kinds)


def _cell(cell: object) -> str:
    if not isinstance(cell, str):
        raise TypeError("a cell is not text")
    return cell
