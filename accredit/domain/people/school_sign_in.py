"""Signing in with the account somebody has at their school (OpenID Connect Core 1.0); nothing here uses a network.

- An organisation has one connection: an issuer, and what that issuer knows this service by. The secret is kept sealed.
- A person's account there is known by issuer and subject, never by an e-mail address, which may be given to another.
- Its owner connects it while signed in here; nobody is connected, or added, because an address looks the same.
- It opens an account that works in that organisation alone: whoever runs a school's service can be anybody there, and
  must not become somebody elsewhere by it.
- Google is held to the school's domain, Microsoft to its tenant: an issuer for everybody is no school's.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlmodel import select

from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import Actor, Tag, check_fresh
from accredit.domain.people.models import SchoolIdentity, SchoolSignIn
from accredit.errors import NotFound, RuleBroken
from accredit.kit import sealed
from accredit.storage import Session

GOOGLE = "https://accounts.google.com"
MICROSOFT = "https://login.microsoftonline.com/"
FOR_EVERYBODY = frozenset({"common", "organizations", "consumers"})
ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
# OpenID Connect Core §3.1.3.7, steps 9 to 11: how far clocks may differ, and how old an answer may be.
CLOCKS_DIFFER = timedelta(minutes=2)
OLDEST = timedelta(minutes=10)
_PURPOSE = "school-sign-in"


class Fault(StrEnum):
    """Why an answer of a school's service is not believed; for the log, never for a page."""

    SIGNATURE = "signature"
    ISSUER = "issuer"
    AUDIENCE = "audience"
    NONCE = "nonce"
    TIME = "time"
    SCHOOL = "school"
    SUBJECT = "subject"


class NotBelieved(Exception):
    """An answer of a school's service is not one for us, now, about somebody of that school."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, kw_only=True)
class Connection:
    """How people of an organisation sign in at their school; ``school`` is Google's domain or Microsoft's tenant."""

    organisation_id: UUID
    issuer: str
    client_id: str
    school: str | None


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Somebody as their school's service names them."""

    issuer: str
    subject: str


def checked_issuer(issuer: str, school: str | None) -> tuple[str, str | None]:
    """Return an issuer and the school within it. Raises `RuleBroken`: ``school-issuer``, ``school-domain``."""
    text, within = issuer.strip().rstrip("/"), (school or "").strip().lower() or None
    parts = urlsplit(text)
    if parts.scheme != "https" or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise RuleBroken("school-issuer")
    if text == GOOGLE and (within is None or "." not in within):
        raise RuleBroken("school-domain")
    if text.startswith(MICROSOFT):
        tenant = text.removeprefix(MICROSOFT).removesuffix("/v2.0")
        if tenant in FOR_EVERYBODY or "/" in tenant or not text.endswith("/v2.0"):
            raise RuleBroken("school-issuer")
        within = tenant.lower()
    return text, within


def connect_organisation(
    db: Session,
    *,
    organisation_id: UUID,
    issuer: str,
    client_id: str,
    client_secret: str,
    school: str | None,
    pepper: bytes,
    actor: Actor,
    now: datetime,
) -> None:
    """Keep an organisation's connection in place of the one there was. Raises what `checked_issuer` raises."""
    check_fresh(actor)
    checked, within = checked_issuer(issuer, school)
    _forget(db, organisation_id)
    db.add(
        SchoolSignIn(
            organisation_id=organisation_id,
            issuer=checked,
            client_id=client_id.strip(),
            client_secret=sealed.seal(
                client_secret.strip().encode(), key=pepper, purpose=_PURPOSE, about=organisation_id.bytes
            ),
            school=within,
            made_at=now,
        )
    )
    audit.record(
        db, tag=Tag.SCHOOL_SIGN_IN_SET, actor=actor, now=now, subject=organisation_id, organisation_id=organisation_id
    )


def disconnect_organisation(db: Session, *, organisation_id: UUID, actor: Actor, now: datetime) -> None:
    """Let nobody of an organisation sign in at their school any more. Raises `NotFound` where nobody could."""
    if not _forget(db, organisation_id):
        raise NotFound("school-sign-in")
    audit.record(
        db, tag=Tag.SCHOOL_SIGN_IN_ENDED, actor=actor, now=now, subject=organisation_id, organisation_id=organisation_id
    )


def connection(db: Session, organisation_id: UUID) -> Connection | None:
    """Return an organisation's connection, or None."""
    row = _row(db, organisation_id)
    if row is None:
        return None
    return Connection(
        organisation_id=row.organisation_id, issuer=row.issuer, client_id=row.client_id, school=row.school
    )


def client_secret(db: Session, organisation_id: UUID, *, pepper: bytes) -> str:
    """Return what this service shows the issuer. Raises `NotFound`."""
    row = _row(db, organisation_id)
    if row is None:
        raise NotFound("school-sign-in")
    return sealed.open_sealed(row.client_secret, key=pepper, purpose=_PURPOSE, about=organisation_id.bytes).decode()


def believed(
    token: str, *, keys: Mapping[str, Any], expected: Connection, expected_nonce: str, now: datetime
) -> Identity:
    """Return who an ID token speaks of (OpenID Connect Core §3.1.3.7). Raises `NotBelieved`."""
    try:
        # Every key of the issuer is for signing with an algorithm that has a key: "none" and shared keys are no choice.
        claims = jwt.decode(token, KeySet.import_key_set(keys), algorithms=list(ALGORITHMS)).claims  # type: ignore[arg-type]
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise NotBelieved(Fault.SIGNATURE) from error
    audience = claims.get("aud")
    several = audience if isinstance(audience, list) else [audience]
    checks: tuple[tuple[Fault, Callable[[], bool]], ...] = (
        (Fault.ISSUER, lambda: claims.get("iss") == expected.issuer),
        (Fault.AUDIENCE, lambda: expected.client_id in several),
        # Step 4 and 5: a token for several must say that it was given to us.
        (Fault.AUDIENCE, lambda: claims.get("azp", expected.client_id) == expected.client_id),
        (Fault.AUDIENCE, lambda: len(several) == 1 or "azp" in claims),
        (Fault.NONCE, lambda: hmac.compare_digest(str(claims.get("nonce", "")).encode(), expected_nonce.encode())),
        (Fault.TIME, lambda: _is_of_now(claims, now)),
        (Fault.SCHOOL, lambda: _is_of_school(claims, expected)),
        (Fault.SUBJECT, lambda: isinstance(claims.get("sub"), str) and 0 < len(claims["sub"]) <= 255),
    )
    for fault, holds in checks:
        if not holds():
            raise NotBelieved(fault)
    return Identity(issuer=expected.issuer, subject=claims["sub"])


def account_of(db: Session, identity: Identity) -> UUID | None:
    """Return the account that an identity was connected to, or None."""
    row = _identity(db, identity)
    return row.account_id if row is not None else None


def connect_account(db: Session, *, account_id: UUID, identity: Identity, actor: Actor, now: datetime) -> None:
    """Let an identity open an account. Raises `RuleBroken` ``school-account-taken`` where it opens another."""
    row = _identity(db, identity)
    if row is not None:
        if row.account_id != account_id:
            raise RuleBroken("school-account-taken")
        return
    for old in db.exec(select(SchoolIdentity).where(SchoolIdentity.account_id == account_id)):
        db.delete(old)
    db.add(SchoolIdentity(account_id=account_id, issuer=identity.issuer, subject=identity.subject, made_at=now))
    db.flush()
    audit.record(
        db, tag=Tag.STAFF_SCHOOL_ACCOUNT_ADDED, actor=actor, now=now, subject=actor.id,
        organisation_id=actor.organisation_id,
    )  # fmt: skip


def is_connected(db: Session, account_id: UUID) -> bool:
    """Say whether somebody's school account opens their account here."""
    return db.exec(select(SchoolIdentity).where(SchoolIdentity.account_id == account_id)).first() is not None


def _is_of_now(claims: Mapping[str, Any], now: datetime) -> bool:
    ends, made = claims.get("exp"), claims.get("iat")
    if not isinstance(ends, int | float) or not isinstance(made, int | float):
        return False
    at, slack = now.timestamp(), CLOCKS_DIFFER.total_seconds()
    return ends > at - slack and at - OLDEST.total_seconds() <= made <= at + slack


def _is_of_school(claims: Mapping[str, Any], expected: Connection) -> bool:
    if expected.issuer == GOOGLE:
        return str(claims.get("hd", "")).lower() == expected.school
    if expected.issuer.startswith(MICROSOFT):
        return str(claims.get("tid", "")).lower() == expected.school
    return True


def _row(db: Session, organisation_id: UUID) -> SchoolSignIn | None:
    return db.exec(select(SchoolSignIn).where(SchoolSignIn.organisation_id == organisation_id)).first()


def _forget(db: Session, organisation_id: UUID) -> bool:
    row = _row(db, organisation_id)
    if row is not None:
        db.delete(row)
        db.flush()
    return row is not None


def _identity(db: Session, identity: Identity) -> SchoolIdentity | None:
    wanted = select(SchoolIdentity).where(
        SchoolIdentity.issuer == identity.issuer, SchoolIdentity.subject == identity.subject
    )
    return db.exec(wanted).first()
