"""Everything that is recorded about me: to read here, and to take along as a file for people and one for programs."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any, Final

from flask import Response, render_template

from accredit.clock import local_date, utc_now
from accredit.domain.retention.everything import Everything, everything
from accredit.web.access import young_person
from accredit.web.database import reading
from accredit.web.learner import bp
from accredit.web.learner.everything_words import COLUMNS, KINDS, said
from accredit.web.learner.me import own_id
from accredit.web.limits import PAPERS, count_for_school
from accredit.web.pages import page

_EARLIEST: Final = (1980, 1, 1, 0, 0, 0)
"""The only moment a file in a ZIP must have; the same record is the same file."""


@bp.get("/my/everything")
@young_person
def all_about_me() -> Response:
    """Show every row, kind by kind."""
    return page("learner/everything.html", **_told(_own()))


@bp.get("/my/everything.zip")
@young_person
def all_about_me_as_a_file() -> Response:
    """Hand the same out: a page that needs nothing else, and JSON."""
    count_for_school(PAPERS)
    found = _own()
    readable = render_template("learner/everything_file.html", **_told(found))
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
    return {"all": found, "kinds": KINDS, "columns": COLUMNS, "said": said, "on": local_date(utc_now())}
