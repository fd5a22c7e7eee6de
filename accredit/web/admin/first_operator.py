"""The first operator of a new service: whoever can read the server's console, and nobody else."""

from __future__ import annotations

from flask import Response, flash
from flask_babel import gettext as _

from accredit.clock import utc_now
from accredit.domain.people import first_operator
from accredit.domain.people.rules import SignInWay
from accredit.errors import Conflict, NotFound, RuleBroken
from accredit.web.access import public
from accredit.web.admin import begin_bp
from accredit.web.admin.forms import FirstOperatorForm
from accredit.web.auth.entering import account_by_id, enter
from accredit.web.database import reading, transaction
from accredit.web.limits import Allowance, address, check_allowance, count_try
from accredit.web.pages import page, see_other
from accredit.web.settings import current_pepper

PAGE = "admin/begin.html"
BY_ADDRESS = Allowance(name="first-operator-address", times=20, seconds=15 * 60)


@begin_bp.get("/begin")
@public
def begin() -> Response:
    """Ask for the code, where nobody runs the service yet."""
    return page(PAGE, form=FirstOperatorForm()) if _is_wanted() else see_other("auth.sign_in")


@begin_bp.post("/begin")
@public
def make_operator() -> Response:
    """Make the first operator."""
    form, now = FirstOperatorForm(), utc_now()
    if not _is_wanted():
        return see_other("auth.sign_in", flash=_("Somebody runs this service already. Please sign in."))
    check_allowance(BY_ADDRESS, address(), now=now)
    if not form.validate():
        return page(PAGE, status=422, form=form)
    try:
        with transaction(everywhere=True) as db:
            account_id = first_operator.use_code(
                db,
                code=form.code.data,
                email=form.email.data,
                password=form.password.data,
                pepper=current_pepper(),
                now=now,
            )
    except (RuleBroken, Conflict) as broken:
        count_try(BY_ADDRESS, address())
        form.show_broken(broken)
        return page(PAGE, status=422, form=form)
    account = account_by_id(account_id)
    if account is None:
        raise NotFound("account")
    # Whoever has just chosen a password knows it: to ask for it again would prove nothing.
    answer = enter(account, way=SignInWay.PASSPHRASE, wanted=None, now=now)
    # After signing in, which begins a new cookie.
    flash(_("You run this service now. From now on you sign in with this address and the password."), "success")
    return answer


def _is_wanted() -> bool:
    with reading(everywhere=True) as db:
        return first_operator.is_wanted(db)
