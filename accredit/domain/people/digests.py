"""The weekly e-mail of what waits: chosen by each member of staff for themselves, off until then.

- It comes on Mondays from seven in the morning, to the address with which they sign in.
- It ends at one press of a button, with or without signing in; the link in the e-mail only leads to that button, so
  that programs which read mail end nothing by following it. The link opens nothing else.
- Whoever holds no role any more gets none. What it says is not here; it holds no names.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID

from sqlmodel import col, select

from accredit.clock import LONDON, local_date
from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import Actor, ActorKind, Tag
from accredit.domain.people import queries, stop_links
from accredit.domain.people.models import Account, Staff, WeeklyDigest
from accredit.errors import NotFound
from accredit.storage import Session

FROM_HOUR = time(7)
AT_ONCE = 200
_PURPOSE = b"weekly-digest"


@dataclass(frozen=True, kw_only=True)
class DueDigest:
    """One weekly e-mail that is to be made now."""

    id: UUID
    organisation_id: UUID
    staff_id: UUID
    to_address: str
    language: str


def week_of(now: datetime) -> datetime:
    """Return the latest moment at which a week's e-mails became due."""
    day = local_date(now)
    monday = datetime.combine(day - timedelta(days=day.weekday()), FROM_HOUR, LONDON)
    return monday if monday <= now else monday - timedelta(days=7)


def is_chosen(db: Session, staff_id: UUID) -> bool:
    """Say whether somebody is told once a week."""
    return _of(db, staff_id) is not None


def choose(db: Session, *, staff_id: UUID, language: str, actor: Actor, now: datetime) -> None:
    """Tell somebody once a week from the next Monday on, in a language; choosing it again changes the language alone.

    Raises `NotFound`.
    """
    row = _of(db, staff_id)
    if row is not None:
        row.language = language
    else:
        who = queries.staff_member(db, staff_id)
        row = WeeklyDigest(
            organisation_id=who.organisation_id, staff_id=staff_id, language=language, chosen_at=now, last_at=now
        )
    db.add(row)
    _tell(db, Tag.DIGEST_CHOSEN, row, actor, now)


def stop(db: Session, *, staff_id: UUID, actor: Actor, now: datetime) -> None:
    """Tell somebody no more; nothing happens where nobody is told."""
    row = _of(db, staff_id)
    if row is not None:
        _end(db, row, actor, now)


def token_of(digest_id: UUID, *, pepper: bytes) -> str:
    """Return what stands in the link that leads to the button."""
    return stop_links.token_of(_PURPOSE, digest_id, pepper=pepper)


def is_open(db: Session, token: str, *, pepper: bytes) -> bool:
    """Say whether a link still leads to something that can be stopped."""
    return _by_token(db, token, pepper) is not None


def stop_by_token(db: Session, *, token: str, pepper: bytes, now: datetime) -> None:
    """Stop what a link leads to, on behalf of whoever it was sent to. Raises `NotFound`."""
    row = _by_token(db, token, pepper)
    if row is None:
        raise NotFound("digest")
    _end(db, row, Actor(kind=ActorKind.STAFF, id=row.staff_id, organisation_id=row.organisation_id), now)


def due(db: Session, *, now: datetime) -> tuple[DueDigest, ...]:
    """Return the weekly e-mails that are to be made now, of every organisation, those chosen first first."""
    found = db.exec(
        select(WeeklyDigest, Account.email)
        .join(Staff, col(Staff.id) == col(WeeklyDigest.staff_id))
        .join(Account, col(Account.id) == col(Staff.account_id))
        .where(col(WeeklyDigest.last_at) < week_of(now), col(Account.active).is_(True))
        .order_by(col(WeeklyDigest.id))
        .limit(AT_ONCE)
    )
    return tuple(
        DueDigest(
            id=row.id,
            organisation_id=row.organisation_id,
            staff_id=row.staff_id,
            to_address=email,
            language=row.language,
        )
        for row, email in found
    )


def claim(db: Session, *, digest_id: UUID, now: datetime) -> bool:
    """Note that this week's e-mail is made in this transaction; False when another worker has made it, or it ended."""
    wanted = select(WeeklyDigest).where(WeeklyDigest.id == digest_id).with_for_update()
    row = db.exec(wanted.execution_options(populate_existing=True)).first()
    if row is None or row.last_at >= week_of(now):
        return False
    row.last_at = now
    db.add(row)
    return True


def _of(db: Session, staff_id: UUID) -> WeeklyDigest | None:
    return db.exec(select(WeeklyDigest).where(WeeklyDigest.staff_id == staff_id)).first()


def _by_token(db: Session, token: str, pepper: bytes) -> WeeklyDigest | None:
    digest_id = stop_links.subject_of(_PURPOSE, token, pepper=pepper)
    if digest_id is None:
        return None
    return db.exec(select(WeeklyDigest).where(WeeklyDigest.id == digest_id)).first()


def _end(db: Session, row: WeeklyDigest, actor: Actor, now: datetime) -> None:
    db.delete(row)
    _tell(db, Tag.DIGEST_STOPPED, row, actor, now)


def _tell(db: Session, tag: Tag, row: WeeklyDigest, actor: Actor, now: datetime) -> None:
    audit.record(db, tag=tag, actor=actor, now=now, subject=row.staff_id, organisation_id=row.organisation_id)
    db.flush()
