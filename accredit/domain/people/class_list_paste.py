"""A list that was pasted: out of an e-mail, a register or a spreadsheet. The answer is a file like any other.

- Lines with known headings, and columns as a spreadsheet copies them, are taken as they are; where columns have no
  headings, each gets one by what stands in it, to be corrected by the reader.
- Else every line is a name, or several with semicolons between them; list marks, e-mail addresses and quotation marks
  are no part of it, and a form or year group at the end gets a column of its own. A line that ends like a sentence
  around a list, in a colon, an exclamation or a question mark, is left out: no name ends so.
- Nothing is mended here: `class_list_cells` judges every cell.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

from accredit.domain.people.class_list_headings import is_heading

_MARK = re.compile(r"^\s*(?:[-*•·–—>]+|\(?\d{1,3}[.):]|\d{1,3}\t)\s*")
_ADDRESS = re.compile(r"<[^<>]*@[^<>]*>|\(?\S+@\S+\)?|mailto:\S+")
_YEAR = r"(?:year|yr|y|blwyddyn|bl|[PSps])?\s*\d{1,2}"
_FORM = r"\d{1,2}\s?[A-Za-z]{1,3}\d?|\d{1,2}[./-]\d{1,2}"
_AT_THE_END = re.compile(rf"[\s,]+[-–—]?\s*[(\[]?(?:(?P<form>{_FORM})|(?P<year>{_YEAR}))[)\]]?\s*$", re.IGNORECASE)
_KINDS = (
    ("UPN", re.compile(r"[A-Za-z]\d{11}[\dA-Za-z]")),
    ("E-mail", re.compile(r"\S+@\S+")),
    ("Date of birth", re.compile(r"\d{1,2}[/. -](?:\d{1,2}|[A-Za-z]{3,9})[/. -]\d{2,4}|\d{4}-\d\d-\d\d")),
    ("Year group", re.compile(_YEAR, re.IGNORECASE)),
    ("Form", re.compile(_FORM)),
    ("Pupil number", re.compile(r"\d{3,10}")),
)
_SENTENCE = re.compile(r"[:!?]\s*$")
_MOST_FITTING = 0.8


def as_file(text: str) -> bytes:
    """Return what was pasted as the bytes of a list with headings; an empty text stays empty."""
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n") if line.strip()]
    if not lines:
        return b""
    if any(sum(map(is_heading, re.split("[\t;,]", line))) > 1 for line in lines[:20]):
        return "\n".join(lines).encode()
    if 2 * sum("\t" in _MARK.sub("", line) for line in lines) > len(lines):
        return _columns(lines)
    return _names(lines)


def _columns(lines: Sequence[str]) -> bytes:
    rows = [[cell.strip() for cell in line.split("\t")] for line in lines]
    width = max(map(len, rows))
    rows = [row + [""] * (width - len(row)) for row in rows]
    headings = [_kind([row[at] for row in rows]) for at in range(width)]
    names = [at for at, heading in enumerate(headings) if heading == "Name"]
    if len(names) > 1:
        # People are written with the first name first, unless somebody says otherwise.
        headings[names[0]], headings[names[1]] = "First name", "Last name"
        for at in names[2:]:
            headings[at] = ""
    return _written([headings, *rows])


def _kind(cells: Sequence[str]) -> str:
    filled = [cell for cell in cells if cell]
    for heading, pattern in _KINDS:
        if filled and sum(bool(pattern.fullmatch(cell)) for cell in filled) >= _MOST_FITTING * len(filled):
            return heading
    return "Name" if sum(any(map(str.isalpha, cell)) for cell in filled) >= _MOST_FITTING * len(filled) > 0 else ""


def _names(lines: Sequence[str]) -> bytes:
    # Where nothing else was pasted, the answer is that there are no names; with an empty list nobody would see why.
    names = [line for line in lines if not _SENTENCE.search(line)] or lines
    rows = [row for line in names for part in _parts(line) if (row := _row(part))[0]]
    columns = [at for at in range(3) if at == 0 or any(row[at] for row in rows)]
    headings = ("Name", "Form", "Year group")
    return _written([[headings[at] for at in columns], *([row[at] for at in columns] for row in rows)])


def _parts(line: str) -> list[str]:
    line = _MARK.sub("", line)
    parts = line.split(";")
    if len(parts) == 1 and line.count(",") > 1:
        several = [part.strip() for part in line.split(",")]
        # "Dai Newydd, Elin Newydd, Cai Sampl": whole names one after another, as people write them in a sentence.
        if all(len(part.split()) > 1 for part in several if part):
            return several
    return parts


def _row(part: str) -> tuple[str, str, str]:
    name = _ADDRESS.sub(" ", part).strip(' \t,."“”')
    form = year = ""
    while match := _AT_THE_END.search(name):
        form, year = match["form"] or form, match["year"] or year
        name = name[: match.start()].strip(" ,")
    return name, form, year


def _written(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()
