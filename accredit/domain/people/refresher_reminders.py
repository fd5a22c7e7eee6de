"""The e-mail to co-ordinators about refreshers that fall due: on from the first day, ended by one press of a button.

- Every co-ordinator who can sign in gets it, from the Monday after they became one, unless they ended it; whoever gets
  the weekly e-mail reads it there.
- It is looked once a week, from Monday on, whether something new falls due within thirty days.
- Nobody is told more often than every thirty days, nor twice of the same.
- What it says is not here, nor on which days schools are closed; it holds no names.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import or_
from sqlmodel import col, select

from accredit.clock import local_date
from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import Actor, ActorKind, Tag
from accredit.domain.organisations.rules import Role
from accredit.domain.people import queries, stop_links
from accredit.domain.people.digests import AT_ONCE, week_of
from accredit.domain.people.models import Account, RefresherReminder, Staff, StaffRole, WeeklyDigest
from accredit.errors import NotFound
from accredit.storage import Session

QUIET_FOR = timedelta(days=30)
DEFAULT_LANGUAGE = "en"
_PURPOSE = b"refresher-reminder"


@dataclass(frozen=True, kw_only=True)
class DueReminder:
    """One co-ordinator for whom it is to be looked now; they know of what falls due up to ``told_until``."""

    organisation_id: UUID
    staff_id: UUID
    to_address: str
    language: str
    told_until: date | None


def is_on(db: Session, staff_id: UUID) -> bool:
    """Say whether a co-ordinator is told: they are until they end it."""
    row = _of(db, staff_id)
    return row is None or row.stopped_at is None


def start(db: Session, *, staff_id: UUID, language: str, actor: Actor, now: datetime) -> None:
    """Tell somebody again, in a language; where it never ended the language alone changes. Raises `NotFound`."""
    row = _locked(db, staff_id, language)
    row.language, row.stopped_at = language, None
    _tell(db, Tag.REFRESHER_REMINDER_STARTED, row, actor, now)


def stop(db: Session, *, staff_id: UUID, language: str = DEFAULT_LANGUAGE, actor: Actor, now: datetime) -> None:
    """Tell somebody no more; nothing happens where it has ended. Raises `NotFound`."""
    row = _locked(db, staff_id, language)
    if row.stopped_at is None:
        row.stopped_at = now
        _tell(db, Tag.REFRESHER_REMINDER_STOPPED, row, actor, now)


def token_of(staff_id: UUID, *, pepper: bytes) -> str:
    """Return what stands in the link that leads to the button."""
    return stop_links.token_of(_PURPOSE, staff_id, pepper=pepper)


def is_open(db: Session, token: str, *, pepper: bytes) -> bool:
    """Say whether a link still leads to something that can be stopped."""
    staff_id = stop_links.subject_of(_PURPOSE, token, pepper=pepper)
    return staff_id is not None and db.get(Staff, staff_id) is not None and is_on(db, staff_id)


def stop_by_token(db: Session, *, token: str, pepper: bytes, now: datetime) -> None:
    """Stop what a link leads to, on behalf of whoever it was sent to. Raises `NotFound`."""
    staff_id = stop_links.subject_of(_PURPOSE, token, pepper=pepper)
    if staff_id is None:
        raise NotFound("refresher-reminder")
    who = queries.staff_member(db, staff_id)
    actor = Actor(kind=ActorKind.STAFF, id=staff_id, organisation_id=who.organisation_id)
    stop(db, staff_id=staff_id, actor=actor, now=now)


def due(db: Session, *, now: datetime) -> tuple[DueReminder, ...]:
    """Return the co-ordinators, of every organisation, for whom it was not looked this week and who may be told."""
    today = local_date(now)
    held = col(StaffRole.held_until)
    looked, told = col(RefresherReminder.looked_at), col(RefresherReminder.told_at)
    found = db.exec(
        select(Staff, Account.email, RefresherReminder)
        .join(Account, col(Account.id) == col(Staff.account_id))
        .join(StaffRole, col(StaffRole.staff_id) == col(Staff.id))
        .outerjoin(RefresherReminder, col(RefresherReminder.staff_id) == col(Staff.id))
        .where(
            col(Account.active).is_(True),
            StaffRole.role == Role.COORDINATOR,
            col(StaffRole.held_from) <= today,
            or_(held.is_(None), held >= today),
            col(StaffRole.given_at) < week_of(now),
            or_(looked.is_(None), looked < week_of(now)),
            or_(told.is_(None), told <= now - QUIET_FOR),
            col(RefresherReminder.stopped_at).is_(None),
            col(Staff.id).not_in(select(WeeklyDigest.staff_id)),
        )
        .order_by(col(Staff.id))
        .limit(AT_ONCE)
    )
    return tuple(
        DueReminder(
            organisation_id=who.organisation_id,
            staff_id=who.id,
            to_address=email,
            language=DEFAULT_LANGUAGE if row is None else row.language,
            told_until=None if row is None else row.told_until,
        )
        for who, email, row in found
    )


def claim(db: Session, *, staff_id: UUID, told_until: date | None, now: datetime) -> bool:
    """Note that it was looked this week, and up to which day they are told of it in this transaction, if at all.

    False when another worker has looked, or it ended.
    """
    row = _locked(db, staff_id, DEFAULT_LANGUAGE)
    if row.stopped_at is not None or (row.looked_at is not None and row.looked_at >= week_of(now)):
        return False
    row.looked_at = now
    if told_until is not None:
        row.told_at, row.told_until = now, told_until
    db.flush()
    return True


def _of(db: Session, staff_id: UUID) -> RefresherReminder | None:
    return db.exec(select(RefresherReminder).where(RefresherReminder.staff_id == staff_id)).first()


def _locked(db: Session, staff_id: UUID, language: str) -> RefresherReminder:
    # The member of staff is locked rather than the row, which may not be there yet.
    who = db.exec(select(Staff).where(Staff.id == staff_id).with_for_update()).first()
    if who is None:
        raise NotFound("staff")
    wanted = select(RefresherReminder).where(RefresherReminder.staff_id == staff_id)
    row = db.exec(wanted.execution_options(populate_existing=True)).first()
    if row is None:
        row = RefresherReminder(organisation_id=who.organisation_id, staff_id=staff_id, language=language)
        db.add(row)
    return row


def _tell(db: Session, tag: Tag, row: RefresherReminder, actor: Actor, now: datetime) -> None:
    audit.record(db, tag=tag, actor=actor, now=now, subject=row.staff_id, organisation_id=row.organisation_id)
    db.flush()
