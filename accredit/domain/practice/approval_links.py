"""A way in for an adult without an account, to the waiting hours of a few young people, for one sitting.

- Only a co-ordinator makes one (``not-a-coordinator``), for somebody who holds the supervisor's role today
  (``not-a-supervisor``) and does not sign in (``signs-in-already``): everybody else has a better way.
- It goes to an address that nobody of the organisation signs in with (``address-of-staff``).
- It names young people whose hours wait for that adult, at least one (``nobody-named``), and shows no others.
- It has two secrets: the link travels by e-mail; the code of eight digits is told by the co-ordinator, another way.
- Following the link changes nothing, so a mail scanner cannot use it up. The code opens it once, in one browser.
- Not opened it ends after a week, opened after an hour, and with the supervisor's role at once; five wrong codes
  close it; a new link for the same adult closes the one before; so does the co-ordinator.

What is approved through it is judged by the same rules and bears the adult's name, as if they had signed in.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from accredit.clock import local_date
from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import Actor, ActorKind, Tag
from accredit.domain.organisations.rules import Role
from accredit.domain.people import queries as people
from accredit.domain.people.models import Staff
from accredit.domain.people.rules import check_email
from accredit.domain.practice import operations, queries
from accredit.domain.practice.deciding import required_staff_id
from accredit.domain.practice.models import ApprovalLink, ApprovalLinkPerson, HoursEntry
from accredit.domain.practice.operations import BulkResult
from accredit.domain.practice.queries import WaitingEntry
from accredit.domain.practice.rules import HoursStatus, ReturnReason
from accredit.errors import NotFound, RuleBroken
from accredit.storage import Session

DIGITS = 8
MOST_TRIES = 5
UNOPENED = timedelta(days=7)
OPENED = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class NewLink:
    """A link just made, with both secrets: they cannot be shown again. ``ends_at`` unless it is opened."""

    id: UUID
    to_address: str
    link_secret: str
    code: str
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class LinkFacts:
    """A link that works now, and whom it is for."""

    id: UUID
    organisation_id: UUID
    staff_id: UUID
    enrolment_ids: frozenset[UUID]
    made_at: datetime
    opened_at: datetime | None

    def actor(self) -> Actor:
        """Return the adult as the one who acts."""
        return Actor(
            kind=ActorKind.STAFF,
            id=self.staff_id,
            organisation_id=self.organisation_id,
            role=Role.SUPERVISOR.value,
        )


@dataclass(frozen=True, kw_only=True)
class AdultToAsk:
    """An adult without an account, and how many entries wait for them."""

    staff_id: UUID
    name: str
    waiting: int


def make_link(
    db: Session,
    *,
    staff_id: UUID,
    enrolment_ids: Collection[UUID],
    to_address: str,
    actor: Actor,
    pepper: bytes,
    now: datetime,
    draw: Callable[[int], int] = secrets.randbelow,
) -> NewLink:
    """Make a link and return its two secrets, once; the caller sends the one and shows the other.

    Raises `NotFound`, and `RuleBroken`: ``email-format`` and those of the bullets above.
    """
    adult = people.staff_member(db, staff_id)
    _check_maker(db, actor, adult.organisation_id, now=now)
    if adult.account_id is not None:
        raise RuleBroken("signs-in-already")
    if Role.SUPERVISOR not in adult.roles_on(local_date(now)):
        raise RuleBroken("not-a-supervisor", staff_id=staff_id, on=local_date(now))
    address = check_email(to_address)
    _check_stranger(db, address, adult.organisation_id)
    if not enrolment_ids:
        raise RuleBroken("nobody-named")
    waiting = {each.enrolment_id for each in queries.inbox(db, supervised_by=staff_id, now=now)}
    if not waiting.issuperset(enrolment_ids):
        raise NotFound("enrolment")
    for row in _open_rows(db, staff_id):
        row.closed_at = now
    link_secret, code = secrets.token_urlsafe(32), f"{draw(10**DIGITS):0{DIGITS}}"
    row = ApprovalLink(
        organisation_id=adult.organisation_id,
        staff_id=staff_id,
        link_hash=_hash("link", link_secret, pepper),
        code_hash=b"",
        made_by=required_staff_id(actor),
        made_at=now,
    )
    row.code_hash = _hash(f"code:{row.id}", code, pepper)
    db.add(row)
    db.flush()
    db.add_all(
        ApprovalLinkPerson(organisation_id=row.organisation_id, approval_link_id=row.id, enrolment_id=each)
        for each in sorted(set(enrolment_ids))
    )
    _audit(db, Tag.APPROVAL_LINK_MADE, row, actor=actor, now=now, people=len(set(enrolment_ids)))
    return NewLink(id=row.id, to_address=address, link_secret=link_secret, code=code, ends_at=now + UNOPENED)


def open_link(
    db: Session, *, link_secret: str, code: str, browser_secret: str, pepper: bytes, now: datetime
) -> LinkFacts | None:
    """Open a link in the browser with this secret; None when it does not open, whatever the reason.

    A wrong code counts, so the caller's transaction must commit either way.
    """
    row = db.exec(
        select(ApprovalLink).where(ApprovalLink.link_hash == _hash("link", link_secret, pepper)).with_for_update()
    ).first()
    if row is None:
        return None
    digits = "".join(symbol for symbol in code if symbol.isascii() and symbol.isdigit())
    matches = hmac.compare_digest(row.code_hash, _hash(f"code:{row.id}", digits, pepper))
    is_over = row.opened_at is not None or row.closed_at is not None or now >= row.made_at + UNOPENED
    if is_over or not _still_supervises(db, row, now=now):
        return None
    if not matches:
        row.tries += 1
        row.closed_at = now if row.tries >= MOST_TRIES else None
        return None
    row.opened_at, row.browser = now, _hash("browser", browser_secret, pepper)
    facts = _facts(db, row)
    _audit(db, Tag.APPROVAL_LINK_OPENED, row, actor=facts.actor(), now=now)
    return facts


def opened_in(db: Session, *, browser_secret: str, pepper: bytes, now: datetime) -> LinkFacts | None:
    """Return the link that is open in the browser with this secret, or None."""
    wanted = select(ApprovalLink).where(ApprovalLink.browser == _hash("browser", browser_secret, pepper))
    row = db.exec(wanted).first()
    if row is None or row.closed_at is not None or row.opened_at is None or now >= row.opened_at + OPENED:
        return None
    return _facts(db, row) if _still_supervises(db, row, now=now) else None


def waiting_for(db: Session, link: LinkFacts, *, now: datetime) -> tuple[WaitingEntry, ...]:
    """Return the entries that a link shows: they wait, name this adult, and belong to somebody the link names."""
    return queries.inbox(db, supervised_by=link.staff_id, enrolment_ids=link.enrolment_ids, now=now)


def decide(
    db: Session,
    *,
    link: LinkFacts,
    approve: Sequence[UUID],
    send_back: Mapping[UUID, ReturnReason],
    confirm_over_day_limit: Collection[UUID] = (),
    now: datetime,
) -> BulkResult:
    """Approve and return entries as the adult says; what a rule holds back stays and waits.

    Raises `NotFound` for an entry that the link does not show.
    """
    shown = {each.entry.id for each in waiting_for(db, link, now=now)}
    if not shown.issuperset([*approve, *send_back]):
        raise NotFound("hours-entry")
    for entry_id, reason in send_back.items():
        operations.return_hours(db, entry_id=entry_id, reason=reason, actor=link.actor(), now=now)
    return operations.approve_many(
        db, entry_ids=approve, actor=link.actor(), now=now, confirm_over_day_limit=confirm_over_day_limit
    )


def finish(db: Session, *, link: LinkFacts, now: datetime) -> None:
    """Close a link because the adult has finished; finished again changes nothing."""
    _close(db, link.id, actor=link.actor(), now=now)


def withdraw_links(db: Session, *, staff_id: UUID, actor: Actor, now: datetime) -> None:
    """Close the link of an adult because a co-ordinator says so; without one nothing changes.

    Raises `NotFound`, and `RuleBroken` (``not-a-coordinator``).
    """
    adult = people.staff_member(db, staff_id)
    _check_maker(db, actor, adult.organisation_id, now=now)
    for row in _open_rows(db, staff_id):
        _close(db, row.id, actor=actor, now=now)


def current_link(db: Session, staff_id: UUID, *, now: datetime) -> LinkFacts | None:
    """Return the link that an adult could use now, or None."""
    for row in _open_rows(db, staff_id, lock=False):
        ends_at = row.made_at + UNOPENED if row.opened_at is None else row.opened_at + OPENED
        if now < ends_at:
            return _facts(db, row)
    return None


def adults_to_ask(db: Session) -> tuple[AdultToAsk, ...]:
    """Return the adults without an account for whom hours wait, by name."""
    statement = (
        sa.select(col(Staff.id), col(Staff.name), sa.func.count(col(HoursEntry.id)))
        .join(HoursEntry, col(HoursEntry.supervised_by) == col(Staff.id))
        .where(col(Staff.account_id).is_(None), col(HoursEntry.status) == HoursStatus.SUBMITTED)
        .group_by(col(Staff.id), col(Staff.name))
        .order_by(col(Staff.name), col(Staff.id))
    )
    return tuple(AdultToAsk(staff_id=row[0], name=row[1], waiting=row[2]) for row in db.execute(statement))


def _check_maker(db: Session, actor: Actor, organisation_id: UUID, *, now: datetime) -> None:
    if actor.organisation_id != organisation_id:
        raise NotFound("staff")
    held = people.roles_on(db, actor.id, local_date(now)) if actor.kind is ActorKind.STAFF and actor.id else frozenset()
    if Role.COORDINATOR not in held:
        raise RuleBroken("not-a-coordinator")


def _check_stranger(db: Session, address: str, organisation_id: UUID) -> None:
    # Nobody of the school sends a link to themselves and approves in another's name.
    account = people.account_by_email(db, address)
    if account is None:
        return
    if any(facts.organisation_id == organisation_id for facts in people.staff_of_account(db, account.id)):
        raise RuleBroken("address-of-staff")


def _still_supervises(db: Session, row: ApprovalLink, *, now: datetime) -> bool:
    return Role.SUPERVISOR in people.roles_on(db, row.staff_id, local_date(now))


def _open_rows(db: Session, staff_id: UUID, *, lock: bool = True) -> Sequence[ApprovalLink]:
    wanted = select(ApprovalLink).where(ApprovalLink.staff_id == staff_id, col(ApprovalLink.closed_at).is_(None))
    return db.exec(wanted.with_for_update() if lock else wanted).all()


def _close(db: Session, link_id: UUID, *, actor: Actor, now: datetime) -> None:
    row = db.exec(select(ApprovalLink).where(ApprovalLink.id == link_id).with_for_update()).one()
    if row.closed_at is None:
        row.closed_at = now
        _audit(db, Tag.APPROVAL_LINK_CLOSED, row, actor=actor, now=now)


def _facts(db: Session, row: ApprovalLink) -> LinkFacts:
    named = select(ApprovalLinkPerson.enrolment_id).where(ApprovalLinkPerson.approval_link_id == row.id)
    return LinkFacts(
        id=row.id,
        organisation_id=row.organisation_id,
        staff_id=row.staff_id,
        enrolment_ids=frozenset(db.exec(named).all()),
        made_at=row.made_at,
        opened_at=row.opened_at,
    )


def _audit(db: Session, tag: Tag, row: ApprovalLink, *, actor: Actor, now: datetime, **details: object) -> None:
    audit.record(
        db, tag=tag, actor=actor, now=now, subject=row.staff_id, organisation_id=row.organisation_id, **details
    )


def _hash(purpose: str, secret: str, pepper: bytes) -> bytes:
    return hmac.digest(pepper, f"approval-link-{purpose}:{secret}".encode(), "sha256")
