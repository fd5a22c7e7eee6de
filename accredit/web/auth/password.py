"""Choose a password, or another one; whoever forgot theirs signs in with a code by e-mail and does the same."""

from __future__ import annotations

from flask import Response
from flask_babel import gettext as _

from accredit.clock import utc_now
from accredit.domain.people import signing_in
from accredit.errors import RuleBroken
from accredit.web.access import proved_account_holder
from accredit.web.auth import bp
from accredit.web.auth.account import own_account
from accredit.web.auth.entering import account_row, sign_in_anew
from accredit.web.auth.forms import PasswordForm
from accredit.web.database import transaction
from accredit.web.messages import sentence
from accredit.web.pages import page, see_other
from accredit.web.viewer import current_viewer


@bp.get("/account/password")
@proved_account_holder
def password() -> Response:
    """Ask for the new password."""
    return _form(PasswordForm())


@bp.post("/account/password")
@proved_account_holder
def choose_password() -> Response:
    """Keep it, and end every other sign-in of the account."""
    form, now = PasswordForm(), utc_now()
    if not form.validate():
        return _form(form, status=422)
    viewer = current_viewer()
    try:
        with transaction(everywhere=True) as db:
            signing_in.choose_password(
                db, account_id=own_account(viewer), text=form.password.data, actor=viewer.actor(), now=now
            )
    except RuleBroken as broken:
        form.password.errors = [sentence(broken)]
        return _form(form, status=422)
    # The new password ended this sign-in too; whoever has just proved who they are goes on in a new one.
    sign_in_anew(viewer, now=now)
    return see_other("auth.account", flash=_("Your new password holds. Every other device is signed out."))


def _form(form: PasswordForm, *, status: int = 200) -> Response:
    return page("auth/password.html", status=status, form=form, email=account_row(current_viewer().account_id).email)
