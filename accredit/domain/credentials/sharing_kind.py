"""Shares in the issuing cycle: which wait, how they are prepared, what they are held to, how released ones are read.

A share is prepared from its own row alone, where what was chosen is frozen; the certificate it is of is asked only
whether it still holds. One that ended meanwhile is not prepared, and what was prepared is given up (`sharing`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache, partial
from typing import Any, Final
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.credentials import queries, sharing, shown
from accredit.domain.credentials.document import IssuerFacts
from accredit.domain.credentials.drafting import issuer_of
from accredit.domain.credentials.models import Achievement, Credential
from accredit.domain.credentials.rules import Reserved
from accredit.domain.credentials.sharing_basis import is_hidden
from accredit.domain.credentials.sharing_document import ShareFacts, share_document
from accredit.domain.credentials.sharing_models import Share
from accredit.domain.credentials.sharing_rules import Said, ShareEnd
from accredit.domain.credentials.shown import Shown
from accredit.domain.credentials.views import ShareView
from accredit.domain.credentials.waiting import Waiting
from accredit.domain.issuing import operations as issuing
from accredit.domain.issuing.models import Issuance, Replacement
from accredit.domain.issuing.operations import Prepared, Wanted
from accredit.domain.issuing.rules import Stage, Status
from accredit.domain.organisations.models import Organisation
from accredit.domain.people.models import YoungPerson
from accredit.domain.programmes.models import ProgrammeVersion
from accredit.errors import AccreditError, NotFound, RuleBroken
from accredit.kit.linkeddata import jcs
from accredit.storage import Session, identity


def waiting(
    db: Session,
    *,
    limit: int = 100,
    due_by: datetime | None = None,
    without: Collection[UUID] = (),
    not_of: Collection[UUID] = (),
    only: Collection[UUID] | None = None,
) -> tuple[Waiting, ...]:
    """Return the oldest shares that have not ended and that nothing was prepared for, as `waiting` does for awards."""
    to_be_replaced = sa.exists().where(
        col(Replacement.issuance_id) == col(Issuance.id), col(Replacement.given_up_at).is_(None)
    )
    stands = sa.exists().where(
        col(Issuance.kind) == sharing.KIND,
        col(Issuance.subject_id) == col(Share.id),
        col(Issuance.stage) != Stage.VOID,
        ~to_be_replaced,
    )
    wanted = (
        sa.select(col(Share.id), col(Share.organisation_id), col(Organisation.did))
        .join(Organisation, col(Organisation.id) == col(Share.organisation_id))
        .where(~stands, col(Share.ended_at).is_(None), col(Share.id).not_in(without))
        .where(col(Share.organisation_id).not_in(not_of))
        .order_by(col(Share.made_at), col(Share.id))
        .limit(limit)
    )
    if only is not None:
        wanted = wanted.where(col(Share.id).in_(only))
    if due_by is not None:
        wanted = wanted.where(col(Share.ends_at) > due_by)
    return tuple(
        Waiting(subject_id=each[0], organisation_id=each[1], controller=each[2]) for each in db.execute(wanted)
    )


def prepare(
    db: Session, *, subject_ids: Collection[UUID], organisation_id: UUID, controller: str, now: datetime
) -> Prepared:
    """Prepare the credentials of shares of one organisation; a refused one stops no other.

    The reasons are `NotFound` (``share``) and `RuleBroken` (``not-in-force``). Raises `RuleBroken`
    (``no-signing-key``).
    """
    moment = now.replace(microsecond=0)
    rows = _rows(db, subject_ids)
    issuer, service = issuer_of(db, organisation_id), identity.read(db)
    told: dict[str, Any] = {
        "issuer": issuer,
        "issued_at": moment,
        "demonstration": service is not None and service.demonstration,
    }
    wanted: list[Wanted] = []
    refused: dict[UUID, AccreditError] = {}
    for share_id in subject_ids:
        try:
            wanted.append(_wanted(db, rows.get(share_id), **told))
        except AccreditError as broken:
            refused[share_id] = broken
    prepared = issuing.prepare_many(
        db, kind=sharing.KIND, organisation_id=organisation_id, controller=controller, wanted=wanted, now=moment
    )
    return Prepared(issuances=prepared.issuances, refused=refused | dict(prepared.refused))


def record_hashes(db: Session, subject_ids: Collection[UUID]) -> Mapping[UUID, bytes]:
    """Return the SHA-256 over what each share is made from. Raises `NotFound` (``share``)."""
    rows = _rows(db, subject_ids)
    if len(rows) < len(set(subject_ids)):
        raise NotFound("share")
    return {share_id: _digest(share) for share_id, (share, _) in rows.items()}


def hold_back(db: Session, *, now: datetime) -> int:
    """End every share that waits, since an older database came back: it may have been withdrawn since, or signed.

    Asking again costs nothing, and a share that was taken back must never come back by itself.
    """
    wanted = sa.select(col(Share.id)).where(col(Share.ended_at).is_(None), ~_is_signed())
    found = list(db.execute(wanted).scalars())
    for share_id in found:
        sharing.end_for(db, share_id=share_id, because=ShareEnd.LOST, now=now)
    return len(found)


def _is_signed() -> sa.ColumnElement[bool]:
    return sa.exists().where(
        col(Issuance.kind) == sharing.KIND,
        col(Issuance.subject_id) == col(Share.id),
        col(Issuance.stage).in_([Stage.RECORDED, Stage.RELEASED]),
    )


def _rows(db: Session, share_ids: Collection[UUID]) -> dict[UUID, tuple[Share, Status]]:
    wanted = (
        sa.select(Share, col(Issuance.status))
        .join(Issuance, col(Issuance.id) == col(Share.of_issuance_id))
        .where(col(Share.id).in_(share_ids))
        .execution_options(populate_existing=True)
    )
    return {share.id: (share, status) for share, status in db.execute(wanted)}


def _wanted(
    db: Session, found: tuple[Share, Status] | None, *, issuer: IssuerFacts, issued_at: datetime, demonstration: bool
) -> Wanted:
    if found is None:
        raise NotFound("share")
    share, basis = found
    if share.contents is None or share.ended_at is not None or basis is not Status.ACTIVE or share.ends_at <= issued_at:
        raise RuleBroken("not-in-force")
    said = Said.from_json(share.contents)
    achievement = queries.achievement_by_public_id(db, said.achievement)
    if achievement is None:
        raise NotFound("achievement")
    build = partial(
        _document,
        issuer=issuer,
        achievement=achievement,
        said=said,
        issued_at=issued_at,
        ends_at=share.ends_at,
        demonstration=demonstration,
    )
    return Wanted(subject_id=share.id, record_hash=_digest(share), build=build)


def _document(reservation: Reserved, **told: Any) -> dict[str, Any]:
    return share_document(
        ShareFacts(
            credential_id=reservation.credential_id,
            subject_id=uuid4(),
            status_list_url=reservation.status_list_url,
            status_index=reservation.status_index,
            **told,
        )
    )


def _digest(share: Share) -> bytes:
    # The leaf tells this digest to whoever has the evidence, and the certificate's own leaf its issuance: with that in
    # it, the two could be put together.
    facts = {"share": str(share.id), "said": share.contents}
    return hashlib.sha256(jcs.canonicalise({**facts, "ends": share.ends_at.isoformat()})).digest()


def view_of_issuance(db: Session, issuance_id: UUID) -> ShareView | None:
    """Return what a share shows, by its issuance; None for one that has ended."""
    return SHOWN.view(db, col(Issuance.id) == issuance_id)


@cache
def _shown() -> sa.Select[Any]:
    columns: tuple[Any, ...] = (
        *(col(Share.young_person_id), col(Share.contents), col(Share.ends_at), col(Achievement.public_id)),
        sa.literal("").label("code"),
    )
    of_share = sa.and_(col(Issuance.kind) == sharing.KIND, col(Issuance.subject_id) == col(Share.id))
    return shown.out_of_young_person(
        sa.select(*columns, *shown.COLUMNS)
        .select_from(Share)
        .join(Issuance, of_share)
        .outerjoin(Credential, col(Credential.issuance_id) == col(Share.of_issuance_id))
        .join(Achievement, col(Achievement.public_id) == col(Share.contents)["achievement"].as_string())
        .join(ProgrammeVersion, col(ProgrammeVersion.id) == col(Achievement.programme_version_id))
        .join(Organisation, col(Organisation.id) == col(Share.organisation_id))
        .join(YoungPerson, col(YoungPerson.id) == col(Share.young_person_id))
        # What has ended says nothing any more: its row is emptied.
    ).where(col(Share.contents).is_not(None))


def _issuances() -> sa.Select[Any]:
    return (
        sa.select(col(Issuance.id))
        .join(Share, col(Share.id) == col(Issuance.subject_id))
        .outerjoin(Credential, col(Credential.issuance_id) == col(Share.of_issuance_id))
        .where(col(Issuance.kind) == sharing.KIND, ~is_hidden())
        .order_by(col(Issuance.round).desc())
    )


def _read(rows: Sequence[sa.Row[Any]]) -> list[ShareView]:
    return [_view(row, Said.from_json(row.contents)) for row in rows]


def _view(row: sa.Row[Any], said: Said) -> ShareView:
    return ShareView(
        **shown.of_young_person(row),
        programme_name=said.programme_name,
        tariff_line=said.tariff_line,
        said=said,
        ends_at=row.ends_at,
    )


# A share has no typed code: it is found by its link, or by the file of it that somebody presents.
SHOWN: Final = Shown(
    statement=_shown, read=_read, issuances=_issuances, is_hidden=is_hidden, code=sa.literal(None, sa.String())
)
