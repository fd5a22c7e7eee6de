"""Organisations that ask to join: what they say is kept until an operator has answered, and no longer.

- Anybody may ask; asking again under the same name and address changes what was asked, and is told the same.
- No more than 200 wait at once (``joining-full``), and nobody waits longer than half a year.
- An operator who has checked by an outside channel lets the organisation in: it is added, it is confirmed, and whoever
  asked is its first administrator and co-ordinator, all or nothing.
- Or an operator declines, for one of a few reasons; of what was asked nothing is left.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func
from sqlmodel import col, select

from accredit.clock import local_date
from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import SERVICE, Actor, ActorKind, Tag
from accredit.domain.organisations import operations as organisations
from accredit.domain.organisations.rules import Channel, Details, Kind, Nation, Role, check_details
from accredit.domain.people import rules
from accredit.domain.people.models import JoiningRequest
from accredit.domain.people.names import check_name
from accredit.domain.people.rules import DeclineReason
from accredit.domain.people.staffing import add_staff, give_role
from accredit.errors import Forbidden, NotFound, RuleBroken
from accredit.storage import Session

MOST_WAITING = 200
LONGEST = timedelta(days=183)
# What an organisation says of itself before it is here; the rest it says once it is.
_SAID = frozenset({"name", "town", "urn", "charity_number", "ukprn", "contact"})


@dataclass(frozen=True, kw_only=True)
class Asker:
    """Who asks for an organisation, and would manage it here."""

    name: str
    job_title: str | None
    email: str


@dataclass(frozen=True, kw_only=True)
class Asked:
    """An organisation that asks to join."""

    id: UUID
    details: Details
    kind: Kind
    nation: Nation
    asker: Asker
    asked_at: datetime


def ask(db: Session, *, details: Details, kind: Kind, nation: Nation, asker: Asker, now: datetime) -> None:
    """Keep that an organisation asks to join.

    Raises `RuleBroken`: those of an organisation's details and of a name, ``email-format``, ``joining-full``.
    """
    details = check_details(details)
    name, email = check_name(asker.name), rules.check_email(asker.email)
    db.execute(delete(JoiningRequest).where(col(JoiningRequest.asked_at) < now - LONGEST))
    row = db.exec(
        select(JoiningRequest).where(JoiningRequest.email == email, JoiningRequest.name == details.name)
    ).first()
    if row is None:
        if waiting_count(db, now=now) >= MOST_WAITING:
            raise RuleBroken("joining-full")
        row = JoiningRequest(name=details.name, kind=kind, nation=nation, person=name, email=email, asked_at=now)
        db.add(row)
    for column, value in {key: each for key, each in asdict(details).items() if key in _SAID}.items():
        setattr(row, column, value)
    row.kind, row.nation, row.asked_at = kind, nation, now
    row.person, row.job_title = name, (asker.job_title or "").strip() or None
    db.flush()
    audit.record(db, tag=Tag.JOINING_ASKED, actor=SERVICE, now=now, subject=row.id)


def waiting(db: Session, *, now: datetime) -> tuple[Asked, ...]:
    """Return the organisations that wait for an answer, the one that has waited longest first."""
    wanted = select(JoiningRequest).where(col(JoiningRequest.asked_at) >= now - LONGEST)
    return tuple(_asked(row) for row in db.exec(wanted.order_by(col(JoiningRequest.asked_at), col(JoiningRequest.id))))


def waiting_count(db: Session, *, now: datetime) -> int:
    """Return how many organisations wait for an answer."""
    wanted = select(func.count()).select_from(JoiningRequest).where(col(JoiningRequest.asked_at) >= now - LONGEST)
    return db.exec(wanted).one()


def asked(db: Session, request_id: UUID) -> Asked:
    """Return one organisation that waits. Raises `NotFound`, also once it was answered."""
    row = db.get(JoiningRequest, request_id)
    if row is None:
        raise NotFound("joining-request")
    return _asked(row)


def let_in(
    db: Session, *, request_id: UUID, host: str, channel: Channel, confirmed_on: date, actor: Actor, now: datetime
) -> UUID:
    """Let an organisation in that an operator has checked; return its id.

    Raises `Forbidden` unless the actor is an operator, `NotFound` once it was answered, and `RuleBroken` as
    `organisations.add_organisation`, `organisations.confirm` and `add_staff` do.
    """
    found = _answered(db, request_id, actor)
    organisation_id = organisations.add_organisation(
        db, details=found.details, kind=found.kind, nation=found.nation, host=host, actor=actor, now=now
    )
    organisations.confirm(
        db, organisation_id=organisation_id, channel=channel, confirmed_on=confirmed_on, actor=actor, now=now
    )
    add_first_person(db, organisation_id=organisation_id, asker=found.asker, actor=actor, now=now)
    return organisation_id


def add_first_person(db: Session, *, organisation_id: UUID, asker: Asker, actor: Actor, now: datetime) -> UUID:
    """Give an organisation its first person, who can do everything there and share it out later.

    Raises `RuleBroken` as `add_staff` does.
    """
    staff_id = add_staff(
        db,
        organisation_id=organisation_id,
        name=asker.name,
        job_title=asker.job_title,
        email=asker.email,
        actor=actor,
        now=now,
    )
    # Both, so that a school begins with one person and one sitting; the page asks for a second co-ordinator.
    for role in (Role.ADMINISTRATOR, Role.COORDINATOR):
        give_role(db, staff_id=staff_id, role=role, held_from=local_date(now), actor=actor, now=now)
    return staff_id


def decline(db: Session, *, request_id: UUID, reason: DeclineReason, actor: Actor, now: datetime) -> Asked:
    """Decline a request and forget it; return what was asked, for the letter. Raises `Forbidden`, `NotFound`."""
    found = _answered(db, request_id, actor)
    audit.record(db, tag=Tag.JOINING_DECLINED, actor=actor, now=now, subject=request_id, reason=reason.value)
    return found


def _answered(db: Session, request_id: UUID, actor: Actor) -> Asked:
    """Take a request off the list, so that of two operators who answer at once one does."""
    if actor.kind is not ActorKind.OPERATOR or actor.id is None:
        raise Forbidden("operator-only")
    row = db.exec(select(JoiningRequest).where(JoiningRequest.id == request_id).with_for_update()).first()
    if row is None:
        raise NotFound("joining-request")
    found = _asked(row)
    db.delete(row)
    db.flush()
    return found


def _asked(row: JoiningRequest) -> Asked:
    details = Details(
        name=row.name,
        town=row.town,
        urn=row.urn,
        charity_number=row.charity_number,
        ukprn=row.ukprn,
        contact=row.contact,
    )
    asker = Asker(name=row.person, job_title=row.job_title, email=row.email)
    return Asked(id=row.id, details=details, kind=row.kind, nation=row.nation, asker=asker, asked_at=row.asked_at)
