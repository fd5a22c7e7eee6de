"""Whoever opens what is kept about one young person is written down, once a day (ADR 31, attacks.md IN17).

It hangs on the address and not on the views: every page whose address names a young person is one of theirs, also the
next one that somebody adds. What was not shown (refused, not found, leading on) is not written down.
"""

from __future__ import annotations

from flask import Response, request

from accredit.clock import utc_now
from accredit.domain.people import looking
from accredit.web.coordinator import bp
from accredit.web.coordinator.desk import own_actor, own_organisation
from accredit.web.database import current_database, reading

SHOWN = frozenset({200, 422})
"""A page, and a form that comes back with what is to be mended."""


@bp.after_request
def note_look(answer: Response) -> Response:
    """Write down who was shown what is kept about a young person; what cannot be written down is not shown either."""
    young_person_id = (request.view_args or {}).get("young_person_id")
    if young_person_id is None or answer.status_code not in SHOWN:
        return answer
    actor, now = own_actor(), utc_now()
    if actor.id is None:
        return answer
    with reading() as db:
        if looking.is_noted(db, young_person_id=young_person_id, staff_id=actor.id, now=now):
            return answer
    # Past the guard of `web.database`, as the day of a key's last use: it changes nothing that anybody asked about.
    with current_database().transaction(own_organisation()) as db:
        looking.note(db, young_person_id=young_person_id, actor=actor, now=now)
    return answer
