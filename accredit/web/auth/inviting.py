"""Somebody who was invited follows the link of the letter, and types the digits that stand beside it."""

from __future__ import annotations

from flask import Response, flash, session
from flask_babel import gettext as _

from accredit.clock import utc_now
from accredit.domain.organisations import queries as organisations
from accredit.domain.people import invitations
from accredit.domain.people.rules import SignInWay
from accredit.web.access import public
from accredit.web.auth import bp
from accredit.web.auth.cookie import secret_of
from accredit.web.auth.entering import account_by_id, enter
from accredit.web.auth.forms import CodeForm
from accredit.web.auth.known import BY_ADDRESS
from accredit.web.database import reading, transaction
from accredit.web.limits import address, check_allowance, count_try
from accredit.web.pages import page
from accredit.web.settings import current_pepper


@bp.get("/invitation/<token>")
@public
def invitation(token: str) -> Response:
    """Say who invites, and ask for the digits; whoever looks, a program too, uses nothing up."""
    return _page(token, CodeForm())


@bp.post("/invitation/<token>")
@public
def accept_invitation(token: str) -> Response:
    """Sign in whoever has both, and lead them to what waits for them; how they sign in later is behind their name."""
    form, now = CodeForm(), utc_now()
    check_allowance(BY_ADDRESS, address(), now=now)
    if not form.validate():
        return _page(token, form, status=422)
    with transaction(everywhere=True) as db:
        account_id = invitations.accept(db, token=token, code=form.code.data, pepper=current_pepper(), now=now)
    account = account_by_id(account_id) if account_id is not None else None
    if account is not None:
        answer = enter(account, way=SignInWay.MAILED_CODE, wanted=None, now=now)
        if account.password is None and secret_of(session):
            # After signing in, which begins a new cookie.
            flash(_("You are in. To choose how you sign in from now on, press your name at the top."), "success")
        return answer
    count_try(BY_ADDRESS, address())
    form.code.errors = [_("This code does not fit this link. Look at it again.")]
    return _page(token, form, status=422)


def _page(token: str, form: CodeForm, *, status: int = 200) -> Response:
    with reading(everywhere=True) as db:
        who = invitations.invited(db, token, now=utc_now())
        school = organisations.organisation(db, who.organisation_id).name if who is not None else None
    if who is None:
        return page("auth/invitation_over.html", status=404)
    return page("auth/invitation.html", status=status, form=form, token=token, school=school, person=who.name)
