"""A young person asks their school about its record of them: that something is put right, or that it is taken away.

- Nothing is typed, so nobody else can be named: an adult talks with them about the rest.
- One request at a time (``asked-school-already``); after an answer they may ask again.
- A co-ordinator answers, within a month (UK GDPR, article 12(3)); "done" is said once it is done.
- Of a school that has closed it can be asked only that the record is taken away (``organisation-closed``); those who
  run the service see that somebody asked, and erase it.
- Asking changes nothing in the record. What is taken away goes with an erasure (`domain.retention`), which takes the
  request with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from accredit.clock import local_date
from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import Actor, ActorKind, Tag
from accredit.domain.organisations.closing import check_open, closed_on
from accredit.domain.organisations.rules import Permission, may
from accredit.domain.people import queries
from accredit.domain.people.models import YoungPerson
from accredit.domain.people.own_page_models import RecordRequest
from accredit.domain.people.rules import ANSWER_WITHIN, RecordAnswer, RecordWish, check_same_organisation
from accredit.errors import Forbidden, NotFound, RuleBroken
from accredit.storage import Session


@dataclass(frozen=True, kw_only=True)
class RequestFacts:
    """One request, with its answer once there is one."""

    id: UUID
    young_person_id: UUID
    wish: RecordWish
    asked_at: datetime
    answer: RecordAnswer | None
    answered_at: datetime | None

    @property
    def answer_by(self) -> date:
        """The last day for an answer."""
        return local_date(self.asked_at + ANSWER_WITHIN)


def ask(db: Session, *, wish: RecordWish, actor: Actor, now: datetime) -> None:
    """Ask about one's own record.

    Raises `NotFound` for everybody else, and `RuleBroken`: ``organisation-closed``, ``asked-school-already``.
    """
    # Locked, so that two presses make one request.
    wanted = sa.select(YoungPerson).where(col(YoungPerson.id) == actor.id).with_for_update()
    person = db.execute(wanted).scalar_one_or_none() if actor.kind is ActorKind.YOUNG_PERSON else None
    if person is None:
        raise NotFound("young-person")
    if wish is not RecordWish.TAKE_AWAY:
        check_open(db, person.organisation_id)
    before = latest(db, person.id)
    # What nobody is left to put right does not stand in the way of taking it away.
    is_moot = before is not None and before.wish is not wish and closed_on(db, person.organisation_id) is not None
    if before is not None and before.answer is None and not is_moot:
        raise RuleBroken("asked-school-already")
    row = RecordRequest(organisation_id=person.organisation_id, young_person_id=person.id, wish=wish, asked_at=now)
    db.add(row)
    _tell(db, Tag.RECORD_REQUEST_MADE, row, actor, now, wish=wish.value)


def answer(db: Session, *, young_person_id: UUID, answer: RecordAnswer, actor: Actor, now: datetime) -> None:
    """Write down what the school said. Raises `Forbidden`, and `NotFound` where nothing waits."""
    held = queries.roles_on(db, actor.id, local_date(now)) if actor.id else frozenset()
    if actor.kind is not ActorKind.STAFF or not may(held, Permission.MANAGE_PEOPLE):
        raise Forbidden("no-permission")
    wanted = _open(col(RecordRequest.young_person_id) == young_person_id).with_for_update()
    row = db.execute(wanted.execution_options(populate_existing=True)).scalars().first()
    if row is None:
        raise NotFound("record-request")
    check_same_organisation(actor, row.organisation_id)
    row.answer, row.answered_by, row.answered_at = answer, actor.id, now
    _tell(db, Tag.RECORD_REQUEST_ANSWERED, row, actor, now, answer=answer.value)


def waiting(db: Session, young_person_id: UUID) -> RequestFacts | None:
    """Return what somebody asked and nobody has answered."""
    row = db.execute(_open(col(RecordRequest.young_person_id) == young_person_id)).scalars().first()
    return None if row is None else _facts(row)


def waiting_of(db: Session, *, organisation_id: UUID) -> tuple[RequestFacts, ...]:
    """Return what waits for an answer in an organisation, the oldest first."""
    rows = db.execute(_open(col(RecordRequest.organisation_id) == organisation_id)).scalars()
    return tuple(_facts(row) for row in rows)


def waiting_where_closed(db: Session) -> tuple[RequestFacts, ...]:
    """Return what waits at organisations that have closed, the oldest first; for those who run the service."""
    rows = db.execute(_open(sa.true())).scalars().all()
    closed = {each for each in {row.organisation_id for row in rows} if closed_on(db, each) is not None}
    return tuple(_facts(row) for row in rows if row.organisation_id in closed)


def latest(db: Session, young_person_id: UUID) -> RequestFacts | None:
    """Return what somebody asked last, answered or not."""
    wanted = sa.select(RecordRequest).where(col(RecordRequest.young_person_id) == young_person_id)
    row = (
        db.execute(wanted.order_by(col(RecordRequest.asked_at).desc(), col(RecordRequest.id).desc())).scalars().first()
    )
    return None if row is None else _facts(row)


def _open(criterion: sa.ColumnElement[bool]) -> sa.Select[RecordRequest]:
    return (
        sa.select(RecordRequest)
        .where(criterion, col(RecordRequest.answered_at).is_(None))
        .order_by(col(RecordRequest.asked_at), col(RecordRequest.id))
    )


def _facts(row: RecordRequest) -> RequestFacts:
    return RequestFacts(**{name: getattr(row, name) for name in RequestFacts.__dataclass_fields__})


def _tell(db: Session, tag: Tag, row: RecordRequest, actor: Actor, now: datetime, **details: str) -> None:
    audit.record(
        db, tag=tag, actor=actor, now=now, subject=row.young_person_id, organisation_id=row.organisation_id, **details
    )
    db.flush()
