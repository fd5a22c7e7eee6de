"""A young person asks for a record of what they have done, at any time, also after they stopped; and takes it back.

- Only for oneself, from a programme one is or was in; the name to be printed is confirmed (``name-not-confirmed``).
- Where nothing was done yet there is nothing to record (``nothing-to-record``).
- Asked for again on the same day, with nothing new to say, it is the same record.
- At most five in a day (``too-many-records``), so that nobody keeps the signer from the others.
- What is taken back holds no more, at once; where it was not out yet, it never is.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from accredit.clock import local_date
from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import Actor, ActorKind, Tag
from accredit.domain.awarding import queries as awarding
from accredit.domain.awarding.queries import Progress
from accredit.domain.credentials import support_records
from accredit.domain.credentials.models import SupportRecord
from accredit.domain.credentials.record_contents import Contents, contents_of
from accredit.domain.credentials.support_records import issuance_kind
from accredit.domain.enrolments.models import Enrolment
from accredit.domain.issuing import operations as issuing
from accredit.domain.issuing import replacing
from accredit.domain.issuing.rules import Stage, Status
from accredit.domain.people.models import YoungPerson
from accredit.errors import Forbidden, NotFound, RuleBroken
from accredit.kit import typed_code
from accredit.storage import Session
from accredit.storage.promises import Promise, promise

MOST_IN_A_DAY = 5
_TAKEN_BACK = "asked-by-holder"


@dataclass(frozen=True, kw_only=True)
class Coming:
    """A record that is being made: asked for, and not out yet."""

    record_id: UUID
    made_on: date


def preview(db: Session, *, enrolment_id: UUID, shows_months: bool, actor: Actor, now: datetime) -> Contents:
    """Return what a record would say if it were made now. Raises `NotFound`, `Forbidden` as `ask` does."""
    return _contents(_own(db, enrolment_id, actor, now), shows_months=shows_months)


def ask(db: Session, *, enrolment_id: UUID, shows_months: bool, actor: Actor, now: datetime) -> UUID:
    """Ask for a record of what one has done in a programme, and return its id; its credential is promised.

    Raises `Forbidden` for whoever is no young person, `NotFound` for somebody else's programme, and `RuleBroken`:
    ``name-not-confirmed``, ``nothing-to-record``, ``too-many-records``.
    """
    found = _own(db, enrolment_id, actor, now)
    if not found.is_name_confirmed:
        raise RuleBroken("name-not-confirmed")
    if _contents(found, shows_months=shows_months).is_empty:
        raise RuleBroken("nothing-to-record")
    # Two clicks follow one another, and the second finds what the first one wrote.
    db.execute(sa.select(col(YoungPerson.id)).where(col(YoungPerson.id) == actor.id).with_for_update()).all()
    portfolio, today = found.portfolio.to_json(), local_date(now)
    of_today = db.exec(_of(found.young_person_id).where(SupportRecord.made_on == today)).all()
    for each in of_today:
        told = each.enrolment_id, each.shows_months, each.portfolio
        if told == (enrolment_id, shows_months, portfolio) and _holds(db, each):
            return each.id
    if len(of_today) >= MOST_IN_A_DAY:
        raise RuleBroken("too-many-records", most=MOST_IN_A_DAY)
    record = SupportRecord(
        organisation_id=found.organisation_id,
        enrolment_id=enrolment_id,
        programme_version_id=found.programme_version_id,
        code=typed_code.make(secrets.randbelow),
        shows_months=shows_months,
        made_on=today,
        asked_at=now,
        portfolio=portfolio,
    )
    db.add(record)
    _tell(db, Tag.RECORD_ASKED, record, actor, now)
    promise(db, Promise.ISSUE_AWARD, record.id)
    db.flush()
    return record.id


def take_back(db: Session, *, record_id: UUID, actor: Actor, now: datetime) -> None:
    """End a record of one's own for good; again, nothing changes.

    Raises `NotFound` for everybody but its holder, and `RuleBroken` (``being-made``) in the moment between its
    signature and its coming out.
    """
    if actor.kind is not ActorKind.YOUNG_PERSON or actor.id is None:
        raise NotFound("record")
    record = db.exec(_of(actor.id).where(SupportRecord.id == record_id).with_for_update(of=SupportRecord)).one_or_none()
    if record is None:
        raise NotFound("record")
    issuance = replacing.standing(db, kind=issuance_kind, subject_id=record_id)
    if issuance is not None and issuance.stage is Stage.RECORDED:
        raise RuleBroken("being-made")
    if issuance is not None and issuance.stage is Stage.RELEASED:
        if issuance.status is not Status.REVOKED:
            issuing.revoke(db, issuance_id=issuance.id, reason=_TAKEN_BACK, actor=actor, now=now)
        return
    if record.given_up_at is None:
        support_records.give_up(db, [record_id], now=now)
        _tell(db, Tag.RECORD_TAKEN_BACK, record, actor, now)
    if issuance is not None:
        issuing.void(db, issuance_id=issuance.id, reason=_TAKEN_BACK)
    db.flush()


def coming(db: Session, young_person_id: UUID) -> tuple[Coming, ...]:
    """Return the records that somebody asked for and that are not out yet, oldest first."""
    still = col(SupportRecord.given_up_at).is_(None)
    rows = db.exec(_of(young_person_id).where(still).order_by(col(SupportRecord.asked_at))).all()
    stages = {row.id: replacing.standing(db, kind=issuance_kind, subject_id=row.id) for row in rows}
    return tuple(
        Coming(record_id=row.id, made_on=row.made_on)
        for row in rows
        if (issuance := stages[row.id]) is None or issuance.stage in {Stage.INTENT, Stage.RECORDED}
    )


def _of(young_person_id: UUID) -> SelectOfScalar[SupportRecord]:
    place = col(Enrolment.id) == col(SupportRecord.enrolment_id)
    return select(SupportRecord).join(Enrolment, place).where(Enrolment.young_person_id == young_person_id)


def _own(db: Session, enrolment_id: UUID, actor: Actor, now: datetime) -> Progress:
    if actor.kind is not ActorKind.YOUNG_PERSON or actor.id is None:
        raise Forbidden("wrong-audience")
    found = awarding.progress(db, enrolment_id, on=local_date(now))
    if found.young_person_id != actor.id:
        raise NotFound("enrolment")
    return found


def _contents(found: Progress, *, shows_months: bool) -> Contents:
    return contents_of(found.portfolio, found.definition, shows_months=shows_months)


def _holds(db: Session, record: SupportRecord) -> bool:
    if record.given_up_at is not None:
        return False
    issuance = replacing.standing(db, kind=issuance_kind, subject_id=record.id)
    return issuance is None or issuance.status is not Status.REVOKED


def _tell(db: Session, tag: Tag, record: SupportRecord, actor: Actor, now: datetime) -> None:
    audit.record(db, tag=tag, actor=actor, now=now, subject=record.id, organisation_id=record.organisation_id)
