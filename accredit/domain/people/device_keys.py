"""What passkeys of staff and of young people share: asking a device, and weighing its answer (WebAuthn Level 3).

Whose a key is, and what it opens, is not here: `passkeys` for accounts, `own_passkeys` for young people's own pages.

- A challenge is drawn here, kept in its owners' table, and used once, within five minutes, whether the answer is right
  or not. A challenge of one table is no challenge of the other.
- The device must have made sure of its owner (user verification).
- An answer is for this service's own address and for one challenge.
- A counter that went back is a copied key: refused.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import structlog
import webauthn
from sqlalchemy import delete
from sqlmodel import SQLModel, select
from webauthn.helpers import base64url_to_bytes, options_to_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorAttachment,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from accredit.storage import Session

logger = structlog.get_logger()

LIFETIME = timedelta(minutes=5)
LONGEST_ANSWER = 20_000
_REFUSALS = (WebAuthnException, ValueError, KeyError, TypeError, AttributeError, RecursionError)

ChallengeRow = TypeVar("ChallengeRow", bound=SQLModel)


@dataclass(frozen=True, kw_only=True)
class Place:
    """The service as a device knows it: its name, its host without a port, and its whole address."""

    host: str
    origin: str


@dataclass(frozen=True, kw_only=True)
class NewKey:
    """The public half of a key that a device has just made."""

    credential_id: bytes
    public_key: bytes
    sign_count: int


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a device says, before anything of it is believed: which key it used, and whose it says that it is."""

    credential: dict[str, Any]
    credential_id: bytes
    user_handle: bytes | None


def new_challenge() -> bytes:
    """Return what a device is to sign."""
    return secrets.token_bytes(32)


def keep(db: Session, row: ChallengeRow, *, now: datetime) -> ChallengeRow:
    """Keep a challenge, and forget those of its table that are over."""
    model: Any = type(row)
    db.execute(delete(model).where(model.made_at < now - LIFETIME))
    db.add(row)
    db.flush()
    return row


def take(db: Session, model: type[ChallengeRow], challenge_id: UUID, *, now: datetime) -> ChallengeRow | None:
    """Return a challenge and use it up; None for one that is gone or over."""
    table: Any = model
    row: Any = db.exec(select(table).where(table.id == challenge_id).with_for_update()).first()
    if row is None:
        return None
    # Gone before anything is looked at: a wrong answer uses it up as well.
    db.delete(row)
    return row if abs(now - row.made_at) <= LIFETIME else None


def asked_for_new(
    *,
    challenge: bytes,
    place: Place,
    user_handle: bytes,
    user_name: str,
    known: Iterable[bytes],
    attachment: AuthenticatorAttachment | None = None,
) -> str:
    """Return what a browser is told that shall make a key, as JSON; a device that has one of ``known`` makes none."""
    options = webauthn.generate_registration_options(
        rp_id=place.host,
        rp_name="accredit",
        user_id=user_handle,
        user_name=user_name,
        user_display_name=user_name,
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            authenticator_attachment=attachment,
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=each) for each in known],
    )
    return options_to_json(options)


def asked(*, challenge: bytes, place: Place, known: Iterable[bytes] = ()) -> str:
    """Return what a browser is told that shall use a key, as JSON: one of ``known``, or whichever its owner has."""
    options = webauthn.generate_authentication_options(
        rp_id=place.host,
        challenge=challenge,
        allow_credentials=[PublicKeyCredentialDescriptor(id=each) for each in known],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json(options)


def made(answer: str, *, challenge: bytes, place: Place) -> NewKey | None:
    """Return the key that a device made when it was asked; None for any other answer."""
    if len(answer) > LONGEST_ANSWER:
        return None
    try:
        verified = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=place.host,
            expected_origin=place.origin,
            require_user_verification=True,
        )
    except _REFUSALS as refusal:
        logger.info("a new passkey was refused", cause=type(refusal).__name__)
        return None
    return NewKey(
        credential_id=verified.credential_id,
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
    )


def read(answer: str) -> Answer | None:
    """Read what a device answers, and believe nothing of it yet; None for what is no answer."""
    if len(answer) > LONGEST_ANSWER:
        return None
    try:
        credential: dict[str, Any] = json.loads(answer)
        handle = credential["response"].get("userHandle")
        return Answer(
            credential=credential,
            credential_id=base64url_to_bytes(credential["rawId"]),
            user_handle=None if handle is None else base64url_to_bytes(handle),
        )
    except _REFUSALS as refusal:
        logger.info("a passkey was refused", cause=type(refusal).__name__)
        return None


def counted(answer: Answer, *, challenge: bytes, place: Place, public_key: bytes, sign_count: int) -> int | None:
    """Return the counter of a key that signed a challenge here; None where it did not."""
    try:
        verified = webauthn.verify_authentication_response(
            credential=answer.credential,
            expected_challenge=challenge,
            expected_rp_id=place.host,
            expected_origin=place.origin,
            credential_public_key=public_key,
            credential_current_sign_count=sign_count,
            require_user_verification=True,
        )
    except _REFUSALS as refusal:
        logger.info("a passkey was refused", cause=type(refusal).__name__)
        return None
    return verified.new_sign_count
