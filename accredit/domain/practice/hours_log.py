"""Read a school's own log of hours (CSV): bytes in, typed rows and remarks out.

Pure: whether the people, adults and programmes are known, and whether the hours count, is decided in `hours_import`.
UTF-8 with or without a byte-order mark, or Windows-1252; comma, semicolon or tab; headings in any order under known
names; dates with the day first, or ISO. Columns that are not needed (names, settings, job titles) are not read, and
there is none for anybody supported.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import Literal

from accredit.domain.practice.rules import HoursStatus, ReturnReason
from accredit.errors import RuleBroken

MAX_BYTES = 5_000_000
MAX_ROWS = 5_000
MAX_MINUTES = 720

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "reference": ("entry", "entry id", "entry number", "reference", "log id"),
    "school_reference": ("arbor student id", "student id", "pupil id", "adno", "admission number", "school reference"),
    "programme": ("programme", "programme name", "programme code"),
    "activity_type": ("activity type", "activity", "type"),
    "held_on": ("date", "held on", "day"),
    "starts_at": ("start", "starts at", "start time", "time"),
    "minutes": ("minutes", "length", "duration"),
    "supervised_by": ("supervising adult", "supervisor", "adult"),
    "status": ("status", "state"),
    "decided_by": ("decided by", "approved by"),
    "decided_on": ("decided on", "approved on"),
    "reason": ("reason", "return reason"),
}
STATUSES = {
    "approved": HoursStatus.APPROVED,
    "returned": HoursStatus.RETURNED,
    "submitted": HoursStatus.SUBMITTED,
    "waiting": HoursStatus.SUBMITTED,
}


@dataclass(frozen=True, kw_only=True)
class Remark:
    """Something to say about a line: an error keeps the file out, a skipped line is only reported."""

    line: int
    column: str
    level: Literal["error", "skip"]
    reason: str
    facts: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class LogRow:
    """One line of the log; ``line`` is where it begins in the file."""

    line: int
    reference: str
    school_reference: str
    programme: str
    activity_type: str
    held_on: date
    starts_at: time
    minutes: int
    supervised_by: str
    status: HoursStatus
    decided_by: str | None
    decided_on: date | None
    reason: ReturnReason | None


@dataclass(frozen=True, kw_only=True)
class HoursLog:
    """A file that was read; rows with errors are left out of ``rows`` and stand in ``remarks``."""

    rows: tuple[LogRow, ...]
    remarks: tuple[Remark, ...]


class _CellFault(Exception):
    def __init__(self, column: str, reason: str, value: str) -> None:
        super().__init__(reason)
        self.column, self.reason, self.value = column, reason, value


def parse(data: bytes) -> HoursLog:
    """Read a log of hours.

    Raises `RuleBroken` when the file as a whole cannot be read: ``file-empty``, ``file-too-large``, ``file-not-text``,
    ``too-many-rows``, ``columns-missing``.
    """
    if len(data) > MAX_BYTES:
        raise RuleBroken("file-too-large", bytes=len(data))
    lines = _lines(_text(data))
    _, headings = next(lines, (0, []))
    if not headings:
        raise RuleBroken("file-empty")
    columns = _columns(headings)
    rows: list[LogRow] = []
    remarks: list[Remark] = []
    seen: dict[str, LogRow] = {}
    for line, cells in lines:
        try:
            row = _row(line, {name: cells[at].strip() if at < len(cells) else "" for name, at in columns.items()})
        except _CellFault as fault:
            facts: dict[str, object] = {"value": fault.value}
            remarks.append(Remark(line=line, column=fault.column, level="error", reason=fault.reason, facts=facts))
            continue
        if len(rows) == MAX_ROWS:
            raise RuleBroken("too-many-rows", most=MAX_ROWS)
        first = seen.setdefault(row.reference, row)
        if first is row:
            rows.append(row)
        else:
            remarks.append(_repeated(first, row))
    return HoursLog(rows=tuple(rows), remarks=tuple(remarks))


def _text(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    if "\0" in text:
        # No text holds one, and PostgreSQL takes none: a workbook, UTF-16 or something else.
        raise RuleBroken("file-not-text")
    return text


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    heading = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=heading.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    begins = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield begins, cells
            begins = reader.line_num + 1
    except csv.Error as error:
        raise RuleBroken("file-not-text") from error


def _columns(headings: list[str]) -> dict[str, int]:
    names = [re.sub(r"\s+", " ", heading).strip().casefold() for heading in headings]
    found = {
        column: next(at for at, name in enumerate(names) if name in aliases)
        for column, aliases in HEADINGS.items()
        if any(name in aliases for name in names)
    }
    missing = [aliases[0] for column, aliases in HEADINGS.items() if column not in found]
    if missing:
        raise RuleBroken("columns-missing", columns=missing)
    return found


def _row(line: int, cells: Mapping[str, str]) -> LogRow:
    for column in ("reference", "school_reference", "programme", "activity_type", "supervised_by"):
        if not cells[column]:
            raise _CellFault(column, "cell-empty", "")
    status = STATUSES.get(cells["status"].casefold())
    if status is None:
        raise _CellFault("status", "status-unknown", cells["status"])
    is_decided = status is not HoursStatus.SUBMITTED
    if is_decided and not cells["decided_by"]:
        raise _CellFault("decided_by", "decision-missing", "")
    return LogRow(
        line=line,
        reference=cells["reference"],
        school_reference=cells["school_reference"],
        programme=cells["programme"],
        activity_type=cells["activity_type"].casefold(),
        held_on=_date("held_on", cells["held_on"]),
        starts_at=_time(cells["starts_at"]),
        minutes=_minutes(cells["minutes"]),
        supervised_by=cells["supervised_by"],
        status=status,
        decided_by=cells["decided_by"] if is_decided else None,
        decided_on=_date("decided_on", cells["decided_on"]) if is_decided else None,
        reason=_reason(cells["reason"]) if status is HoursStatus.RETURNED else None,
    )


def _date(column: str, value: str) -> date:
    day_first = re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", value)
    try:
        if day_first:
            day, month, year = map(int, day_first.groups())
            return date(year, month, day)
        return date.fromisoformat(value)
    except ValueError:
        raise _CellFault(column, "date-unreadable", value) from None


def _time(value: str) -> time:
    found = re.fullmatch(r"(\d{1,2})[:.](\d{2})(?::00)?", value)
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        raise _CellFault("starts_at", "time-unreadable", value)
    return time(int(found[1]), int(found[2]))


def _minutes(value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,3}", value) or not 1 <= int(value) <= MAX_MINUTES:
        raise _CellFault("minutes", "minutes-unreadable", value)
    return int(value)


def _reason(value: str) -> ReturnReason:
    try:
        return ReturnReason(value.casefold())
    except ValueError:
        raise _CellFault("reason", "reason-unknown", value) from None


def _repeated(first: LogRow, row: LogRow) -> Remark:
    same = {**vars(first), "line": row.line} == vars(row)
    return Remark(
        line=row.line,
        column="reference",
        level="skip" if same else "error",
        reason="line-repeated" if same else "reference-used-twice",
        facts={"reference": row.reference, "first_line": first.line},
    )
