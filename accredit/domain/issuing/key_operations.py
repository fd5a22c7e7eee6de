"""The register of keys: publish, rotate, retire, mark as stolen. Private halves are made and kept by the key ring.

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
from accredit.domain.issuing.models import SigningKey, StatusList
from accredit.domain.issuing.queries import KeyFacts
from accredit.domain.issuing.rules import Purpose
from accredit.domain.transparency import operations as transparency
from accredit.domain.transparency import queries as log
from accredit.domain.transparency import recovery
from accredit.domain.transparency.rules import Act, Entry
from accredit.errors import NotFound, NotReady
from accredit.keyring import Algorithm, KeyRing
from accredit.kit.vc import json_web_key, timestamps
from accredit.kit.vc.json_web_key import JoseKey
from accredit.kit.vc.multikey import KeyKind, PublicKey
from accredit.storage import Session, new_id
from accredit.storage.promises import Promise, promise


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
    """Give an organisation the keys it signs with: for credentials in both forms and for status lists; repeatable.

    In the place of one that was stolen none is made by itself: somebody must look first, and `rotate_key`.
    """
    stolen = queries.stolen_purposes(db, controller)
    wanted = [each for each in (Purpose.ASSERTION, Purpose.STATUS, Purpose.ASSERTION_JWT) if each not in stolen]
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
    """Return the key that signs checkpoints, made if there is none. Raises `NotReady` when it was stolen."""
    transparency.hold(db)
    found = queries.signing_key(db, controller=origin, purpose=Purpose.CHECKPOINT)
    if found is None and Purpose.CHECKPOINT in queries.stolen_purposes(db, origin):
        detail = "The log's key is marked as compromised. Run: accredit keys rotate --purpose checkpoint"
        raise NotReady("key-compromised", detail)
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
        fragment=rules.next_fragment(purpose, used, lost=recovery.lost_leaves(db)),
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
    if purpose is Purpose.STATUS:
        _sign_lists_again(db, old.organisation_id)
    return fresh


def retire_key(db: Session, *, controller: str, fragment: str, now: datetime, actor: Actor) -> KeyFacts:
    """End the use of one key; what it signed stays good. A retired key is left as it is. Raises `NotFound`."""
    row = _named(db, controller=controller, fragment=fragment)
    if row.retired_at is None:
        _retire(db, row, now=now, actor=actor)
    return _facts(db, row)


def mark_compromised(
    db: Session, *, controller: str, fragment: str, since: datetime, now: datetime, actor: Actor
) -> KeyFacts:
    """Mark a key as stolen or lost since a moment: nothing is signed with it any more, from this transaction on.

    What a witness saw in the log before that moment stays good, and nothing else that it signed. Marked again, the
    earlier moment holds. Raises `NotFound`, and `RuleBroken` as `rules.check_compromise` says.
    """
    row = _named(db, controller=controller, fragment=fragment)
    rules.check_compromise(since=since, now=now)
    if row.compromised_at is not None and row.compromised_at <= since:
        return _facts(db, row)
    row.compromised_at = since
    db.flush()
    _tell(db, row, act=Act.KEY_COMPROMISED, tag=Tag.KEY_COMPROMISED, now=now, actor=actor, since=since)
    return _facts(db, row)


def delete_key(
    db: Session, *, controller: str, fragment: str, keyring: KeyRing, force: bool, now: datetime, actor: Actor
) -> KeyFacts:
    """Delete the private half of a key that signs no more; its public half and history stay for ever.

    Raises `NotFound`, and `RuleBroken` as `rules.check_deletion` says; ``force`` lets it go although credentials live.
    """
    row = _named(db, controller=controller, fragment=fragment)
    in_use = row.retired_at is None and row.compromised_at is None
    rules.check_deletion(in_use=in_use, living=0 if force else queries.living_credentials(db, row.id))
    audit.record(
        db,
        tag=Tag.KEY_DELETED,
        actor=actor,
        now=now,
        subject=row.id,
        organisation_id=row.organisation_id,
        purpose=row.purpose.value,
    )
    keyring.delete(row.id)
    return _facts(db, row)


def _named(db: Session, *, controller: str, fragment: str) -> SigningKey:
    row: SigningKey | None = db.execute(
        sa.select(SigningKey)
        .where(col(SigningKey.controller) == controller, col(SigningKey.fragment) == fragment)
        .with_for_update()
    ).scalar_one_or_none()
    if row is None:
        raise NotFound("key", f"No key is called {controller}#{fragment}; accredit keys list shows them all.")
    return row


def _sign_lists_again(db: Session, organisation_id: UUID | None) -> None:
    # A list under a key that may be a thief's is no evidence: the next signature is due now, not in some hours.
    lists = db.execute(
        sa.update(StatusList)
        .where(col(StatusList.organisation_id) == organisation_id)
        .values(signed_state=None)
        .returning(col(StatusList.id))
    ).scalars()
    for list_id in lists:
        promise(db, Promise.PUBLISH_STATUS_LIST, list_id)


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


def _tell(
    db: Session,
    row: SigningKey,
    *,
    act: Act,
    tag: Tag,
    now: datetime,
    actor: Actor,
    since: datetime | None = None,
) -> None:
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
        **({} if since is None else {"since": timestamps.write(since)}),
    }
    entry = Entry(
        act=act,
        subject_id=row.id,
        record=record,
        organisation_id=row.organisation_id,
        occurrence=log.count(db, act=act, subject_id=row.id) if since is not None else 0,
    )
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
