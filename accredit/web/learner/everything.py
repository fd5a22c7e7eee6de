"""Everything that is recorded about me: to read here, and to take along as a file for people and one for programs."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any, Final

from flask import Response, render_template

from accredit.clock import local_date, utc_now
from accredit.domain.retention.everything import Everything, Section, everything
from accredit.web.access import young_person
from accredit.web.database import reading
from accredit.web.learner import bp
from accredit.web.learner.everything_words import COLUMNS, KINDS, NO_NEWS, said
from accredit.web.learner.me import own_id
from accredit.web.limits import PAPERS, count_for_school
from accredit.web.pages import page

_EARLIEST: Final = (1980, 1, 1, 0, 0, 0)
"""The only moment a file in a ZIP must have; the same record is the same file."""
FEW: Final = 5
"""How many entries of a kind are read at once; more are folded by their months."""


@dataclass(frozen=True, kw_only=True)
class Fold:
    """Entries of one kind that are read together: all of them where there are few, else those of one month."""

    month: date | None
    rows: tuple[Mapping[str, Any], ...]
    """Column → what it says; what says nothing is left out."""


@bp.get("/my/everything")
@young_person
def all_about_me() -> Response:
    """Show every row, kind by kind."""
    return page("learner/everything.html", is_file=False, **_told(_own()))


@bp.get("/my/everything.zip")
@young_person
def all_about_me_as_a_file() -> Response:
    """Hand the same out: a page that needs nothing else, and JSON."""
    count_for_school(PAPERS)
    found = _own()
    readable = render_template("learner/everything_file.html", is_file=True, **_told(found))
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as files:
        files.writestr(zipfile.ZipInfo("everything.html", _EARLIEST), readable)
        files.writestr(zipfile.ZipInfo("everything.json", _EARLIEST), json.dumps(found.to_json(), indent=2))
    answer = Response(written.getvalue(), content_type="application/zip")
    answer.headers.set("Content-Disposition", "attachment", filename="everything-about-me.zip")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _own() -> Everything:
    with reading() as db:
        return everything(db, own_id())


def _told(found: Everything) -> dict[str, Any]:
    programmes = next((len(each.rows) for each in found.sections if each.kind == "enrolment"), 0)
    folds = {each.kind: _folds(each, has_one_programme=programmes == 1) for each in found.sections}
    return {"all": found, "kinds": KINDS, "columns": COLUMNS, "folds": folds, "on": local_date(utc_now())}


def _folds(section: Section, *, has_one_programme: bool) -> list[Fold]:
    """Return the entries of one kind as they are read, oldest first; those of no day come first."""
    if len(section.rows) <= FEW:
        return [Fold(month=None, rows=tuple(_spoken(section, row, has_one_programme) for row in section.rows))]
    ordered = sorted(section.rows, key=lambda row: _month(section, row) or date.min)
    return [
        Fold(month=month, rows=tuple(_spoken(section, row, has_one_programme) for row in rows))
        for month, rows in groupby(ordered, key=lambda row: _month(section, row))
    ]


def _month(section: Section, row: Mapping[str, Any]) -> date | None:
    """Return the first day of the month of an entry: of its day, else of when it was written down."""
    days = [row[name] for name in section.columns if isinstance(row[name], date)]
    first = next((day for day in days if not isinstance(day, datetime)), days[0] if days else None)
    if first is None:
        return None
    return (local_date(first) if isinstance(first, datetime) else first).replace(day=1)


def _spoken(section: Section, row: Mapping[str, Any], has_one_programme: bool) -> Mapping[str, Any]:
    def says_something(name: str) -> bool:
        # With one programme each entry is of that one, and the section of programmes names it.
        is_known = has_one_programme and name == "enrolment_id"
        return row[name] is not None and not is_known and not (name in NO_NEWS and row[name] is False)

    return {name: said(name, row[name]) for name in section.columns if says_something(name)}
