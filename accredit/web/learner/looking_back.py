"""Looking back: how to, who hears of it and when. Nothing is written here; an adult records only that it was done.

Off unless the programme invites it or a level asks for it: then there is no such page.
"""

from __future__ import annotations

from uuid import UUID

from flask import Response

from accredit.domain.awarding import queries as awarding
from accredit.domain.people import queries as people
from accredit.domain.practice.rules import Milestone
from accredit.errors import NotFound
from accredit.web.access import young_person
from accredit.web.database import reading
from accredit.web.learner import bp
from accredit.web.learner.me import own_enrolment, own_organisation, today
from accredit.web.pages import page


@bp.get("/my/looking-back/<uuid:enrolment_id>")
@young_person
def looking_back(enrolment_id: UUID) -> Response:
    """Say how to look back, and who sees it. Raises `NotFound` where the programme does not invite it."""
    with reading() as db:
        place = own_enrolment(db, enrolment_id)
        progress = awarding.progress(db, place.id, on=today())
        adults = people.supervisors(db, organisation_id=own_organisation(), on=today())
    if not progress.definition.invites_reflections:
        raise NotFound("reflections-off")
    done = next((each for each in progress.portfolio.milestones if each.code is Milestone.REFLECTION), None)
    return page("learner/looking_back.html", adults=adults, done=done)
