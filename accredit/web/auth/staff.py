"""Staff and operators sign in: with a password, or with a code that comes by e-mail and is typed here."""

from __future__ import annotations

from datetime import datetime

from flask import Response, request, session
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from accredit.clock import utc_now
from accredit.domain.people.rules import SignInWay
from accredit.web.access import public
from accredit.web.auth import bp
from accredit.web.auth.codes import BROWSER, account_of_code, send_code
from accredit.web.auth.entering import account_by_id, account_with_password, enter, note_guessing
from accredit.web.auth.forms import CodeForm, SignInForm
from accredit.web.auth.known import BY_ACCOUNT, BY_ADDRESS, Source, check_tries, count_wrong, source_of
from accredit.web.auth.ways import go_on
from accredit.web.limits import address, check_allowance, count_try, standing
from accredit.web.pages import page, safe_next, see_other
from accredit.web.viewer import current_viewer

# One sentence for every reason: whether somebody has an account here is nobody else's business.
WRONG = lazy_gettext("The address and the password do not belong together. Try again, or ask for a code by e-mail.")


@bp.get("/sign-in")
@public
def sign_in() -> Response:
    """Ask who it is."""
    viewer = current_viewer()
    if viewer.is_signed_in:
        return go_on(viewer, request.args.get("next"))
    return page("auth/sign_in.html", form=SignInForm(next=safe_next(request.args.get("next"))))


@bp.post("/sign-in")
@public
def start_sign_in() -> Response:
    """Check the password, or send a code."""
    form, now = SignInForm(), utc_now()
    wants_code = request.form.get("way") == "code"
    if form.validate() and not wants_code and not form.password.data:
        form.password.errors = [_("Type your password, or choose “Send me a code”")]
    if form.errors or form.password.errors:
        return page("auth/sign_in.html", status=422, form=form)
    who = form.email.data.strip().lower()
    source = source_of(who)
    if wants_code:
        return _send_code(source, now=now, wanted=form.next.data)
    check_tries(source, now=now)
    account = account_with_password(who, form.password.data)
    if account is not None:
        return enter(account, way=SignInWay.PASSPHRASE, wanted=form.next.data, now=now)
    count_wrong(source)
    if not source.is_known and standing(BY_ACCOUNT, who, now=now).left == 0:
        note_guessing(who, now=now)
    form.password.errors = [str(WRONG)]
    return page("auth/sign_in.html", status=422, form=form)


def _send_code(source: Source, *, now: datetime, wanted: str | None) -> Response:
    if not source.is_known:
        check_allowance(BY_ADDRESS, address(), now=now)
        count_try(BY_ADDRESS, address())
    send_code(source, now=now)
    return see_other("auth.code", next=safe_next(wanted))


@bp.get("/sign-in/code")
@public
def code() -> Response:
    """Ask for the code."""
    if BROWSER not in session:
        return see_other("auth.sign_in", next=safe_next(request.args.get("next")))
    return page("auth/code.html", form=CodeForm(next=safe_next(request.args.get("next"))))


@bp.post("/sign-in/code")
@public
def check_code() -> Response:
    """Sign in whom the code belongs to."""
    form, now = CodeForm(), utc_now()
    check_allowance(BY_ADDRESS, address(), now=now)
    if BROWSER not in session:
        return see_other("auth.sign_in", next=safe_next(form.next.data))
    if not form.validate():
        return page("auth/code.html", status=422, form=form)
    account_id = account_of_code(form.code.data, now=now)
    account = account_by_id(account_id) if account_id is not None else None
    if account is not None:
        return enter(account, way=SignInWay.MAILED_CODE, wanted=form.next.data, now=now)
    count_try(BY_ADDRESS, address())
    form.code.errors = [_("This code does not work here. Look at it again, or ask for a new one.")]
    return page("auth/code.html", status=422, form=form)
