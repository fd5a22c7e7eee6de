"""After an older database came back: no status index is used a second time, and what was revoked stays revoked.

A list in doubt is neither shown nor signed. It goes on from the one that was published last, so that a bit which the
public knows stays set, also where the credential that it belonged to is lost.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NoReturn
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.audit.rules import SERVICE
from accredit.domain.issuing import queries, replacing, rules
from accredit.domain.issuing.models import Issuance, StatusList
from accredit.domain.issuing.queries import KeyFacts
from accredit.domain.issuing.rules import Purpose, Stage, Status
from accredit.domain.issuing.status_operations import is_current, revoke
from accredit.errors import NotReady
from accredit.kit.linkeddata.errors import LinkedDataError
from accredit.kit.vc import eddsa_rdfc_2022, status_list, timestamps
from accredit.kit.vc.errors import VcError
from accredit.kit.vc.multikey import PublicKey
from accredit.storage import Session

RESTORED = "restored-from-published-list"
"""The reason of a revocation that was read back from a published list; the first reason is lost with its record."""


def close_lists(db: Session, *, now: datetime) -> int:
    """Close every list, and doubt it; return how many.

    No index that may have been given out meanwhile is given again, and nothing in it is said to hold before somebody
    knows what was revoked meanwhile (`revoke_as_published`, `trust_lists`). What was prepared and not signed is given
    up: it may have been issued and revoked since, and signed again it would be the same credential, in force.
    """
    db.execute(
        sa.update(Issuance).where(col(Issuance.stage) == Stage.INTENT).values(stage=Stage.VOID, void_reason="restored")
    )
    closed = db.execute(
        sa.update(StatusList)
        .where(col(StatusList.closed_at).is_(None))
        .values(closed_at=now, doubtful_since=now)
        .returning(col(StatusList.id))
    )
    return len(closed.all())


def hide_outdated_lists(db: Session) -> int:
    """Show no list that came back with less than is recorded beside it, until it is signed anew; return how many.

    A backup may have been made between a revocation and the list that tells of it. That list was published since, and
    the one before it, shown again, would take the revocation back.
    """
    outdated = [row for row in db.execute(sa.select(StatusList)).scalars() if not is_current(db, row)]
    for row in outdated:
        row.signed_at = row.signed_state = None
    db.flush()
    return len(outdated)


def doubtful_lists(db: Session) -> list[str]:
    """Return the names, as in their addresses, of the lists that may lack revocations."""
    wanted = sa.select(col(StatusList.public_id)).where(col(StatusList.doubtful_since).is_not(None))
    return list(db.execute(wanted.order_by(col(StatusList.public_id))).scalars())


def trust_lists(db: Session) -> int:
    """Take the word of whoever runs the service that nothing in the doubtful lists was revoked; return how many."""
    trusted = db.execute(
        sa.update(StatusList)
        .where(col(StatusList.doubtful_since).is_not(None))
        .values(doubtful_since=None)
        .returning(col(StatusList.id))
    )
    return len(trusted.all())


def revoke_as_published(db: Session, *, document: Mapping[str, Any], now: datetime) -> int:
    """Revoke what a published list of ours says is revoked and this database does not; return how many.

    What is signed here already to take the place of one of them takes it.

    The list must be signed by a status key of its issuer; it ends the doubt about it. Raises `NotReady`
    (``not-our-list``, ``older-list`` for one that was signed before the one this database holds).
    """
    row, bits = _opened(db, document)
    signed_at = _signed_at(document)
    if row.signed_list is not None and signed_at < _signed_at(json.loads(row.signed_list)):
        detail = "That list is older than the one in the backup; fetch the newest one that was published."
        raise NotReady("older-list", detail)
    row.doubtful_since = None
    # What is lost here may be revoked there: the list goes on from what everybody saw (`publish_status_list`).
    row.signed_list, row.signed_at, row.signed_state = json.dumps(document).encode(), signed_at, None
    # The list of pauses that came back is older than that, and is not shown before it is signed anew.
    row.signed_suspensions = None
    known = set(queries.revoked_indexes(db, row.id))
    revoked = 0
    for index in sorted(bits - known):
        issuance_id = _released(db, row.id, index)
        if issuance_id is None:
            continue
        if not replacing.release_as_published(db, issuance_id=issuance_id, now=now):
            revoke(db, issuance_id=issuance_id, reason=RESTORED, actor=SERVICE, now=now)
        revoked += 1
    return revoked


def _signed_at(document: Mapping[str, Any]) -> datetime:
    return timestamps.parse(document.get("validFrom"), path="$.validFrom")


def _opened(db: Session, document: Mapping[str, Any]) -> tuple[StatusList, set[int]]:
    address = str(document.get("id", ""))
    row: StatusList | None = db.execute(
        sa.select(StatusList).where(col(StatusList.public_id) == address.rsplit("/", 1)[-1])
    ).scalar_one_or_none()
    try:
        proof = document["proof"]
        proof = proof[0] if isinstance(proof, list) else proof
        key = queries.key(db, str(proof["verificationMethod"]))
        public_key = None if key is None else key.public_key
        if row is None or not isinstance(public_key, PublicKey) or not _signs(key, row, address):
            return _refuse()
        eddsa_rdfc_2022.verify(document, public_key=public_key)
        decoded = status_list.decode(document["credentialSubject"]["encodedList"])
    except (KeyError, IndexError, TypeError, VcError, LinkedDataError) as error:
        return _refuse(error)
    return row, {index for index in range(row.length) if decoded.is_set(index)}


def _signs(key: KeyFacts | None, row: StatusList, address: str) -> bool:
    return (
        key is not None
        and key.purpose is Purpose.STATUS
        and key.organisation_id == row.organisation_id
        and address == rules.status_list_url(key.controller, row.public_id)
    )


def _refuse(error: Exception | None = None) -> NoReturn:
    detail = "That is no status list of this service, or its signature does not hold; fetch it again."
    raise NotReady("not-our-list", detail) from error


def _released(db: Session, list_id: UUID, index: int) -> UUID | None:
    found: UUID | None = db.execute(
        sa.select(col(Issuance.id)).where(
            col(Issuance.status_list_id) == list_id,
            col(Issuance.status_index) == index,
            col(Issuance.stage).in_([Stage.RECORDED, Stage.RELEASED]),
            col(Issuance.status) != Status.REVOKED,
        )
    ).scalar_one_or_none()
    return found
