"""Whoever opens what is kept about one young person is written down, once a day (ADR 31, attacks.md IN17).

It hangs on the address and not on the views: every page whose address names a young person is one of theirs, also the
next one that somebody adds. What was not shown (refused, not found, leading on) is not written down.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy.exc
from flask import Response, request

from accredit.clock import utc_now
from accredit.domain.audit.rules import Actor
from accredit.domain.people import looking
from accredit.web.coordinator import bp
from accredit.web.coordinator.desk import own_actor, own_organisation
from accredit.web.database import current_database, reading
from accredit.web.errors import database_away

NAMING = frozenset({"young_person_id", "other_id"})
"""What an address calls a young person; ``other_id`` is the second of two that may be one (`merging`)."""
SHOWN = frozenset({200, 422})
"""A page, and a form that comes back with what is to be mended."""


@bp.after_request
def note_look(answer: Response) -> Response:
    """Write down who was shown what is kept about a young person; what cannot be written down is not shown either."""
    named = [value for name, value in (request.view_args or {}).items() if name in NAMING]
    if not named or answer.status_code not in SHOWN:
        return answer
    actor, now = own_actor(), utc_now()
    if actor.id is None:
        return answer
    try:
        for young_person_id in named:
            _note(young_person_id, actor.id, actor, now)
    except sqlalchemy.exc.OperationalError as error:
        # Somebody else writes, and has not ended in time. Flask has done with its own error handlers by now.
        return database_away(error)
    return answer


def _note(young_person_id: UUID, staff_id: UUID, actor: Actor, now: datetime) -> None:
    with reading() as db:
        if looking.is_noted(db, young_person_id=young_person_id, staff_id=staff_id, now=now):
            return
    # Past the guard of `web.database`, as the day of a key's last use: it changes nothing that anybody asked about.
    with current_database().transaction(own_organisation()) as db:
        looking.note(db, young_person_id=young_person_id, actor=actor, now=now)
