"""Hand out a list as a file: exactly the lines and columns that its page shows, to whoever has just shown who they are.

1. The address of the list, with ``/export`` behind it, says what the file will hold (`exported`, GET).
2. The press of a button writes down who took which list, and how many lines (POST); the file is the answer.

A list of people is taken from the service's care with this, so it is never one press away from a page.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, request

from accredit.clock import local_date, utc_now
from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import Tag
from accredit.rendering.list_files import csv_of, xlsx_of
from accredit.storage import Session
from accredit.web.database import reading, transaction
from accredit.web.limits import PAPERS, count_for_school
from accredit.web.lists import ListOf
from accredit.web.pages import page
from accredit.web.viewer import current_viewer

MOST_LINES = 50_000
"""More than that is not a list that somebody reads."""
_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def exported(describe: Callable[[Session], ListOf[Any]], *, everywhere: bool = False) -> Response:
    """Answer a request for a list as a file; the view declares for whom it is, with ``proof=True``."""
    taken_as = request.form.get("as", "")
    with reading(everywhere=everywhere) as db:
        of = describe(db)
        total = of.source.count(db, of.wanted())
        if request.method != "POST" or taken_as not in _TYPES or total > MOST_LINES:
            return _asked(of, total, status=200 if request.method != "POST" else 422)
        count_for_school(PAPERS)
        data = _file(db, of, taken_as)
    # Nothing goes out that is not written down; and the database is not kept from others while a file is made.
    with transaction(everywhere=everywhere) as db:
        actor = current_viewer().actor()
        audit.record(
            db, tag=Tag.LIST_EXPORTED, actor=actor, now=utc_now(), list=of.name, taken_as=taken_as, lines=total
        )
    answer = Response(data, content_type=_TYPES[taken_as])
    answer.headers.set(
        "Content-Disposition", "attachment", filename=f"{of.name}-{local_date(utc_now()).isoformat()}.{taken_as}"
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _asked(of: ListOf[Any], total: int, *, status: int) -> Response:
    return page(
        "components/list_export.html",
        status=status,
        of=of,
        total=total,
        most=MOST_LINES,
        sort=of.sort(),
        chosen=of.chosen(),
        choices=of.choices_in_words(),
    )


def _file(db: Session, of: ListOf[Any], taken_as: str) -> bytes:
    headings = [str(column.label) for column in of.columns]
    rows = ([column.cell(line) for column in of.columns] for line in of.source.every(db, of.wanted()))
    return csv_of(headings, rows) if taken_as == "csv" else xlsx_of(of.title, headings, rows)
