"""A log of hours that holds very much: one member of staff brings it in, another brings in the same log.

- What is large is told in `in_bulk`. It is not written by the first: what is kept is a fingerprint of the log, how much
  it holds, who and when. The file itself is not kept here; whoever has it gives it to the other.
- It counts, whole, once somebody else who may award brings in the same log: each line the same, in any order and form.
- The other may decline it, and whoever brought it in may take it back. After thirty days it is forgotten.
- Where nobody else could, it counts at once, and the event says that nobody else looked.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import Actor, Tag, check_fresh
from accredit.domain.organisations.rules import Permission
from accredit.domain.people.models import Staff
from accredit.domain.people.second_person import NOBODY, Others, others_who_may
from accredit.domain.practice import in_bulk
from accredit.domain.practice.deciding import required_staff_id
from accredit.domain.practice.hours_import import HoursPlan, Imported, import_hours_log, plan_hours_log
from accredit.domain.practice.hours_log import HoursLog
from accredit.domain.practice.models import HoursLogBrought
from accredit.domain.practice.rules import HoursStatus
from accredit.errors import NotFound, RuleBroken
from accredit.storage import Session

WAITS = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class Brought:
    """What became of a log: ``done`` where it was written; else it waits for one of ``others``."""

    done: Imported | None = None
    others: Others = NOBODY
    is_alone: bool = False


@dataclass(frozen=True, kw_only=True)
class WaitingLog:
    """A large log that waits for somebody else to bring it in too."""

    id: UUID
    entries: int
    minutes: int
    brought_by: UUID
    brought_by_name: str
    brought_at: datetime


def bring_in(db: Session, *, organisation_id: UUID, log: HoursLog, actor: Actor, now: datetime) -> Brought:
    """Write a log of hours, all or nothing; a large one is written once somebody else brings it in too.

    Raises `RuleBroken` (``import-has-errors``), `Forbidden` when the actor is not staff, or has to prove who they are.
    """
    check_fresh(actor)
    by = required_staff_id(actor)
    in_bulk.hold_for(db, by)
    plan = plan_hours_log(db, organisation_id=organisation_id, log=log, now=now)
    if plan.errors:
        raise RuleBroken("import-has-errors", errors=len(plan.errors), remarks=plan.errors)
    if not plan.new and not plan.decided:
        return _write(db, organisation_id, log, actor, now)
    row = _same_log(db, organisation_id, _fingerprint(log), now)
    others = others_who_may(db, organisation_id=organisation_id, but=by, permission=Permission.AWARD, now=now)
    is_large = in_bulk.is_large(db, _minutes(plan).values(), by=by, now=now)
    if row is not None and row.brought_by != by:
        row.agreed_by, row.counted_at = by, now
        return _write(db, organisation_id, log, actor, now, asked_by=row.brought_by)
    if is_large and others:
        _keep_waiting(db, organisation_id, log, row, plan, actor, now)
        return Brought(others=others)
    row = row or _row(organisation_id, log, plan, by, now)
    row.counted_at = now
    db.add(row)
    return _write(db, organisation_id, log, actor, now, is_alone=is_large)


def forget(db: Session, *, organisation_id: UUID, log_id: UUID, actor: Actor, now: datetime) -> None:
    """Let a log that waits be forgotten. Raises `Forbidden` (not staff), `NotFound` where it waits no more."""
    required_staff_id(actor)
    wanted = select(HoursLogBrought).where(
        HoursLogBrought.id == log_id,
        HoursLogBrought.organisation_id == organisation_id,
        col(HoursLogBrought.counted_at).is_(None),
    )
    row = db.exec(wanted.with_for_update()).first()
    if row is None:
        raise NotFound("hours-log")
    db.delete(row)
    audit.record(
        db,
        tag=Tag.HOURS_LOG_DECLINED,
        actor=actor,
        now=now,
        organisation_id=organisation_id,
        entries=row.entries,
        minutes=row.minutes,
    )


def waiting_logs(db: Session, *, organisation_id: UUID, now: datetime) -> tuple[WaitingLog, ...]:
    """Return the logs that wait for somebody else, oldest first."""
    rows = db.execute(
        sa.select(HoursLogBrought, col(Staff.name))
        .join(Staff, col(Staff.id) == col(HoursLogBrought.brought_by))
        .where(col(HoursLogBrought.organisation_id) == organisation_id, *_waits(now))
        .order_by(col(HoursLogBrought.brought_at), col(HoursLogBrought.id))
    )
    return tuple(
        WaitingLog(
            id=row.id,
            entries=row.entries,
            minutes=row.minutes,
            brought_by=row.brought_by,
            brought_by_name=name,
            brought_at=row.brought_at,
        )
        for row, name in rows
    )


def _waits(now: datetime) -> Sequence[sa.ColumnElement[bool]]:
    return col(HoursLogBrought.counted_at).is_(None), col(HoursLogBrought.brought_at) > now - WAITS


def _minutes(plan: HoursPlan) -> Counter[UUID]:
    """Return how many minutes of each enrolment would count at once."""
    found: Counter[UUID] = Counter()
    for each in (*plan.new, *plan.decided):
        if each.row.status is HoursStatus.APPROVED:
            found[each.entry.enrolment_id] += each.entry.minutes
    return found


def _fingerprint(log: HoursLog) -> bytes:
    """Return what two files with the same lines have in common, in whatever order, columns and form they come."""
    lines = sorted(
        json.dumps({name: str(value) for name, value in asdict(row).items() if name != "line"}, sort_keys=True)
        for row in log.rows
    )
    return hashlib.sha256(json.dumps(lines).encode()).digest()


def _same_log(db: Session, organisation_id: UUID, fingerprint: bytes, now: datetime) -> HoursLogBrought | None:
    wanted = select(HoursLogBrought).where(
        HoursLogBrought.organisation_id == organisation_id, HoursLogBrought.fingerprint == fingerprint, *_waits(now)
    )
    found: HoursLogBrought | None = db.exec(wanted.with_for_update().execution_options(populate_existing=True)).first()
    return found


def _row(organisation_id: UUID, log: HoursLog, plan: HoursPlan, by: UUID, now: datetime) -> HoursLogBrought:
    return HoursLogBrought(
        organisation_id=organisation_id,
        fingerprint=_fingerprint(log),
        entries=len(plan.new) + len(plan.decided),
        minutes=sum(_minutes(plan).values()),
        brought_by=by,
        brought_at=now,
    )


def _keep_waiting(
    db: Session,
    organisation_id: UUID,
    log: HoursLog,
    before: HoursLogBrought | None,
    plan: HoursPlan,
    actor: Actor,
    now: datetime,
) -> None:
    old = sa.delete(HoursLogBrought).where(
        col(HoursLogBrought.counted_at).is_(None), col(HoursLogBrought.brought_at) <= now - WAITS
    )
    db.execute(old)
    if before is not None:
        # Brought in once more by the same person: it waits already.
        return
    row = _row(organisation_id, log, plan, required_staff_id(actor), now)
    db.add(row)
    db.flush()
    audit.record(
        db,
        tag=Tag.HOURS_LOG_ASKED,
        actor=actor,
        now=now,
        organisation_id=organisation_id,
        entries=row.entries,
        minutes=row.minutes,
    )


def _write(
    db: Session,
    organisation_id: UUID,
    log: HoursLog,
    actor: Actor,
    now: datetime,
    *,
    asked_by: UUID | None = None,
    is_alone: bool = False,
) -> Brought:
    told: dict[str, object] = {"asked_by": asked_by} if asked_by else {}
    told |= {"is_alone": True} if is_alone else {}
    done = import_hours_log(db, organisation_id=organisation_id, log=log, actor=actor, now=now, told=told)
    return Brought(done=done, is_alone=is_alone)
