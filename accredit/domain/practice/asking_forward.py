"""Large totals from a school's earlier records: one member of staff attests them, another agrees.

- What is large is told in `in_bulk`: more than 100 hours for one person, or 400 hours and more within a day.
- What is large waits, and counts for nothing, until somebody else agrees who may award, too; they may also decline it,
  and whoever asked may take it back. Asking again for the same person replaces what waits.
- Nobody agrees to their own (``second-person-needed``). Where nobody else could, what is large counts at once, and the
  event says that nobody else looked.
- Whoever answers, answers what they were shown: what was attested anew since is another total (WZ14).
- What no longer can be when somebody agrees is refused then, as `bringing_forward` refuses it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import Actor, Tag, check_fresh
from accredit.domain.enrolments.models import Enrolment
from accredit.domain.organisations.rules import Permission
from accredit.domain.people.models import Staff
from accredit.domain.people.second_person import NOBODY, Others, check_second_person, others_who_may
from accredit.domain.practice import in_bulk
from accredit.domain.practice.bringing_forward import bring_forward, changed_totals
from accredit.domain.practice.deciding import required_staff_id
from accredit.domain.practice.models import EarlierHoursRequest
from accredit.errors import Conflict
from accredit.storage import Session


@dataclass(frozen=True, kw_only=True)
class Asked:
    """How many totals count now, and how many wait for one of ``others``; ``is_alone`` where there is nobody."""

    attested: int = 0
    waiting: int = 0
    others: Others = NOBODY
    is_alone: bool = False


@dataclass(frozen=True, kw_only=True)
class WaitingTotal:
    """One large total that waits for somebody else."""

    id: UUID
    enrolment_id: UUID
    minutes: int
    until: date
    asked_by: UUID
    asked_by_name: str
    asked_at: datetime


def ask_to_bring_forward(
    db: Session, *, organisation_id: UUID, totals: Mapping[UUID, int], until: date, actor: Actor, now: datetime
) -> Asked:
    """Attest totals; those of an act that is large wait for somebody else. Raises as `bring_forward`."""
    check_fresh(actor)
    asked_by = required_staff_id(actor)
    in_bulk.hold_for(db, asked_by)
    rows = changed_totals(db, organisation_id=organisation_id, totals=totals, until=until, actor=actor, now=now)
    _forget(db, [row.enrolment_id for row in rows])
    is_large = in_bulk.is_large(db, [row.minutes for row in rows], by=asked_by, now=now)
    others = others_who_may(db, organisation_id=organisation_id, but=asked_by, permission=Permission.AWARD, now=now)
    if not (is_large and others):
        count = bring_forward(
            db,
            organisation_id=organisation_id,
            totals=totals,
            until=until,
            actor=actor,
            now=now,
            is_alone=is_large,
        )
        return Asked(attested=count, is_alone=is_large)
    for row in rows:
        db.add(
            EarlierHoursRequest(
                organisation_id=organisation_id,
                enrolment_id=row.enrolment_id,
                minutes=row.minutes,
                until=until,
                asked_by=asked_by,
                asked_at=now,
            )
        )
    audit.record(
        db,
        tag=Tag.EARLIER_HOURS_ASKED,
        actor=actor,
        now=now,
        organisation_id=organisation_id,
        people=len(rows),
        minutes=sum(row.minutes for row in rows),
    )
    db.flush()
    return Asked(waiting=len(rows), others=others)


def agree(
    db: Session, *, organisation_id: UUID, programme_id: UUID, shown: Collection[UUID], actor: Actor, now: datetime
) -> int:
    """Let totals of a programme that wait count, those that were ``shown``; return how many.

    Raises as `bring_forward`, as above, and `Conflict` ``changed-meanwhile`` where one of them waits no more.
    """
    check_fresh(actor)
    agreed_by, done = required_staff_id(actor), 0
    acts: dict[tuple[UUID, date], dict[UUID, int]] = {}
    for row in _locked(db, programme_id, shown):
        check_second_person(
            db,
            organisation_id=organisation_id,
            first=row.asked_by,
            second=agreed_by,
            permission=Permission.AWARD,
            now=now,
        )
        acts.setdefault((row.asked_by, row.until), {})[row.enrolment_id] = row.minutes
    for (asked_by, until), totals in sorted(acts.items()):
        done += bring_forward(
            db,
            organisation_id=organisation_id,
            totals=totals,
            until=until,
            actor=actor,
            now=now,
            asked_by=asked_by,
            is_alone=asked_by == agreed_by,
        )
        _forget(db, totals)
    return done


def decline(
    db: Session, *, organisation_id: UUID, programme_id: UUID, shown: Collection[UUID], actor: Actor, now: datetime
) -> int:
    """Let totals of a programme that wait be forgotten, those that were ``shown``; return how many.

    Raises `Forbidden` (not staff), and `Conflict` ``changed-meanwhile`` where one of them waits no more.
    """
    required_staff_id(actor)
    rows = _locked(db, programme_id, shown)
    if rows:
        _forget(db, [row.enrolment_id for row in rows])
        audit.record(
            db,
            tag=Tag.EARLIER_HOURS_DECLINED,
            actor=actor,
            now=now,
            organisation_id=organisation_id,
            people=len(rows),
        )
    return len(rows)


def waiting_totals(db: Session, enrolment_ids: Mapping[UUID, int] | Sequence[UUID]) -> tuple[WaitingTotal, ...]:
    """Return what waits for some enrolments, oldest first."""
    rows = db.execute(
        sa.select(EarlierHoursRequest, col(Staff.name))
        .join(Staff, col(Staff.id) == col(EarlierHoursRequest.asked_by))
        .where(col(EarlierHoursRequest.enrolment_id).in_(set(enrolment_ids)))
        .order_by(col(EarlierHoursRequest.asked_at), col(EarlierHoursRequest.id))
    )
    return tuple(
        WaitingTotal(
            id=row.id,
            enrolment_id=row.enrolment_id,
            minutes=row.minutes,
            until=row.until,
            asked_by=row.asked_by,
            asked_by_name=name,
            asked_at=row.asked_at,
        )
        for row, name in rows
    )


def programmes_waiting(db: Session, *, but: UUID | None) -> tuple[UUID, ...]:
    """Return the programmes in which a total waits that somebody else than ``but`` attested."""
    statement = (
        sa.select(col(Enrolment.programme_id))
        .join(EarlierHoursRequest, col(EarlierHoursRequest.enrolment_id) == col(Enrolment.id))
        .where(col(EarlierHoursRequest.asked_by) != but)
        .distinct()
    )
    return tuple(db.execute(statement).scalars())


def _locked(db: Session, programme_id: UUID, shown: Collection[UUID]) -> list[EarlierHoursRequest]:
    wanted = (
        select(EarlierHoursRequest)
        .join(Enrolment, col(Enrolment.id) == col(EarlierHoursRequest.enrolment_id))
        .where(Enrolment.programme_id == programme_id, col(EarlierHoursRequest.id).in_(set(shown)))
        .order_by(col(EarlierHoursRequest.asked_at), col(EarlierHoursRequest.id))
        .with_for_update(of=EarlierHoursRequest)
        .execution_options(populate_existing=True)
    )
    rows = list(db.exec(wanted))
    if len(rows) != len(set(shown)):
        raise Conflict("changed-meanwhile")
    return rows


def _forget(db: Session, enrolment_ids: Sequence[UUID] | Mapping[UUID, int]) -> None:
    gone = col(EarlierHoursRequest.enrolment_id).in_(set(enrolment_ids))
    db.execute(sa.delete(EarlierHoursRequest).where(gone))
