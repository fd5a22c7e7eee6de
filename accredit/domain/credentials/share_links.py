"""Reading shares: what stands behind a link for whoever follows it, and one's own shares with what became of them.

- A link that was never made, was mistyped, is hidden or was erased with its holder's record leads to None: nobody can
  tell these apart.
- One that has ended is said to have ended, and nothing of what it was.
- Nothing is known of who opens a share. The day is kept, once (`note_opening`); the holder's own looks are not.
- Somebody's link, and what they wrote on it, is for them alone.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col

from accredit.clock import local_date
from accredit.domain.credentials import sharing, sharing_basis, support_records
from accredit.domain.credentials.models import Credential
from accredit.domain.credentials.sharing_models import Share, ShareOpening
from accredit.domain.credentials.sharing_rules import (
    MadeFor,
    NameShown,
    Said,
    ShareEnd,
    ShareState,
    end_of,
    state_of,
)
from accredit.domain.issuing import replacing
from accredit.domain.issuing.models import Issuance
from accredit.domain.issuing.rules import Stage, Status
from accredit.domain.people import consents
from accredit.domain.people.models import YoungPerson
from accredit.domain.people.own_page_models import Consent
from accredit.domain.people.rules import About
from accredit.storage import Session, new_id

_BASIS = aliased(Issuance, name="basis")


@dataclass(frozen=True, kw_only=True)
class ShareFacts:
    """One share as it stands now.

    ``said`` is None once it has ended; ``credential_id`` is None until it is signed. ``because`` says why it has ended,
    or is about to be ended. ``opened_on`` are the days on which somebody opened it, oldest first.
    """

    id: UUID
    organisation_id: UUID
    young_person_id: UUID
    state: ShareState
    because: ShareEnd | None
    is_of_record: bool
    made_for: MadeFor
    name_shown: NameShown
    said: Said | None
    has_pin: bool
    made_at: datetime
    ends_at: datetime
    ended_at: datetime | None
    credential_id: UUID | None
    issuance_id: UUID | None
    opened_on: tuple[date, ...] = ()

    @property
    def last_day(self) -> date:
        """The last day on which it is open: it ends when that day does."""
        return local_date(self.ends_at - timedelta(seconds=1))


def find(db: Session, secret: str, *, pepper: bytes, now: datetime) -> ShareFacts | None:
    """Return what stands behind a link."""
    found = _read(db, _shares().where(col(Share.link_hash) == sharing.link_hash(secret, pepper)), now)
    return None if not found or found[0].state is ShareState.HIDDEN else found[0]


def is_pin(db: Session, share: ShareFacts, typed: str, *, pepper: bytes) -> bool:
    """Say whether a PIN is the one of a share; spaces do not matter. True for a share without one."""
    kept = db.execute(sa.select(col(Share.pin_hash)).where(col(Share.id) == share.id)).scalar_one_or_none()
    given = "".join(typed.split())
    return kept is None or hmac.compare_digest(kept, sharing.pin_hash(share.id, given, pepper))


def note_opening(db: Session, share: ShareFacts, *, today: date) -> None:
    """Keep that a share was opened on a day, unless that is kept already."""
    opened = sa.select(sa.exists().where(col(ShareOpening.share_id) == share.id, col(ShareOpening.opened_on) == today))
    if not db.execute(opened).scalar_one():
        db.add(
            ShareOpening(
                id=new_id(),
                organisation_id=share.organisation_id,
                share_id=share.id,
                young_person_id=share.young_person_id,
                opened_on=today,
            )
        )
        db.flush()


def shares_of(db: Session, young_person_id: UUID, *, now: datetime) -> tuple[ShareFacts, ...]:
    """Return somebody's shares, newest first, each with the days on which it was opened."""
    found = _read(db, _shares().where(col(Share.young_person_id) == young_person_id), now)
    return tuple(sorted(found, key=lambda each: each.made_at, reverse=True))


def own_share(db: Session, share_id: UUID, *, young_person_id: UUID, now: datetime) -> ShareFacts | None:
    """Return one of somebody's own shares."""
    found = _read(db, _shares().where(col(Share.id) == share_id, col(Share.young_person_id) == young_person_id), now)
    return found[0] if found else None


def own_link(db: Session, share_id: UUID, *, young_person_id: UUID, pepper: bytes) -> str | None:
    """Return the secret part of the link of one's own share; None once it has ended."""
    row = db.get(Share, share_id)
    return None if row is None or row.young_person_id != young_person_id else sharing.link_of(row, pepper=pepper)


def to_end(db: Session, *, now: datetime, limit: int = 500) -> tuple[tuple[UUID, ShareEnd], ...]:
    """Return shares that are over, or whose certificate is not in force for good, and why."""
    is_over = col(Share.ends_at) <= now
    # A no that was said since is looked into: it may have been taken back, or be of somebody who is not asked any more.
    is_no = col(Consent.about) == About.SHARING, col(Consent.is_yes).is_(False), col(Consent.at) >= col(Share.made_at)
    is_doubted = sa.exists().where(col(Consent.young_person_id) == col(Share.young_person_id), *is_no)
    is_due = sa.or_(is_over, col(_BASIS.status) == Status.REVOKED, _is_called_otherwise(), is_doubted)
    wanted = _shares().where(col(Share.ended_at).is_(None), is_due).limit(limit)
    found = _read(db, wanted, now)
    return tuple((each.id, each.because) for each in found if each.because is not None)


def _shares() -> sa.Select[Any]:
    own = aliased(Issuance, name="own")
    lives = sa.and_(
        col(own.kind) == sharing.KIND,
        col(own.subject_id) == col(Share.id),
        col(own.stage) != Stage.VOID,
        ~replacing.has_successor(col(own.id)),
    )
    return (
        sa.select(
            *(col(Share.id), col(Share.organisation_id), col(Share.young_person_id), col(Share.made_for)),
            *(col(Share.name_shown), col(Share.contents), col(Share.pin_hash), col(Share.made_at), col(Share.ends_at)),
            *(col(Share.ended_at), col(Share.ended_for)),
            *(col(own.id).label("issuance_id"), col(own.credential_id), col(own.stage), col(own.status)),
            col(_BASIS.status).label("basis"),
            replacing.has_successor(col(_BASIS.id)).label("is_replaced"),
            sharing_basis.is_hidden().label("is_hidden"),
            (col(_BASIS.kind) == support_records.issuance_kind).label("is_of_record"),
            _is_called_otherwise().label("is_called_otherwise"),
        )
        .select_from(Share)
        .join(_BASIS, col(_BASIS.id) == col(Share.of_issuance_id))
        .outerjoin(Credential, col(Credential.issuance_id) == col(Share.of_issuance_id))
        .join(YoungPerson, col(YoungPerson.id) == col(Share.young_person_id))
        .outerjoin(own, lives)
        # What is released comes before what is to take its place.
        .order_by(col(Share.made_at), col(Share.id), col(own.released_at).is_(None), col(own.round))
    )


def _is_called_otherwise() -> sa.ColumnElement[bool]:
    # A former name is shown nowhere (attacks.md DP): a certificate is made anew for one, and this share would stay.
    shown = col(Share.contents)["name"].as_string()
    is_record = col(_BASIS.kind) == support_records.issuance_kind
    return sa.or_(
        sa.and_(col(Share.name_shown) == NameShown.KNOWN_AS, shown != col(YoungPerson.known_as)),
        # No record takes the place of another, so nothing else ends it when a name is put right.
        sa.and_(is_record, col(Share.name_shown) == NameShown.FULL, shown != col(YoungPerson.printed_name)),
    )


def _read(db: Session, statement: sa.Select[Any], now: datetime) -> list[ShareFacts]:
    first: dict[UUID, Any] = {}
    for row in db.execute(statement):
        first.setdefault(row.id, row)
    opened = _openings(db, list(first))
    agreed = {each: consents.may_share(db, each, now=now) for each in {row.young_person_id for row in first.values()}}
    return [_facts(row, opened.get(row.id, ()), agreed[row.young_person_id], now) for row in first.values()]


def _facts(row: Any, opened_on: tuple[date, ...], is_agreed: bool, now: datetime) -> ShareFacts:
    because = _because(row, now, is_agreed=is_agreed)
    return ShareFacts(
        id=row.id,
        organisation_id=row.organisation_id,
        young_person_id=row.young_person_id,
        state=state_of(
            has_ended=because is not None,
            stage=row.stage,
            status=row.status,
            basis=row.basis,
            is_hidden=bool(row.is_hidden),
            is_agreed=is_agreed,
        ),
        because=because,
        is_of_record=bool(row.is_of_record),
        made_for=row.made_for,
        name_shown=row.name_shown,
        said=None if row.contents is None else Said.from_json(row.contents),
        has_pin=row.pin_hash is not None,
        made_at=row.made_at,
        ends_at=row.ends_at,
        ended_at=row.ended_at,
        credential_id=row.credential_id if row.stage is Stage.RELEASED else None,
        issuance_id=row.issuance_id,
        opened_on=opened_on,
    )


def _because(row: Any, now: datetime, *, is_agreed: bool) -> ShareEnd | None:
    if row.ended_for is not None:
        ended: ShareEnd = row.ended_for
        return ended
    if row.is_called_otherwise:
        return ShareEnd.RENEWED
    of_certificate = end_of(row.basis, is_replaced=bool(row.is_replaced))
    if of_certificate is not None:
        return of_certificate
    if row.ends_at <= now:
        return ShareEnd.OVER
    return None if is_agreed else ShareEnd.NOT_AGREED


def _openings(db: Session, share_ids: Sequence[UUID]) -> dict[UUID, tuple[date, ...]]:
    wanted = sa.select(col(ShareOpening.share_id), col(ShareOpening.opened_on)).where(
        col(ShareOpening.share_id).in_(share_ids)
    )
    found: dict[UUID, tuple[date, ...]] = {}
    for share_id, day in db.execute(wanted.order_by(col(ShareOpening.opened_on))):
        found[share_id] = (*found.get(share_id, ()), day)
    return found
