"""Somebody of several organisations chooses one; everybody can leave."""

from __future__ import annotations

from datetime import datetime

from flask import Response, request, session
from flask_babel import gettext as _

from accredit.clock import local_date, utc_now
from accredit.domain.people import pages_together, sign_ins, signing_in
from accredit.web.access import public, signed_in
from accredit.web.auth import bp, cookie
from accredit.web.auth.viewer import readers_of_account
from accredit.web.auth.ways import go_on
from accredit.web.database import reading, transaction
from accredit.web.pages import page, safe_next, see_other
from accredit.web.viewer import Viewer, ViewerKind, current_viewer, sleeping_viewer


@bp.get("/sign-in/organisation")
@signed_in
def choose_organisation() -> Response:
    """Show the organisations in which the reader holds a role."""
    viewer = current_viewer()
    if viewer.account_id is None:
        return go_on(viewer, None)
    readers = _readers(viewer, utc_now())
    return page(
        "auth/organisation.html",
        places=[reader for reader in readers if reader.kind == ViewerKind.STAFF],
        runs_service=any(reader.kind == ViewerKind.OPERATOR for reader in readers),
        wanted=safe_next(request.args.get("next")) or "",
    )


@bp.post("/sign-in/organisation")
@signed_in
def enter_organisation() -> Response:
    """Work in the organisation that was chosen; one that is not the reader's changes nothing."""
    viewer = current_viewer()
    if viewer.account_id is None:
        return go_on(viewer, None)
    wanted = request.form.get("organisation", "")
    for reader in _readers(viewer, utc_now()):
        if wanted == str(reader.organisation_id or ""):
            _exchange_secret(viewer)
            cookie.choose_organisation(session, reader.organisation_id)
            return go_on(reader, request.form.get("next"))
    return see_other("auth.choose_organisation")


def _exchange_secret(viewer: Viewer) -> None:
    """Give the browser a new secret with its new powers: a copy of the cookie as it was opens nothing."""
    if viewer.sign_in_id is None:
        return
    now = utc_now()
    with transaction(everywhere=True) as db:
        secret = sign_ins.renew(db, sign_in_id=viewer.sign_in_id, proved=False, now=now)
    cookie.exchange_secret(session, secret, now=now)


def _readers(viewer: Viewer, now: datetime) -> tuple[Viewer, ...]:
    if viewer.is_by_school or viewer.account_id is None:
        return (viewer,)
    with reading(everywhere=True) as db:
        return readers_of_account(db, viewer.account_id, on=local_date(now))


@bp.post("/sign-out")
@public
def sign_out() -> Response:
    """End the sign-in of this browser; an account's other sign-ins go on until they are ended where they are listed.

    Taking the cookie from this browser does nothing to a copy of it: the service forgets the sign-in.
    """
    viewer = current_viewer() if current_viewer().is_signed_in else sleeping_viewer()
    if viewer.is_signed_in:
        with transaction(everywhere=True) as db:
            signing_in.mark_signed_out(db, actor=viewer.actor(), now=utc_now())
            if viewer.account_id is not None and viewer.sign_in_id is not None:
                sign_ins.leave(db, account_id=viewer.account_id, sign_in_id=viewer.sign_in_id)
            if viewer.young_person_id is not None:
                pages_together.leave(db, young_person_id=viewer.young_person_id, now=utc_now())
    session.clear()
    if viewer.kind == ViewerKind.YOUNG_PERSON:
        return see_other("auth.claim", flash=_("Your page is closed. Only files that you saved are still here."))
    return see_other("auth.sign_in", flash=_("You are signed out."))
