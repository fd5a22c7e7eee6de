"""Awards that no credential has been prepared for yet: what the signer starts from, after a crash too.

- What can still be undone, or is for a later day, waits until then.
- What was set aside does not wait, nor what has an issuance that stands.
- After an older database came back, what waits in it is held back: it may have been issued in the time that was lost,
  and revoked, and issued by itself it would hold again. A person decides (`renewing.issue_after_all`, `take_back`), or
  whoever runs the service says that nothing was revoked (`let_go`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, aliased
from sqlmodel import col

from accredit.domain.audit import operations as audit
from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import SERVICE, Actor, Tag
from accredit.domain.awarding.models import Award
from accredit.domain.awarding.queries import set_aside
from accredit.domain.issuing.models import Issuance, Replacement
from accredit.domain.issuing.rules import Stage
from accredit.domain.organisations.models import Organisation
from accredit.storage import Session
from accredit.storage.promises import Promise, promise


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """What a credential is to be prepared for: the subject of its kind (an award), and who issues it."""

    subject_id: UUID
    organisation_id: UUID
    controller: str
    """The organisation's DID."""


def awards_to_prepare(
    db: Session,
    *,
    kind: str,
    limit: int = 100,
    due_by: datetime | None = None,
    without: Collection[UUID] = (),
    not_of: Collection[UUID] = (),
    only: Collection[UUID] | None = None,
) -> tuple[Waiting, ...]:
    """Return the oldest awards without an issuance that stands, leaving out those (organisations) named.

    One that was given up before it was signed does not stand, nor one that is to be replaced; what was set aside does
    not wait, and what is held back waits for a person. With ``due_by``, those are left out that are to wait longer;
    with ``only``, all but these.
    """
    wanted = (
        _without_issuance(kind)
        .where(~_is_held(), col(Award.id).not_in(without), col(Award.organisation_id).not_in(not_of))
        .limit(limit)
    )
    if only is not None:
        wanted = wanted.where(col(Award.id).in_(only))
    if due_by is not None:
        wanted = wanted.where(sa.or_(col(Award.issue_from).is_(None), col(Award.issue_from) <= due_by))
    return tuple(
        Waiting(subject_id=award_id, organisation_id=organisation_id, controller=did)
        for award_id, organisation_id, did in db.execute(wanted)
    )


def hold_back(db: Session, *, kind: str, now: datetime) -> int:
    """Hold back every award that waits, since an older database came back; return how many are held."""
    waiting = db.execute(_without_issuance(kind).where(~_is_held())).all()
    for award_id, organisation_id, _ in waiting:
        audit.record(
            db,
            tag=Tag.AWARD_HELD_BACK,
            actor=SERVICE,
            now=now,
            subject=award_id,
            organisation_id=organisation_id,
        )
    db.flush()
    return len(waiting)


def is_held_back(db: Session, award_id: UUID) -> bool:
    """Say whether an award waits for a person, who knows whether it was issued and revoked in a time that was lost."""
    return bool(db.execute(sa.select(sa.exists().where(col(Award.id) == award_id, _is_held()))).scalar_one())


def held_back(db: Session, *, kind: str) -> tuple[UUID, ...]:
    """Return every award that waits for a person so."""
    return tuple(db.execute(_without_issuance(kind).where(_is_held())).scalars())


def let_go(db: Session, *, award_id: UUID, organisation_id: UUID, actor: Actor, now: datetime) -> None:
    """Let an award that was held back be issued; who may say so is decided before."""
    audit.record(
        db,
        tag=Tag.AWARD_ISSUED_AFTER_ALL,
        actor=actor,
        now=now,
        subject=award_id,
        organisation_id=organisation_id,
    )
    promise(db, Promise.ISSUE_AWARD, award_id)
    db.flush()


def let_all_go(db: Session, *, kind: str, actor: Actor, now: datetime) -> int:
    """Let everything be issued that was held back; return how many."""
    held = db.execute(_without_issuance(kind).where(_is_held())).all()
    for award_id, organisation_id, _ in held:
        let_go(db, award_id=award_id, organisation_id=organisation_id, actor=actor, now=now)
    return len(held)


def _is_held() -> sa.ColumnElement[bool]:
    held, let = aliased(AuditEvent), aliased(AuditEvent)
    after_all = sa.exists().where(
        # Not the award's id: two levels down it would be any award's, and one decision would let all of them go.
        col(let.subject_id) == col(held.subject_id),
        col(let.tag) == Tag.AWARD_ISSUED_AFTER_ALL,
        col(let.at) >= col(held.at),
    )
    return sa.exists().where(col(held.subject_id) == col(Award.id), col(held.tag) == Tag.AWARD_HELD_BACK, ~after_all)


def has_issuance(kind: str, subject_id: sa.ColumnElement[UUID] | Mapped[UUID]) -> sa.ColumnElement[bool]:
    """Return the condition that a subject has an issuance that stands: not given up, and not to be replaced."""
    to_be_replaced = sa.exists().where(
        col(Replacement.issuance_id) == col(Issuance.id), col(Replacement.given_up_at).is_(None)
    )
    return sa.exists().where(
        col(Issuance.kind) == kind,
        col(Issuance.subject_id) == subject_id,
        col(Issuance.stage) != Stage.VOID,
        ~to_be_replaced,
    )


def _without_issuance(kind: str) -> sa.Select[UUID, UUID, str]:
    return (
        sa.select(col(Award.id), col(Award.organisation_id), col(Organisation.did))
        .join(Organisation, col(Organisation.id) == col(Award.organisation_id))
        .where(~has_issuance(kind, col(Award.id)), ~set_aside())
        .order_by(col(Award.decided_at), col(Award.id))
    )
