"""Sign-ins of accounts, kept by the service: each can be listed, shown to be fresh, and ended; no page or cookie here.

- A sign-in is known by a secret that only one browser holds; its hash alone is kept.
- It lasts 12 hours at most, whatever the browser does. How long quiet may last is the browser's edge (`web.auth`).
- Showing once more who one is exchanges the secret: a copy of the cookie made before opens nothing afterwards.
- Whatever must not be done from an unwatched desk needs such a proof of the last ten minutes.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col, select

from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import Actor, Tag
from accredit.domain.people.models import Account, Invitation, PasskeyChallenge, SignIn, SignInCode
from accredit.domain.people.own_page_models import OwnPasskeyChallenge
from accredit.domain.people.rules import SignInWay
from accredit.errors import NotFound
from accredit.storage import Session

LONGEST = timedelta(hours=12)
PROOF_HOLDS = timedelta(minutes=10)


class Browser(StrEnum):
    """The families of browsers that a list of sign-ins tells apart."""

    CHROME = "chrome"
    EDGE = "edge"
    FIREFOX = "firefox"
    SAFARI = "safari"
    OTHER = "other"


class System(StrEnum):
    """The kinds of machine that a list of sign-ins tells apart."""

    ANDROID = "android"
    CHROMEBOOK = "chromebook"
    IPAD = "ipad"
    IPHONE = "iphone"
    LINUX = "linux"
    MAC = "mac"
    WINDOWS = "windows"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Device:
    """What is kept of the device: two words, enough to recognise one's own, never the whole of what it says."""

    browser: Browser = Browser.OTHER
    system: System = System.OTHER


# The first that fits counts: Edge calls itself Chrome too, and Chrome Safari; an Android telephone says Linux.
_BROWSERS = (
    ("Edg", Browser.EDGE),
    ("Firefox", Browser.FIREFOX),
    ("FxiOS", Browser.FIREFOX),
    ("CriOS", Browser.CHROME),
    ("Chrom", Browser.CHROME),
    ("Safari", Browser.SAFARI),
)
_SYSTEMS = (
    ("iPad", System.IPAD),
    ("iPhone", System.IPHONE),
    ("Android", System.ANDROID),
    ("CrOS", System.CHROMEBOOK),
    ("Windows", System.WINDOWS),
    ("Macintosh", System.MAC),
    ("Linux", System.LINUX),
)


def device_of(user_agent: str) -> Device:
    """Return the two words for what a browser says of itself (RFC 9110 §10.1.5)."""
    return Device(
        browser=next((word for sign, word in _BROWSERS if sign in user_agent), Browser.OTHER),
        system=next((word for sign, word in _SYSTEMS if sign in user_agent), System.OTHER),
    )


@dataclass(frozen=True, kw_only=True)
class SignInFacts:
    """One sign-in that goes on; ``proved_at`` is when somebody last showed who they are in it."""

    id: UUID
    way: SignInWay
    device: Device
    came_at: datetime
    proved_at: datetime


def begin(db: Session, *, account_id: UUID, way: SignInWay, device: Device, now: datetime) -> tuple[UUID, str]:
    """Begin a sign-in; return its id and, this once, the secret for its browser."""
    db.execute(delete(SignIn).where(col(SignIn.account_id) == account_id, col(SignIn.came_at) < now - LONGEST))
    secret = secrets.token_urlsafe(32)
    row = SignIn(
        account_id=account_id,
        secret_hash=_hash(secret),
        way=way,
        browser=device.browser.value,
        system=device.system.value,
        came_at=now,
        proved_at=now,
    )
    db.add(row)
    db.flush()
    return row.id, secret


def current(db: Session, *, account_id: UUID, secret: str, now: datetime) -> SignInFacts | None:
    """Return the sign-in of an account that a browser holds the secret of; None when it is over, or never was."""
    row = db.exec(select(SignIn).where(SignIn.secret_hash == _hash(secret))).first()
    # A moment ahead of now is that of a clock that was put back since; it must not keep a sign-in for ever.
    if row is None or row.account_id != account_id or abs(now - row.came_at) > LONGEST:
        return None
    return _facts(row)


def of_account(db: Session, account_id: UUID, *, now: datetime) -> tuple[SignInFacts, ...]:
    """Return every sign-in of an account that goes on, the latest first."""
    wanted = select(SignIn).where(SignIn.account_id == account_id, col(SignIn.came_at) >= now - LONGEST)
    return tuple(_facts(row) for row in db.exec(wanted.order_by(col(SignIn.came_at).desc(), col(SignIn.id).desc())))


def renew(db: Session, *, sign_in_id: UUID, proved: bool, now: datetime) -> str:
    """Exchange the secret of a sign-in and return the new one; ``proved`` notes that its reader showed who they are.

    Raises `NotFound` when somebody has just ended it.
    """
    row = db.exec(select(SignIn).where(SignIn.id == sign_in_id).with_for_update()).first()
    if row is None:
        raise NotFound("sign-in")
    secret = secrets.token_urlsafe(32)
    row.secret_hash = _hash(secret)
    if proved:
        row.proved_at = now
    return secret


def is_proved(proved_at: datetime | None, *, now: datetime) -> bool:
    """Say whether a proof is fresh enough to award, revoke, export or change roles."""
    return proved_at is not None and abs(now - proved_at) <= PROOF_HOLDS


def end_one(db: Session, *, account_id: UUID, sign_in_id: UUID, actor: Actor, now: datetime) -> None:
    """End one sign-in of an account. Raises `NotFound` for one that is over, or somebody else's."""
    row = db.exec(select(SignIn).where(SignIn.id == sign_in_id).with_for_update()).first()
    if row is None or row.account_id != account_id:
        raise NotFound("sign-in")
    db.delete(row)
    _tell(db, actor, ended=1, now=now)


def end_others(db: Session, *, account_id: UUID, kept: UUID | None, actor: Actor, now: datetime) -> int:
    """End every sign-in of an account but one; return how many."""
    rows = [row for row in db.exec(select(SignIn).where(SignIn.account_id == account_id)) if row.id != kept]
    for row in rows:
        db.delete(row)
    _tell(db, actor, ended=len(rows), now=now)
    return len(rows)


def leave(db: Session, *, account_id: UUID, sign_in_id: UUID) -> None:
    """End the sign-in from which its reader signs out; once it is over already, nothing."""
    db.execute(delete(SignIn).where(col(SignIn.id) == sign_in_id, col(SignIn.account_id) == account_id))


def end_every_one(db: Session, *, account_id: UUID) -> None:
    """End every sign-in of an account, on every device; the key that each of their cookies names changes too."""
    row: Account | None = db.get(Account, account_id)
    if row is None:
        raise NotFound("account")
    row.fs_uniquifier = uuid.uuid4().hex
    db.execute(delete(SignIn).where(col(SignIn.account_id) == account_id))


def forget_all(db: Session) -> None:
    """End whatever a restored backup brought back: sign-ins ended since, codes and invitations used since."""
    for model in (SignIn, SignInCode, Invitation, PasskeyChallenge, OwnPasskeyChallenge):
        db.execute(delete(model))


def _tell(db: Session, actor: Actor, *, ended: int, now: datetime) -> None:
    audit.record(
        db,
        tag=Tag.STAFF_SIGN_INS_ENDED,
        actor=actor,
        now=now,
        subject=actor.id,
        organisation_id=actor.organisation_id,
        ended=ended,
    )


def _facts(row: SignIn) -> SignInFacts:
    device = Device(browser=Browser(row.browser), system=System(row.system))
    return SignInFacts(id=row.id, way=row.way, device=device, came_at=row.came_at, proved_at=row.proved_at)


def _hash(secret: str) -> bytes:
    # 256 random bits need no key and no slow hash: nobody can guess what to compare with.
    return hashlib.sha256(b"sign-in:" + secret.encode()).digest()
