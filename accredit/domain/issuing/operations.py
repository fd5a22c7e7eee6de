"""The issuing cycle: prepare → sign → record → release. Status and keys are in the modules beside, and named here too.

1. `prepare` reserves id and status index and freezes the unsigned document. After a crash: an intent, to be finished.
2. `sign` checks the permit, rehearses, signs both forms, and verifies its own signatures; it stores nothing. After a
   crash: nothing happened, and signing the frozen bytes again gives the same credential, since each of the algorithms
   is deterministic (RFC 8032; ES256 as RFC 6979 says; RS256).
3. `record` stores the signed bytes with their leaf of the log, in one transaction. After a crash: all or nothing.
4. `release` makes visible what a signed checkpoint covers. After a crash: the next release does it.

What the document says is not decided here: a function that builds it, and one that lints it, are arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.audit import operations as audit
from accredit.domain.audit.operations import Happened
from accredit.domain.audit.rules import SERVICE, Actor, Tag
from accredit.domain.issuing import queries
from accredit.domain.issuing.key_operations import (
    create_key,
    delete_key,
    ensure_keys,
    ensure_log_key,
    mark_compromised,
    retire_key,
    rotate_key,
)
from accredit.domain.issuing.models import Issuance
from accredit.domain.issuing.preparing import Prepared, Wanted, prepare_many
from accredit.domain.issuing.queries import IssuanceFacts
from accredit.domain.issuing.replacing import release, replace
from accredit.domain.issuing.rules import Build, Recorded, Signed, Stage
from accredit.domain.issuing.signing import Alike, sign
from accredit.domain.issuing.status_operations import publish_status_list, reinstate, revoke, suspend
from accredit.domain.issuing.stopping import check_on, start_issuing, stop_issuing, stops
from accredit.domain.transparency import operations as transparency
from accredit.domain.transparency.rules import Act, Entry
from accredit.errors import RuleBroken
from accredit.storage import Session
from accredit.storage.many import update_many
from accredit.storage.promises import Promise, promise

__all__ = [
    "Alike",
    "Prepared",
    "Wanted",
    "check_on",
    "create_key",
    "delete_key",
    "ensure_keys",
    "ensure_log_key",
    "mark_compromised",
    "prepare",
    "prepare_many",
    "publish_status_list",
    "record",
    "reinstate",
    "release",
    "replace",
    "retire_key",
    "revoke",
    "rotate_key",
    "sign",
    "start_issuing",
    "stop_issuing",
    "suspend",
    "void",
]


VOIDING: Final = frozenset({"no-signing-key", "record-changed"})
"""Refusals after which a frozen document is never recorded: another round is prepared from the rows as they are."""
_TO_RECORD: Final = (
    col(Issuance.id),
    col(Issuance.organisation_id),
    col(Issuance.kind),
    col(Issuance.subject_id),
    col(Issuance.credential_id),
    col(Issuance.record_hash),
    col(Issuance.signing_key_id),
    col(Issuance.jwt_signing_key_id),
)


def prepare(
    db: Session,
    *,
    kind: str,
    subject_id: UUID,
    organisation_id: UUID,
    controller: str,
    build: Build,
    record_hash: bytes,
    now: datetime,
    actor: Actor = SERVICE,
) -> IssuanceFacts:
    """Reserve a credential for a subject and freeze its unsigned document; again, return what there is.

    ``controller`` is the issuer's DID. A void issuance makes room for another round, and so does one that is to be
    replaced. Raises `RuleBroken` ``no-signing-key``, ``not-as-reserved``, or whatever ``build`` raises.
    """
    prepared = prepare_many(
        db,
        kind=kind,
        organisation_id=organisation_id,
        controller=controller,
        wanted=[Wanted(subject_id=subject_id, record_hash=record_hash, build=build)],
        now=now,
        actor=actor,
    )
    for broken in prepared.refused.values():
        raise broken
    return queries.issuance(db, prepared.issuances[subject_id])


def record(
    db: Session,
    *,
    signed: Sequence[Signed],
    record_hashes: Callable[[Session, Collection[UUID]], Mapping[UUID, bytes]],
    now: datetime,
) -> Recorded:
    """Store signed credentials and their leaves of the log together; those recorded already are left alone.

    ``record_hashes`` is asked once more, in this transaction: a record that changed since the document was frozen makes
    its issuance void, and nothing of it is kept. While issuing is stopped it stays an intent.
    """
    by_id = {each.issuance_id: each for each in signed}
    rows = db.execute(
        sa.select(*_TO_RECORD)
        .where(col(Issuance.id).in_(by_id), col(Issuance.stage) == Stage.INTENT)
        .order_by(col(Issuance.id))
        .with_for_update()
    ).all()
    # The log is held from here, so that nobody stops issuing between this question and the commit.
    transparency.hold(db)
    refused = _refused(db, rows)
    asked = [row for row in rows if row.id not in refused]
    current = record_hashes(db, [row.subject_id for row in asked]) if asked else {}
    kept = [row for row in asked if current[row.subject_id] == row.record_hash]
    refused |= {row.id: RuleBroken("record-changed") for row in asked if current[row.subject_id] != row.record_hash}
    given_up = {issuance_id: broken.rule for issuance_id, broken in refused.items() if broken.rule in VOIDING}
    update_many(
        db, Issuance, [{"id": each, "stage": Stage.VOID, "void_reason": rule} for each, rule in given_up.items()]
    )
    leaves = transparency.append_many(db, entries=[_entry(row, by_id[row.id]) for row in kept], now=now)
    placed = list(zip(kept, leaves, strict=True))
    update_many(db, Issuance, [_recorded(by_id[row.id], leaf, now) for row, leaf in placed])
    about = [
        Happened(subject=row.id, organisation_id=row.organisation_id, details={"leaf": leaf}) for row, leaf in placed
    ]
    audit.record_many(db, tag=Tag.CREDENTIAL_ISSUED, actor=SERVICE, now=now, events=about)
    if kept:
        promise(db, Promise.PUBLISH_CHECKPOINT, "log")
    db.flush()
    return Recorded(recorded=tuple(row.id for row in kept), refused=refused)


def _refused(db: Session, rows: Sequence[sa.Row[Any]]) -> dict[UUID, RuleBroken]:
    stopped, stolen = stops(db), queries.stolen_keys(db)
    refused = {}
    for row in rows:
        if stopped.of(row.organisation_id) is not None:
            refused[row.id] = RuleBroken("issuing-stopped")
        elif {row.signing_key_id, row.jwt_signing_key_id} & stolen:
            refused[row.id] = RuleBroken("no-signing-key")
    return refused


def _recorded(signed: Signed, leaf: int, now: datetime) -> dict[str, Any]:
    return {
        "id": signed.issuance_id,
        "stage": Stage.RECORDED,
        "signed_document": signed.document,
        "signed_digest": signed.digest,
        "signed_jwt": signed.jwt,
        "signed_jwt_digest": signed.jwt_digest,
        "leaf_index": leaf,
        "recorded_at": now,
    }


def void(db: Session, *, issuance_id: UUID, reason: str) -> None:
    """Give up an intent that may not be signed any more; a recorded issuance is left alone."""
    row = db.execute(
        sa.select(Issuance)
        .where(col(Issuance.id) == issuance_id, col(Issuance.stage) == Stage.INTENT)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if row is not None:
        row.stage = Stage.VOID
        row.void_reason = reason
        db.flush()


def _entry(row: sa.Row[Any], signed: Signed) -> Entry:
    record: dict[str, object] = {
        "credential": f"urn:uuid:{row.credential_id}",
        "sha256": signed.digest.hex(),
        "kind": row.kind,
        "about": str(row.subject_id),
        "record": row.record_hash.hex(),
        "key": str(row.signing_key_id),
    }
    if signed.jwt_digest is not None:
        # One leaf for both forms: they are one credential.
        record |= {"jwtSha256": signed.jwt_digest.hex(), "jwtKey": str(row.jwt_signing_key_id)}
    return Entry(act=Act.CREDENTIAL_ISSUED, subject_id=row.id, organisation_id=row.organisation_id, record=record)
