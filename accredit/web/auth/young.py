"""Young people sign in with the code on their paper slip; nothing else is asked of them."""

from __future__ import annotations

from flask import Response, request, session
from flask_babel import gettext as _

from accredit.clock import utc_now
from accredit.domain.organisations import suspending
from accredit.domain.people import operations as people
from accredit.domain.people import queries
from accredit.kit import typed_code
from accredit.kit.typed_code import TypedCodeError
from accredit.web.access import public
from accredit.web.auth import bp, cookie
from accredit.web.auth.cookie import YoungSignIn
from accredit.web.auth.forms import ClaimForm
from accredit.web.auth.ways import go_on
from accredit.web.database import transaction
from accredit.web.limits import Allowance, address, check_allowance, count_try
from accredit.web.pages import page, safe_next
from accredit.web.settings import current_pepper
from accredit.web.viewer import Viewer, ViewerKind, current_viewer

# A class of thirty may mistype twice each in ten minutes, all from one address.
BY_ADDRESS = Allowance(name="claim-address", times=90, seconds=600)
LOOKALIKES = frozenset("0Oo1IiLl")


@bp.get("/start")
@public
def claim() -> Response:
    """Ask for the code."""
    viewer = current_viewer()
    if viewer.kind == ViewerKind.YOUNG_PERSON:
        return go_on(viewer, request.args.get("next"))
    return page("auth/claim.html", form=ClaimForm(next=safe_next(request.args.get("next"))))


@bp.post("/start")
@public
def use_claim() -> Response:
    """Sign in whom the slip belongs to."""
    form, now = ClaimForm(), utc_now()
    check_allowance(BY_ADDRESS, address(), now=now)
    if not form.validate():
        return page("auth/claim.html", status=422, form=form)
    with transaction(everywhere=True) as db:
        found = queries.find_by_claim_code(db, form.code.data, pepper=current_pepper())
        is_suspended = found is not None and suspending.suspended_since(db, found.organisation_id) is not None
        if found is not None and not is_suspended:
            people.mark_slip_used(db, slip_id=found.slip_id, now=now)
    if found is None:
        count_try(BY_ADDRESS, address())
        form.code.errors = [slip_of_the_finger(form.code.data)]
        return page("auth/claim.html", status=422, form=form)
    if is_suspended:
        form.code.errors = [_("Your school’s pages are closed for now. Your certificates stay yours. Ask at school.")]
        return page("auth/claim.html", status=422, form=form)
    who = YoungSignIn(young_person_id=found.young_person_id, slip_id=found.slip_id)
    cookie.remember_young_person(session, who, now=now)
    return go_on(Viewer(kind=ViewerKind.YOUNG_PERSON), form.next.data)


def slip_of_the_finger(text: str) -> str:
    """Say in kind words why a code did not work."""
    said: str = _("This code does not work any more. Ask at school for a new slip.")
    try:
        typed_code.read(text)
    except TypedCodeError as error:
        if error.fault == "symbol" and error.symbol in LOOKALIKES:
            said = _("A code never has “%(symbol)s” in it. Look at that one again.", symbol=error.symbol)
        elif error.fault == "symbol":
            said = _("A code has only letters and numbers. Take out “%(symbol)s”.", symbol=error.symbol)
        elif error.fault == "length":
            count = sum(symbol.isalnum() for symbol in text)
            said = _("A code has 14 letters and numbers. You have typed %(count)d so far.", count=count)
        else:
            said = _("Nearly! One letter or number is not the same as on your slip. Look at it again.")
    return said
