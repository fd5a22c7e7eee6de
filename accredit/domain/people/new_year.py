"""A new school year: everybody one year group up, forms along with them, and those who leave.

- The year groups follow one another as the organisation's nation has them; after the last one there is nobody.
- A form that begins with the number of its year begins with the next one; any other form stays as it is.
- Who leaves is ticked, one by one. Their page closes; what they earned stays on record and genuine.
- It is done once a year: again within half a year needs to be said expressly (``new-year-lately``).

A leaver's places in programmes are ended by whoever calls, since enrolments lie above people.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, select

from accredit.domain.audit import operations as audit
from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import Actor, Tag
from accredit.domain.people import rules
from accredit.domain.people.models import YoungPerson
from accredit.domain.people.operations import apply
from accredit.errors import Conflict, NotFound, RuleBroken
from accredit.storage import Session

_LATELY = timedelta(days=183)


@dataclass(frozen=True, kw_only=True)
class YearStep:
    """One year group: what it becomes (None: it was the last), and how many are in it."""

    year_group: str
    becomes: str | None
    people: int


@dataclass(frozen=True, kw_only=True)
class Leaver:
    """Somebody whose year group was the last one."""

    young_person_id: UUID
    printed_name: str
    year_group: str
    form: str | None


@dataclass(frozen=True, kw_only=True)
class NewYear:
    """What a new school year would do; ``digest`` names exactly this."""

    steps: tuple[YearStep, ...]
    leavers: tuple[Leaver, ...]
    without_year_group: int
    last_at: datetime | None
    """When the year before was started here, if lately."""
    digest: str


@dataclass(frozen=True, kw_only=True)
class Started:
    """How many moved up, and who left."""

    moved: int
    left: tuple[UUID, ...]


def plan_new_year(db: Session, *, organisation_id: UUID, year_groups: Sequence[str], now: datetime) -> NewYear:
    """Say what a new year would do; nothing is written."""
    return _plan(db, _here(db, organisation_id), organisation_id, year_groups, now)


def _plan(
    db: Session, rows: Sequence[YoungPerson], organisation_id: UUID, year_groups: Sequence[str], now: datetime
) -> NewYear:
    counts = Counter(row.year_group for row in rows)
    last = [row for row in rows if row.year_group and _next(row.year_group, year_groups) is None]
    told = sorted(f"{row.id} {row.version}" for row in rows)
    return NewYear(
        steps=tuple(
            YearStep(year_group=group, becomes=_next(group, year_groups), people=counts[group])
            for group in year_groups
            if counts[group]
        ),
        leavers=tuple(
            Leaver(
                young_person_id=row.id,
                printed_name=row.printed_name,
                year_group=row.year_group or "",
                form=row.form,
            )
            for row in sorted(last, key=lambda row: row.printed_name.casefold())
        ),
        without_year_group=counts[None],
        last_at=_last_at(db, organisation_id, now),
        digest=hashlib.sha256("\n".join(told).encode()).hexdigest()[:32],
    )


def start_new_year(
    db: Session,
    *,
    organisation_id: UUID,
    year_groups: Sequence[str],
    leaving: Collection[UUID],
    expected_digest: str,
    again: bool = False,
    actor: Actor,
    now: datetime,
) -> Started:
    """Move everybody up and let those in ``leaving`` go, all of it or nothing; one event tells of it.

    Raises `Conflict` ``plan-out-of-date`` when somebody changed since the plan was shown, `NotFound` for a leaver who
    is not one of the plan's, `RuleBroken` ``new-year-lately``.
    """
    rules.check_same_organisation(actor, organisation_id)
    rows = _here(db, organisation_id, lock=True)
    plan = _plan(db, rows, organisation_id, year_groups, now)
    if plan.digest != expected_digest:
        raise Conflict("plan-out-of-date")
    if plan.last_at is not None and not again:
        raise RuleBroken("new-year-lately", on=plan.last_at.date())
    if not set(leaving) <= {each.young_person_id for each in plan.leavers}:
        raise NotFound("young-person")
    moved: list[YoungPerson] = []
    left: list[UUID] = []
    for row in rows:
        if row.id in leaving:
            row.left_at, row.version = now, row.version + 1
            left.append(row.id)
        elif row.year_group and (becomes := _next(row.year_group, year_groups)):
            apply(row, {"year_group": becomes, "form": _form_after(row.form, row.year_group, becomes)})
            moved.append(row)
    db.flush()
    audit.record(
        db,
        tag=Tag.NEW_YEAR_STARTED,
        actor=actor,
        now=now,
        subject=organisation_id,
        organisation_id=organisation_id,
        moved=len(moved),
        left=len(left),
    )
    return Started(moved=len(moved), left=tuple(left))


def _here(db: Session, organisation_id: UUID, *, lock: bool = False) -> Sequence[YoungPerson]:
    wanted = select(YoungPerson).where(
        YoungPerson.organisation_id == organisation_id, col(YoungPerson.left_at).is_(None)
    )
    return db.exec(wanted.order_by(col(YoungPerson.id)).with_for_update() if lock else wanted).all()


def _next(year_group: str, year_groups: Sequence[str]) -> str | None:
    if year_group not in year_groups:
        # A group that this nation does not have (a school that moved, say) stays as it is.
        return year_group
    place = year_groups.index(year_group) + 1
    return year_groups[place] if place < len(year_groups) else None


def _form_after(form: str | None, year_group: str, becomes: str) -> str | None:
    # "RP" is not Reception's form P for sure, and "100" is no form of Year 10.
    rest = (form or "").removeprefix(year_group)
    if form and form.startswith(year_group) and year_group[-1].isdigit() and not rest[:1].isdigit():
        return f"{becomes}{rest}"
    return form


def _last_at(db: Session, organisation_id: UUID, now: datetime) -> datetime | None:
    return db.exec(
        select(AuditEvent.at)
        .where(AuditEvent.organisation_id == organisation_id, AuditEvent.tag == Tag.NEW_YEAR_STARTED)
        .where(AuditEvent.at > now - _LATELY)
        .order_by(col(AuditEvent.at).desc())
    ).first()
