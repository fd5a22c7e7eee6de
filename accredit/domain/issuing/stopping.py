"""The switch that stops issuing: for one organisation, or for the whole service.

From the moment it is thrown nothing is prepared, recorded or released, no statement is signed, and a signature being
made at that moment goes nowhere: each of them asks again while it holds the log, which throwing the switch has to wait
for. Checkpoints, status lists and every answer about what was issued before go on. What waits goes on by itself when
issuing starts again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import Actor, Tag
from accredit.domain.issuing.models import IssuingStop
from accredit.domain.issuing.rules import StopReason
from accredit.domain.transparency import operations as transparency
from accredit.errors import RuleBroken
from accredit.storage import Session
from accredit.storage.promises import Promise, promise


@dataclass(frozen=True, kw_only=True)
class Stop:
    """Issuing stands still, since when and why; ``organisation_id`` None means everybody's."""

    organisation_id: UUID | None
    reason: StopReason
    since: datetime


class Stops:
    """The stops in force at one moment."""

    def __init__(self, found: Sequence[Stop]) -> None:
        """Keep what was found."""
        self._found = found

    def __bool__(self) -> bool:
        """Say whether anything is stopped."""
        return bool(self._found)

    def __iter__(self) -> Iterator[Stop]:
        """Yield each stop."""
        return iter(self._found)

    @property
    def everybody(self) -> Stop | None:
        """The stop of the whole service."""
        return next((each for each in self._found if each.organisation_id is None), None)

    def of(self, organisation_id: UUID) -> Stop | None:
        """Return the stop that an organisation stands under."""
        own = next((each for each in self._found if each.organisation_id == organisation_id), None)
        return self.everybody or own

    @property
    def organisations(self) -> tuple[UUID, ...]:
        """The organisations stopped on their own account."""
        return tuple(each.organisation_id for each in self._found if each.organisation_id is not None)


def stops(db: Session) -> Stops:
    """Return the stops in force."""
    rows = db.execute(sa.select(IssuingStop).where(col(IssuingStop.ended_at).is_(None))).scalars()
    return Stops([Stop(organisation_id=row.organisation_id, reason=row.reason, since=row.since) for row in rows])


def check_on(db: Session, *, organisation_ids: Collection[UUID]) -> None:
    """Hold the log until this transaction ends, and refuse what issuing is stopped for: for what is committed next.

    Belongs at the end of a transaction. Raises `RuleBroken` (``issuing-stopped``).
    """
    transparency.hold(db)
    stopped = stops(db)
    if any(stopped.of(each) is not None for each in organisation_ids):
        raise RuleBroken("issuing-stopped")


def stop_issuing(db: Session, *, organisation_id: UUID | None, reason: StopReason, actor: Actor, now: datetime) -> None:
    """Stop issuing for one organisation, or with None for all. Raises `RuleBroken` (``issuing-stopped-already``)."""
    transparency.hold(db)
    if _open(db, organisation_id) is not None:
        raise RuleBroken("issuing-stopped-already")
    db.add(IssuingStop(organisation_id=organisation_id, reason=reason, since=now))
    audit.record(
        db, tag=Tag.ISSUING_STOPPED, actor=actor, now=now, organisation_id=organisation_id, reason=reason.value
    )
    db.flush()


def start_issuing(db: Session, *, organisation_id: UUID | None, actor: Actor, now: datetime) -> None:
    """Let issuing go on; what waits is signed at once. Raises `RuleBroken` (``issuing-not-stopped``)."""
    row = _open(db, organisation_id)
    if row is None:
        raise RuleBroken("issuing-not-stopped")
    row.ended_at = now
    audit.record(db, tag=Tag.ISSUING_STARTED, actor=actor, now=now, organisation_id=organisation_id)
    promise(db, Promise.ISSUE_AWARD, "all")
    db.flush()


def _open(db: Session, organisation_id: UUID | None) -> IssuingStop | None:
    of = col(IssuingStop.organisation_id)
    chosen = of.is_(None) if organisation_id is None else of == organisation_id
    found: IssuingStop | None = db.execute(
        sa.select(IssuingStop).where(chosen, col(IssuingStop.ended_at).is_(None)).with_for_update()
    ).scalar_one_or_none()
    return found
