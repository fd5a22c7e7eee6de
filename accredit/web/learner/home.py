"""The first page: where I am, the one next thing, my hours, my training."""

from __future__ import annotations

from flask import Response

from accredit.domain.people import queries as people
from accredit.web.access import young_person
from accredit.web.database import reading
from accredit.web.learner import bp, words
from accredit.web.learner.me import own_enrolments, own_id, today
from accredit.web.learner.standing import standings
from accredit.web.pages import page


@bp.get("/my")
@young_person
def home() -> Response:
    """Show where the young person stands."""
    with reading() as db:
        me = people.young_person(db, own_id())
        places = standings(db, own_enrolments(db, on=today()), on=today())
    on_a_break = [each.pause for each in places if each.pause]
    return page("learner/home.html", me=me, places=places, pauses=on_a_break, words=words)
