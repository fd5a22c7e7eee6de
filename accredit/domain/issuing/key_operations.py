"""The register of keys: publish, rotate, retire. Private halves are made and kept by the key ring.

A key file is written before its row: a crash between the two leaves a file that no register names and nothing uses.
"""

from __future__ import annotations

import json
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import SERVICE, Actor, Tag
from accredit.domain.issuing import queries, rules
from accredit.domain.issuing.models import SigningKey
from accredit.domain.issuing.queries import KeyFacts
from accredit.domain.issuing.rules import Purpose
from accredit.domain.transparency import operations as transparency
from accredit.domain.transparency.rules import Act, Entry
from accredit.errors import NotFound
from accredit.keyring import Algorithm, KeyRing
from accredit.kit.vc import json_web_key
from accredit.kit.vc.json_web_key import JoseKey
from accredit.kit.vc.multikey import KeyKind, PublicKey
from accredit.storage import Session, new_id


def ensure_keys(
    db: Session,
    *,
    organisation_id: UUID,
    controller: str,
    keyring: KeyRing,
    now: datetime,
    jwt_algorithm: Algorithm = Algorithm.ES256,
    actor: Actor = SERVICE,
) -> None:
    """Give an organisation the keys it signs with: for credentials in both forms and for status lists; repeatable."""
    wanted = (Purpose.ASSERTION, Purpose.STATUS, Purpose.ASSERTION_JWT)
    if all(queries.signing_key(db, controller=controller, purpose=purpose) for purpose in wanted):
        return
    # Two workers that see no key at the same time must not both make one.
    transparency.hold(db)
    for purpose in wanted:
        if queries.signing_key(db, controller=controller, purpose=purpose) is None:
            create_key(
                db,
                organisation_id=organisation_id,
                controller=controller,
                purpose=purpose,
                keyring=keyring,
                now=now,
                jwt_algorithm=jwt_algorithm,
                actor=actor,
            )


def ensure_log_key(db: Session, *, origin: str, keyring: KeyRing, now: datetime, actor: Actor = SERVICE) -> KeyFacts:
    """Return the key that signs checkpoints, made if there is none."""
    transparency.hold(db)
    found = queries.signing_key(db, controller=origin, purpose=Purpose.CHECKPOINT)
    return found or create_key(
        db,
        organisation_id=None,
        controller=origin,
        purpose=Purpose.CHECKPOINT,
        keyring=keyring,
        now=now,
        actor=actor,
    )


def create_key(
    db: Session,
    *,
    organisation_id: UUID | None,
    controller: str,
    purpose: Purpose,
    keyring: KeyRing,
    now: datetime,
    jwt_algorithm: Algorithm = Algorithm.ES256,
    actor: Actor = SERVICE,
) -> KeyFacts:
    """Make a key, enter it in the register and in the log; ``jwt_algorithm`` is that of a key for tokens."""
    used = [key.fragment for key in queries.verification_keys(db, controller)]
    key_id = new_id()
    public_key = keyring.create(key_id, jwt_algorithm if purpose is Purpose.ASSERTION_JWT else Algorithm.EDDSA)
    multibase, jwk = _published(public_key)
    row = SigningKey(
        id=key_id,
        organisation_id=organisation_id,
        purpose=purpose,
        controller=controller,
        fragment=rules.next_fragment(purpose, used),
        public_key_multibase=multibase,
        public_key_jwk=jwk,
        created_at=now,
    )
    db.add(row)
    db.flush()
    _tell(db, row, act=Act.KEY_PUBLISHED, tag=Tag.KEY_PUBLISHED, now=now, actor=actor)
    return _facts(db, row)


def rotate_key(
    db: Session,
    *,
    controller: str,
    purpose: Purpose,
    keyring: KeyRing,
    now: datetime,
    actor: Actor,
    jwt_algorithm: Algorithm = Algorithm.ES256,
) -> KeyFacts:
    """Put a fresh key in the place of the one in use, which is retired: what it signed stays good.

    Raises `NotFound` when the controller has no key for this purpose.
    """
    old = _lock(db, controller=controller, purpose=purpose)
    fresh = create_key(
        db,
        organisation_id=old.organisation_id,
        controller=controller,
        purpose=purpose,
        keyring=keyring,
        now=now,
        jwt_algorithm=jwt_algorithm,
        actor=actor,
    )
    _retire(db, old, now=now, actor=actor)
    return fresh


def retire_key(db: Session, *, controller: str, fragment: str, now: datetime, actor: Actor) -> KeyFacts:
    """End the use of one key; what it signed stays good. A retired key is left as it is. Raises `NotFound`."""
    row = db.execute(
        sa.select(SigningKey)
        .where(col(SigningKey.controller) == controller, col(SigningKey.fragment) == fragment)
        .with_for_update()
    ).scalar_one_or_none()
    if row is None:
        raise NotFound("key")
    if row.retired_at is None:
        _retire(db, row, now=now, actor=actor)
    return _facts(db, row)


def _retire(db: Session, row: SigningKey, *, now: datetime, actor: Actor) -> None:
    row.retired_at = now
    db.flush()
    _tell(db, row, act=Act.KEY_RETIRED, tag=Tag.KEY_RETIRED, now=now, actor=actor)


def _lock(db: Session, *, controller: str, purpose: Purpose) -> SigningKey:
    row: SigningKey | None = db.execute(
        sa.select(SigningKey)
        .where(
            col(SigningKey.controller) == controller,
            col(SigningKey.purpose) == purpose,
            col(SigningKey.retired_at).is_(None),
        )
        .order_by(col(SigningKey.created_at).desc())
        .limit(1)
        .with_for_update()
    ).scalar_one_or_none()
    if row is None:
        raise NotFound("key")
    return row


def _tell(db: Session, row: SigningKey, *, act: Act, tag: Tag, now: datetime, actor: Actor) -> None:
    audit.record(
        db,
        tag=tag,
        actor=actor,
        now=now,
        subject=row.id,
        organisation_id=row.organisation_id,
        purpose=row.purpose.value,
    )
    # Named as its controller's document names it.
    published = (
        {"publicKeyMultibase": row.public_key_multibase}
        if row.public_key_jwk is None
        else {"publicKeyJwk": json.loads(row.public_key_jwk)}
    )
    record = {
        "key": rules.verification_method(row.controller, row.fragment),
        **published,
        "purpose": row.purpose.value,
    }
    entry = Entry(act=act, subject_id=row.id, record=record, organisation_id=row.organisation_id)
    transparency.append_many(db, entries=[entry], now=now)


def _published(public_key: JoseKey) -> tuple[str | None, str | None]:
    """Return the text of a key as a Multikey, or else as a JWK."""
    if isinstance(public_key, PublicKey) and public_key.kind is KeyKind.ED25519:
        return public_key.multibase, None
    # Readers of tokens look for a JWK, and an RSA key has no other form (VC-JOSE-COSE, JsonWebKey).
    return None, json.dumps(json_web_key.encode(public_key), sort_keys=True, separators=(",", ":"))


def _facts(db: Session, row: SigningKey) -> KeyFacts:
    found = queries.key(db, rules.verification_method(row.controller, row.fragment))
    if found is None:
        raise NotFound("key")
    return found
