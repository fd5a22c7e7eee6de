"""Passkeys on pages: a script asks the device, an ordinary form carries its answer."""

from __future__ import annotations

from uuid import UUID

from flask import Response, make_response, request, session
from flask_babel import gettext as _

from accredit.clock import utc_now
from accredit.domain.people import passkeys
from accredit.domain.people.device_keys import Place
from accredit.domain.people.rules import SignInWay
from accredit.errors import RuleBroken
from accredit.web.access import proved_account_holder, public
from accredit.web.auth import bp
from accredit.web.auth.account import own_account
from accredit.web.auth.devices import device_here
from accredit.web.auth.entering import account_by_id, enter
from accredit.web.auth.known import BY_ADDRESS
from accredit.web.database import transaction
from accredit.web.limits import address, check_allowance, count_try
from accredit.web.messages import sentence
from accredit.web.pages import see_other
from accredit.web.settings import current_settings
from accredit.web.viewer import current_viewer, sleeping_viewer

CHALLENGE = "passkey_challenge"
ANSWER = "passkey"


def place() -> Place:
    """Return this service as devices know it, from the settings and never from the request."""
    settings = current_settings()
    return Place(host=settings.host.rsplit(":", 1)[0], origin=settings.base_url)


def account_of_answer(answer: str) -> UUID | None:
    """Return the account whose passkey answers this browser's challenge, and use the challenge up."""
    challenge = session.pop(CHALLENGE, None)
    if challenge is None:
        return None
    with transaction(everywhere=True) as db:
        return passkeys.use(db, challenge_id=UUID(challenge), answer=answer, place=place(), now=utc_now())


@bp.post("/sign-in/passkey/begin")
@public
def begin_passkey() -> Response:
    """Draw a challenge: for a reader who is known by one of theirs, for a stranger by any."""
    now = utc_now()
    check_allowance(BY_ADDRESS, address(), now=now)
    viewer = current_viewer() if current_viewer().is_signed_in else sleeping_viewer()
    with transaction(everywhere=True) as db:
        challenge, options = passkeys.ask(db, account_id=viewer.account_id, place=place(), now=now)
    session[CHALLENGE] = str(challenge)
    return as_json(options)


@bp.post("/sign-in/passkey")
@public
def use_passkey() -> Response:
    """Sign in whoever the passkey belongs to."""
    now = utc_now()
    check_allowance(BY_ADDRESS, address(), now=now)
    account_id = account_of_answer(request.form.get(ANSWER, ""))
    account = account_by_id(account_id) if account_id is not None else None
    if account is not None and account.active:
        return enter(account, way=SignInWay.PASSKEY, wanted=request.form.get("next"), now=now)
    count_try(BY_ADDRESS, address())
    return see_other("auth.sign_in", flash=_("This passkey does not open an account here."), flash_kind="careful")


@bp.post("/account/passkeys/begin")
@proved_account_holder
def begin_new_passkey() -> Response:
    """Draw a challenge for a new passkey."""
    with transaction(everywhere=True) as db:
        challenge, options = passkeys.ask_for_new(
            db, account_id=own_account(current_viewer()), place=place(), now=utc_now()
        )
    session[CHALLENGE] = str(challenge)
    return as_json(options)


@bp.post("/account/passkeys")
@proved_account_holder
def add_passkey() -> Response:
    """Keep the passkey that answers."""
    viewer, challenge = current_viewer(), session.pop(CHALLENGE, None)
    added = False
    if challenge is not None:
        try:
            with transaction(everywhere=True) as db:
                added = passkeys.add(
                    db,
                    account_id=own_account(viewer),
                    challenge_id=UUID(challenge),
                    answer=request.form.get(ANSWER, ""),
                    device=device_here(),
                    place=place(),
                    actor=viewer.actor(),
                    now=utc_now(),
                )
        except RuleBroken as broken:
            return see_other("auth.account", flash=sentence(broken), flash_kind="careful")
    if added:
        return see_other("auth.account", flash=_("From now on this passkey signs you in."))
    return see_other("auth.account", flash=_("That did not work. Try once more."), flash_kind="careful")


@bp.post("/account/passkeys/<uuid:passkey_id>/end")
@proved_account_holder
def end_passkey(passkey_id: UUID) -> Response:
    """Forget a passkey."""
    viewer = current_viewer()
    with transaction(everywhere=True) as db:
        passkeys.take_away(
            db, account_id=own_account(viewer), passkey_id=passkey_id, actor=viewer.actor(), now=utc_now()
        )
    return see_other("auth.account", flash=_("That passkey signs nobody in any more."))


def as_json(text: str) -> Response:
    """Return what a browser is told to ask a device."""
    answer = make_response(text)
    answer.content_type = "application/json"
    return answer
