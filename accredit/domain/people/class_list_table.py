"""From the bytes of a file to records of cells: encoding, separator, line numbers. What a cell means is not here.

- UTF-8 with or without a byte-order mark, UTF-16 with one, else Windows-1252 (what Excel calls "CSV").
- Commas, semicolons or tabs, whichever the heading line has most of.
- Records count from 1 after the headings and include blank lines; lines are those of a text editor.
- A workbook, an empty file, a file over 2 MB or over 5,000 rows, and what is not text are refused.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from accredit.errors import RuleBroken

MOST_BYTES = 2_000_000
MOST_ROWS = 5_000
LONGEST_CELL = 2_000
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
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


@dataclass(frozen=True, kw_only=True)
class Table:
    """A file as records; ``headings`` are as written."""

    encoding: str
    delimiter: str
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


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where something was noticed."""

    record: int
    line: int
    index: int | None = None
    column: str = ""


def read_table(data: bytes) -> Table:
    """Return the records of a file.

    Raises `RuleBroken`: ``file-empty``, ``file-too-large``, ``file-is-a-workbook``, ``file-not-text``,
    ``too-many-rows``.
    """
    if len(data) > MOST_BYTES:
        raise RuleBroken("file-too-large", most=MOST_BYTES)
    if data.startswith(_WORKBOOKS):
        raise RuleBroken("file-is-a-workbook")
    encoding, text = _decode(data)
    if not text.strip():
        raise RuleBroken("file-empty")
    delimiter = _delimiter(text)
    # newline="" leaves line breaks to the csv module, so that one inside quotes stays in its cell.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    records: list[Record] = []
    headings: tuple[str, ...] = ()
    line = 1
    try:
        for row in reader:
            if not headings:
                headings = tuple(row) if any(cell.strip() for cell in row) else ()
            elif len(records) == MOST_ROWS:
                raise RuleBroken("too-many-rows", most=MOST_ROWS)
            else:
                records.append(Record(number=len(records) + 1, line=line, cells=tuple(row)))
            line = reader.line_num + 1
    except csv.Error as error:
        raise RuleBroken("file-not-text") from error
    return Table(encoding=encoding, delimiter=delimiter, headings=headings, records=tuple(records))


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
    first = next(line for line in text.splitlines() if line.strip())
    return max(",;\t", key=first.count)
