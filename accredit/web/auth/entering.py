"""What happens once somebody has shown who they are: the cookie, the audit trail, the way on."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask import Response, session
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_security import login_user
from flask_security.utils import hash_password

from accredit.clock import local_date
from accredit.domain.organisations.standing import standing_of
from accredit.domain.people import passphrases, second_step, sign_ins, signing_in
from accredit.domain.people import queries as people
from accredit.domain.people.models import Account
from accredit.domain.people.rules import SignInWay
from accredit.errors import NotFound, RuleBroken
from accredit.web.auth import cookie, half_way, known
from accredit.web.auth.accounts import SignInAccount, for_library
from accredit.web.auth.devices import device_here, tell_of_another_device
from accredit.web.auth.viewer import readers_of_account
from accredit.web.auth.ways import go_on
from accredit.web.database import reading, transaction
from accredit.web.pages import safe_next, see_other
from accredit.web.viewer import Viewer, sleeping_viewer

# A passkey is two things at once: the device, and its owner's finger, face or PIN.
SUSPENDED = lazy_gettext(
    "The pages of your organisation are closed for now. Nothing is lost, and certificates stay what they are. Those "
    "who run this service say why, and when it goes on."
)
CLOSED = lazy_gettext(
    "Your organisation has closed, so there is nothing more to do here. What it recorded holds, and its young people "
    "keep their pages and certificates. Is that not so? Tell those who run this service."
)
WHOLE = frozenset({SignInWay.PASSKEY})


def account_with_password(email: str, password: str) -> SignInAccount | None:
    """Return the account that this password opens, or None; an unknown address costs the same time."""
    try:
        password = passphrases.normalised(password)
    except RuleBroken:
        return None  # Nobody's is so long, and nothing is hashed: the length says nothing about the account.
    with reading(everywhere=True) as db:
        account = for_library(people.account_by_email(db, email))
    if account is None or account.password is None:
        # The same work as for a real account, so that the clock does not tell who has one.
        hash_password(password)
        return None
    return account if account.verify_and_update_password(password) and account.active else None


def account_by_id(account_id: UUID) -> SignInAccount | None:
    """Return the account that a code belongs to."""
    with reading(everywhere=True) as db:
        return for_library(people.account(db, account_id))


def account_row(account_id: UUID | None) -> Account:
    """Return the account of a reader who is signed in, for pages about it. Raises `NotFound`."""
    with reading(everywhere=True) as db:
        row = people.account(db, account_id) if account_id is not None else None
        if row is None:
            raise NotFound("account")
        db.expunge(row)
        return row


def sign_in_anew(viewer: Viewer, *, now: datetime) -> None:
    """Go on in a new sign-in, after every one of the account was ended, this one too."""
    account = account_by_id(account_row(viewer.account_id).id)
    assert account is not None  # it was just there
    session.clear()
    with transaction(everywhere=True) as db:
        secret = sign_ins.begin(db, account_id=account.id, way=SignInWay.PASSPHRASE, device=device_here(), now=now)[1]
    login_user(account)
    cookie.remember_account(session, secret=secret, now=now)
    cookie.choose_organisation(session, viewer.organisation_id)


def enter(account: SignInAccount, *, way: SignInWay, wanted: str | None, now: datetime) -> Response:
    """Sign an account in and send its reader on; whoever has a second step is asked for it first."""
    with reading(everywhere=True) as db:
        has_second_step = second_step.of_account(db, account.id) is not None
    if has_second_step and way not in WHOLE:
        half_way.remember(session, key=account.fs_uniquifier, way=way, now=now)
        return see_other("auth.second_step", next=safe_next(wanted))
    return let_in(account, way=way, wanted=wanted, now=now)


def let_in(account: SignInAccount, *, way: SignInWay, wanted: str | None, now: datetime) -> Response:
    """Begin the sign-in of somebody who has shown everything they had to."""
    session.clear()
    secret = ""
    with transaction(everywhere=True) as db:
        readers = readers_of_account(db, account.id, on=local_date(now))
        if readers:
            # Whoever slept in this browser has woken up as somebody new.
            if (slept := sleeping_viewer()).account_id is not None and slept.sign_in_id is not None:
                sign_ins.leave(db, account_id=slept.account_id, sign_in_id=slept.sign_in_id)
            device = device_here()
            if signing_in.mark_signed_in(db, actor=readers[0].actor(), device=device, now=now):
                tell_of_another_device(db, email=account.email, device=device, now=now)
            secret = sign_ins.begin(db, account_id=account.id, way=way, device=device, now=now)[1]
    if not readers:
        return see_other("auth.sign_in", flash=_why_not(account, now=now), flash_kind="careful")
    login_user(account)
    cookie.remember_account(session, secret=secret, now=now)
    if len(readers) > 1:
        return known.remember(see_other("auth.choose_organisation", next=safe_next(wanted)), account.email)
    cookie.choose_organisation(session, readers[0].organisation_id)
    return known.remember(go_on(readers[0], wanted), account.email)


def _why_not(account: SignInAccount, *, now: datetime) -> str:
    """Say to somebody who has shown who they are why there is nothing to sign in to."""
    with reading(everywhere=True) as db:
        places = [each for each in people.staff_of_account(db, account.id) if each.roles_on(local_date(now))]
        stand = [standing_of(db, each.organisation_id) for each in places]
    if any(each.suspended_since for each in stand):
        return str(SUSPENDED)
    if any(each.closed_on for each in stand):
        return str(CLOSED)
    return str(_("You have no role in an organisation today. Ask your co-ordinator to give you one."))


def note_guessing(who: str, *, now: datetime) -> None:
    """Record that somebody has guessed at an account for as long as is allowed; nothing for an address nobody has."""
    with transaction(everywhere=True) as db:
        signing_in.mark_guessed(db, email=who, now=now)
