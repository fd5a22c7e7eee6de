"""Revoke a credential: one person asks, another confirms, and the young person knows before it happens.

- The young person is told first: whoever asks says that it was done (``not-told-yet``), and from then on it stands on
  their page, with the way to ask for a second look.
- Who asked does not confirm, while the organisation has somebody else who may (``second-person-needed``).
- While the young person waits for an answer, nothing is revoked (``challenge-open``).
- Nobody revokes more than ten in a day (``too-many-revocations``); a pause has no such limit and can be undone (IN15).

The act itself, its row, its leaf and the published list are `domain.issuing`'s.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import Actor, Tag, check_fresh
from accredit.domain.credentials import challenging, queries, requests_to_revoke
from accredit.domain.credentials.models import RevocationRequest
from accredit.domain.credentials.rules import RevocationAnswer, RevokeReason
from accredit.domain.credentials.second_person import check_second_person, check_staff, others_who_may
from accredit.domain.credentials.views import CredentialView
from accredit.domain.issuing import operations as issuing
from accredit.domain.issuing import queries as issuances
from accredit.domain.issuing.rules import Status
from accredit.domain.organisations.rules import Permission
from accredit.errors import NotFound, RuleBroken
from accredit.storage import Session

MOST_IN_A_DAY = 10


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request that nobody has answered yet."""

    id: UUID
    award_id: UUID
    issuance_id: UUID
    reason: RevokeReason
    asked_by: UUID
    asked_at: datetime


def ask(db: Session, *, award_id: UUID, reason: RevokeReason, is_told: bool, actor: Actor, now: datetime) -> bool:
    """Ask for a credential to be revoked; where nobody else could confirm it, revoke it. Say whether that was done.

    Raises `NotFound`, `Forbidden`, and `RuleBroken`: ``not-told-yet``, ``asked-already``, ``already-revoked``, and for
    one that is revoked here as `confirm` does.
    """
    check_fresh(actor)
    asked_by = check_staff(db, actor, Permission.REVOKE, now)
    view = _view(db, award_id)
    if not is_told:
        raise RuleBroken("not-told-yet")
    if view.status is Status.REVOKED:
        raise RuleBroken("already-revoked")
    if waiting(db, issuance_id=view.issuance_id) is not None:
        raise RuleBroken("asked-already")
    request = RevocationRequest(
        organisation_id=view.organisation_id,
        issuance_id=view.issuance_id,
        young_person_id=view.young_person_id,
        reason=reason,
        asked_by=asked_by,
        asked_at=now,
    )
    db.add(request)
    audit.record(
        db,
        tag=Tag.REVOCATION_ASKED,
        actor=actor,
        now=now,
        subject=view.issuance_id,
        organisation_id=view.organisation_id,
        reason=reason.value,
    )
    db.flush()
    if others_who_may(db, organisation_id=view.organisation_id, but=asked_by, permission=Permission.SUSPEND, now=now):
        return False
    _revoke(db, request, actor=actor, now=now)
    return True


def confirm(db: Session, *, award_id: UUID, actor: Actor, now: datetime) -> None:
    """Revoke what somebody else asked to be revoked.

    Raises `NotFound`, `Forbidden`, and `RuleBroken`: ``second-person-needed``, ``challenge-open``,
    ``too-many-revocations``, and as `issuing.revoke` does.
    """
    check_fresh(actor)
    second = check_staff(db, actor, Permission.SUSPEND, now)
    request = _open(db, _view(db, award_id).issuance_id)
    check_second_person(
        db,
        organisation_id=request.organisation_id,
        first=request.asked_by,
        second=second,
        permission=Permission.SUSPEND,
        now=now,
    )
    _revoke(db, request, actor=actor, now=now)


def decline(db: Session, *, award_id: UUID, actor: Actor, now: datetime) -> None:
    """Leave a credential as it is, though somebody asked; who asked may take it back so. Raises `NotFound`."""
    check_staff(db, actor, Permission.SUSPEND, now)
    requests_to_revoke.decline(db, _open(db, _view(db, award_id).issuance_id), actor=actor, now=now)


def waiting(db: Session, *, issuance_id: UUID) -> Asked | None:
    """Return the request about an issuance that nobody has answered yet."""
    row = db.execute(
        requests_to_revoke.unanswered(col(RevocationRequest.issuance_id) == issuance_id)
    ).scalar_one_or_none()
    if row is None:
        return None
    issuance = issuances.issuance(db, issuance_id)
    return Asked(
        id=row.id,
        award_id=issuance.subject_id,
        issuance_id=row.issuance_id,
        reason=row.reason,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
    )


def waiting_of(db: Session, *, organisation_id: UUID) -> tuple[UUID, ...]:
    """Return the issuances of an organisation that somebody asked to be revoked, oldest first."""
    rows = db.execute(
        requests_to_revoke.unanswered(col(RevocationRequest.organisation_id) == organisation_id)
    ).scalars()
    return tuple(row.issuance_id for row in rows)


def _open(db: Session, issuance_id: UUID) -> RevocationRequest:
    found = requests_to_revoke.open_about(db, issuance_id)
    if found is None:
        raise NotFound("revocation-request")
    return found


def _view(db: Session, award_id: UUID) -> CredentialView:
    view = queries.view_of_award(db, award_id)
    if view is None:
        raise NotFound("credential")
    return view


def _revoke(db: Session, request: RevocationRequest, *, actor: Actor, now: datetime) -> None:
    if challenging.waiting(db, issuance_id=request.issuance_id) is not None:
        raise RuleBroken("challenge-open")
    today = db.execute(
        sa.select(sa.func.count()).where(
            col(RevocationRequest.organisation_id) == request.organisation_id,
            col(RevocationRequest.answered_by) == actor.id,
            col(RevocationRequest.answer) == RevocationAnswer.CONFIRMED,
            col(RevocationRequest.answered_at) > now - timedelta(days=1),
        )
    ).scalar_one()
    if today >= MOST_IN_A_DAY:
        raise RuleBroken("too-many-revocations", most=MOST_IN_A_DAY)
    requests_to_revoke.answer(request, RevocationAnswer.CONFIRMED, actor=actor, now=now)
    issuing.revoke(db, issuance_id=request.issuance_id, reason=request.reason.value, actor=actor, now=now)
