"""Passkeys: a key in somebody's device that only opens with their finger, face or PIN (WebAuthn Level 3).

These open accounts of staff; what they share with those of young people is in `device_keys`, with its rules.

- The device has made sure of its owner, so a passkey is both steps of signing in at once.
- An answer is for the account that its key was added to.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import Actor, Tag
from accredit.domain.people import device_keys, queries
from accredit.domain.people.device_keys import Place
from accredit.domain.people.models import Passkey, PasskeyChallenge
from accredit.domain.people.sign_ins import Browser, Device, System
from accredit.errors import NotFound, RuleBroken
from accredit.storage import Session

MOST_KEYS = 10


@dataclass(frozen=True, kw_only=True)
class PasskeyFacts:
    """A passkey as its owner recognises it: where it was added, and when it was used last."""

    id: UUID
    device: Device
    made_at: datetime
    last_used_at: datetime | None


def of_account(db: Session, account_id: UUID) -> tuple[PasskeyFacts, ...]:
    """Return the passkeys of an account, the oldest first."""
    return tuple(
        PasskeyFacts(
            id=row.id,
            device=Device(browser=Browser(row.browser), system=System(row.system)),
            made_at=row.made_at,
            last_used_at=row.last_used_at,
        )
        for row in _rows(db, account_id)
    )


def ask_for_new(db: Session, *, account_id: UUID, place: Place, now: datetime) -> tuple[UUID, str]:
    """Draw a challenge for a new passkey; return its id and what the browser is told, as JSON."""
    account = queries.account(db, account_id)
    if account is None:
        raise NotFound("account")
    row = _challenge(db, account_id, now)
    options = device_keys.asked_for_new(
        challenge=row.challenge,
        place=place,
        # The account's own id, so that a device keeps one passkey for it; never the address (WebAuthn §14.6.1).
        user_handle=account_id.bytes,
        user_name=account.email,
        known=[key.credential_id for key in _rows(db, account_id)],
    )
    return row.id, options


def ask(db: Session, *, account_id: UUID | None, place: Place, now: datetime) -> tuple[UUID, str]:
    """Draw a challenge to be answered by a passkey of an account; None for whoever comes, so that nobody is named."""
    row = _challenge(db, account_id, now)
    keys = _rows(db, account_id) if account_id is not None else []
    return row.id, device_keys.asked(challenge=row.challenge, place=place, known=[key.credential_id for key in keys])


def add(
    db: Session,
    *,
    account_id: UUID,
    challenge_id: UUID,
    answer: str,
    device: Device,
    place: Place,
    actor: Actor,
    now: datetime,
) -> bool:
    """Add the passkey that answers a challenge of this account; say whether it did.

    Raises `RuleBroken` ``passkeys-full``.
    """
    challenge = device_keys.take(db, PasskeyChallenge, challenge_id, now=now)
    if challenge is None or challenge.account_id != account_id:
        return False
    if len(_rows(db, account_id)) >= MOST_KEYS:
        raise RuleBroken("passkeys-full")
    key = device_keys.made(answer, challenge=challenge.challenge, place=place)
    if key is None or _with(db, key.credential_id) is not None:
        return False
    db.add(
        Passkey(
            account_id=account_id,
            credential_id=key.credential_id,
            public_key=key.public_key,
            sign_count=key.sign_count,
            browser=device.browser.value,
            system=device.system.value,
            made_at=now,
        )
    )
    _tell(db, Tag.STAFF_PASSKEY_ADDED, actor, now)
    return True


def use(db: Session, *, challenge_id: UUID, answer: str, place: Place, now: datetime) -> UUID | None:
    """Return the account whose passkey answers a challenge; None when none does, whatever the reason."""
    challenge = device_keys.take(db, PasskeyChallenge, challenge_id, now=now)
    said = device_keys.read(answer)
    row = _with(db, said.credential_id) if said is not None else None
    if challenge is None or said is None or row is None or challenge.account_id not in {None, row.account_id}:
        return None
    # WebAuthn §7.2, step 6: the device says whose it is, and that must be whose the key is here.
    if said.user_handle not in {None, row.account_id.bytes}:
        return None
    count = device_keys.counted(
        said, challenge=challenge.challenge, place=place, public_key=row.public_key, sign_count=row.sign_count
    )
    if count is None:
        return None
    row.sign_count, row.last_used_at = count, now
    return row.account_id


def take_away(db: Session, *, account_id: UUID, passkey_id: UUID, actor: Actor, now: datetime) -> None:
    """Forget a passkey of an account. Raises `NotFound` for one that is not there, or somebody else's."""
    row = db.exec(select(Passkey).where(Passkey.id == passkey_id).with_for_update()).first()
    if row is None or row.account_id != account_id:
        raise NotFound("passkey")
    db.delete(row)
    _tell(db, Tag.STAFF_PASSKEY_ENDED, actor, now)


def _challenge(db: Session, account_id: UUID | None, now: datetime) -> PasskeyChallenge:
    row = PasskeyChallenge(challenge=device_keys.new_challenge(), account_id=account_id, made_at=now)
    return device_keys.keep(db, row, now=now)


def _with(db: Session, credential_id: bytes) -> Passkey | None:
    return db.exec(select(Passkey).where(Passkey.credential_id == credential_id).with_for_update()).first()


def _rows(db: Session, account_id: UUID) -> list[Passkey]:
    return list(db.exec(select(Passkey).where(Passkey.account_id == account_id).order_by(col(Passkey.made_at))))


def _tell(db: Session, tag: Tag, actor: Actor, now: datetime) -> None:
    audit.record(db, tag=tag, actor=actor, now=now, subject=actor.id, organisation_id=actor.organisation_id)
