"""Look at every stored credential again, as production does each night.

- Its digest is that of its bytes, and of what its leaf in the ledger commits to (I9, I4).
- What is released has its signed document and its place in the ledger (I4, I5).
"""

from __future__ import annotations

import hashlib

import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.issuing.models import Issuance
from accredit.domain.issuing.rules import Stage
from accredit.domain.transparency import queries as transparency
from accredit.domain.transparency.rules import Act
from accredit.storage import Session


def verify_store(db: Session) -> tuple[str, ...]:
    """Name every issuance that does not agree with itself or with the ledger; empty when all do."""
    rows = list(
        db.execute(
            sa.select(
                col(Issuance.id), col(Issuance.signed_document), col(Issuance.signed_digest), col(Issuance.leaf_index)
            )
            .where(col(Issuance.stage).in_([Stage.RECORDED, Stage.RELEASED]))
            .order_by(col(Issuance.id))
        )
    )
    places = transparency.leaf_indexes(db, act=Act.CREDENTIAL_ISSUED, subject_ids=[row.id for row in rows])
    found = []
    for row in rows:
        if row.signed_document is None or row.leaf_index is None:
            found.append(f"issuance {row.id} is recorded without its document or its place in the ledger")
        elif hashlib.sha256(row.signed_document).digest() != row.signed_digest:
            found.append(f"issuance {row.id} does not have the bytes that were recorded")
        elif places.get(row.id) != row.leaf_index:
            found.append(f"issuance {row.id} is not in the ledger where it says it is")
    return tuple(found)
