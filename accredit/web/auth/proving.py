"""Show once more who you are, on the way to something that weighs: nothing that was typed is lost on this way.

- What was sent travels through the page and is sent again with the proof, to where it was going; the page that was
  asked for then answers, in the same request.
- A password or an e-mailed code proves it; of whoever has a second step, only that; a passkey of theirs always.
  Wrong ones are counted.
- The sign-in gets a new secret, so that a copy of the cookie from before opens nothing (WA10).
- A file cannot travel through a page: its reader comes back to the form and chooses it again.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from flask import Response, make_response, redirect, request, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from accredit.clock import utc_now
from accredit.domain.people import passkeys, second_step, sign_ins
from accredit.domain.people.models import Account
from accredit.errors import Forbidden
from accredit.web.access import account_holder
from accredit.web.auth import bp, cookie
from accredit.web.auth.codes import BROWSER, account_of_code, send_code
from accredit.web.auth.entering import account_row, account_with_password
from accredit.web.auth.known import QUARTER, source_of
from accredit.web.auth.passkeys import account_of_answer
from accredit.web.auth.ways import home_of
from accredit.web.database import READ_ONLY_METHODS, reading, transaction
from accredit.web.limits import Allowance, check_allowance, count_try
from accredit.web.pages import page, safe_next, see_other
from accredit.web.settings import current_pepper
from accredit.web.viewer import Viewer, current_viewer, go_on_as

WRONG_PROOFS = Allowance(name="proof", times=10, seconds=QUARTER)
# None of our forms has a field that begins like this, so a proof and what it is for stay apart.
MARK = "proof-"
# No password is ever written into a page.
NOT_CARRIED = frozenset({"csrf_token", "password"})
DO, PASSWORD, CODE, SECOND = "proof-do", "proof-password", "proof-code", "proof-second-step"
PASSKEY = "proof-passkey"
WRONG_PASSWORD = lazy_gettext("That is not the password of this account. Try again, or ask for a code by e-mail.")
WRONG_CODE = lazy_gettext("This code does not work here. Look at it again, or ask for a new one.")
WRONG_SECOND = lazy_gettext("This code does not work. Wait for the next one, or take a code from your paper.")
WRONG_PASSKEY = lazy_gettext("This passkey does not belong to this account.")


def ask_for_proof(viewer: Viewer) -> ResponseReturnValue | None:
    """Ask ``viewer`` to show who they are; None once they have, and the request goes on as theirs.

    Raises `Forbidden` for a reader without an account, `TooManyRequests` after ten wrong tries.
    """
    if viewer.account_id is None or viewer.sign_in_id is None:
        raise Forbidden("prove-again")
    here = request.full_path.rstrip("?")
    if request.method in READ_ONLY_METHODS:
        return see_other("auth.prove", next=safe_next(here))
    if any(each.filename for each in request.files.values()):
        return see_other("auth.prove", next=safe_next(here), flash=_("Choose the file once more, please."))
    return _answer(viewer, utc_now(), to=here)


@bp.get("/sign-in/again")
@account_holder
def prove() -> ResponseReturnValue:
    """Ask a reader who wants to look at something that weighs."""
    viewer = current_viewer()
    return _asked(viewer, to=request.full_path.rstrip("?"), status=200)


@bp.post("/sign-in/again")
@account_holder
def check_proof() -> ResponseReturnValue:
    """Go on to what was to be looked at, once the proof was given."""
    viewer = current_viewer()
    refused = _answer(viewer, utc_now(), to=request.full_path.rstrip("?"))
    if refused is not None:
        return refused
    return make_response(redirect(safe_next(request.args.get("next")) or home_of(viewer), code=303))


def _answer(viewer: Viewer, now: datetime, *, to: str) -> Response | None:
    account = account_row(viewer.account_id)
    way = request.form.get(DO)
    if has_second_step(account.id) and way not in {"second-step", "passkey"}:
        return _asked(viewer, to=to, account=account)
    match way:
        case "send":
            send_code(source_of(account.email), now=now)
            return _asked(viewer, to=to, account=account)
        case "password" | "code" | "second-step" | "passkey":
            check_allowance(WRONG_PROOFS, str(account.id), now=now)
            if _is_right(viewer, way, account, now):
                _note_proof(viewer, now)
                return None
            count_try(WRONG_PROOFS, str(account.id))
            return _asked(viewer, to=to, account=account, wrong=way)
        case _:
            return _asked(viewer, to=to, account=account)


def has_second_step(account_id: UUID) -> bool:
    """Say whether an account has a second step that counts."""
    with reading(everywhere=True) as db:
        return second_step.of_account(db, account_id) is not None


def has_passkey(account_id: UUID) -> bool:
    """Say whether an account has a passkey."""
    with reading(everywhere=True) as db:
        return bool(passkeys.of_account(db, account_id))


def _is_right(viewer: Viewer, way: str, account: Account, now: datetime) -> bool:
    if way == "second-step":
        with transaction(everywhere=True) as db:
            return second_step.check(
                db,
                account_id=account.id,
                typed=request.form.get(SECOND, ""),
                pepper=current_pepper(),
                actor=viewer.actor(),
                now=now,
            )
    if way == "passkey":
        # A passkey of somebody else proves nothing about this reader, however fresh it is.
        return account_of_answer(request.form.get(PASSKEY, "")) == account.id
    if way == "password":
        found = account_with_password(account.email, request.form.get(PASSWORD, ""))
        return found is not None and found.id == account.id
    # A code of somebody else, asked for in this browser, proves nothing about this reader.
    return account_of_code(request.form.get(CODE, ""), now=now) == account.id


def _note_proof(viewer: Viewer, now: datetime) -> None:
    assert viewer.sign_in_id is not None  # `ask_for_proof` has looked
    with transaction(everywhere=True) as db:
        secret = sign_ins.renew(db, sign_in_id=viewer.sign_in_id, proved=True, now=now)
    cookie.exchange_secret(session, secret, now=now)
    session.pop(BROWSER, None)
    go_on_as(replace(viewer, proved_at=now, shown_here_at=now))


def _asked(
    viewer: Viewer, *, to: str, status: int = 401, account: Account | None = None, wrong: str | None = None
) -> Response:
    found = account or account_row(viewer.account_id)
    carried = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in NOT_CARRIED and not name.startswith(MARK)
    ]
    said = {
        "password": (WRONG_PASSWORD, "#proof-password"),
        "code": (WRONG_CODE, "#proof-code"),
        "second-step": (WRONG_SECOND, "#proof-second-step"),
        "passkey": (WRONG_PASSKEY, None),
    }
    return page(
        "auth/prove.html",
        status=422 if wrong else status,
        to=to,
        carried=carried,
        email=found.email,
        has_password=found.password is not None,
        has_second_step=has_second_step(found.id),
        has_passkey=has_passkey(found.id),
        code_is_sent=BROWSER in session,
        errors=[said[wrong]] if wrong else [],
        wrong=wrong,
        was_asleep=not current_viewer().is_signed_in,
    )
