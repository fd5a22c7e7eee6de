"""Somebody's own account: how they sign in, where they are signed in now, and ending that."""

from __future__ import annotations

from uuid import UUID

from flask import Response
from flask_babel import LazyString, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from accredit.clock import utc_now
from accredit.domain.people import passkeys, school_sign_in, second_step, sign_ins
from accredit.domain.people.rules import SignInWay
from accredit.web.access import account_holder
from accredit.web.auth import bp
from accredit.web.auth.entering import account_row
from accredit.web.database import reading, transaction
from accredit.web.device_words import device_in_words
from accredit.web.pages import page, see_other
from accredit.web.viewer import Viewer, current_viewer

WAYS: dict[SignInWay, LazyString] = {
    SignInWay.PASSPHRASE: _l("with the password"),
    SignInWay.MAILED_CODE: _l("with a code by e-mail"),
    SignInWay.PASSKEY: _l("with a passkey"),
    SignInWay.SCHOOL: _l("with the school account"),
}


def own_account(viewer: Viewer) -> UUID:
    """Return the account of a reader who has one, as every page here requires."""
    assert viewer.account_id is not None  # `account_holder` has looked
    return viewer.account_id


@bp.get("/account")
@account_holder
def account() -> Response:
    """Show how the reader signs in, and where they are signed in now."""
    viewer = current_viewer()
    with reading(everywhere=True) as db:
        found = sign_ins.of_account(db, own_account(viewer), now=utc_now())
        second = second_step.of_account(db, own_account(viewer))
        keys = passkeys.of_account(db, own_account(viewer))
        is_connected = school_sign_in.is_connected(db, own_account(viewer))
        place = viewer.organisation_id
        school = school_sign_in.connection(db, place) if place is not None else None
    row = account_row(viewer.account_id)
    return page(
        "auth/account.html",
        email=row.email,
        has_password=row.password is not None,
        second_step=second,
        passkeys=keys,
        school=school,
        is_connected=is_connected,
        sign_ins=found,
        here=viewer.sign_in_id,
        ways=WAYS,
        in_words=device_in_words,
    )


@bp.post("/account/sign-ins/<uuid:sign_in_id>/end")
@account_holder
def end_sign_in(sign_in_id: UUID) -> Response:
    """End one sign-in of the reader; the one at hand is ended by signing out."""
    viewer = current_viewer()
    with transaction(everywhere=True) as db:
        sign_ins.end_one(db, account_id=own_account(viewer), sign_in_id=sign_in_id, actor=viewer.actor(), now=utc_now())
    return see_other("auth.account", flash=_("That device is signed out."))


@bp.post("/account/sign-ins/end")
@account_holder
def end_other_sign_ins() -> Response:
    """End every sign-in of the reader but the one at hand."""
    viewer = current_viewer()
    with transaction(everywhere=True) as db:
        ended = sign_ins.end_others(
            db, account_id=own_account(viewer), kept=viewer.sign_in_id, actor=viewer.actor(), now=utc_now()
        )
    said = ngettext("%(num)d other device is signed out.", "%(num)d other devices are signed out.", ended)
    return see_other("auth.account", flash=said if ended else _("You are signed in nowhere else."))
