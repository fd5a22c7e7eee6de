"""A young person asks for a second look at what happened to their certificate, and an adult answers.

- Only its holder asks, about one that is paused, revoked, or asked to be revoked (``nothing-to-challenge``).
- Nothing is typed: the ground is one of a few sentences, so nobody else can be named.
- One at a time (``challenged-already``); asked again after an answer, it is a new one.
- “It stays” is not said by whoever did it, while somebody else could (``second-person-needed``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import Actor, ActorKind, Tag
from accredit.domain.credentials import queries, requests_to_revoke
from accredit.domain.credentials.models import Challenge
from accredit.domain.credentials.rules import ChallengeAnswer, ChallengeGround
from accredit.domain.credentials.second_person import check_second_person, check_staff
from accredit.domain.issuing import operations as issuing
from accredit.domain.issuing import queries as issuances
from accredit.domain.issuing.rules import Status
from accredit.domain.organisations.closing import check_open
from accredit.domain.organisations.rules import Permission
from accredit.errors import NotFound, RuleBroken
from accredit.storage import Session


@dataclass(frozen=True, kw_only=True)
class ChallengeFacts:
    """One request for a second look, with its answer once there is one."""

    id: UUID
    issuance_id: UUID
    young_person_id: UUID
    ground: ChallengeGround
    made_at: datetime
    answer: ChallengeAnswer | None
    answered_by: UUID | None
    answered_at: datetime | None


def challenge(db: Session, *, credential_id: UUID, ground: ChallengeGround, actor: Actor, now: datetime) -> None:
    """Ask for a second look. Raises `NotFound` for everybody but the holder, and `RuleBroken` as listed above."""
    view = queries.view_by_credential_id(db, credential_id)
    if view is None or actor.kind is not ActorKind.YOUNG_PERSON or actor.id != view.young_person_id:
        raise NotFound("credential")
    if view.status is Status.ACTIVE and requests_to_revoke.open_about(db, view.issuance_id) is None:
        raise RuleBroken("nothing-to-challenge")
    if waiting(db, issuance_id=view.issuance_id) is not None:
        raise RuleBroken("challenged-already")
    check_open(db, view.organisation_id)
    db.add(
        Challenge(
            organisation_id=view.organisation_id,
            issuance_id=view.issuance_id,
            young_person_id=view.young_person_id,
            ground=ground,
            made_at=now,
        )
    )
    audit.record(
        db,
        tag=Tag.CREDENTIAL_CHALLENGED,
        actor=actor,
        now=now,
        subject=view.issuance_id,
        organisation_id=view.organisation_id,
        ground=ground.value,
    )
    db.flush()


def answer(db: Session, *, issuance_id: UUID, answer: ChallengeAnswer, actor: Actor, now: datetime) -> None:
    """Answer the young person. “It holds” also ends a pause and a request to revoke.

    Raises `NotFound`, `Forbidden`, and `RuleBroken`: ``second-person-needed``, and ``already-revoked`` where “it holds”
    cannot be true any more.
    """
    answered_by = check_staff(db, actor, Permission.SUSPEND, now)
    row = db.execute(
        _open(col(Challenge.issuance_id) == issuance_id).with_for_update().execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if row is None:
        raise NotFound("challenge")
    if answer is ChallengeAnswer.STAYS:
        check_second_person(
            db,
            organisation_id=row.organisation_id,
            first=_who_did_it(db, issuance_id),
            second=answered_by,
            permission=Permission.SUSPEND,
            now=now,
        )
    row.answer, row.answered_by, row.answered_at = answer, answered_by, now
    audit.record(
        db,
        tag=Tag.CHALLENGE_ANSWERED,
        actor=actor,
        now=now,
        subject=issuance_id,
        organisation_id=row.organisation_id,
        answer=answer.value,
    )
    db.flush()
    if answer is ChallengeAnswer.HOLDS:
        _let_it_hold(db, issuance_id, actor=actor, now=now)


def waiting(db: Session, *, issuance_id: UUID) -> ChallengeFacts | None:
    """Return the challenge of an issuance that nobody has answered yet."""
    row = db.execute(_open(col(Challenge.issuance_id) == issuance_id)).scalar_one_or_none()
    return None if row is None else _facts(row)


def waiting_of(db: Session, *, organisation_id: UUID) -> tuple[ChallengeFacts, ...]:
    """Return the challenges of an organisation that wait for an answer, oldest first."""
    return tuple(_facts(row) for row in db.execute(_open(col(Challenge.organisation_id) == organisation_id)).scalars())


def of_issuance(db: Session, issuance_id: UUID) -> tuple[ChallengeFacts, ...]:
    """Return every challenge of an issuance, oldest first."""
    rows = db.execute(
        sa.select(Challenge)
        .where(col(Challenge.issuance_id) == issuance_id)
        .order_by(col(Challenge.made_at), col(Challenge.id))
    ).scalars()
    return tuple(_facts(row) for row in rows)


def _open(criterion: sa.ColumnElement[bool]) -> sa.Select[Challenge]:
    return (
        sa.select(Challenge)
        .where(criterion, col(Challenge.answered_at).is_(None))
        .order_by(col(Challenge.made_at), col(Challenge.id))
    )


def _facts(row: Challenge) -> ChallengeFacts:
    return ChallengeFacts(**{name: getattr(row, name) for name in ChallengeFacts.__dataclass_fields__})


def _who_did_it(db: Session, issuance_id: UUID) -> UUID | None:
    request = requests_to_revoke.open_about(db, issuance_id)
    if request is not None:
        return request.asked_by
    history = issuances.status_history(db, issuance_id)
    return history[-1].actor_id if history else None


def _let_it_hold(db: Session, issuance_id: UUID, *, actor: Actor, now: datetime) -> None:
    request = requests_to_revoke.open_about(db, issuance_id)
    if request is not None:
        requests_to_revoke.decline(db, request, actor=actor, now=now)
    status = issuances.issuance(db, issuance_id).status
    if status is Status.REVOKED:
        raise RuleBroken("already-revoked")
    if status is Status.SUSPENDED:
        issuing.reinstate(db, issuance_id=issuance_id, reason="all-is-well", actor=actor, now=now)
