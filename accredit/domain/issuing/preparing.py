"""Reserve and freeze the documents of one issuer, many at once, in a constant number of statements.

For each subject that has no issuance that stands: a random credential id and a random free index of a status list, the
digest of its record, its unsigned document. What the document says is decided by a function that comes along.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.audit import operations as audit
from accredit.domain.audit.operations import Happened
from accredit.domain.audit.rules import SERVICE, Actor, Tag
from accredit.domain.issuing import queries, rules
from accredit.domain.issuing.models import Issuance, SigningKey, StatusList
from accredit.domain.issuing.replacing import add_rounds, ordered_of
from accredit.domain.issuing.rules import Build, Purpose, Reservation, Stage, Status
from accredit.errors import AccreditError, RuleBroken
from accredit.storage import Session, new_id
from accredit.storage.promises import Promise, promise


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A subject that a credential is to be prepared for: the digest of its record, and what builds its document."""

    subject_id: UUID
    record_hash: bytes
    build: Build


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """Subject → the issuance it has now, and why each of the others has none."""

    issuances: Mapping[UUID, UUID]
    refused: Mapping[UUID, AccreditError]


def prepare_many(
    db: Session,
    *,
    kind: str,
    organisation_id: UUID,
    controller: str,
    wanted: Sequence[Wanted],
    now: datetime,
    actor: Actor = SERVICE,
) -> Prepared:
    """Prepare a credential for each subject, as `operations.prepare` does for one; a refused one stops no other.

    Raises `RuleBroken` (``no-signing-key``).
    """
    key = _lock_key(db, controller)
    jwt_key = queries.signing_key(db, controller=controller, purpose=Purpose.ASSERTION_JWT)
    rounds, standing = _known(db, kind, [each.subject_id for each in wanted])
    missing = [each for each in wanted if each.subject_id not in standing]
    if not missing:
        return Prepared(issuances=standing, refused={})
    if jwt_key is None:
        raise RuleBroken("no-signing-key")
    frozen = {"organisation_id": organisation_id, "kind": kind, "signing_key_id": key.id}
    frozen |= {"jwt_signing_key_id": jwt_key.id, "prepared_at": now.replace(microsecond=0)}
    frozen |= {"stage": Stage.INTENT, "status": Status.ACTIVE}
    rows: list[dict[str, Any]] = []
    refused: dict[UUID, AccreditError] = {}
    reserved = _reserve(db, organisation_id, controller, len(missing), now)
    for each, (list_id, reservation) in zip(missing, reserved, strict=True):
        try:
            document = each.build(reservation)
            rules.check_permit(document=document, reservation=reservation)
        except AccreditError as broken:
            refused[each.subject_id] = broken
            continue
        own = {"id": new_id(), "subject_id": each.subject_id, "round": rounds.get(each.subject_id, -1) + 1}
        own |= {"credential_id": reservation.credential_id, "status_list_id": list_id}
        own |= {"status_index": reservation.status_index, "record_hash": each.record_hash}
        rows.append({**frozen, **own, "unsigned_document": as_bytes(document)})
    add_rounds(db, kind=kind, rows=rows)
    about = [
        Happened(subject=row["id"], organisation_id=organisation_id, details={"kind": kind, "about": row["subject_id"]})
        for row in rows
    ]
    audit.record_many(db, tag=Tag.CREDENTIAL_PREPARED, actor=actor, now=now, events=about)
    return Prepared(issuances=standing | {row["subject_id"]: row["id"] for row in rows}, refused=refused)


def as_bytes(document: Mapping[str, Any]) -> bytes:
    """Return a document as it is kept and signed."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _known(db: Session, kind: str, subject_ids: Collection[UUID]) -> tuple[dict[UUID, int], dict[UUID, UUID]]:
    """Return the newest round of each subject that has one, and its issuance where that one stands."""
    rows = db.execute(
        sa.select(col(Issuance.id), col(Issuance.subject_id), col(Issuance.round), col(Issuance.stage))
        .where(col(Issuance.kind) == kind, col(Issuance.subject_id).in_(subject_ids))
        .order_by(col(Issuance.round))
    ).all()
    # A later round overwrites an earlier one.
    newest = {row.subject_id: row for row in rows}
    to_follow = ordered_of(db, [row.id for row in newest.values()])
    standing = {
        subject: row.id for subject, row in newest.items() if row.stage is not Stage.VOID and row.id not in to_follow
    }
    return {subject: row.round for subject, row in newest.items()}, standing


def _lock_key(db: Session, controller: str) -> SigningKey:
    # The lock makes an issuer's preparations wait for each other: two workers can neither prepare one subject twice
    # nor draw one index.
    key: SigningKey | None = db.execute(
        sa.select(SigningKey)
        .where(
            col(SigningKey.controller) == controller,
            col(SigningKey.purpose) == Purpose.ASSERTION,
            col(SigningKey.retired_at).is_(None),
            col(SigningKey.compromised_at).is_(None),
        )
        .order_by(col(SigningKey.created_at).desc())
        .limit(1)
        .with_for_update()
    ).scalar_one_or_none()
    if key is None:
        raise RuleBroken("no-signing-key")
    return key


def _reserve(
    db: Session, organisation_id: UUID, controller: str, number: int, now: datetime
) -> list[tuple[UUID, Reservation]]:
    """Set aside so many places, each with the list it is in; a list that is full enough is followed by another."""
    found: list[tuple[UUID, Reservation]] = []
    lists: list[UUID] = []
    while len(found) < number:
        status_list, room = _open_list(db, organisation_id, now, without=lists)
        lists.append(status_list.id)
        url = rules.status_list_url(controller, status_list.public_id)
        for index in _free_indexes(db, status_list.id, min(room, number - len(found))):
            reservation = Reservation(credential_id=uuid4(), issuer=controller, status_list_url=url, status_index=index)
            found.append((status_list.id, reservation))
    return found


def _open_list(
    db: Session, organisation_id: UUID, now: datetime, *, without: Collection[UUID]
) -> tuple[StatusList, int]:
    """Return a list with room in it, and how much room; one is begun where there is none."""
    used = sa.select(sa.func.count()).where(col(Issuance.status_list_id) == col(StatusList.id)).scalar_subquery()
    found = db.execute(
        sa.select(StatusList, used.label("used"))
        .where(
            col(StatusList.organisation_id) == organisation_id,
            col(StatusList.closed_at).is_(None),
            col(StatusList.id).not_in(without),
            used < rules.FULL_ENOUGH,
        )
        .order_by(col(StatusList.created_at))
        .limit(1)
    ).one_or_none()
    if found is not None:
        return found[0], rules.FULL_ENOUGH - found[1]
    begun = StatusList(
        organisation_id=organisation_id,
        public_id=secrets.token_urlsafe(12),
        length=rules.LIST_LENGTH,
        created_at=now,
    )
    db.add(begun)
    db.flush()
    promise(db, Promise.PUBLISH_STATUS_LIST, begun.id)
    return begun, rules.FULL_ENOUGH


def _free_indexes(db: Session, list_id: UUID, number: int) -> list[int]:
    found: list[int] = []
    drawn: set[int] = set()
    while len(found) < number:
        tried = []
        for _ in range(number - len(found)):
            index = rules.free_index(secrets.randbelow, drawn.__contains__)
            drawn.add(index)
            tried.append(index)
        held = sa.select(col(Issuance.status_index)).where(
            col(Issuance.status_list_id) == list_id, col(Issuance.status_index).in_(tried)
        )
        taken = set(db.execute(held).scalars())
        found += [index for index in tried if index not in taken]
    return found
