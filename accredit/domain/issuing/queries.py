"""Read issuances, status lists and the register of keys, as frozen facts."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.issuing import rules
from accredit.domain.issuing.models import Issuance, SigningKey, StatusEvent, StatusList
from accredit.domain.issuing.rules import Intent, IntentKey, Purpose, Reservation, Stage, Status, StatusAct
from accredit.errors import NotFound
from accredit.kit.ledger.signed_note import Ed25519Key
from accredit.kit.vc import json_web_key, multikey
from accredit.kit.vc.json_web_key import JoseKey
from accredit.storage import Session, readings


@dataclass(frozen=True, kw_only=True)
class KeyFacts:
    """A key of the register: whose, what for, since and until when."""

    id: UUID
    organisation_id: UUID | None
    purpose: Purpose
    controller: str
    fragment: str
    public_key_multibase: str | None
    public_key_jwk: str | None
    created_at: datetime
    retired_at: datetime | None
    compromised_at: datetime | None

    @property
    def verification_method(self) -> str:
        """The key's full name."""
        return rules.verification_method(self.controller, self.fragment)

    @property
    def is_in_use(self) -> bool:
        """Whether it may still sign."""
        return self.retired_at is None and self.compromised_at is None

    @property
    def public_key(self) -> JoseKey:
        """The key itself, whichever form it is kept in."""
        return public_key_of(self.public_key_multibase, self.public_key_jwk)

    @property
    def raw(self) -> bytes:
        """The 32 bytes of an Ed25519 key. Raises `ValueError` for a key that signs tokens."""
        if self.public_key_multibase is None:
            msg = "only a key that is published as a Multikey has raw bytes"
            raise ValueError(msg)
        return multikey.decode(self.public_key_multibase).raw


@dataclass(frozen=True, kw_only=True)
class IssuanceFacts:
    """How far one document has come, and whether what was issued still holds."""

    id: UUID
    organisation_id: UUID
    kind: str
    subject_id: UUID
    round: int
    credential_id: UUID
    stage: Stage
    status: Status
    status_since: datetime | None
    status_list_id: UUID
    status_index: int
    prepared_at: datetime
    recorded_at: datetime | None
    released_at: datetime | None
    leaf_index: int | None
    signed_digest: bytes | None
    signed_jwt_digest: bytes | None
    void_reason: str | None

    @property
    def is_public(self) -> bool:
        """Whether anybody may see and verify it: a durable checkpoint covers it."""
        return self.stage is Stage.RELEASED


@dataclass(frozen=True, kw_only=True)
class StatusEventFacts:
    """One act on a status; ``reason`` is for the school only, None once it was erased."""

    act: StatusAct
    reason: str | None
    actor_id: UUID | None
    at: datetime


@dataclass(frozen=True, kw_only=True)
class StatusListFacts:
    """A list as published: the signed credential's bytes, those of the list of pauses, and when both were signed."""

    id: UUID
    organisation_id: UUID
    public_id: str
    document: bytes
    suspensions: bytes | None
    signed_at: datetime


def public_key_of(multibase: str | None, jwk: str | None) -> JoseKey:
    """Read the public half of a key from the register, which holds one of the two texts."""
    return json_web_key.decode(json.loads(jwk)) if jwk is not None else multikey.decode(multibase or "")


_ISSUANCE = tuple(IssuanceFacts.__dataclass_fields__)
_KEY = tuple(KeyFacts.__dataclass_fields__)
_ALL_KEYS = sa.select(*(getattr(SigningKey, name) for name in _KEY)).order_by(
    col(SigningKey.created_at), col(SigningKey.id)
)
_OF_CONTROLLER = _ALL_KEYS.where(col(SigningKey.controller) == sa.bindparam("controller"))


def _facts(row: Issuance) -> IssuanceFacts:
    return IssuanceFacts(**{name: getattr(row, name) for name in _ISSUANCE})


def issuance(db: Session, issuance_id: UUID) -> IssuanceFacts:
    """Return one issuance. Raises `NotFound`."""
    return _needed(_one(db, col(Issuance.id) == issuance_id))


def of_subject(db: Session, *, kind: str, subject_id: UUID) -> IssuanceFacts | None:
    """Return the newest issuance of a subject, or None before one was prepared."""
    return _one(db, col(Issuance.kind) == kind, col(Issuance.subject_id) == subject_id)


def by_credential_id(db: Session, credential_id: UUID) -> IssuanceFacts | None:
    """Return the issuance of a credential, or None; whether it may be shown is ``is_public``."""
    return _one(db, col(Issuance.credential_id) == credential_id)


def _one(db: Session, *criteria: sa.ColumnElement[bool]) -> IssuanceFacts | None:
    row = db.execute(
        sa.select(Issuance).where(*criteria).order_by(col(Issuance.round).desc()).limit(1)
    ).scalar_one_or_none()
    return None if row is None else _facts(row)


def _needed(found: IssuanceFacts | None) -> IssuanceFacts:
    if found is None:
        raise NotFound("issuance")
    return found


def signed_document(db: Session, issuance_id: UUID) -> bytes | None:
    """Return the signed bytes, once released and never before."""
    return db.execute(
        sa.select(col(Issuance.signed_document)).where(
            col(Issuance.id) == issuance_id, col(Issuance.stage) == Stage.RELEASED
        )
    ).scalar_one_or_none()


def signed_jwt(db: Session, issuance_id: UUID) -> bytes | None:
    """Return the token, once released and never before; None too for what was issued before there were tokens."""
    return db.execute(
        sa.select(col(Issuance.signed_jwt)).where(
            col(Issuance.id) == issuance_id, col(Issuance.stage) == Stage.RELEASED
        )
    ).scalar_one_or_none()


def status_history(db: Session, issuance_id: UUID) -> tuple[StatusEventFacts, ...]:
    """Return every act on a credential's status, oldest first."""
    rows = db.execute(
        sa.select(StatusEvent)
        .where(col(StatusEvent.issuance_id) == issuance_id)
        .order_by(col(StatusEvent.at), col(StatusEvent.id))
    ).scalars()
    return tuple(StatusEventFacts(act=row.act, reason=row.reason, actor_id=row.actor_id, at=row.at) for row in rows)


def waiting(
    db: Session,
    *,
    kind: str,
    limit: int = 100,
    without: Collection[UUID] = (),
    not_of: Collection[UUID] = (),
) -> tuple[UUID, ...]:
    """Return the oldest issuances that are prepared and not yet recorded, leaving out those (organisations) named."""
    rows = db.execute(
        sa.select(col(Issuance.id))
        .where(
            col(Issuance.kind) == kind,
            col(Issuance.stage) == Stage.INTENT,
            col(Issuance.id).not_in(without),
            col(Issuance.organisation_id).not_in(not_of),
        )
        .order_by(col(Issuance.prepared_at), col(Issuance.id))
        .limit(limit)
    )
    return tuple(rows.scalars())


def intents(db: Session, issuance_ids: Sequence[UUID]) -> tuple[Intent, ...]:
    """Return what the signer needs of issuances that are still intents, in the order given."""
    wanted = (
        sa.select(*(getattr(Issuance, name) for name in _INTENT), col(StatusList.public_id))
        .join(StatusList, col(StatusList.id) == col(Issuance.status_list_id))
        .where(col(Issuance.id).in_(issuance_ids), col(Issuance.stage) == Stage.INTENT)
    )
    rows = {row.id: row for row in db.execute(wanted)}
    key_ids = {key_id for row in rows.values() for key_id in (row.signing_key_id, row.jwt_signing_key_id)}
    keys = {each.id: each for each in _keys(db, col(SigningKey.id).in_(key_ids - {None}))}
    # Each key is read once, however many it is to sign.
    to_sign = {None: None} | {each.id: _intent_key(each) for each in keys.values()}
    return tuple(
        _intent(row, keys[row.signing_key_id].controller, to_sign)
        for issuance_id in issuance_ids
        if (row := rows.get(issuance_id)) is not None
    )


_COPIED = ("organisation_id", "kind", "subject_id", "unsigned_document", "record_hash", "prepared_at")
_INTENT = ("id", "credential_id", "status_index", "signing_key_id", "jwt_signing_key_id", *_COPIED)


def _intent(row: sa.Row[Any], controller: str, keys: Mapping[UUID | None, IntentKey | None]) -> Intent:
    key = keys[row.signing_key_id]
    assert key is not None  # A key is never taken out of the register.
    return Intent(
        issuance_id=row.id,
        reservation=Reservation(
            credential_id=row.credential_id,
            issuer=controller,
            status_list_url=rules.status_list_url(controller, row.public_id),
            status_index=row.status_index,
        ),
        key=key,
        jwt_key=keys[row.jwt_signing_key_id],
        **{name: getattr(row, name) for name in _COPIED},
    )


def _intent_key(key: KeyFacts) -> IntentKey:
    named = key.verification_method
    return IntentKey(id=key.id, verification_method=named, public_key=key.public_key, is_in_use=key.is_in_use)


def current_status_list(db: Session, public_id: str) -> StatusListFacts | None:
    """Return a list as it was last signed, by its id in the address; None for an unknown, unsigned or doubtful one."""
    row = db.execute(sa.select(StatusList).where(col(StatusList.public_id) == public_id)).scalar_one_or_none()
    # One that came back with an older backup would tell everybody that what was revoked since then holds.
    if row is None or row.signed_list is None or row.signed_at is None or row.doubtful_since is not None:
        return None
    return StatusListFacts(
        id=row.id,
        organisation_id=row.organisation_id,
        public_id=row.public_id,
        document=row.signed_list,
        suspensions=row.signed_suspensions,
        signed_at=row.signed_at,
    )


def status_list(db: Session, list_id: UUID) -> StatusListFacts | None:
    """Return a list by its own id, as `current_status_list` does."""
    wanted = sa.select(col(StatusList.public_id)).where(col(StatusList.id) == list_id)
    public_id = db.execute(wanted).scalar_one_or_none()
    return None if public_id is None else current_status_list(db, public_id)


def revoked_indexes(db: Session, list_id: UUID, status: Status = Status.REVOKED) -> tuple[int, ...]:
    """Return which bits of a list are set, in order; with `status` those of the list of pauses."""
    rows = db.execute(
        sa.select(col(Issuance.status_index))
        .where(col(Issuance.status_list_id) == list_id, col(Issuance.status) == status)
        .order_by(col(Issuance.status_index))
    )
    return tuple(rows.scalars())


def lists_never_signed(db: Session) -> tuple[UUID, ...]:
    """Return the lists that were begun and never published."""
    return tuple(db.execute(sa.select(col(StatusList.id)).where(col(StatusList.signed_at).is_(None))).scalars())


def unreleased(db: Session) -> int:
    """Return how many credentials are recorded and not yet released."""
    recorded = sa.select(sa.func.count()).where(col(Issuance.stage) == Stage.RECORDED)
    return int(db.execute(recorded).scalar_one())


def recorded_since(db: Session, since: datetime) -> int:
    """Return how many credentials were recorded since a moment."""
    recorded: int = db.execute(sa.select(sa.func.count()).where(col(Issuance.recorded_at) >= since)).scalar_one()
    return recorded


def lists_to_sign(db: Session, *, signed_before: datetime, signed_after: datetime = rules.NEVER) -> tuple[UUID, ...]:
    """Return the lists never signed, or signed last before a moment, or after one that has not come yet."""
    at = col(StatusList.signed_at)
    rows = db.execute(sa.select(col(StatusList.id)).where(sa.or_(at.is_(None), at < signed_before, at > signed_after)))
    return tuple(rows.scalars())


def verification_keys(db: Session, controller: str) -> tuple[KeyFacts, ...]:
    """Return every key a controller ever had, oldest first."""
    return _read_keys(readings.rows(db, _OF_CONTROLLER, controller=controller))


def signing_key(db: Session, *, controller: str, purpose: Purpose) -> KeyFacts | None:
    """Return the key in use for a purpose, or None."""
    keys = _keys(
        db,
        col(SigningKey.controller) == controller,
        col(SigningKey.purpose) == purpose,
        col(SigningKey.retired_at).is_(None),
        col(SigningKey.compromised_at).is_(None),
    )
    return keys[-1] if keys else None


def organisation_key(db: Session, *, organisation_id: UUID, purpose: Purpose) -> KeyFacts | None:
    """Return the key that an organisation uses for a purpose, or None."""
    keys = _keys(
        db,
        col(SigningKey.organisation_id) == organisation_id,
        col(SigningKey.purpose) == purpose,
        col(SigningKey.retired_at).is_(None),
        col(SigningKey.compromised_at).is_(None),
    )
    return keys[-1] if keys else None


def stolen_purposes(db: Session, controller: str) -> frozenset[Purpose]:
    """Return the purposes for which a controller's newest key is marked as stolen, so that it has none to sign with."""
    newest = {key.purpose: key for key in _keys(db, col(SigningKey.controller) == controller)}
    return frozenset(purpose for purpose, key in newest.items() if key.compromised_at is not None)


def stolen_keys(db: Session) -> frozenset[UUID]:
    """Return the ids of all keys that are marked as stolen."""
    stolen = sa.select(col(SigningKey.id)).where(col(SigningKey.compromised_at).is_not(None))
    return frozenset(db.execute(stolen).scalars())


def living_credentials(db: Session, key_id: UUID) -> int:
    """Return how many credentials that one key signed were issued and not revoked."""
    living = sa.select(sa.func.count()).where(
        sa.or_(col(Issuance.signing_key_id) == key_id, col(Issuance.jwt_signing_key_id) == key_id),
        col(Issuance.stage).in_([Stage.RECORDED, Stage.RELEASED]),
        col(Issuance.status) != Status.REVOKED,
    )
    return int(db.execute(living).scalar_one())


def key(db: Session, name: str) -> KeyFacts | None:
    """Return a key by its full name, ``did:web:…#assertion-1``."""
    controller, _, fragment = name.partition("#")
    keys = _keys(db, col(SigningKey.controller) == controller, col(SigningKey.fragment) == fragment)
    return keys[0] if keys else None


def register(db: Session) -> tuple[KeyFacts, ...]:
    """Return the whole register, oldest first."""
    return _keys(db)


def log_key(db: Session) -> KeyFacts | None:
    """Return the key in use that signs checkpoints."""
    keys = _keys(
        db,
        col(SigningKey.purpose) == Purpose.CHECKPOINT,
        col(SigningKey.retired_at).is_(None),
        col(SigningKey.compromised_at).is_(None),
    )
    return keys[-1] if keys else None


def log_verifier_key(db: Session) -> str | None:
    """Return the log's key as C2SP writes verifier keys, ``origin+id+base64``."""
    found = log_key(db)
    return None if found is None else str(Ed25519Key(found.controller, found.raw))


def _keys(db: Session, *criteria: sa.ColumnElement[bool]) -> tuple[KeyFacts, ...]:
    return _read_keys(db.execute(_ALL_KEYS.where(*criteria)))


def _read_keys(rows: Iterable[sa.Row[Any]]) -> tuple[KeyFacts, ...]:
    return tuple(KeyFacts(**dict(zip(_KEY, row, strict=True))) for row in rows)
