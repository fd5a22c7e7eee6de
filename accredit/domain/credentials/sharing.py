"""Shares: a young person shows an award or a record to somebody, says how much of it, and takes that back at any time.

A share is a credential of its own from the issuing cycle, with its own id, its own place in a status list, and an end.

1. `make` writes the share, its event and the promise that it is issued, in one transaction; after a crash: all or none.
2. The signer prepares, signs and releases it as it does a certificate (`sharing_kind`); until then it is being made.
3. `end` ends it at once: the link shows nothing any more, and what was signed is revoked in the published list.

Whoever opens a link is not here (`share_links`), nor what can be shared (`sharing_basis`), nor what can be chosen and
when a share is open (`sharing_rules`).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from accredit.clock import LONDON, local_date
from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import SERVICE, Actor, ActorKind, Tag
from accredit.domain.credentials import code_names, sharing_basis
from accredit.domain.credentials.sharing_models import Share
from accredit.domain.credentials.sharing_rules import (
    MOST_OPEN,
    PIN_DIGITS,
    Chosen,
    Lasts,
    MadeFor,
    ShareEnd,
    last_day,
)
from accredit.domain.issuing import operations as issuing
from accredit.domain.issuing.models import Issuance
from accredit.domain.issuing.rules import Stage, Status
from accredit.domain.people import consents
from accredit.errors import NotFound, RuleBroken
from accredit.kit import sealed
from accredit.storage import Session
from accredit.storage.promises import Promise, promise

KIND: Final = "share"
"""`Issuance.kind` of a share, whose subject is a row of `Share`."""
_LINK_BYTES: Final = 20
"""160 random bits: nobody finds a link by trying."""
_PURPOSE: Final = "share-link"


def make(
    db: Session,
    *,
    credential_id: UUID,
    chosen: Chosen,
    made_for: MadeFor,
    lasts: Lasts,
    actor: Actor,
    pepper: bytes,
    now: datetime,
) -> UUID:
    """Share one's own certificate or record; return the share's id.

    Raises `NotFound` for everybody but its holder, and `RuleBroken`: as `consents.check_sharing` does, ``not-in-force``
    for what is on hold, taken back, hidden or, a record, in a former name, ``too-many-shares``.
    """
    view = sharing_basis.find(db, credential_id)
    if view is None or actor.kind is not ActorKind.YOUNG_PERSON or view.young_person_id != actor.id:
        raise NotFound("credential")
    consents.check_sharing(db, view.young_person_id, now=now)
    if not sharing_basis.is_shareable(db, view):
        raise RuleBroken("not-in-force")
    if _number_open(db, view.young_person_id, now) >= MOST_OPEN:
        raise RuleBroken("too-many-shares", most=MOST_OPEN)
    secret = secrets.token_urlsafe(_LINK_BYTES)
    row = Share(
        organisation_id=view.organisation_id,
        young_person_id=view.young_person_id,
        of_issuance_id=view.issuance_id,
        made_for=made_for,
        name_shown=chosen.name,
        contents=sharing_basis.said_of(view, chosen).as_json(),
        link_hash=link_hash(secret, pepper),
        link_sealed=b"",
        made_at=now,
        ends_at=_end_of_day(last_day(lasts, local_date(now))),
    )
    row.link_sealed = sealed.seal(secret.encode(), key=pepper, purpose=_PURPOSE, about=row.id.bytes)
    db.add(row)
    _tell(db, Tag.SHARE_MADE, row, actor, now)
    promise(db, Promise.ISSUE_AWARD, row.id)
    return row.id


def change_pin(
    db: Session,
    *,
    share_id: UUID,
    with_pin: bool,
    actor: Actor,
    pepper: bytes,
    now: datetime,
    draw: Callable[[int], int] = secrets.randbelow,
) -> str | None:
    """Give a share a PIN, or another one, and return it: it cannot be shown again. Or take it away.

    Raises `NotFound` for everybody but its holder, and for a share that has ended.
    """
    row = _own(db, share_id, actor)
    if row.ended_at is not None:
        raise NotFound("share")
    pin = f"{draw(10**PIN_DIGITS):0{PIN_DIGITS}}" if with_pin else None
    row.pin_hash = None if pin is None else pin_hash(row.id, pin, pepper)
    _tell(db, Tag.SHARE_PIN_CHANGED, row, actor, now)
    return pin


def withdraw(db: Session, *, share_id: UUID, actor: Actor, now: datetime) -> None:
    """End one's own share at once; again, nothing changes. Raises `NotFound` for everybody but its holder."""
    row = _own(db, share_id, actor)
    if row.ended_at is None:
        _end(db, row, ShareEnd.WITHDRAWN, actor=actor, now=now)


def end_all(db: Session, *, young_person_id: UUID, actor: Actor, now: datetime) -> int:
    """End every share of somebody who does not agree to sharing any more; return how many.

    With them goes whatever else of theirs they had let be seen (`code_names`).
    """
    code_names.forget(db, young_person_id)
    rows = _locked(db, col(Share.young_person_id) == young_person_id, col(Share.ended_at).is_(None))
    for row in rows:
        _end(db, row, ShareEnd.NOT_AGREED, actor=actor, now=now)
    return len(rows)


def end_for(db: Session, *, share_id: UUID, because: ShareEnd, now: datetime) -> None:
    """End a share for what became of its certificate, or because its time is over; nobody asked for it."""
    for row in _locked(db, col(Share.id) == share_id, col(Share.ended_at).is_(None)):
        _end(db, row, because, actor=SERVICE, now=now)


def link_of(row: Share, *, pepper: bytes) -> str | None:
    """Return the secret part of a share's link, for its holder; None for one that has ended."""
    if row.link_sealed is None:
        return None
    return sealed.open_sealed(row.link_sealed, key=pepper, purpose=_PURPOSE, about=row.id.bytes).decode()


def link_hash(secret: str, pepper: bytes) -> bytes:
    """Return what is kept of a link to find it by."""
    return hmac.digest(pepper, b"share-link:" + secret.encode(), hashlib.sha256)


def pin_hash(share_id: UUID, pin: str, pepper: bytes) -> bytes:
    """Return what is kept of a PIN."""
    return hmac.digest(pepper, b"share-pin:" + share_id.bytes + b":" + pin.encode(), hashlib.sha256)


def _end(db: Session, row: Share, because: ShareEnd, *, actor: Actor, now: datetime) -> None:
    row.ended_at, row.ended_for = now, because
    # Nothing of it is needed any more; that the link was one of ours is, to answer kindly whoever follows it.
    row.contents = row.link_sealed = row.pin_hash = None
    _tell(db, Tag.SHARE_ENDED, row, actor, now, because=because.value)
    if because is ShareEnd.OVER:
        # It says itself until when it was meant; that is no taking back.
        return
    found = db.execute(
        sa.select(col(Issuance.id), col(Issuance.stage), col(Issuance.status)).where(
            col(Issuance.kind) == KIND, col(Issuance.subject_id) == row.id, col(Issuance.stage) != Stage.VOID
        )
    ).all()
    for issuance in found:
        if issuance.stage is Stage.INTENT:
            issuing.void(db, issuance_id=issuance.id, reason="share-ended")
        elif issuance.status is not Status.REVOKED:
            issuing.revoke(db, issuance_id=issuance.id, reason=because.value, actor=actor, now=now)


def _own(db: Session, share_id: UUID, actor: Actor) -> Share:
    rows = _locked(db, col(Share.id) == share_id)
    if not rows or actor.kind is not ActorKind.YOUNG_PERSON or rows[0].young_person_id != actor.id:
        raise NotFound("share")
    return rows[0]


def _locked(db: Session, *criteria: sa.ColumnElement[bool]) -> list[Share]:
    wanted = sa.select(Share).where(*criteria).order_by(col(Share.id)).with_for_update()
    return list(db.execute(wanted.execution_options(populate_existing=True)).scalars())


def _number_open(db: Session, young_person_id: UUID, now: datetime) -> int:
    is_open = col(Share.ended_at).is_(None), col(Share.ends_at) > now
    wanted = (
        sa.select(sa.func.count()).select_from(Share).where(col(Share.young_person_id) == young_person_id, *is_open)
    )
    number: int = db.execute(wanted).scalar_one()
    return number


def _end_of_day(day: date) -> datetime:
    """Return the moment at which a day is over in the United Kingdom."""
    return datetime.combine(day + timedelta(days=1), time(), LONDON)


def _tell(db: Session, tag: Tag, row: Share, actor: Actor, now: datetime, **details: str) -> None:
    audit.record(db, tag=tag, actor=actor, now=now, subject=row.id, organisation_id=row.organisation_id, **details)
    db.flush()
