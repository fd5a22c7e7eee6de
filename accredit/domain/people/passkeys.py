"""Passkeys: a key in somebody's device that only opens with their finger, face or PIN (WebAuthn Level 3).

- A challenge is drawn here, kept here, and used once, within five minutes, whether the answer is right or not.
- The device must have made sure of its owner (user verification), so a passkey is both steps of signing in at once.
- An answer is for this service's own address, for the account that its key was added to, and for one challenge.
- A counter that went back is a copied key: refused.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
import webauthn
from sqlalchemy import delete
from sqlmodel import col, select
from webauthn.helpers import base64url_to_bytes, options_to_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import Actor, Tag
from accredit.domain.people import queries
from accredit.domain.people.models import Passkey, PasskeyChallenge
from accredit.domain.people.sign_ins import Browser, Device, System
from accredit.errors import NotFound, RuleBroken
from accredit.storage import Session

logger = structlog.get_logger()

LIFETIME = timedelta(minutes=5)
LONGEST_ANSWER = 20_000
MOST_KEYS = 10
_REFUSALS = (WebAuthnException, ValueError, KeyError, TypeError, AttributeError, RecursionError)


@dataclass(frozen=True, kw_only=True)
class Place:
    """The service as a device knows it: its name, its host without a port, and its whole address."""

    host: str
    origin: str


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
    options = webauthn.generate_registration_options(
        rp_id=place.host,
        rp_name="accredit",
        # The account's own id, so that a device keeps one passkey for it; never the address (WebAuthn §14.6.1).
        user_id=account_id.bytes,
        user_name=account.email,
        user_display_name=account.email,
        challenge=row.challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=key.credential_id) for key in _rows(db, account_id)],
    )
    return row.id, options_to_json(options)


def ask(db: Session, *, account_id: UUID | None, place: Place, now: datetime) -> tuple[UUID, str]:
    """Draw a challenge to be answered by a passkey of an account; None for whoever comes, so that nobody is named."""
    row = _challenge(db, account_id, now)
    keys = _rows(db, account_id) if account_id is not None else []
    options = webauthn.generate_authentication_options(
        rp_id=place.host,
        challenge=row.challenge,
        allow_credentials=[PublicKeyCredentialDescriptor(id=key.credential_id) for key in keys],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return row.id, options_to_json(options)


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
    challenge = _used_challenge(db, challenge_id, now)
    if challenge is None or challenge.account_id != account_id or len(answer) > LONGEST_ANSWER:
        return False
    if len(_rows(db, account_id)) >= MOST_KEYS:
        raise RuleBroken("passkeys-full")
    try:
        verified = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge.challenge,
            expected_rp_id=place.host,
            expected_origin=place.origin,
            require_user_verification=True,
        )
    except _REFUSALS as refusal:
        logger.info("a new passkey was refused", cause=type(refusal).__name__)
        return False
    if db.exec(select(Passkey).where(Passkey.credential_id == verified.credential_id)).first() is not None:
        return False
    db.add(
        Passkey(
            account_id=account_id,
            credential_id=verified.credential_id,
            public_key=verified.credential_public_key,
            sign_count=verified.sign_count,
            browser=device.browser.value,
            system=device.system.value,
            made_at=now,
        )
    )
    _tell(db, Tag.STAFF_PASSKEY_ADDED, actor, now)
    return True


def use(db: Session, *, challenge_id: UUID, answer: str, place: Place, now: datetime) -> UUID | None:
    """Return the account whose passkey answers a challenge; None when none does, whatever the reason."""
    challenge = _used_challenge(db, challenge_id, now)
    if challenge is None or len(answer) > LONGEST_ANSWER:
        return None
    try:
        credential: dict[str, Any] = json.loads(answer)
        wanted = select(Passkey).where(Passkey.credential_id == base64url_to_bytes(credential["rawId"]))
        row = db.exec(wanted.with_for_update()).first()
        if row is None or (challenge.account_id is not None and challenge.account_id != row.account_id):
            return None
        handle = credential["response"].get("userHandle")
        # WebAuthn §7.2, step 6: the device says whose it is, and that must be whose the key is here.
        if handle is not None and base64url_to_bytes(handle) != row.account_id.bytes:
            return None
        verified = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge.challenge,
            expected_rp_id=place.host,
            expected_origin=place.origin,
            credential_public_key=row.public_key,
            credential_current_sign_count=row.sign_count,
            require_user_verification=True,
        )
    except _REFUSALS as refusal:
        logger.info("a passkey was refused", cause=type(refusal).__name__)
        return None
    row.sign_count, row.last_used_at = verified.new_sign_count, now
    return row.account_id


def take_away(db: Session, *, account_id: UUID, passkey_id: UUID, actor: Actor, now: datetime) -> None:
    """Forget a passkey of an account. Raises `NotFound` for one that is not there, or somebody else's."""
    row = db.exec(select(Passkey).where(Passkey.id == passkey_id).with_for_update()).first()
    if row is None or row.account_id != account_id:
        raise NotFound("passkey")
    db.delete(row)
    _tell(db, Tag.STAFF_PASSKEY_ENDED, actor, now)


def _challenge(db: Session, account_id: UUID | None, now: datetime) -> PasskeyChallenge:
    db.execute(delete(PasskeyChallenge).where(col(PasskeyChallenge.made_at) < now - LIFETIME))
    row = PasskeyChallenge(challenge=secrets.token_bytes(32), account_id=account_id, made_at=now)
    db.add(row)
    db.flush()
    return row


def _used_challenge(db: Session, challenge_id: UUID, now: datetime) -> PasskeyChallenge | None:
    row = db.exec(select(PasskeyChallenge).where(PasskeyChallenge.id == challenge_id).with_for_update()).first()
    if row is None:
        return None
    # Gone before anything is looked at: a wrong answer uses it up as well.
    db.delete(row)
    return row if abs(now - row.made_at) <= LIFETIME else None


def _rows(db: Session, account_id: UUID) -> list[Passkey]:
    return list(db.exec(select(Passkey).where(Passkey.account_id == account_id).order_by(col(Passkey.made_at))))


def _tell(db: Session, tag: Tag, actor: Actor, now: datetime) -> None:
    audit.record(db, tag=tag, actor=actor, now=now, subject=actor.id, organisation_id=actor.organisation_id)
