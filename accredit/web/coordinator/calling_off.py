"""Call off a planned training session."""

from __future__ import annotations

from uuid import UUID

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accredit.clock import utc_now
from accredit.domain.organisations.rules import Permission
from accredit.domain.training import changing, queries
from accredit.errors import RuleBroken
from accredit.web.access import requires
from accredit.web.coordinator import bp
from accredit.web.coordinator.desk import own_actor
from accredit.web.database import reading, transaction
from accredit.web.messages import sentence
from accredit.web.pages import page, see_other


@bp.get("/training/<uuid:session_id>/call-off")
@requires(Permission.RECORD_TRAINING)
def ask_call_off(session_id: UUID) -> ResponseReturnValue:
    """Ask whether a session is not to be held."""
    with reading() as db:
        found = queries.session(db, session_id)
    return page("coordinator/call_off.html", session=found)


@bp.post("/training/<uuid:session_id>/call-off")
@requires(Permission.RECORD_TRAINING)
def call_off(session_id: UUID) -> ResponseReturnValue:
    """Call a session off."""
    try:
        with transaction() as db:
            changing.call_off(db, session_id=session_id, actor=own_actor(), now=utc_now())
    except RuleBroken as refusal:
        return see_other("coordinator.register", session_id=session_id, flash=sentence(refusal), flash_kind="careful")
    return see_other("coordinator.training", flash=_("Called off. Please tell those who were to come."))
