"""The weekly e-mail of what waits: chosen on the reader's own page, and stopped there or from the e-mail itself."""

from __future__ import annotations

from uuid import UUID

from flask import Response
from flask_babel import gettext as _

from accredit.clock import utc_now
from accredit.domain.organisations.rules import Permission
from accredit.domain.people import digests, refresher_reminders
from accredit.errors import NotFound
from accredit.web.access import public, requires
from accredit.web.auth import bp
from accredit.web.database import reading, transaction
from accredit.web.languages import page_language
from accredit.web.pages import page, see_other
from accredit.web.settings import current_pepper
from accredit.web.viewer import current_viewer

STAFF = (Permission.MANAGE_STAFF, Permission.MANAGE_PEOPLE, Permission.APPROVE_HOURS)
"""Every role has one of them: something may wait for each."""


def own_staff_id() -> UUID:
    """Return who the reader is on the staff, as every page here requires."""
    staff_id = current_viewer().staff_id
    assert staff_id is not None  # `requires` has looked
    return staff_id


@bp.get("/weekly-email")
@requires(*STAFF)
def weekly_email() -> Response:
    """Show whether the reader is told once a week what waits."""
    with reading() as db:
        is_chosen = digests.is_chosen(db, own_staff_id())
        is_reminded = refresher_reminders.is_on(db, own_staff_id())
    return page("auth/weekly.html", is_chosen=is_chosen, is_reminded=is_reminded)


@bp.post("/weekly-email/choose")
@requires(*STAFF)
def choose_weekly_email() -> Response:
    """Tell the reader once a week, in the language of the page."""
    with transaction() as db:
        digests.choose(
            db, staff_id=own_staff_id(), language=page_language(), actor=current_viewer().actor(), now=utc_now()
        )
    return see_other("auth.weekly_email", flash=_("From next Monday you are told once a week what waits."))


@bp.post("/weekly-email/stop")
@requires(*STAFF)
def stop_weekly_email() -> Response:
    """Tell the reader no more."""
    with transaction() as db:
        digests.stop(db, staff_id=own_staff_id(), actor=current_viewer().actor(), now=utc_now())
    return see_other("auth.weekly_email", flash=_("No more weekly e-mails come."))


@bp.get("/weekly-email/stop/<token>")
@public
def weekly_email_link(token: str) -> Response:
    """Show the button to which the link in an e-mail leads; whoever looks, a program too, stops nothing."""
    with reading(everywhere=True) as db:
        is_open = digests.is_open(db, token, pepper=current_pepper())
    return page("auth/weekly_stop.html", token=token, is_open=is_open)


@bp.post("/weekly-email/stop/<token>")
@public
def stop_weekly_email_by_link(token: str) -> Response:
    """Stop it for whoever the e-mail was sent to; pressing twice does no harm."""
    try:
        with transaction(everywhere=True) as db:
            digests.stop_by_token(db, token=token, pepper=current_pepper(), now=utc_now())
    except NotFound:
        # It was stopped already, or is no link of ours: both are told the same.
        return page("auth/weekly_stop.html", token=token, is_open=False)
    return see_other("auth.weekly_email_link", token=token)
