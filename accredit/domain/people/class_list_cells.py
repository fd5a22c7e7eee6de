"""What one cell says, and what Excel or another program may have done to it.

- A name is cleaned as `people.names` says; what can be mended is offered, what cannot is refused with its own reason.
- Dates are read day first; a month-first date is not guessed. Two-digit years and serial numbers are asked about.
- A year group is one of the organisation's; the remark quotes those that are.
- A form that looks like a number or a date made by a spreadsheet is asked about.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, timedelta

from accredit.domain.people.class_list_table import LONGEST_CELL, Level, Notes, Place
from accredit.domain.people.names import check_name
from accredit.domain.people.pupil_numbers import check_upn
from accredit.domain.people.rules import check_email
from accredit.errors import RuleBroken

_ENGLAND = ("N", "R", *map(str, range(1, 14)))
YEAR_GROUPS: dict[str, tuple[str, ...]] = {
    "england": _ENGLAND,
    "wales": _ENGLAND,
    "northern-ireland": (*_ENGLAND, "14"),
    "scotland": (*(f"P{n}" for n in range(1, 8)), *(f"S{n}" for n in range(1, 7))),
}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_INVISIBLE = re.compile("[\u00ad\u180e\u200b\u2060\ufeff]")
_FIRST_SERIAL, _LAST_SERIAL = 25_569, 60_000
_YOUNGEST, _OLDEST = 3, 25


def read_name(text: str, place: Place, notes: Notes) -> str:
    """Return one part of a name, or an empty text; everything doubtful is in the notes."""
    if not text:
        return ""
    if "\n" in text or "\r" in text:
        text = notes.ask(place, "name-line-break", " ".join(text.split()))
    bare = text.strip(" \u00a0")
    if not bare:
        # Something was typed that is no name; a cell that is really empty is a single name and needs no question.
        return read_answered_name(notes.ask(place, "name-single"), place, notes)
    if fault := _fault(bare):
        notes.say(place, Level.ERROR, fault)
        return ""
    if not any(symbol.isalnum() for symbol in bare):
        return read_answered_name(notes.ask(place, "name-placeholder", given=bare), place, notes)
    return read_answered_name(_mend(bare, place, notes), place, notes)


def read_answered_name(text: str, place: Place, notes: Notes) -> str:
    """Return a name as somebody answered it, or an empty text; an answer is no better than a cell."""
    if not text:
        return ""
    try:
        return check_name(text)
    except RuleBroken as broken:
        notes.say(place, Level.ERROR, broken.rule, **broken.facts)
        return ""


def _fault(text: str) -> str | None:
    if any(unicodedata.category(symbol) == "Cc" for symbol in text):
        return "name-control"
    # A spreadsheet runs these; "-Jo" it does not, and a real name may begin so.
    return "name-formula" if re.match(r"[=+@]|-[^\w]|-\d", text) else None


def _mend(text: str, place: Place, notes: Notes) -> str:
    if _INVISIBLE.search(text):
        text = notes.ask(place, "name-invisible", _INVISIBLE.sub("", text))
    if meant := _decoded_twice(text):
        text = notes.ask(place, "text-wrongly-decoded", meant)
    if "?" in text or "\ufffd" in text:
        text = notes.ask(place, "letter-lost", text)
    if text.startswith("-"):
        text = notes.ask(place, "name-leading-mark", text)
    if re.search(r"<[^>]*>", text):
        text = notes.ask(place, "name-markup", text)
    return text


def _decoded_twice(text: str) -> str | None:
    """Return what UTF-8 read as Windows-1252 was meant to be: "SiÃ¢n" is Siân. None when it is not that."""
    if text.isascii():
        return None
    try:
        # Bytes that Windows-1252 does not define come through as Latin-1 controls.
        raw = b"".join(symbol.encode("cp1252" if ord(symbol) > 0xFF else "latin-1") for symbol in text)
        meant = raw.decode("utf-8")
    except UnicodeError:
        return None
    return meant if meant != text else None


def read_birth_date(text: str, place: Place, notes: Notes, *, today: date) -> date | None:
    """Return a date of birth that fits a young person, or None with the reason noted."""
    text = " ".join(text.split())
    if not text:
        notes.ask(place, "date-missing")
        return None
    born = _serial(text, place, notes) if re.fullmatch(r"\d{5}", text) else _written(text, place, notes, today)
    if born is None:
        return None
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    if born > today:
        notes.say(place, Level.ERROR, "date-future")
    elif not _YOUNGEST <= age <= _OLDEST:
        notes.say(place, Level.ERROR, "date-age", age=age)
    else:
        return born
    return None


def _serial(text: str, place: Place, notes: Notes) -> date | None:
    number = int(text)
    if not _FIRST_SERIAL <= number <= _LAST_SERIAL:
        notes.say(place, Level.ERROR, "date-unreadable")
        return None
    # Day 60 of this calendar is a 29 February 1900 that never was, hence the 30 December.
    offered = date(1899, 12, 30) + timedelta(days=number)
    # One answer holds for the whole column.
    notes.ask_column(place, "date-serial", offered.isoformat())
    return offered


def _written(text: str, place: Place, notes: Notes, today: date) -> date | None:
    if match := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00)?)?", text):
        year, month, day = (int(part) for part in match.groups())
    elif match := re.fullmatch(r"(\d{1,2})[/. -]([A-Za-z]{3,9}|\d{1,2})[/. -](\d{2}|\d{4})(?: 00:00(?::00)?)?", text):
        day, year = int(match[1]), int(match[3])
        month = int(match[2]) if match[2].isdigit() else _month(match[2])
    else:
        day = month = year = 0
    if not 1 <= month <= 12 or not 1 <= day <= 31:
        notes.say(place, Level.ERROR, "date-unreadable")
        return None
    short = year < 100
    if short:
        year += 2000 if 2000 + year <= today.year else 1900
    try:
        born = date(year, month, day)
    except ValueError:
        notes.say(place, Level.ERROR, "date-impossible")
        return None
    if short:
        notes.ask(place, "date-two-digit-year", born.isoformat())
    return born


def _month(word: str) -> int:
    short = word[:3].lower()
    return _MONTHS.index(short) + 1 if short in _MONTHS else 0


def read_year_group(text: str, place: Place, notes: Notes, *, year_groups: Sequence[str]) -> str | None:
    """Return ``12`` for "Year 12", "Yr 12", "Y12", " 12"; None for an empty cell."""
    plain = re.sub(r"[\W_]+", "", text).upper()
    if not plain:
        return None
    number = re.fullmatch(r"(?:YEAR|YR|Y|NCYEAR|BLWYDDYN|BL)?0*(\d{1,2})", plain)
    group = number[1] if number else {"RECEPTION": "R", "NURSERY": "N"}.get(plain, plain)
    if group in year_groups:
        return group
    notes.say(place, Level.ERROR, "year-unknown", given=text.strip()[:40], allowed=tuple(year_groups))
    return None


def read_form(text: str, place: Place, notes: Notes) -> str | None:
    """Return the form as the school writes it, or None for an empty cell."""
    form = " ".join(text.split())
    if re.fullmatch(r"\d(\.\d+)?E[+-]\d+|\d{1,2}-[A-Z][a-z]{2}|[A-Z][a-z]{2}-\d{2}", form):
        form = notes.ask(place, "form-changed-by-spreadsheet", form)
    return _code(form, place, notes, "form-format")


def read_reference(text: str, place: Place, notes: Notes) -> str | None:
    """Return the school's own number as text, leading zeros kept, or None for an empty cell."""
    reference = " ".join(text.split())
    if re.fullmatch(r"\d(\.\d+)?E[+-]\d+", reference):
        notes.say(place, Level.ERROR, "reference-changed-by-spreadsheet")
        return None
    return _code(reference, place, notes, "reference-format")


def _code(text: str, place: Place, notes: Notes, rule: str) -> str | None:
    if len(text) > 40 or not text.isprintable() or text[:1] in set("=+@"):
        notes.say(place, Level.ERROR, rule)
        return None
    return unicodedata.normalize("NFC", text) or None


def read_upn(text: str, place: Place, notes: Notes) -> str | None:
    """Return a checked UPN, or None for an empty cell."""
    if not text.strip():
        return None
    try:
        return check_upn(text)
    except RuleBroken as broken:
        notes.say(place, Level.ERROR, broken.rule, **broken.facts)
        return None


def check_address(text: str, place: Place, notes: Notes) -> None:
    """Note an e-mail address that is none; nothing of it is kept."""
    if not text.strip(" \u00a0"):
        return
    try:
        check_email(text)
    except RuleBroken as broken:
        notes.say(place, Level.ERROR, broken.rule)


def is_too_long(cells: Sequence[str]) -> bool:
    """Say whether a cell is so long that a quotation mark was probably never closed."""
    return any(len(cell) > LONGEST_CELL for cell in cells)
