"""Hide a certificate from everybody outside at one press, and show it again: for a child who must not be found.

No page asks if one is sure: what must happen in seconds is one button, and another takes it back.
"""

from __future__ import annotations

from uuid import UUID

from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from accredit.clock import utc_now
from accredit.domain.credentials import hiding
from accredit.domain.organisations.rules import Permission
from accredit.web.access import requires
from accredit.web.coordinator import bp
from accredit.web.coordinator.certificates import line_of
from accredit.web.coordinator.desk import own_actor
from accredit.web.database import reading, transaction
from accredit.web.pages import see_other

_DONE = {
    "hide": _l("Hidden. Whoever asks for this certificate is told that there is none."),
    "hide-all": _l("Hidden. Whoever asks for any certificate of this person is told that there is none."),
    "show": _l("Shown again. The code on the paper works as before."),
}


@bp.post("/certificates/<uuid:award_id>/<any(hide,'hide-all',show):step>")
@requires(Permission.HIDE)
def certificate_hiding(award_id: UUID, step: str) -> ResponseReturnValue:
    """Hide one certificate, or everything of the person who holds it, or end that."""
    with reading() as db:
        line_of(db, award_id)
    with transaction() as db:
        if step == "show":
            hiding.show_again(db, award_id=award_id, actor=own_actor(), now=utc_now())
        else:
            hiding.hide(db, award_id=award_id, is_whole=step == "hide-all", actor=own_actor(), now=utc_now())
    return see_other("coordinator.certificate", award_id=award_id, flash=_DONE[step])
