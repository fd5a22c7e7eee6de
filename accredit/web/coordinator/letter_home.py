"""A letter home about one programme, to be printed: what it is, what is written down, and a slip with three answers.

It names nobody and keeps nothing; what comes back is filed where slips for trips are, and answers are noted by hand.
The same letter, to be changed in a word processor, is docs/privacy/letter-home.md.
"""

from __future__ import annotations

from uuid import UUID

from flask import Response

from accredit.domain.organisations import queries as organisations
from accredit.domain.organisations.rules import Permission
from accredit.domain.programmes import queries as programmes
from accredit.web.access import requires
from accredit.web.coordinator import bp
from accredit.web.coordinator.desk import own_organisation, today
from accredit.web.database import reading
from accredit.web.pages import page


@bp.get("/programmes/<uuid:programme_id>/letter-home")
@requires(Permission.MANAGE_PEOPLE)
def letter_home(programme_id: UUID) -> Response:
    """Show the letter with what is known filled in, and lines for the rest. Raises `NotFound`."""
    with reading() as db:
        found = programmes.programme(db, programme_id, today())
        version = found.current or programmes.versions(db, programme_id)[0]
        school = organisations.organisation(db, own_organisation())
    definition = version.definition
    minutes = sum(definition.module(code).minutes for code in definition.first_training)
    adults = [line.strip() for line in (school.talk_to or "").splitlines() if line.strip()]
    return page(
        "coordinator/letter_home.html",
        programme=found,
        definition=definition,
        minutes=minutes,
        adults=adults,
        school=school,
    )
