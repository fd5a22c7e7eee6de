"""Release what a checkpoint covers, and let it take the place of what it replaces.

1. `replace` orders another round; whoever prepares what waits finds it. After a crash: an order, to be carried out.
2. `add_rounds` writes down, in the transaction that prepares them, which issuances are to follow others.
3. `release` makes it visible and ends the earlier one, in one transaction: from one moment to the next the other holds.
   After a crash: both or neither.

The earlier one is revoked in the status list, which is what every verifier outside understands; here it counts as
replaced, and its code leads to the one that holds now (`current`). A pause that came after the order passes over
to what takes its place: nothing brings a certificate back by the way. Who orders one for a paused certificate means the
new one to hold. Who may order this, and what is told to whom, is not decided here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, load_only
from sqlmodel import col

from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import SERVICE, Actor, Tag
from accredit.domain.issuing import queries, rules
from accredit.domain.issuing.models import Issuance, Replacement
from accredit.domain.issuing.queries import IssuanceFacts
from accredit.domain.issuing.rules import ReplaceReason, Stage, Status
from accredit.domain.issuing.status_operations import end_replaced, lock_with_what_follows, suspend
from accredit.domain.issuing.stopping import stops
from accredit.domain.transparency import operations as transparency
from accredit.domain.transparency import queries as log
from accredit.errors import NotFound
from accredit.storage import Session
from accredit.storage.many import insert_many
from accredit.storage.promises import Promise, promise

STILL_PAUSED = "paused-before"
"""The reason of a pause that passed over; the first reason stands beside the earlier certificate."""
# Whoever releases a thousand needs neither their documents nor their tokens.
_ON_THE_WAY: Final[tuple[Any, ...]] = (
    Issuance.id,
    Issuance.organisation_id,
    Issuance.kind,
    Issuance.subject_id,
    Issuance.stage,
    Issuance.status,
    Issuance.status_since,
    Issuance.released_at,
)


@dataclass(frozen=True, kw_only=True)
class Followed:
    """Why and when a credential took the place of another."""

    reason: ReplaceReason
    at: datetime


def replace(
    db: Session,
    *,
    issuance_id: UUID,
    reason: ReplaceReason,
    actor: Actor,
    now: datetime,
    subject_id: UUID | None = None,
) -> None:
    """Order that another credential takes the place of one; it is built from the record as it then is.

    ``subject_id`` is what the other one is for where that is not the same subject. The one there is holds until the
    other is released, however long that takes. Raises `NotFound`, and `RuleBroken` as `rules.check_replace` says.
    """
    row = db.execute(
        sa.select(Issuance)
        .where(col(Issuance.id) == issuance_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if row is None:
        raise NotFound("issuance")
    ordered = db.execute(sa.select(sa.exists().where(col(Replacement.issuance_id) == issuance_id))).scalar_one()
    rules.check_replace(stage=row.stage, status=row.status, is_ordered=ordered)
    order = Replacement(
        organisation_id=row.organisation_id,
        issuance_id=row.id,
        kind=row.kind,
        subject_id=subject_id or row.subject_id,
        reason=reason,
        ordered_by=actor.id,
        ordered_at=now,
    )
    db.add(order)
    audit.record(
        db,
        tag=Tag.CREDENTIAL_TO_BE_REPLACED,
        actor=actor,
        now=now,
        subject=row.id,
        organisation_id=row.organisation_id,
        reason=reason.value,
    )
    promise(db, Promise.ISSUE_AWARD, order.subject_id)
    db.flush()


def ordered_of(db: Session, issuance_ids: Collection[UUID]) -> frozenset[UUID]:
    """Return those whose place another credential is to take, or has taken."""
    ordered = sa.select(col(Replacement.issuance_id)).where(
        col(Replacement.issuance_id).in_(issuance_ids), col(Replacement.given_up_at).is_(None)
    )
    return frozenset(db.execute(ordered).scalars())


def add_rounds(db: Session, *, kind: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add issuances, and write down which is to follow the one whose place its subject is to take, if any."""
    insert_many(db, Issuance, rows)
    following = {row["subject_id"]: row["id"] for row in rows}
    is_open = (
        col(Replacement.kind) == kind,
        col(Replacement.ended_at).is_(None),
        col(Replacement.given_up_at).is_(None),
    )
    ordered = sa.select(col(Replacement.subject_id)).where(*is_open, col(Replacement.subject_id).in_(following))
    for subject_id in set(db.execute(ordered).scalars()):
        db.execute(
            sa.update(Replacement)
            .where(*is_open, col(Replacement.subject_id) == subject_id)
            .values(successor_id=following[subject_id])
        )


def release(db: Session, *, now: datetime, limit: int = 1_000) -> tuple[UUID, ...]:
    """Make visible recorded credentials that the latest signed checkpoint covers, at most ``limit``; return which.

    What they replace ends with it. Not while issuing is stopped. Whoever wants all of them asks until there is none.
    """
    latest, stopped = log.latest_checkpoint(db), stops(db)
    if latest is None or stopped.everybody:
        return ()
    covered = _covered(db, latest.size, limit, not_of=stopped.organisations)
    if not covered:
        return ()
    rows, orders = _lock_with_what_they_replace(db, covered)
    # The log is held from here, so that nobody stops issuing between this question and the commit. It is held last, as
    # by everybody: whoever revokes has locked the rows before it, too.
    transparency.hold(db)
    stopped = stops(db)
    released = [row.id for row in rows if row.stage is Stage.RECORDED and stopped.of(row.organisation_id) is None]
    if released:
        # In one statement, past the objects: most of what is released takes the place of nothing.
        visible = sa.update(Issuance).where(col(Issuance.id).in_(released))
        db.connection().execute(visible.values(stage=Stage.RELEASED, released_at=now))
    following = [order for order in orders if order.successor_id in set(released)]
    by_id = _objects(db, [each for order in following for each in (order.issuance_id, order.successor_id)])
    for order in following:
        _hand_over(db, order, by_id[order.issuance_id], by_id[order.successor_id], now)
    db.flush()
    return tuple(released)


def _objects(db: Session, issuance_ids: Collection[UUID | None]) -> dict[UUID | None, Issuance]:
    wanted = sa.select(Issuance).where(col(Issuance.id).in_(issuance_ids)).options(load_only(*_ON_THE_WAY))
    found = db.execute(wanted.execution_options(populate_existing=True)).scalars() if issuance_ids else ()
    return {row.id: row for row in found}


def release_as_published(db: Session, *, issuance_id: UUID, now: datetime) -> bool:
    """Let what is signed already take the place of one that a published list says has ended; say whether it did.

    For a database that came back from between the two. While its successor was signed and not released the earlier one
    could end in no other way (`status_operations.revoke`), so the successor had been released, and whether issuing
    stands still now is not asked: what everybody has seen is taken over.
    """
    order = lock_with_what_follows(db, issuance_id)
    if order is None or order.given_up_at is not None or order.successor_id is None:
        return False
    wanted = sa.select(Issuance).where(col(Issuance.id).in_([issuance_id, order.successor_id]))
    rows = {row.id: row for row in db.execute(wanted.execution_options(populate_existing=True)).scalars()}
    following = rows[order.successor_id]
    if following.stage is not Stage.RECORDED:
        return False
    following.stage, following.released_at = Stage.RELEASED, now
    db.flush()
    _hand_over(db, order, rows[issuance_id], following, now)
    return True


def _hand_over(db: Session, order: Replacement, earlier: Issuance, following: Issuance, now: datetime) -> None:
    order.ended_at = now
    if following.status is Status.ACTIVE and _is_paused_since(earlier, order.ordered_at):
        suspend(db, issuance_id=following.id, reason=STILL_PAUSED, actor=SERVICE, now=now)
    end_replaced(db, order, actor=SERVICE, now=now)


def _is_paused_since(row: Issuance, moment: datetime) -> bool:
    return row.status is Status.SUSPENDED and row.status_since is not None and row.status_since > moment


def _covered(db: Session, size: int, limit: int, *, not_of: Collection[UUID]) -> Sequence[UUID]:
    covered = sa.select(col(Issuance.id)).where(
        col(Issuance.stage) == Stage.RECORDED,
        col(Issuance.leaf_index) < size,
        col(Issuance.organisation_id).not_in(not_of),
    )
    return db.execute(covered.order_by(col(Issuance.id)).limit(limit)).scalars().all()


def _lock_with_what_they_replace(
    db: Session, covered: Sequence[UUID]
) -> tuple[Sequence[sa.Row[Any]], Sequence[Replacement]]:
    orders = sa.select(Replacement).where(
        col(Replacement.successor_id).in_(covered),
        col(Replacement.ended_at).is_(None),
        col(Replacement.given_up_at).is_(None),
    )
    replaced = orders.with_only_columns(col(Replacement.issuance_id))
    # All rows in one order, and before the orders: of two that want the same rows, one waits, and neither is broken
    # off. A recorded one that itself is to be replaced cannot be among those replaced: only what is released can.
    found = db.execute(
        sa.select(col(Issuance.id), col(Issuance.organisation_id), col(Issuance.stage))
        .where(col(Issuance.id).in_(covered) | col(Issuance.id).in_(replaced))
        .order_by(col(Issuance.id))
        .with_for_update()
    ).all()
    locked = orders.order_by(col(Replacement.issuance_id)).with_for_update()
    return found, db.execute(locked.execution_options(populate_existing=True)).scalars().all()


def has_successor(issuance_id: sa.ColumnElement[UUID] | Mapped[UUID]) -> sa.ColumnElement[bool]:
    """Return the condition that another credential has taken the place of one."""
    return sa.exists().where(col(Replacement.issuance_id) == issuance_id, col(Replacement.ended_at).is_not(None))


def is_to_be_replaced(issuance_id: sa.ColumnElement[UUID] | Mapped[UUID]) -> sa.ColumnElement[bool]:
    """Return the condition that another credential is on its way, to take the place of one."""
    return sa.exists().where(
        col(Replacement.issuance_id) == issuance_id,
        col(Replacement.ended_at).is_(None),
        col(Replacement.given_up_at).is_(None),
    )


def followed(db: Session, issuance_id: UUID) -> Followed | None:
    """Say why and when an issuance took the place of another; None for the first of all."""
    wanted = sa.select(col(Replacement.reason), col(Replacement.ended_at)).where(
        col(Replacement.successor_id) == issuance_id, col(Replacement.ended_at).is_not(None)
    )
    found = db.execute(wanted).one_or_none()
    return None if found is None else Followed(reason=found[0], at=found[1])


def standing(db: Session, *, kind: str, subject_id: UUID) -> IssuanceFacts | None:
    """Return the newest issuance of a subject that was not given up: it holds, or it is on its way."""
    of_subject = col(Issuance.kind) == kind, col(Issuance.subject_id) == subject_id
    wanted = sa.select(col(Issuance.id)).where(*of_subject, col(Issuance.stage) != Stage.VOID)
    found = db.execute(wanted.order_by(col(Issuance.round).desc()).limit(1)).scalar_one_or_none()
    return None if found is None else queries.issuance(db, found)


def current(db: Session, issuance_id: UUID) -> UUID:
    """Return the issuance that holds the place of one now: itself, or the last of those that followed it."""
    found = issuance_id
    # Each is replaced once at most and only by one that came later, so this comes to an end.
    while (
        following := db.execute(
            sa.select(col(Replacement.successor_id)).where(
                col(Replacement.issuance_id) == found, col(Replacement.ended_at).is_not(None)
            )
        ).scalar_one_or_none()
    ) is not None:
        found = following
    return found


def unfinished(db: Session, *, reason: ReplaceReason | None = None) -> tuple[UUID, ...]:
    """Return the issuances whose place is still to be taken, oldest order first."""
    wanted = sa.select(col(Replacement.issuance_id)).where(
        col(Replacement.ended_at).is_(None), col(Replacement.given_up_at).is_(None)
    )
    if reason is not None:
        wanted = wanted.where(col(Replacement.reason) == reason)
    return tuple(db.execute(wanted.order_by(col(Replacement.ordered_at), col(Replacement.id))).scalars())
