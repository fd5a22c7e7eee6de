"""What stands on record of one credential, and whether the log holds exactly that at its place: one statement.

The proof that its leaf lies under a signed checkpoint is made from the log's tiles, which are read only for the first
look: that this leaf lies under this root is true for ever, and which leaf and which root it is, is read every time.
"""

from __future__ import annotations

import json
from functools import cache
from hashlib import sha256
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col

from accredit.domain.issuing import replacing
from accredit.domain.issuing.models import Issuance, SigningKey, StatusList
from accredit.domain.transparency import columns as log_columns
from accredit.domain.transparency import queries as transparency
from accredit.domain.transparency.models import LedgerCheckpoint, LedgerCosignature, LedgerLeaf, LedgerRecord
from accredit.domain.transparency.rules import Act
from accredit.domain.verification.sources import LogPlace, OwnRecord
from accredit.kit.ledger.commitment import opens
from accredit.kit.ledger.merkle import inclusion_proof, verify_inclusion
from accredit.storage import Session, readings

_URN = "urn:uuid:"


def read(db: Session, credential_id: str) -> OwnRecord | None:
    """Return our record of a credential by its full id, with its place in the log; None when there is none.

    Raises `LedgerError` where the log does not hold together.
    """
    row = issued(db, credential_id)
    if row is None:
        return None
    committed = is_committed(row)
    return OwnRecord(
        issuer_id=row.controller,
        stage=row.stage,
        proofs=_proofs(row.signed_document),
        token=None if row.signed_jwt is None else row.signed_jwt.decode("ascii"),
        status=row.status,
        status_since=row.status_since,
        is_status_known=row.doubtful_since is None,
        place=_place(db, row) if committed else None,
        is_replaced=bool(row.is_replaced),
        is_unlogged=committed is False,
    )


def issued(db: Session, credential_id: str) -> Any:
    """Return the row of a credential, or None."""
    try:
        wanted = UUID(credential_id.removeprefix(_URN))
    except ValueError:
        return None
    # One spelling only: the id stands in signed bytes as we wrote it.
    if f"{_URN}{wanted}" != credential_id:
        return None
    found = readings.rows(db, _statement(), credential_id=wanted)
    return found[0] if found else None


def is_committed(row: Any) -> bool | None:
    """Say whether the log commits to these bytes at their place; None where it cannot be told any more."""
    if row.signed_document is None:
        return None
    if row.leaf_index is None:
        return False
    # That some leaf is there says nothing: it must be the one of these bytes (LG18).
    statement = row.record
    if row.entry is None or statement is None or row.salt is None or not opens(row.entry, statement, row.salt):
        return None
    expected = (Act.CREDENTIAL_ISSUED.value, str(row.id), sha256(row.signed_document).hexdigest())
    record = statement["record"]
    if (statement["act"], statement["subject"], record.get("sha256")) != expected:
        return False
    return row.signed_jwt is None or record.get("jwtSha256") == sha256(row.signed_jwt).hexdigest()


@cache
def _statement() -> sa.Select[Any]:
    covering = log_columns.covering_size(col(Issuance.leaf_index))
    each = aliased(LedgerCosignature)
    first = (
        sa.select(col(each.verifier_key))
        .where(col(each.size) == col(LedgerCheckpoint.size))
        .order_by(col(each.cosigned_at), col(each.verifier_key))
        .limit(1)
        .scalar_subquery()
    )
    witnessed = (
        col(LedgerCosignature.size) == col(LedgerCheckpoint.size),
        col(LedgerCosignature.verifier_key) == first,
    )
    return (
        sa.select(
            *(col(Issuance.id), col(Issuance.stage), col(Issuance.status), col(Issuance.status_since)),
            *(col(Issuance.signed_document), col(Issuance.signed_jwt), col(Issuance.leaf_index)),
            *(col(SigningKey.controller), col(StatusList.doubtful_since)),
            *(col(LedgerLeaf.entry), col(LedgerLeaf.leaf_hash), col(LedgerRecord.record), col(LedgerRecord.salt)),
            *(col(LedgerCheckpoint.size), col(LedgerCheckpoint.root), col(LedgerCheckpoint.signed_at)),
            *(col(LedgerCosignature.verifier_key), col(LedgerCosignature.cosigned_at)),
            log_columns.the_origin().label("origin"),
            replacing.has_successor(col(Issuance.id)).label("is_replaced"),
        )
        .select_from(Issuance)
        .join(SigningKey, col(SigningKey.id) == col(Issuance.signing_key_id))
        .outerjoin(StatusList, col(StatusList.id) == col(Issuance.status_list_id))
        .outerjoin(LedgerLeaf, col(LedgerLeaf.index) == col(Issuance.leaf_index))
        .outerjoin(LedgerRecord, col(LedgerRecord.leaf_index) == col(Issuance.leaf_index))
        .outerjoin(LedgerCheckpoint, col(LedgerCheckpoint.size) == covering)
        .outerjoin(LedgerCosignature, sa.and_(*witnessed))
        .where(col(Issuance.credential_id) == sa.bindparam("credential_id"))
    )


def _place(db: Session, row: Any) -> LogPlace | None:
    if row.size is None or row.leaf_hash is None or row.origin is None:
        return None
    with readings.settled(db):
        proof = inclusion_proof(transparency.hashes(db, row.size), row.leaf_index, row.size)
    # Raises where the log does not hold together, which the check then reports as "could not tell".
    verify_inclusion(row.leaf_hash, row.leaf_index, row.size, proof, row.root)
    return LogPlace(
        origin=row.origin,
        index=row.leaf_index,
        size=row.size,
        signed_at=row.signed_at,
        witnessed_by=None if row.verifier_key is None else row.verifier_key.partition("+")[0],
        witnessed_at=row.cosigned_at,
    )


def _proofs(signed: bytes | None) -> tuple[Any, ...]:
    if signed is None:
        return ()
    # Our own bytes, only to compare with: what is presented is read strictly, and must equal this.
    found = json.loads(signed).get("proof")
    return tuple(found) if isinstance(found, list) else (found,)
