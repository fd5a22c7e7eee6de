"""The second step: asked for when somebody signs in, and looked after on their own page."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accredit.clock import local_date, utc_now
from accredit.domain.people import queries as people
from accredit.domain.people import second_step as steps
from accredit.kit import rfc6238
from accredit.rendering import qr
from accredit.web.access import proved_account_holder, public
from accredit.web.auth import bp, half_way
from accredit.web.auth.account import own_account
from accredit.web.auth.accounts import for_library
from accredit.web.auth.entering import account_row, let_in
from accredit.web.auth.forms import SecondStepForm
from accredit.web.auth.known import QUARTER
from accredit.web.auth.viewer import readers_of_account
from accredit.web.database import reading, transaction
from accredit.web.limits import Allowance, check_allowance, count_try
from accredit.web.pages import page, safe_next, see_other
from accredit.web.settings import current_pepper
from accredit.web.viewer import current_viewer

# Of a million codes three count at a time: this leaves a guesser one in thirty thousand in a quarter of an hour.
WRONG_STEPS = Allowance(name="second-step", times=10, seconds=QUARTER)


@bp.get("/sign-in/second-step")
@public
def second_step() -> Response:
    """Ask for the second step of somebody who has shown the first."""
    if half_way.remembered(session, now=utc_now()) is None:
        return see_other("auth.sign_in", next=safe_next(request.args.get("next")))
    return page("auth/second_step.html", form=SecondStepForm(next=safe_next(request.args.get("next"))))


@bp.post("/sign-in/second-step")
@public
def check_second_step() -> Response:
    """Sign in whoever has shown both."""
    form, now = SecondStepForm(), utc_now()
    half = half_way.remembered(session, now=now)
    with reading(everywhere=True) as db:
        account = for_library(people.account_by_key(db, half.key)) if half is not None else None
        readers = readers_of_account(db, account.id, on=local_date(now)) if account is not None else ()
    if half is None or account is None or not readers:
        session.clear()
        return see_other("auth.sign_in", next=safe_next(form.next.data))
    if not form.validate():
        return page("auth/second_step.html", status=422, form=form)
    check_allowance(WRONG_STEPS, str(account.id), now=now)
    with transaction(everywhere=True) as db:
        is_right = steps.check(
            db,
            account_id=account.id,
            typed=form.code.data,
            pepper=current_pepper(),
            actor=readers[0].actor(),
            now=now,
        )
    if is_right:
        return let_in(account, way=half.way, wanted=form.next.data, now=now)
    count_try(WRONG_STEPS, str(account.id))
    form.code.errors = [_("This code does not work. Wait for the next one, or take a code from your paper.")]
    return page("auth/second_step.html", status=422, form=form)


@bp.get("/account/second-step")
@proved_account_holder
def own_second_step() -> Response:
    """Show the second step of one's own account, or the secret that waits for its first code."""
    return _own(SecondStepForm())


@bp.post("/account/second-step/begin")
@proved_account_holder
def begin_second_step() -> Response:
    """Draw a secret for the app."""
    with transaction(everywhere=True) as db:
        steps.begin(db, account_id=own_account(current_viewer()), pepper=current_pepper(), now=utc_now())
    return see_other("auth.own_second_step")


@bp.post("/account/second-step")
@proved_account_holder
def confirm_second_step() -> ResponseReturnValue:
    """Let it count, and show ten codes for paper, this once."""
    form, now, viewer = SecondStepForm(), utc_now(), current_viewer()
    account_id, pepper = own_account(viewer), current_pepper()
    with reading(everywhere=True) as db:
        waits = steps.waiting_secret(db, account_id=account_id, pepper=pepper) is not None
    if not waits:
        return see_other("auth.own_second_step")  # Another tab was quicker.
    if not form.validate():
        return _own(form, status=422)
    check_allowance(WRONG_STEPS, str(account_id), now=now)
    with transaction(everywhere=True) as db:
        actor = viewer.actor()
        counts = steps.confirm(db, account_id=account_id, typed=form.code.data, pepper=pepper, actor=actor, now=now)
        codes = steps.make_codes(db, account_id=account_id, pepper=pepper, actor=actor, now=now) if counts else ()
    if not counts:
        count_try(WRONG_STEPS, str(account_id))
        form.code.errors = [_("These digits do not fit. Look whether the clock of your device is right.")]
        return _own(form, status=422)
    return _paper(codes)


@bp.post("/account/recovery-codes")
@proved_account_holder
def make_recovery_codes() -> ResponseReturnValue:
    """Make ten new codes; the old ones end."""
    viewer, now = current_viewer(), utc_now()
    account_id = own_account(viewer)
    with transaction(everywhere=True) as db:
        if steps.of_account(db, account_id) is None:
            return see_other("auth.own_second_step")
        codes = steps.make_codes(db, account_id=account_id, pepper=current_pepper(), actor=viewer.actor(), now=now)
    return _paper(codes)


@bp.post("/account/second-step/end")
@proved_account_holder
def end_second_step() -> Response:
    """Take the second step away."""
    viewer = current_viewer()
    with transaction(everywhere=True) as db:
        steps.take_away(db, account_id=own_account(viewer), actor=viewer.actor(), now=utc_now())
    return see_other("auth.account", flash=_("From now on you sign in without a second step."))


def _own(form: SecondStepForm, *, status: int = 200) -> Response:
    account_id: UUID = own_account(current_viewer())
    with reading(everywhere=True) as db:
        found = steps.of_account(db, account_id)
        secret = steps.waiting_secret(db, account_id=account_id, pepper=current_pepper())
    picture = None
    if secret is not None:
        address = rfc6238.address(secret, issuer="accredit", account=account_row(account_id).email)
        picture = qr.screen_svg(address, title=_("QR code for your authenticator app"))
    form.code.label.text = _("Six digits from the app")
    return page(
        "auth/own_second_step.html",
        status=status,
        form=form,
        found=found,
        picture=picture,
        spelled=rfc6238.spelled(secret) if secret is not None else None,
    )


def _paper(codes: tuple[str, ...]) -> Response:
    return page("auth/recovery_codes.html", codes=codes, email=account_row(current_viewer().account_id).email)
