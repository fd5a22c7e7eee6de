"""Signing in by e-mailed code, and passwords; nothing here knows a browser, a page or a cookie.

- A code has eight digits, works once, for ten minutes, and only with the secret of the browser that asked.
- Five wrong tries use it up. A new code for the same account replaces the one before.
- The caller learns right or wrong, never why, and never whether anybody has the address: the same is done for one that
  nobody has, statement by statement.
- Every code that is refused is on record with the reason, for whom it was meant, and never with its digits (WA04). What
  was used or replaced is therefore kept until its time is over.
- A new password (`passphrases`) ends every sign-in of its account.
- Whoever signs in on another device than before is told so by e-mail (attacks.md IN05).
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, update
from sqlmodel import col, select

from accredit.domain.audit import operations as audit
from accredit.domain.audit import queries as audit_queries
from accredit.domain.audit.rules import SERVICE, Actor, ActorKind, Tag
from accredit.domain.people import passphrases, queries, sign_ins
from accredit.domain.people.models import Account, SignInCode
from accredit.domain.people.sign_ins import Device
from accredit.errors import NotFound
from accredit.storage import Session, new_id

DIGITS = 8
LIFETIME = timedelta(minutes=10)
MOST_TRIES = 5
DEVICES_REMEMBERED = timedelta(days=180)
"""Whoever was away from a device for longer is told of it again."""


def make_code(
    db: Session,
    *,
    email: str,
    browser_secret: str,
    pepper: bytes,
    now: datetime,
    draw: Callable[[int], int] = secrets.randbelow,
) -> tuple[UUID | None, str]:
    """Make a code for the browser with this secret; return whose it is (None for nobody) and the digits, once."""
    account = queries.account_by_email(db, email)
    account_id = account.id if account is not None and account.active else None
    code = f"{draw(10**DIGITS):0{DIGITS}}"
    forget_old_codes(db, now=now)
    of_account = col(SignInCode.account_id) == (account_id or new_id())
    db.execute(update(SignInCode).where(of_account).values(tries=MOST_TRIES))
    browser = _browser_hash(browser_secret, pepper)
    db.execute(delete(SignInCode).where(col(SignInCode.browser) == browser))
    row = SignInCode(account_id=account_id, browser=browser, code_hash=b"", made_at=now)
    row.code_hash = _code_hash(code, row.id, pepper)
    db.add(row)
    db.flush()
    return account_id, code


def use_code(db: Session, *, code: str, browser_secret: str, pepper: bytes, now: datetime) -> UUID | None:
    """Return the account that a code signs in, and use the code up; None when it does not, whatever the reason."""
    wanted = select(SignInCode).where(SignInCode.browser == _browser_hash(browser_secret, pepper)).with_for_update()
    row = db.exec(wanted).first()
    if row is None:
        return None
    digits = "".join(symbol for symbol in code if symbol.isascii() and symbol.isdigit())
    matches = hmac.compare_digest(row.code_hash, _code_hash(digits, row.id, pepper))
    why = _why_not(row, matches=matches, now=now)
    if why is not None:
        row.tries += 1
        mark_refused(db, account_id=row.account_id, why=why, now=now)
        return None
    row.tries = MOST_TRIES
    return row.account_id


def _why_not(row: SignInCode, *, matches: bool, now: datetime) -> str | None:
    if now - row.made_at > LIFETIME:
        return "too-late"
    if row.tries >= MOST_TRIES:
        return "used-up"
    return None if matches and row.account_id is not None else "wrong"


def mark_refused(db: Session, *, account_id: UUID | None, why: str, now: datetime) -> None:
    """Record that a code was refused; for an address that nobody has, that one was refused for nobody."""
    places: list[tuple[UUID | None, UUID | None]] = [
        (facts.id, facts.organisation_id) for facts in queries.staff_of_account(db, account_id or new_id())
    ]
    for subject, organisation_id in places or [(account_id, None)]:
        audit.record(
            db,
            tag=Tag.STAFF_CODE_REFUSED,
            actor=SERVICE,
            now=now,
            subject=subject,
            organisation_id=organisation_id,
            why=why,
        )


def forget_old_codes(db: Session, *, now: datetime) -> None:
    """Remove the codes that no longer work."""
    db.execute(delete(SignInCode).where(col(SignInCode.made_at) < now - LIFETIME))


def mark_signed_in(db: Session, *, actor: Actor, device: Device, now: datetime) -> bool:
    """Record that a member of staff or an operator signed in; say whether they did so on another device than before.

    What a device says of itself are two words (`sign_ins.Device`). Somebody's very first one is not called another.
    """
    said = {"browser": device.browser.value, "system": device.system.value}
    since = now - DEVICES_REMEMBERED
    former = audit_queries.details_about(db, tag=Tag.STAFF_SIGNED_IN, subject=actor.id, since=since)
    audit.record(
        db,
        tag=Tag.STAFF_SIGNED_IN,
        actor=actor,
        now=now,
        subject=actor.id,
        organisation_id=actor.organisation_id,
        **said,
    )
    known = [each for each in former if "browser" in each]
    return bool(known) and said not in known


def mark_guessed(db: Session, *, email: str, now: datetime) -> None:
    """Record that somebody tried many passwords of one account; nothing for an address that nobody has."""
    account = queries.account_by_email(db, email)
    if account is None:
        return
    places: list[tuple[UUID, UUID | None]] = [
        (facts.id, facts.organisation_id) for facts in queries.staff_of_account(db, account.id)
    ]
    for subject, organisation_id in places or [(account.id, None)]:
        audit.record(
            db,
            tag=Tag.STAFF_SIGN_IN_GUESSED,
            actor=SERVICE,
            now=now,
            subject=subject,
            organisation_id=organisation_id,
        )


def mark_signed_out(db: Session, *, actor: Actor, now: datetime) -> None:
    """Record that a member of staff or an operator signed out; of young people only the coming is recorded."""
    if actor.kind is not ActorKind.YOUNG_PERSON:
        audit.record(
            db, tag=Tag.STAFF_SIGNED_OUT, actor=actor, now=now, subject=actor.id, organisation_id=actor.organisation_id
        )


def set_password(db: Session, *, account_id: UUID, text: str) -> None:
    """Give an account a password and end every sign-in and every code it has; the account's name is no password.

    Raises what `passphrases.check` raises, and `NotFound`.
    """
    row = _account(db, account_id)
    row.password = passphrases.hashed(text, about=_known_about(db, row))
    db.execute(delete(SignInCode).where(col(SignInCode.account_id) == account_id))
    sign_ins.end_every_one(db, account_id=account_id)


def choose_password(db: Session, *, account_id: UUID, text: str, actor: Actor, now: datetime) -> None:
    """Do the same for somebody who is signed in, and record it."""
    set_password(db, account_id=account_id, text=text)
    audit.record(
        db,
        tag=Tag.STAFF_PASSWORD_CHANGED,
        actor=actor,
        now=now,
        subject=actor.id,
        organisation_id=actor.organisation_id,
    )


def _known_about(db: Session, row: Account) -> tuple[str, ...]:
    return (row.email, "accredit", *(facts.name for facts in queries.staff_of_account(db, row.id)))


def strengthen_password(db: Session, *, account_id: UUID, password: str) -> None:
    """Keep a hash of the same password that was made anew with today's cost."""
    _account(db, account_id).password = password


def _account(db: Session, account_id: UUID) -> Account:
    row: Account | None = db.get(Account, account_id)
    if row is None:
        raise NotFound("account")
    return row


def _browser_hash(browser_secret: str, pepper: bytes) -> bytes:
    return hmac.digest(pepper, b"sign-in-browser:" + browser_secret.encode(), "sha256")


def _code_hash(code: str, row_id: UUID, pepper: bytes) -> bytes:
    # The row's id is in it, so that equal codes of two people do not look equal.
    return hmac.digest(pepper, b"sign-in-code:" + row_id.bytes + code.encode("ascii"), "sha256")
