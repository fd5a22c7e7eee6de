"""The e-mail to co-ordinators about refreshers: stopped on their own page or from the e-mail, and started again."""

from __future__ import annotations

from flask import Response
from flask_babel import gettext as _

from accredit.clock import utc_now
from accredit.domain.organisations.rules import Permission
from accredit.domain.people import refresher_reminders
from accredit.errors import NotFound
from accredit.web.access import public, requires
from accredit.web.auth import bp
from accredit.web.auth.weekly import own_staff_id
from accredit.web.database import reading, transaction
from accredit.web.languages import page_language
from accredit.web.pages import page, see_other
from accredit.web.settings import current_pepper
from accredit.web.viewer import current_viewer


@bp.post("/refresher-email/start")
@requires(Permission.MANAGE_PEOPLE)
def start_refresher_email() -> Response:
    """Tell the reader again when refreshers fall due, in the language of the page."""
    with transaction() as db:
        refresher_reminders.start(
            db, staff_id=own_staff_id(), language=page_language(), actor=current_viewer().actor(), now=utc_now()
        )
    return see_other("auth.weekly_email", flash=_("You are told when refreshers fall due."))


@bp.post("/refresher-email/stop")
@requires(Permission.MANAGE_PEOPLE)
def stop_refresher_email() -> Response:
    """Tell the reader no more."""
    with transaction() as db:
        refresher_reminders.stop(
            db, staff_id=own_staff_id(), language=page_language(), actor=current_viewer().actor(), now=utc_now()
        )
    return see_other("auth.weekly_email", flash=_("No more e-mails about refreshers come."))


@bp.get("/refresher-email/stop/<token>")
@public
def refresher_email_link(token: str) -> Response:
    """Show the button to which the link in an e-mail leads; whoever looks, a program too, stops nothing."""
    with reading(everywhere=True) as db:
        is_open = refresher_reminders.is_open(db, token, pepper=current_pepper())
    return page("auth/refreshers_stop.html", token=token, is_open=is_open)


@bp.post("/refresher-email/stop/<token>")
@public
def stop_refresher_email_by_link(token: str) -> Response:
    """Stop it for whoever the e-mail was sent to; pressing twice does no harm."""
    try:
        with transaction(everywhere=True) as db:
            refresher_reminders.stop_by_token(db, token=token, pepper=current_pepper(), now=utc_now())
    except NotFound:
        # No link of ours is told the same as one that stopped it already.
        return page("auth/refreshers_stop.html", token=token, is_open=False)
    return see_other("auth.refresher_email_link", token=token)
