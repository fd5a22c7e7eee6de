"""From the bytes of a file to records of cells: encoding, separator, line numbers. What a cell means is not here.

- UTF-8 with or without a byte-order mark, UTF-16 with one, else Windows-1252 (what Excel calls "CSV").
- Commas, semicolons or tabs, whichever the heading line has most of.
- Workbooks (XLSX, ODS, XLS) are opened in the sandbox's child; a date in them is ISO text.
- Records count from 1 after the headings and include blank lines; lines are those of a text editor or spreadsheet.
- The headings are the first line that has two known ones, among the first twenty; else the first that is not blank.
- What `rendering.returned_list` added to a file before it was handed back is taken away again: two columns, and the
  apostrophe before what a spreadsheet would run.
- An empty file, one over 2 MB, over 5,000 rows or over 200 columns, and what is neither text nor workbook are refused.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from accredit.errors import RuleBroken
from accredit.kit.spreadsheet_cells import unguarded
from accredit.sandbox import workbooks

MOST_BYTES = 2_000_000
MOST_ROWS = 5_000
MOST_COLUMNS = workbooks.MOST_COLUMNS
LONGEST_CELL = 2_000
RETURNED = "accredit:"
"""How the headings of the two columns begin that a file has which was handed back."""
_TITLE_LINES = 20
_BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


class Level(StrEnum):
    """What a remark does to its record: goes through · waits for an answer · stays out · is left out."""

    ACCEPT = "accept"
    ASK = "ask"
    ERROR = "error"
    SKIP = "skip"


@dataclass(frozen=True, kw_only=True)
class Remark:
    """One thing noticed; ``record`` 0 is the headings, ``index`` None the whole record."""

    record: int
    line: int
    index: int | None = None
    column: str = ""
    level: Level
    reason: str
    facts: Mapping[str, object] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The name under which an answer to this remark is given; one about a whole column is answered once."""
        if self.facts.get("answers_column"):
            return answer_key(0, self.index, self.reason)
        return answer_key(self.record, self.index, self.reason)


def answer_key(record: int, index: int | None, reason: str) -> str:
    """Return ``record:column:reason``, with a dash for the whole record."""
    return f"{record}:{'-' if index is None else index}:{reason}"


@dataclass(frozen=True, kw_only=True)
class Record:
    """One record as it stands in the file."""

    number: int
    line: int
    cells: tuple[str, ...]
    kinds: str = ""
    """In a workbook what each cell was: ``t`` text, ``n`` number, ``d`` date, ``e`` empty."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """A file as records; ``headings`` are as written. ``form`` is ``csv``, ``xlsx``, ``ods`` or ``xls``."""

    form: str = "csv"
    encoding: str = ""
    delimiter: str = ""
    newline: str = "\n"
    before: tuple[tuple[str, ...], ...] = ()
    """What stands above the headings: the title of a report, or empty lines."""
    headings: tuple[str, ...]
    records: tuple[Record, ...]


class Notes:
    """Collects remarks and knows the answers given so far."""

    def __init__(self, answers: Mapping[str, str]) -> None:
        self._answers = answers
        self.remarks: list[Remark] = []

    def say(self, place: Place, level: Level, reason: str, **facts: object) -> None:
        """Add a remark at a place."""
        self.remarks.append(
            Remark(
                record=place.record,
                line=place.line,
                index=place.index,
                column=place.column,
                level=level,
                reason=reason,
                facts=facts,
            )
        )

    def ask(self, place: Place, reason: str, offered: str = "", **facts: object) -> str:
        """Return what was answered: the offer where it was accepted, else the better value.

        Without an answer the question is noted (so the record waits) and the offer returned, to be checked further.
        """
        answer = self._answers.get(answer_key(place.record, place.index, reason))
        if answer is None:
            self.say(place, Level.ASK, reason, offered=offered, **facts)
        return offered if answer in {None, "", "yes"} else str(answer)

    def ask_column(self, place: Place, reason: str, offered: str) -> str:
        """Return the offer; one yes answers for every cell of the column."""
        if self._answers.get(answer_key(0, place.index, reason)) is None:
            self.say(place, Level.ASK, reason, offered=offered, answers_column=True)
        return offered


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where something was noticed."""

    record: int
    line: int
    index: int | None = None
    column: str = ""


def read_table(data: bytes, *, is_heading: Callable[[str], bool] = bool) -> Table:
    """Return the records of a file; ``is_heading`` says which texts are known as headings: any, by default.

    Raises `RuleBroken`: ``file-empty``, ``file-too-large``, ``file-not-text``, ``too-many-rows``,
    ``too-many-columns``, and those of `workbooks.read_sheet`.
    """
    if len(data) > MOST_BYTES:
        raise RuleBroken("file-too-large", most=MOST_BYTES)
    if data.startswith(workbooks.BEGINNINGS):
        return _of_workbook(data, is_heading)
    encoding, text = _decode(data)
    if not text.strip():
        raise RuleBroken("file-empty")
    delimiter = _delimiter(text)
    table = _table(list(_lines(text, delimiter)), is_heading)
    newline = "\r\n" if "\r\n" in text else "\n"
    return replace(table, encoding=encoding, delimiter=delimiter, newline=newline)


@dataclass(frozen=True)
class _Line:
    line: int
    cells: tuple[str, ...]
    kinds: str = ""


def _lines(text: str, delimiter: str) -> Iterator[_Line]:
    # newline="" leaves line breaks to the csv module, so that one inside quotes stays in its cell.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    line = 1
    try:
        for number, row in enumerate(reader):
            if number > MOST_ROWS + _TITLE_LINES:
                raise RuleBroken("too-many-rows", most=MOST_ROWS)
            if len(row) > MOST_COLUMNS:
                raise RuleBroken("too-many-columns", most=MOST_COLUMNS)
            yield _Line(line, tuple(map(unguarded, row)))
            line = reader.line_num + 1
    except csv.Error as error:
        raise RuleBroken("file-not-text") from error


def _of_workbook(data: bytes, is_heading: Callable[[str], bool]) -> Table:
    try:
        sheet = workbooks.read_sheet(data)
    except workbooks.SheetRefused as refused:
        raise RuleBroken(refused.code, most=MOST_COLUMNS) from None
    rows = zip(sheet.rows, sheet.kinds, strict=True)
    return replace(_table([_Line(at, *row) for at, row in enumerate(rows, 1)], is_heading), form=sheet.form)


def _table(lines: Sequence[_Line], is_heading: Callable[[str], bool]) -> Table:
    filled = [at for at, line in enumerate(lines[:_TITLE_LINES]) if any(cell.strip() for cell in line.cells)]
    if not filled:
        raise RuleBroken("file-empty")
    known = [at for at in filled if sum(map(is_heading, lines[at].cells)) > 1]
    at = (known or filled)[0]
    headings, below = lines[at].cells, lines[at + 1 :]
    if len(below) > MOST_ROWS:
        raise RuleBroken("too-many-rows", most=MOST_ROWS)
    if all(heading.startswith(RETURNED) for heading in headings[:2]) and len(headings) > 2:
        headings, below = headings[2:], [_Line(line.line, line.cells[2:], line.kinds[2:]) for line in below]
    whole = len(headings)
    width = max([_width(headings), *(_width(line.cells) for line in below if len(line.cells) <= whole)])
    headings = headings[:width]
    # A separator at the end of every line is no cell; at the end of one line it may be a comma inside a name.
    ends_so = sum(len(line.cells) == whole + 1 and not line.cells[-1].strip() for line in below)
    longest = whole + 1 if 2 * ends_so > len(below) else whole
    return Table(
        before=tuple(line.cells for line in lines[:at]),
        headings=headings,
        records=tuple(
            Record(
                number=number,
                line=line.line,
                cells=line.cells[:width] if width < len(line.cells) <= longest else line.cells,
                kinds=line.kinds,
            )
            for number, line in enumerate(below, 1)
        ),
    )


def _width(cells: Sequence[str]) -> int:
    """Return how many cells there are up to the last one with something in it."""
    return next((at for at in range(len(cells), 0, -1) if cells[at - 1].strip()), 0)


def _decode(data: bytes) -> tuple[str, str]:
    marked = [encoding for mark, encoding in _BYTE_ORDER_MARKS if data.startswith(mark)]
    for encoding in marked or ["utf-8", "cp1252"]:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return encoding, text
    raise RuleBroken("file-not-text")


def _delimiter(text: str) -> str:
    lines = (line for line in text[:50_000].splitlines() if line.strip())
    # The title of a report above the headings has none of them.
    first = next((line for line in lines if any(symbol in line for symbol in ",;\t")), "")
    return max(",;\t", key=first.count)
