"""An invitation to somebody who was added to the staff: a link and, beside it, eight digits to be typed there.

- The link alone opens nothing: programs that read mail follow links, run their scripts and even send their forms, and
  none of them types the digits. Looking at it, however often, uses nothing up.
- It works once, for fourteen days. A new one for the same person replaces it; five wrong tries use it up.
- It ends when the person's last role has ended, or their account is closed.
- Whoever works elsewhere already says yes with it: until then nobody acts here with their account.
- Whoever has lost it asks for a code where everybody signs in; nobody is shut out by an invitation.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col, select

from accredit.clock import local_date
from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import Actor, ActorKind, Tag
from accredit.domain.people import queries, signing_in
from accredit.domain.people.models import Invitation, Staff
from accredit.domain.people.queries import StaffFacts
from accredit.errors import RuleBroken
from accredit.storage import Session

DIGITS = 8
LASTS = timedelta(days=14)
MOST_TRIES = 5


@dataclass(frozen=True, kw_only=True)
class Secrets:
    """What goes into the letter, and is kept nowhere as it is."""

    token: str
    code: str


def make(
    db: Session,
    *,
    staff_id: UUID,
    pepper: bytes,
    actor: Actor,
    now: datetime,
    draw: Callable[[int], int] = secrets.randbelow,
) -> Secrets:
    """Invite a member of staff. Raises `RuleBroken` ``no-address``, `NotFound`."""
    who = queries.staff_member(db, staff_id)
    if who.invited_account_id is None:
        raise RuleBroken("no-address")
    db.execute(delete(Invitation).where(col(Invitation.made_at) < now - LASTS))
    db.execute(delete(Invitation).where(col(Invitation.staff_id) == staff_id))
    drawn = Secrets(token=secrets.token_urlsafe(32), code=f"{draw(10**DIGITS):0{DIGITS}}")
    row = Invitation(
        organisation_id=who.organisation_id,
        staff_id=staff_id,
        token_hash=_token_hash(drawn.token),
        code_hash=b"",
        made_at=now,
    )
    row.code_hash = _code_hash(drawn.code, row.id, pepper)
    db.add(row)
    db.flush()
    audit.record(db, tag=Tag.STAFF_INVITED, actor=actor, now=now, subject=staff_id, organisation_id=who.organisation_id)
    return drawn


def invited(db: Session, token: str, *, now: datetime) -> StaffFacts | None:
    """Return who a link is for; None for one that no longer works, whatever the reason."""
    row = db.exec(select(Invitation).where(Invitation.token_hash == _token_hash(token))).first()
    return _of(db, row, now) if row is not None else None


def accept(db: Session, *, token: str, code: str, pepper: bytes, now: datetime) -> UUID | None:
    """Return the account that a link and its digits sign in, and use both up; None when they do not."""
    wanted = select(Invitation).where(Invitation.token_hash == _token_hash(token)).with_for_update()
    row = db.exec(wanted).first()
    who = _of(db, row, now) if row is not None else None
    if row is None or who is None:
        return None
    digits = "".join(symbol for symbol in code if symbol.isascii() and symbol.isdigit())
    if not hmac.compare_digest(row.code_hash, _code_hash(digits, row.id, pepper)):
        # A form that a program sends as it found it is no try: nothing was guessed.
        row.tries += 1 if digits else 0
        if digits:
            signing_in.mark_refused(db, account_id=who.invited_account_id, why="invitation", now=now)
        return None
    db.delete(row)
    _join(db, who)
    actor = Actor(kind=ActorKind.STAFF, id=who.id, organisation_id=who.organisation_id)
    audit.record(
        db, tag=Tag.STAFF_INVITATION_ACCEPTED, actor=actor, now=now, subject=who.id, organisation_id=who.organisation_id
    )
    return who.invited_account_id


def _join(db: Session, who: StaffFacts) -> None:
    """Let somebody who works elsewhere too work here from now on; they have just said yes."""
    if who.asked_account_id is not None:
        row = db.exec(select(Staff).where(Staff.id == who.id).with_for_update()).one()
        row.account_id, row.asked_account_id = who.asked_account_id, None
        db.flush()


def _of(db: Session, row: Invitation, now: datetime) -> StaffFacts | None:
    if abs(now - row.made_at) > LASTS or row.tries >= MOST_TRIES:
        return None
    who = queries.staff_member(db, row.staff_id)
    account = queries.account(db, who.invited_account_id) if who.invited_account_id is not None else None
    return who if account is not None and account.active and who.roles_on(local_date(now)) else None


def _token_hash(token: str) -> bytes:
    return hashlib.sha256(b"invitation:" + token.encode("utf-8", "replace")).digest()


def _code_hash(code: str, row_id: UUID, pepper: bytes) -> bytes:
    return hmac.digest(pepper, b"invitation-code:" + row_id.bytes + code.encode("ascii"), "sha256")
