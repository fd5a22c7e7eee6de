"""Hours from before a school kept its records here: one total for each person, which a member of staff attests.

- The total is of whole minutes, at most 500 hours (``earlier-minutes``), and covers time that is over
  (``in-the-future``).
- No hours are counted twice: nothing that waits or was approved here lies within the time it covers
  (``counted-twice``).
- There is one total for an enrolment. Another one replaces it, none takes it back; what stood before stays on record.

Totals that are large need a second member of staff first (`asking_forward`).

It counts toward a level as hours, never as meetings, adults, months or types of activity: nobody here saw single
entries. Wherever hours are shown it is named as "from the school's earlier records", on the credential too.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from accredit.clock import local_date
from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import Actor, Tag
from accredit.domain.practice.casebook import Casebook, open_casebook
from accredit.domain.practice.deciding import required_staff_id
from accredit.domain.practice.earlier_hours import standing
from accredit.domain.practice.models import HoursBroughtForward
from accredit.domain.transparency import operations as transparency
from accredit.domain.transparency.rules import Act, Entry
from accredit.errors import NotFound, RuleBroken
from accredit.storage import Session

MOST_MINUTES = 30_000


def bring_forward(
    db: Session,
    *,
    organisation_id: UUID,
    totals: Mapping[UUID, int],
    until: date,
    actor: Actor,
    now: datetime,
    asked_by: UUID | None = None,
    is_alone: bool = False,
) -> int:
    """Attest totals in minutes by enrolment, up to and including a day; return how many are new or changed.

    All or none, one leaf for each; a total that stands already stays as it is, with its day. Where ``asked_by``
    attested them the actor is who agreed; ``is_alone`` where a second one was wanted and there is nobody. Raises
    `NotFound`, `Forbidden` (not staff), and `RuleBroken` with the id of a bullet above and the ``enrolment_id`` it is
    about.
    """
    rows = changed_totals(db, organisation_id=organisation_id, totals=totals, until=until, actor=actor, now=now)
    for row in rows:
        row.attested_by = asked_by or row.attested_by
    if rows:
        agreed_by = actor.id if asked_by else None
        more: dict[str, Any] = {"asked_by": asked_by} if asked_by else {}
        more |= {"is_alone": True} if is_alone else {}
        db.add_all(rows)
        db.flush()
        audit.record(
            db,
            tag=Tag.HOURS_BROUGHT_FORWARD,
            actor=actor,
            now=now,
            organisation_id=organisation_id,
            people=len(rows),
            minutes=sum(row.minutes for row in rows),
            **more,
        )
        leaves = [_leaf(row, role=actor.role, agreed_by=agreed_by) for row in rows]
        transparency.append_many(db, entries=leaves, now=now)
    return len(rows)


def changed_totals(
    db: Session, *, organisation_id: UUID, totals: Mapping[UUID, int], until: date, actor: Actor, now: datetime
) -> list[HoursBroughtForward]:
    """Return a row, not written yet, for each total that differs from what stands. Raises as `bring_forward`."""
    attested_by = required_staff_id(actor)
    if until > local_date(now):
        raise RuleBroken("in-the-future", held_on=until)
    casebook = open_casebook(db, totals, lock=True)
    before = _standing_rows(db, totals)
    rows: list[HoursBroughtForward] = []
    for enrolment_id, minutes in totals.items():
        if casebook.enrolment(enrolment_id).organisation_id != organisation_id:
            raise NotFound("enrolment")
        old = before.get(enrolment_id)
        if minutes == (old.minutes if old else 0):
            continue
        if not 0 <= minutes <= MOST_MINUTES:
            raise RuleBroken("earlier-minutes", enrolment_id=enrolment_id, most=MOST_MINUTES // 60)
        if minutes and _is_counted_here(casebook, enrolment_id, until):
            raise RuleBroken("counted-twice", enrolment_id=enrolment_id, until=until)
        rows.append(
            HoursBroughtForward(
                organisation_id=organisation_id,
                enrolment_id=enrolment_id,
                minutes=minutes,
                until=until,
                attested_by=attested_by,
                attested_at=now,
                replaces_id=old.id if old else None,
            )
        )
    return rows


def _is_counted_here(casebook: Casebook, enrolment_id: UUID, until: date) -> bool:
    return any(
        each.enrolment_id == enrolment_id
        and each.held_on <= until
        and not casebook.terms(enrolment_id, each.held_on).is_meeting(each.activity_type)
        for each in casebook.others(enrolment_id, only_approved=False)
    )


def _standing_rows(db: Session, enrolment_ids: Collection[UUID]) -> dict[UUID, HoursBroughtForward]:
    wanted: Any = select(HoursBroughtForward).where(
        col(HoursBroughtForward.enrolment_id).in_(set(enrolment_ids)), standing()
    )
    return {row.enrolment_id: row for row in db.exec(wanted)}


def _leaf(row: HoursBroughtForward, *, role: str | None, agreed_by: UUID | None) -> Entry:
    return Entry(
        act=Act.HOURS_BROUGHT_FORWARD,
        subject_id=row.id,
        organisation_id=row.organisation_id,
        record={
            "enrolment": str(row.enrolment_id),
            "minutes": row.minutes,
            "until": row.until.isoformat(),
            "attested_by": str(row.attested_by),
            "role": role,
            "replaces": None if row.replaces_id is None else str(row.replaces_id),
            **({"agreed_by": str(agreed_by)} if agreed_by else {}),
        },
    )
