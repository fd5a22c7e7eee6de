"""End the record of an adult's training that was signed.

- Its holder takes it back at any time, alone; nothing is asked.
- A co-ordinator asks for it to end, and another one or an administrator confirms it, or leaves it as it is; whoever is
  the only one does it alone (`second_person`). Its holder may agree, and may not leave it as it is (``own-record``).
- Once in the moment between its signature and its coming out it cannot be ended (``being-made``).

The act itself, its row, its leaf and the published list are `domain.issuing`'s.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlmodel import select

from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import Actor, ActorKind, Tag, check_fresh
from accredit.domain.credentials.attendance import issuance_kind
from accredit.domain.credentials.rules import RevokeReason
from accredit.domain.credentials.second_person import check_second_person, check_staff, others_who_may
from accredit.domain.facilitation import rules
from accredit.domain.facilitation.models import FacilitatorRecord
from accredit.domain.issuing import operations as issuing
from accredit.domain.issuing import replacing
from accredit.domain.issuing.queries import IssuanceFacts
from accredit.domain.issuing.rules import Stage, Status
from accredit.domain.organisations.rules import Permission
from accredit.errors import NotFound, RuleBroken
from accredit.storage import Session

REASONS = (RevokeReason.FACTS_WRONG, RevokeReason.RECORD_NOT_RELIABLE)
"""For which reasons somebody else may ask for it to end."""


def take_back(db: Session, *, record_id: UUID, actor: Actor, now: datetime) -> None:
    """End a record of one's own, signed or still to be signed; again, nothing changes.

    Raises `NotFound` for everybody but its holder, and `RuleBroken` (``being-made``).
    """
    if actor.kind is not ActorKind.STAFF or actor.id is None:
        raise NotFound("facilitator-record")
    row = _locked(db, record_id)
    if row.staff_id != actor.id or row.given_at is None:
        raise NotFound("facilitator-record")
    _end(db, row, reason=RevokeReason.ASKED_BY_HOLDER, actor=actor, now=now)


def ask(db: Session, *, record_id: UUID, reason: RevokeReason, actor: Actor, now: datetime) -> bool:
    """Ask for a record to end; where nobody else could confirm it, end it. Say whether that was done.

    Raises `NotFound`, `Forbidden`, and `RuleBroken`: ``own-record``, ``asked-already``, ``already-revoked``,
    ``being-made``.
    """
    check_fresh(actor)
    asked_by = check_staff(db, actor, Permission.REVOKE, now)
    row = _of_own_organisation(db, record_id, actor)
    rules.check_giving(of=row.staff_id, given_by=asked_by)
    if row.given_at is None or row.given_up_at is not None or reason not in REASONS:
        raise NotFound("facilitator-record")
    if row.ended_at is not None:
        raise RuleBroken("already-revoked")
    if row.ending_asked_by is not None:
        raise RuleBroken("asked-already")
    row.ending_asked_by, row.ending_asked_at, row.ending_reason = asked_by, now, reason.value
    _tell(db, Tag.REVOCATION_ASKED, row, actor, now, reason=reason.value)
    if others_who_may(db, organisation_id=row.organisation_id, but=asked_by, permission=Permission.SUSPEND, now=now):
        return False
    _end(db, row, reason=reason, actor=actor, now=now)
    return True


def confirm(db: Session, *, record_id: UUID, actor: Actor, now: datetime) -> None:
    """End a record that somebody else asked to be ended.

    Raises `NotFound`, `Forbidden`, and `RuleBroken`: ``second-person-needed``, ``being-made``.
    """
    check_fresh(actor)
    second, row = _asked(db, record_id, actor, now)
    check_second_person(
        db,
        organisation_id=row.organisation_id,
        first=row.ending_asked_by,
        second=second,
        permission=Permission.SUSPEND,
        now=now,
    )
    _end(db, row, reason=RevokeReason(str(row.ending_reason)), actor=actor, now=now)


def decline(db: Session, *, record_id: UUID, actor: Actor, now: datetime) -> None:
    """Leave a record as it is, though somebody asked; who asked may take it back so.

    Raises `NotFound`, `Forbidden`, `RuleBroken` (``own-record``).
    """
    second, row = _asked(db, record_id, actor, now)
    rules.check_giving(of=row.staff_id, given_by=second)
    row.ending_asked_by = row.ending_asked_at = row.ending_reason = None
    _tell(db, Tag.REVOCATION_DECLINED, row, actor, now)


def _asked(db: Session, record_id: UUID, actor: Actor, now: datetime) -> tuple[UUID, FacilitatorRecord]:
    second = check_staff(db, actor, Permission.SUSPEND, now)
    row = _of_own_organisation(db, record_id, actor)
    if row.ending_asked_by is None or row.ended_at is not None:
        raise NotFound("revocation-request")
    return second, row


def _end(db: Session, row: FacilitatorRecord, *, reason: RevokeReason, actor: Actor, now: datetime) -> None:
    """End what is out, and give up what is not; once it is ended, nothing changes."""
    issuance: IssuanceFacts | None = replacing.standing(db, kind=issuance_kind, subject_id=row.id)
    if issuance is not None and issuance.stage is Stage.RECORDED:
        raise RuleBroken("being-made")
    if row.ended_at is not None or row.given_up_at is not None:
        return
    if issuance is not None and issuance.stage is Stage.RELEASED:
        row.ended_at = now
        db.flush()
        if issuance.status is not Status.REVOKED:
            issuing.revoke(db, issuance_id=issuance.id, reason=reason.value, actor=actor, now=now)
        return
    row.given_up_at = now
    if issuance is not None:
        issuing.void(db, issuance_id=issuance.id, reason=reason.value)
    _tell(db, Tag.FACILITATOR_RECORD_DECLINED, row, actor, now)


def _locked(db: Session, record_id: UUID) -> FacilitatorRecord:
    wanted = select(FacilitatorRecord).where(FacilitatorRecord.id == record_id)
    row = db.exec(wanted.with_for_update().execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise NotFound("facilitator-record")
    return row


def _of_own_organisation(db: Session, record_id: UUID, actor: Actor) -> FacilitatorRecord:
    row = _locked(db, record_id)
    if row.organisation_id != actor.organisation_id:
        raise NotFound("facilitator-record")
    return row


def _tell(db: Session, tag: Tag, row: FacilitatorRecord, actor: Actor, now: datetime, **told: str) -> None:
    db.flush()
    audit.record(db, tag=tag, actor=actor, now=now, subject=row.id, organisation_id=row.organisation_id, **told)
