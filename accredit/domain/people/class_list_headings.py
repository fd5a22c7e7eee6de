"""Which column is which. Every school names its own report, so headings are guesses that a reader confirms.

- Headings are compared in NFC, without case, spaces and punctuation.
- What this service has no business knowing is left out even when present, and named as left out.
- So are e-mail addresses; but one that is none shows that something happened to its row, which is to be put right.
- A column without a heading, a heading that stands twice and missing names are asked about before anything is taken in.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from accredit.domain.people.class_list_table import Level, Notes, Place, Table


class Field(StrEnum):
    """What a column can be."""

    SCHOOL_REFERENCE = "school-reference"
    UPN = "upn"
    FIRST_NAME = "first-name"
    LAST_NAME = "last-name"
    KNOWN_FIRST_NAME = "known-first-name"
    KNOWN_LAST_NAME = "known-last-name"
    FULL_NAME = "full-name"
    BIRTH_DATE = "birth-date"
    YEAR_GROUP = "year-group"
    FORM = "form"


class LeftOut(StrEnum):
    """Why a column is not taken in."""

    PRIVATE = "private"
    NOT_NEEDED = "not-needed"


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: its heading as written, and what it is taken for, or why it is left out."""

    index: int
    heading: str
    field: Field | None
    left_out: LeftOut | None


_ALIASES: dict[Field, str] = {
    Field.SCHOOL_REFERENCE: "adno, admission number, admission no, arbor student id, globally unique student id, "
    "arbor id, id, misid, pupil id, student id, pupil number, student number, school reference",
    Field.UPN: "upn, unique pupil number",
    Field.FIRST_NAME: "legal forename, forename, legal first name, first name, given name, first names",
    Field.LAST_NAME: "legal surname, surname, legal last name, last name, family name",
    Field.KNOWN_FIRST_NAME: "preferred forename, preferred first name, knownasfirstname, preferred name, known as",
    Field.KNOWN_LAST_NAME: "preferred surname, preferred last name, knownaslastname",
    Field.FULL_NAME: "name, student, full name, pupil, student name, pupil name",
    Field.BIRTH_DATE: "dob, date of birth, date of birth dd mm yyyy, d o b, birth date",
    Field.YEAR_GROUP: "year, year group, yr grp, yr, nc year, nc years for today, year groups this academic year, "
    "year taught in",
    Field.FORM: "reg, reg group, registration form, courses classes, tutor group, form tutor group, form, class",
}
_PRIVATE = (
    *("sex", "gender", "ethnic", "religio", "faith", "language", "nationality", "sen", "aln", "disab", "medical"),
    *("health", "pupilpremium", "freeschool", "fsm", "lookedafter", "incare", "address", "postcode", "phone"),
    *("telephone", "mobile", "photo", "contact", "parent", "carer", "guardian", "uln", "passport", "nhs"),
)


def _plain(heading: str) -> str:
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFC", heading).casefold())


_FIELD_OF = {_plain(alias): field for field, aliases in _ALIASES.items() for alias in aliases.split(",")}


_ADDRESSES = frozenset({"email", "emailaddress", "pupilemail", "studentemail", "schoolemail", "workemail"})


def holds_addresses(heading: str) -> bool:
    """Say whether a column is one of e-mail addresses, by its heading."""
    return _plain(heading) in _ADDRESSES


def is_heading(text: str) -> bool:
    """Say whether a text is one that we know as a heading."""
    return _plain(text) in _FIELD_OF


def read_columns(table: Table, notes: Notes, mapping: Mapping[Field, int] | None) -> tuple[Column, ...]:
    """Return what each column is taken for. With ``mapping`` the reader has said so, and nothing is asked."""
    guesses = [_FIELD_OF.get(_plain(heading)) for heading in table.headings]
    chosen = _guess(guesses) if mapping is None else dict(mapping)
    field_at = {index: field for field, index in chosen.items()}
    columns = tuple(
        Column(
            index=index,
            heading=heading.strip(),
            field=field_at.get(index),
            left_out=None if index in field_at else _why_left_out(heading),
        )
        for index, heading in enumerate(table.headings)
    )
    _remark(table, columns, guesses, notes, decided=mapping is not None)
    return columns


def _guess(guesses: Sequence[Field | None]) -> dict[Field, int]:
    chosen: dict[Field, int] = {}
    for index, field in enumerate(guesses):
        if field is not None:
            chosen.setdefault(field, index)
    return chosen


def _why_left_out(heading: str) -> LeftOut:
    plain = _plain(heading)
    return LeftOut.PRIVATE if any(plain.startswith(word) for word in _PRIVATE) else LeftOut.NOT_NEEDED


def _remark(
    table: Table, columns: Sequence[Column], guesses: Sequence[Field | None], notes: Notes, *, decided: bool
) -> None:
    question = Level.ACCEPT if decided else Level.ASK
    for column in columns:
        place = Place(record=0, line=1, index=column.index, column=column.heading)
        guess = guesses[column.index]
        if not column.heading:
            if any(column.index < len(r.cells) and r.cells[column.index].strip() for r in table.records):
                notes.say(place, question, "heading-missing", number=column.index + 1)
        elif guess is not None and guess in guesses[: column.index]:
            notes.say(place, question, "heading-repeated", first=guesses.index(guess) + 1, number=column.index + 1)
        elif column.left_out is not None:
            notes.say(place, Level.ACCEPT, f"left-out-{column.left_out}")
    fields = {column.field for column in columns}
    whole = Place(record=0, line=1)
    if not fields & {Field.FIRST_NAME, Field.LAST_NAME, Field.KNOWN_FIRST_NAME, Field.FULL_NAME}:
        notes.say(whole, Level.ERROR, "no-name-column")
    elif Field.FULL_NAME not in fields and not fields & {Field.LAST_NAME, Field.KNOWN_LAST_NAME}:
        notes.say(whole, question, "no-last-name-column")
    if not fields & {Field.SCHOOL_REFERENCE, Field.UPN}:
        # Names alone are a list, too; then a person decides who is whom, and never a likeness.
        notes.ask(whole, "no-number-column")
    elif Field.SCHOOL_REFERENCE not in fields:
        notes.say(whole, Level.ACCEPT, "no-reference-column")
