"""A class list: from the bytes of a file to candidates and remarks. Pure: nothing is looked up and nothing written.

- Every record has one answer: it goes through, waits for an answer (ask), stays out (error), or is left out (skip).
- Every faulty cell has its own reason; the same UPN or pupil number twice keeps both records out.
- A list without any number is taken by names, where somebody says so; whoever has the same name is asked about.
- The name to print is the known-as name where there is one, else the legal one; one word is a complete name.
- An e-mail address is not kept; a cell of them that holds none keeps its record out until it is corrected.
- A date of birth becomes three months, and is kept nowhere.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import takewhile
from operator import attrgetter

from accredit.domain.people import class_list_cells as read
from accredit.domain.people.class_list_cells import YEAR_GROUPS
from accredit.domain.people.class_list_headings import Column, Field, LeftOut, holds_addresses, is_heading, read_columns
from accredit.domain.people.class_list_table import Level, Notes, Place, Record, Remark, Table, read_table
from accredit.domain.people.names import LONGEST_NAME
from accredit.domain.people.rules import Months, months_from_birth_date

__all__ = [
    "BY_NAME",
    "YEAR_GROUPS",
    "Candidate",
    "ClassList",
    "Column",
    "Field",
    "LeftOut",
    "Level",
    "Remark",
    "read_class_list",
]

BY_NAME = "0:-:no-number-column"
"""The key of the answer that a list without any number is to be taken by its names."""
_MOST_OTHERS = 10


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """One young person as the file tells of them."""

    record: int
    line: int
    printed_name: str
    known_as: str
    school_reference: str | None = None
    upn: str | None = None
    year_group: str | None = None
    form: str | None = None
    months: Months | None = None


@dataclass(frozen=True, kw_only=True)
class ClassList:
    """A file as read. ``candidates`` are the records that go through; the remarks tell of every other one."""

    table: Table
    columns: tuple[Column, ...]
    candidates: tuple[Candidate, ...]
    remarks: tuple[Remark, ...]
    names: Mapping[int, str]
    """What to call each record in a list of remarks; raw text, to be shown as text only."""
    answers: Mapping[str, str]

    @property
    def needs_columns(self) -> bool:
        """Whether the reader must first say which column is which."""
        return any(remark.record == 0 and remark.level in {Level.ASK, Level.ERROR} for remark in self.remarks)

    def level_of(self, record: int) -> Level:
        """Return the one answer to a record: the gravest of its remarks."""
        levels = {remark.level for remark in self.remarks if remark.record == record}
        return next((level for level in (Level.SKIP, Level.ERROR, Level.ASK) if level in levels), Level.ACCEPT)


@dataclass(frozen=True, kw_only=True)
class _Row:
    candidate: Candidate
    born: date | None


def read_class_list(
    data: bytes,
    *,
    today: date,
    year_groups: Sequence[str],
    mapping: Mapping[Field, int] | None = None,
    answers: Mapping[str, str] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> ClassList:
    """Read a file. ``mapping`` says which column is which, ``answers`` answers remarks by their ``key``.

    ``progress`` is told now and then how many records of how many are read. An answer is ``yes`` (take what is
    offered), one of the choices of a remark, or the text to use instead. Raises `RuleBroken` of `read_table`.
    """
    table = read_table(data, is_heading=is_heading)
    notes = Notes(answers or {})
    columns = read_columns(table, notes, mapping)
    reader = _Reader(table, columns, notes, today, year_groups)
    rows: list[_Row] = []
    for record in table.records:
        if row := reader.row(record):
            rows.append(row)
        if progress is not None and (record.number % 100 == 0 or record.number == len(table.records)):
            progress(record.number, len(table.records))
    _compare(rows, notes, by_name=reader.by_name)
    listed = ClassList(
        table=table,
        columns=columns,
        candidates=(),
        remarks=tuple(sorted(notes.remarks, key=lambda remark: (remark.record, remark.index or -1))),
        names={record.number: reader.called(record) for record in table.records},
        answers=answers or {},
    )
    stopped = {remark.record for remark in notes.remarks if remark.level is not Level.ACCEPT}
    return replace(listed, candidates=tuple(row.candidate for row in rows if row.candidate.record not in stopped))


def headings_of(data: bytes) -> tuple[str, ...]:
    """Return the headings of a file. Raises as `read_class_list` does."""
    return read_table(data, is_heading=is_heading).headings


class _Reader:
    """Reads one record after another; remembers those seen, to notice a repeated one."""

    def __init__(
        self, table: Table, columns: Sequence[Column], notes: Notes, today: date, year_groups: Sequence[str]
    ) -> None:
        self._width, self._headings = len(table.headings), table.headings
        self._at = {column.field: column.index for column in columns if column.field is not None}
        # A column that the reader took for something else holds no UPN, whatever its heading says.
        self._upn_columns = [
            c.index for c in columns if c.heading.strip().upper() == "UPN" and c.field in {None, Field.UPN}
        ]
        self._address_columns = [c.index for c in columns if c.field is None and holds_addresses(c.heading)]
        self._notes, self._today, self._year_groups = notes, today, year_groups
        self.by_name = not {Field.SCHOOL_REFERENCE, Field.UPN} & set(self._at)
        """Whether the list has no numbers at all."""
        self._seen: dict[tuple[str, ...], int] = {}
        self._padded_to = self._digits(table)

    def row(self, record: Record) -> _Row | None:
        """Return what a record says, or None when it is left out or cannot be read as one."""
        if not self._is_whole(record):
            return None
        known_as, printed = self._names(record)
        born = self._birth_date(record)
        candidate = Candidate(
            record=record.number,
            line=record.line,
            printed_name=printed,
            known_as=known_as,
            school_reference=self._reference(record),
            upn=self._upn(record),
            year_group=self._year_group(record),
            form=self._read(record, Field.FORM, read.read_form),
            months=months_from_birth_date(born) if born else None,
        )
        for index in self._address_columns:
            place = Place(record=record.number, line=record.line, index=index, column=self._headings[index].strip())
            read.check_address(record.cells[index], place, self._notes)
        return _Row(candidate=candidate, born=born)

    def called(self, record: Record) -> str:
        """Return a few cells to know the record by, without anything that cannot be printed."""
        fields = (Field.FULL_NAME, Field.KNOWN_FIRST_NAME, Field.FIRST_NAME, Field.LAST_NAME, Field.SCHOOL_REFERENCE)
        cells = [self._cell(record, field) for field in fields]
        text = " ".join(dict.fromkeys(cell.strip() for cell in cells if cell.strip()))
        return "".join(symbol for symbol in text if symbol.isprintable())[:80]

    def _is_whole(self, record: Record) -> bool:
        place, cells = Place(record=record.number, line=record.line), record.cells
        filled = [cell.strip() for cell in cells if cell.strip()]
        first = self._seen.setdefault(cells, record.number)
        if not filled:
            self._notes.say(place, Level.SKIP, "row-blank")
        elif len(filled) == 1 and re.fullmatch(r"(grand )?(total|count|number of \w+)\b.*", filled[0], re.IGNORECASE):
            self._notes.say(place, Level.SKIP, "row-footer")
        elif first != record.number and not self.by_name:
            self._notes.say(place, Level.SKIP, "row-repeated", first=first)
        elif len(cells) < self._width:
            self._notes.say(place, Level.ERROR, "row-too-short", cells=len(cells), headings=self._width)
        elif len(cells) > self._width:
            self._notes.say(place, Level.ERROR, "row-too-long", cells=len(cells), headings=self._width)
        elif read.is_too_long(cells):
            self._notes.say(place, Level.ERROR, "cell-too-long")
        else:
            return True
        return False

    def _names(self, record: Record) -> tuple[str, str]:
        if Field.FULL_NAME in self._at and Field.FIRST_NAME not in self._at and Field.LAST_NAME not in self._at:
            name = self._name(record, Field.FULL_NAME)
            if name.count(",") == 1:
                last, first = (part.strip() for part in name.split(","))
                place = self._place(record, Field.FULL_NAME)
                name = self._notes.ask_column(place, "name-order", f"{first} {last}".strip())
                name = read.read_answered_name(name, place, self._notes)
            first, last = (name.split()[0] if name else ""), name
            parts = [name]
        else:
            first = self._name(record, Field.KNOWN_FIRST_NAME, Field.FIRST_NAME)
            last = self._name(record, Field.KNOWN_LAST_NAME, Field.LAST_NAME)
            parts = [first, last]
        printed = " ".join(part for part in parts if part)
        if not printed:
            self._nameless(record)
        elif len(printed) > LONGEST_NAME:
            self._notes.say(self._place(record, Field.LAST_NAME), Level.ERROR, "name-too-long", length=len(printed))
        return first or last, printed

    def _nameless(self, record: Record) -> None:
        # The names of a record are read first, so what was said of it stands at the end.
        mine = list(takewhile(lambda remark: remark.record == record.number, reversed(self._notes.remarks)))
        # A cell that was refused has told its reason already; only a record with no name at all says so here.
        if not any(remark.level is Level.ERROR for remark in mine):
            for remark in mine:
                self._notes.remarks.remove(remark)
            self._notes.say(self._place(record, Field.FIRST_NAME), Level.ERROR, "name-missing")

    def _name(self, record: Record, *fields: Field) -> str:
        # The known-as column where it has a name, else the legal one; only the one that is used is judged.
        for field in fields:
            if self._cell(record, field).strip() or field is fields[-1]:
                return read.read_name(self._cell(record, field), self._place(record, field), self._notes)
        return ""

    def _birth_date(self, record: Record) -> date | None:
        if Field.BIRTH_DATE not in self._at:
            return None
        place = self._place(record, Field.BIRTH_DATE)
        return read.read_birth_date(self._cell(record, Field.BIRTH_DATE), place, self._notes, today=self._today)

    def _year_group(self, record: Record) -> str | None:
        text, place = self._cell(record, Field.YEAR_GROUP), self._place(record, Field.YEAR_GROUP)
        return read.read_year_group(text, place, self._notes, year_groups=self._year_groups)

    def _upn(self, record: Record) -> str | None:
        place, text = self._place(record, Field.UPN), self._cell(record, Field.UPN)
        others = [
            record.cells[i] for i in self._upn_columns if i != self._at.get(Field.UPN) and record.cells[i].strip()
        ]
        if not text.strip() and others:
            text = self._notes.ask(place, "upn-two-columns", others[0])
        return read.read_upn(text, place, self._notes)

    def _digits(self, table: Table) -> int | None:
        """Return to how many digits pupil numbers are filled up with zeros, where all that begin with one agree."""
        numbers = {self._cell(record, Field.SCHOOL_REFERENCE).strip() for record in table.records}
        widths = {len(number) for number in numbers if number.isdecimal() and number.startswith("0")}
        return widths.pop() if len(widths) == 1 else None

    def _reference(self, record: Record) -> str | None:
        place = self._place(record, Field.SCHOOL_REFERENCE)
        reference = read.read_reference(self._cell(record, Field.SCHOOL_REFERENCE), place, self._notes)
        if reference and reference.isdecimal() and len(reference) < (self._padded_to or 0):
            offered = reference.zfill(self._padded_to or 0)
            return read.read_reference(self._notes.ask(place, "zeros-lost", offered), place, self._notes)
        return reference

    def _read(self, record: Record, field: Field, reader: Callable[[str, Place, Notes], str | None]) -> str | None:
        return reader(self._cell(record, field), self._place(record, field), self._notes)

    def _cell(self, record: Record, field: Field) -> str:
        index = self._at.get(field)
        return record.cells[index] if index is not None and index < len(record.cells) else ""

    def _place(self, record: Record, field: Field) -> Place:
        index = self._at.get(field)
        column = "" if index is None else self._headings[index].strip()
        return Place(record=record.number, line=record.line, index=index, column=column)


def _compare(rows: Sequence[_Row], notes: Notes, *, by_name: bool) -> None:
    """Notice the same number twice, and somebody without a number who is like somebody else."""
    for attribute, reason in (("upn", "upn-duplicate"), ("school_reference", "reference-duplicate")):
        having = _records_by(rows, attrgetter(f"candidate.{attribute}"))
        for row in rows:
            number = getattr(row.candidate, attribute)
            if number and len(having[number]) > 1:
                notes.say(_place(row), Level.ERROR, reason, same_as=_others(having[number], row))
    refused = {remark.record for remark in notes.remarks if remark.level is Level.ERROR}
    alike = _records_by(rows, _person)
    for row in rows:
        if not row.candidate.upn and not row.candidate.school_reference and row.candidate.record not in refused:
            like = _others(alike[_person(row)], row)
            if not by_name:
                _numberless(row, like, notes)
            elif earlier := [record for record in like if record < row.candidate.record]:
                _same_person(row, earlier, notes, reason="name-again")


def _records_by(rows: Sequence[_Row], key: Callable[[_Row], object]) -> dict[object, list[int]]:
    found: dict[object, list[int]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row.candidate.record)
    return found


def _others(records: Sequence[int], row: _Row) -> tuple[int, ...]:
    # A few are enough to find the rest by; a file with one number in every row has thousands.
    few = records[: _MOST_OTHERS + 1]
    return tuple(record for record in few if record != row.candidate.record)[:_MOST_OTHERS]


def _numberless(row: _Row, like: Sequence[int], notes: Notes) -> None:
    # Without a number the same file read twice would add the same person twice.
    if not like or _same_person(row, like, notes) is False:
        notes.say(_place(row), Level.ERROR, "identifier-missing")


def _same_person(row: _Row, like: Sequence[int], notes: Notes, *, reason: str = "person-like") -> bool | None:
    """Ask whether a record is about somebody of another record; None is no answer yet."""
    before = len(notes.remarks)
    answer = notes.ask(_place(row), reason, "same", same_as=tuple(like), choices=("same", "other"))
    if len(notes.remarks) > before:
        return None
    if answer == "same":
        notes.say(_place(row), Level.SKIP, "row-repeated", first=like[0])
    return answer == "same"


def _person(row: _Row) -> tuple[str, date | None]:
    return row.candidate.printed_name.casefold(), row.born


def _place(row: _Row) -> Place:
    return Place(record=row.candidate.record, line=row.candidate.line)
