"""Supervision at a glance: time, meetings, when the last one was. In the order of names; nobody is ranked."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request

from accredit.domain.organisations.rules import Permission
from accredit.domain.practice.supervision import minutes_between_meetings
from accredit.domain.practice.supervision import supervision as standings
from accredit.web.access import requires
from accredit.web.database import reading
from accredit.web.pages import page
from accredit.web.supervisor import bp
from accredit.web.supervisor.desk import chosen, is_supervisor, own_programmes, today
from accredit.web.supervisor.words import a_lot_in_a_week


@bp.get("/supervision")
@requires(Permission.RECORD_PRACTICE)
def supervision() -> Response:
    """Show how everybody of a programme stands."""
    with reading() as db:
        places, may_record = own_programmes(db), is_supervisor(db)
        place = chosen(places, request.args.get("programme", type=UUID))
        found = standings(db, programme_id=place.id, on=today()) if place else ()
    between = minutes_between_meetings(place.current.definition) if place and place.current else None
    return page(
        "supervisor/supervision.html",
        places=places,
        place=place,
        lines=found,
        between=between,
        may_record=may_record,
        a_lot=a_lot_in_a_week,
    )
