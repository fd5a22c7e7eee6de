"""Where to find an adult. Information only: nothing is sent, and nobody's visit is noted."""

from __future__ import annotations

from flask import Response

from accredit.domain.organisations import queries as organisations
from accredit.web.access import public
from accredit.web.database import reading
from accredit.web.learner import bp
from accredit.web.pages import page
from accredit.web.viewer import current_viewer


@bp.get("/talk")
@public
def talk() -> Response:
    """Say whom to talk to; nobody has to sign in first to read a telephone number."""
    viewer = current_viewer()
    lines: list[str] = []
    # Nobody is to look for an adult in a school that has closed.
    if viewer.organisation_id is not None and viewer.closed_on is None:
        with reading() as db:
            said = organisations.organisation(db, viewer.organisation_id).talk_to or ""
        lines = [line.strip() for line in said.splitlines() if line.strip()]
    return page("learner/talk.html", lines=lines)
