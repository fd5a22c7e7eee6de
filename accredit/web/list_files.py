"""Hand out a list as a file: exactly the lines and columns that its page shows, to whoever has just shown who they are.

1. The address of the list, with ``/export`` behind it, says what the file will hold (`exported`, GET).
2. The press of a button writes down who took which list, and how many lines (POST); the file is the answer.
3. The file says who took it and when; of a long one the others of the organisation hear (`domain.people.lists_taken`).

A list of people is taken from the service's care with this, so it is never one press away from a page.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Response, render_template, request
from flask_babel import gettext as _

from accredit.clock import local_date, utc_now
from accredit.domain.notifications import operations as notifications
from accredit.domain.people import lists_taken
from accredit.rendering.list_files import csv_of, xlsx_of
from accredit.storage import Session
from accredit.web.database import reading, transaction
from accredit.web.languages import page_language
from accredit.web.limits import PAPERS, count_for_school
from accredit.web.lists import ListOf
from accredit.web.pages import page
from accredit.web.settings import current_settings
from accredit.web.viewer import current_viewer
from accredit.web.words import moment_in_words

MOST_LINES = 50_000
"""More than that is not a list that somebody reads."""
_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def exported(describe: Callable[[Session], ListOf[Any]], *, everywhere: bool = False) -> Response:
    """Answer a request for a list as a file; the view declares for whom it is, with ``proof=True``."""
    taken_as, now = request.form.get("as", ""), utc_now()
    with reading(everywhere=everywhere) as db:
        of = describe(db)
        total = of.source.count(db, of.wanted())
        if request.method != "POST" or taken_as not in _TYPES or total > MOST_LINES:
            return _asked(of, total, status=200 if request.method != "POST" else 422)
        count_for_school(PAPERS)
        data = _file(db, of, taken_as, now)
    # Nothing goes out that is not written down; and the database is not kept from others while a file is made.
    with transaction(everywhere=everywhere) as db:
        tell_taken(db, name=of.name, title=of.title, taken_as=taken_as, lines=total, now=now)
    answer = Response(data, content_type=_TYPES[taken_as])
    answer.headers.set(
        "Content-Disposition", "attachment", filename=f"{of.name}-{local_date(now).isoformat()}.{taken_as}"
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


def tell_taken(db: Session, *, name: str, title: str, taken_as: str, lines: int, now: datetime) -> None:
    """Write down that the reader takes a list as a file, and write to whoever is to hear of it."""
    actor = current_viewer().actor()
    told = lists_taken.note_taken(db, name=name, taken_as=taken_as, lines=lines, actor=actor, now=now)
    for address in told:
        notifications.queue_mail(
            db,
            to_address=address,
            subject=_("A long list was downloaded from accredit"),
            text=render_template(
                "email/list_taken.txt",
                person=current_viewer().display_name,
                title=title,
                lines=lines,
                at=now,
                # From the settings, never from what a request says its host is.
                record=f"{current_settings().base_url}/school/record",
            ),
            now=now,
        )


def mark_of(now: datetime) -> str:
    """Return what a file says of who took it and when."""
    who, moment = current_viewer().display_name, moment_in_words(now, page_language())
    said: str = _("Taken by %(name)s on %(moment)s", name=who, moment=moment)
    return said


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


def _file(db: Session, of: ListOf[Any], taken_as: str, now: datetime) -> bytes:
    headings = [str(column.label) for column in of.columns]
    rows = ([column.cell(line) for column in of.columns] for line in of.source.every(db, of.wanted()))
    mark = mark_of(now)
    return csv_of(headings, rows, mark=mark) if taken_as == "csv" else xlsx_of(of.title, headings, rows, mark=mark)
