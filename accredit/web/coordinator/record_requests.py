"""Answer a young person who asked about the school's record of them; the talk itself is between people."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request
from flask_babel import gettext as _

from accredit.clock import utc_now
from accredit.domain.organisations.rules import Permission
from accredit.domain.people import asking_school
from accredit.domain.people.rules import RecordAnswer
from accredit.errors import NotFound
from accredit.web.access import requires
from accredit.web.coordinator import bp
from accredit.web.coordinator.desk import own_actor
from accredit.web.database import transaction
from accredit.web.pages import see_other


@bp.post("/people/<uuid:young_person_id>/record-request")
@requires(Permission.MANAGE_PEOPLE)
def answer_record_request(young_person_id: UUID) -> Response:
    """Write down what they were told."""
    try:
        said = RecordAnswer(request.form.get("answer", ""))
    except ValueError as error:
        raise NotFound("record-answer") from error
    with transaction() as db:
        asking_school.answer(db, young_person_id=young_person_id, answer=said, actor=own_actor(), now=utc_now())
    return see_other(
        "coordinator.person", young_person_id=young_person_id, flash=_("Noted. They see it on their page.")
    )
