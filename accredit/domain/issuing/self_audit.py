"""Look at every stored credential and status list again (``accredit fsck``).

- Its digest is that of its bytes, and of what its leaf in the ledger commits to (I9, I4); so is that of its JWT form.
- What is released has its signed document and its place in the ledger (I4, I5).
- Its status is what the latest act on it in the ledger made it (I8).
- What the ledger says was issued is there (I5); one whose record was erased has nothing left but its number and status.
- A published list says what the record says, of every place in it, and nothing of places that nobody was given (I8).

Whether the records opened here are those that were committed is checked in `transparency.queries.verify_chain`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.issuing.models import Issuance, StatusList
from accredit.domain.issuing.rules import Stage, Status
from accredit.domain.issuing.status_operations import replaced_indexes
from accredit.domain.transparency import queries as transparency
from accredit.domain.transparency.queries import Committed
from accredit.domain.transparency.rules import Act
from accredit.kit.vc import status_list
from accredit.kit.vc.errors import VcError
from accredit.storage import Session
from accredit.storage.erasure import ErasedRow

PUBLISHED_WITHIN = timedelta(minutes=1)
"""What was decided so shortly before a list was signed may have been committed after it, and is in the next one."""

_STATUS_AFTER = {
    Act.CREDENTIAL_ISSUED: Status.ACTIVE,
    Act.CREDENTIAL_SUSPENDED: Status.SUSPENDED,
    Act.CREDENTIAL_REINSTATED: Status.ACTIVE,
    Act.CREDENTIAL_REVOKED: Status.REVOKED,
    Act.CREDENTIAL_REPLACED: Status.REVOKED,
}


def verify_store(db: Session) -> tuple[str, ...]:
    """Name every issuance that does not agree with itself or with the ledger; empty when all do."""
    issued: dict[UUID, Committed] = {}
    latest: dict[UUID, Committed] = {}
    buried = sa.select(col(ErasedRow.row_id))
    erased = set(db.execute(sa.select(col(Issuance.id)).where(col(Issuance.subject_id).in_(buried))).scalars())
    for leaf in transparency.committed(db, acts=list(_STATUS_AFTER)):
        latest[leaf.subject_id] = leaf
        if leaf.act is Act.CREDENTIAL_ISSUED:
            issued[leaf.subject_id] = leaf
    rows = db.execute(
        sa.select(
            col(Issuance.id),
            # Every column that an erasure empties: whatever is added to them is looked at here, too.
            *(col(getattr(Issuance, name)) for name in Issuance.OF_A_PERSON),
            col(Issuance.jwt_signing_key_id),
            col(Issuance.leaf_index),
            col(Issuance.status),
        )
        .where(col(Issuance.stage).in_([Stage.RECORDED, Stage.RELEASED]))
        .order_by(col(Issuance.id))
        .execution_options(yield_per=500)
    )
    found: list[str] = []
    for row in rows:
        of_bytes = _faults_of_erased(row) if row.id in erased else _faults(row, issued.get(row.id))
        of_status = _faults_of_status(row, latest.get(row.id))
        found += [f"issuance {row.id} {fault}" for fault in (*of_bytes, *of_status)]
        issued.pop(row.id, None)
    return (*found, *(f"issuance {each} is in the ledger and nowhere else" for each in issued))


def _faults(row: Any, issued: Committed | None) -> Iterator[str]:
    if row.signed_document is None or row.leaf_index is None:
        yield "is recorded without its document or its place in the ledger"
    elif hashlib.sha256(row.signed_document).digest() != row.signed_digest:
        yield "does not have the bytes that were recorded"
    elif issued is None or issued.leaf_index != row.leaf_index:
        yield "is not in the ledger where it says it is"
    elif issued.record is not None and issued.record.get("sha256") != row.signed_digest.hex():
        yield "is another document than the ledger commits to"
    else:
        yield from _faults_of_jwt(row, issued)


def _faults_of_erased(row: Any) -> Iterator[str]:
    if any(getattr(row, name) is not None for name in Issuance.OF_A_PERSON):
        yield "was erased, and still has a document"


def _faults_of_status(row: Any, latest: Committed | None) -> Iterator[str]:
    if latest is not None and _STATUS_AFTER[latest.act] is not row.status:
        yield f"is {row.status.value} although the ledger's latest act on it says {_STATUS_AFTER[latest.act].value}"


def _faults_of_jwt(row: Any, issued: Committed) -> Iterator[str]:
    if row.jwt_signing_key_id is None:
        # Issued before there was this form; a token that appeared since is nobody's.
        if row.signed_jwt is not None:
            yield "has a JWT form that was never to be made"
    elif row.signed_jwt is None:
        yield "is recorded without its JWT form"
    elif hashlib.sha256(row.signed_jwt).digest() != row.signed_jwt_digest:
        yield "does not have the JWT form that was recorded"
    elif issued.record is not None and issued.record.get("jwtSha256") != row.signed_jwt_digest.hex():
        yield "has another JWT form than the ledger commits to"


def verify_lists(db: Session) -> tuple[str, ...]:
    """Name every published status list that says something else than the record; empty when none does.

    A list in doubt is left alone: an older database came back, and which of the two is right is not known yet. So is
    one that is hidden until it is signed anew (`recovery.hide_outdated_lists`).
    """
    found: list[str] = []
    shown = sa.and_(col(StatusList.doubtful_since).is_(None), col(StatusList.signed_at).is_not(None))
    for row in db.execute(sa.select(StatusList).where(shown)).scalars():
        for published, status in ((row.signed_list, Status.REVOKED), (row.signed_suspensions, Status.SUSPENDED)):
            if published is not None:
                found += [
                    f"status list {row.public_id} {fault}" for fault in _faults_of_list(db, row, published, status)
                ]
    return tuple(found)


def _faults_of_list(db: Session, row: StatusList, published: bytes, status: Status) -> Iterator[str]:
    try:
        bits = status_list.decode(json.loads(published)["credentialSubject"]["encodedList"])
    except (ValueError, KeyError, TypeError, VcError):
        yield "cannot be read"
        return
    places = db.execute(
        sa.select(col(Issuance.status_index), col(Issuance.status), col(Issuance.status_since)).where(
            col(Issuance.status_list_id) == row.id
        )
    ).all()
    # Those stand in the list of pauses too, but for one that was signed before this was so.
    replaced = frozenset(replaced_indexes(db, row.id) if status is Status.SUSPENDED else ())
    said = 0
    for index, is_now, since in places:
        is_set = bits.is_set(index)
        said += is_set
        is_old = since is None or row.signed_at is None or since < row.signed_at - PUBLISHED_WITHIN
        if is_set is not (is_now is status) and is_old and index not in replaced:
            yield f"says of place {index} that it is {'' if is_set else 'not '}{status.value}, and the record otherwise"
    # What was given out and is lost here, with an older database that came back, keeps its bit in a closed list.
    if row.closed_at is None and int.from_bytes(bits.data).bit_count() != said:
        yield f"says of places that nobody was given that they are {status.value}"
