"""A second step that everybody needs who works for an organisation, or everybody here, from a day on.

- An administrator says from which day, at most sixty days ahead (``demand-date``): until then everybody is told, and
  nobody is held up. Whoever demands it has one themselves (``own-second-step-first``).
- From that day on whoever has none can do nothing for the organisation but add one.
- Digits of an app are a second step, and so is a passkey: it is the device and its owner's finger, face or PIN.
- Those who run the service may demand it of everybody, themselves too, by a setting; then no organisation lifts it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from accredit.clock import local_date
from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import Actor, Tag, check_fresh
from accredit.domain.people import queries, rules
from accredit.domain.people.models import Passkey, SecondStep, SecondStepDemand
from accredit.domain.people.queries import StaffFacts
from accredit.errors import RuleBroken
from accredit.storage import Session

USUAL_NOTICE = timedelta(days=14)
LONGEST_NOTICE = timedelta(days=60)


@dataclass(frozen=True, kw_only=True)
class Readiness:
    """Of those who sign in for an organisation today: how many there are, and who has no second step yet."""

    since: date | None
    people: int
    without: tuple[StaffFacts, ...]


def demand(db: Session, *, organisation_id: UUID, since: date, actor: Actor, now: datetime) -> None:
    """Demand a second step of everybody from a day on; a day that stood is replaced.

    Raises `RuleBroken`: ``demand-date``, ``own-second-step-first``; `Forbidden` for another organisation.
    """
    check_fresh(actor)
    rules.check_same_organisation(actor, organisation_id)
    if not local_date(now) <= since <= local_date(now) + LONGEST_NOTICE:
        raise RuleBroken("demand-date")
    own = queries.staff_member(db, actor.id).account_id if actor.id is not None else None
    if own is None or own not in having(db, [own]):
        raise RuleBroken("own-second-step-first")
    db.execute(sa.delete(SecondStepDemand).where(col(SecondStepDemand.organisation_id) == organisation_id))
    db.add(SecondStepDemand(organisation_id=organisation_id, since=since, said_at=now))
    db.flush()
    _tell(db, Tag.SECOND_STEP_DEMANDED, organisation_id, actor, now, since=since.isoformat())


def lift(db: Session, *, organisation_id: UUID, actor: Actor, now: datetime) -> None:
    """Leave it to each member of staff again; nothing changes where nothing was demanded."""
    check_fresh(actor)
    rules.check_same_organisation(actor, organisation_id)
    if demanded_since(db, organisation_id) is None:
        return
    db.execute(sa.delete(SecondStepDemand).where(col(SecondStepDemand.organisation_id) == organisation_id))
    _tell(db, Tag.SECOND_STEP_DEMAND_LIFTED, organisation_id, actor, now)


def demanded_since(db: Session, organisation_id: UUID) -> date | None:
    """Return from which day an organisation demands a second step; None where it does not."""
    wanted = select(SecondStepDemand).where(SecondStepDemand.organisation_id == organisation_id)
    row = db.exec(wanted).first()
    return row.since if row is not None else None


def having(db: Session, account_ids: Iterable[UUID]) -> frozenset[UUID]:
    """Return which of some accounts have a second step that counts."""
    wanted = set(account_ids)
    apps = select(SecondStep.account_id).where(
        col(SecondStep.account_id).in_(wanted), col(SecondStep.confirmed_at).is_not(None)
    )
    keys = select(Passkey.account_id).where(col(Passkey.account_id).in_(wanted))
    return frozenset(db.exec(apps).all()) | frozenset(db.exec(keys).all())


def lacking_since(
    db: Session, *, account_id: UUID | None, organisation_id: UUID | None, by_everybody: bool, today: date
) -> date | None:
    """Return from which day an account needs a second step that it has not, for an organisation; None for others.

    ``by_everybody`` is the setting of those who run the service.
    """
    wanted = today if by_everybody else None
    if wanted is None and organisation_id is not None:
        wanted = demanded_since(db, organisation_id)
    return None if wanted is None or account_id is None or having(db, [account_id]) else wanted


def readiness(db: Session, *, organisation_id: UUID, now: datetime) -> Readiness:
    """Return who of an organisation's staff would be held up today."""
    today = local_date(now)
    staff = [
        each
        for each in queries.staff(db, organisation_id=organisation_id)
        if each.account_id is not None and each.roles_on(today)
    ]
    ready = having(db, [each.account_id for each in staff if each.account_id is not None])
    return Readiness(
        since=demanded_since(db, organisation_id),
        people=len(staff),
        without=tuple(each for each in staff if each.account_id not in ready),
    )


def _tell(db: Session, tag: Tag, organisation_id: UUID, actor: Actor, now: datetime, **details: object) -> None:
    audit.record(db, tag=tag, actor=actor, now=now, subject=organisation_id, organisation_id=organisation_id, **details)
