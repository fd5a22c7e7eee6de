"""The letter that invites somebody to their school's records; who may invite whom is asked where it is sent from."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask import render_template, url_for
from flask_babel import gettext as _

from accredit.domain.notifications import operations as notifications
from accredit.domain.organisations import queries as organisations
from accredit.domain.people import invitations, queries
from accredit.storage import Session
from accredit.web.limits import LETTERS, count_for_school
from accredit.web.settings import current_pepper, current_settings
from accredit.web.viewer import current_viewer


def send_invitation(db: Session, *, staff_id: UUID, now: datetime) -> bool:
    """Invite a member of staff by e-mail, in place of any invitation before; False for one without an address."""
    who = queries.staff_member(db, staff_id)
    if who.email is None:
        return False
    actor = current_viewer().actor()
    if actor.organisation_id is not None:
        count_for_school(LETTERS)
    drawn = invitations.make(db, staff_id=staff_id, pepper=current_pepper(), actor=actor, now=now)
    organisation = organisations.organisation(db, who.organisation_id).name
    settings = current_settings()
    notifications.queue_mail(
        db,
        to_address=who.email,
        subject=_("%(organisation)s invites you to accredit", organisation=organisation),
        text=render_template(
            "email/invitation.txt",
            person=who.name,
            organisation=organisation,
            # From the settings, never from what a request says its host is.
            address=settings.base_url + url_for("auth.invitation", token=drawn.token),
            sign_in=settings.base_url + url_for("auth.sign_in"),
            code=drawn.code,
            is_asked=who.asked_account_id is not None,
        ),
        now=now,
    )
    return True
