"""Take over a school's own log of hours: a dry run first, then all or nothing.

An approved line counts only if the rules would have let the named adult approve it on the day they did. The day of
the decision stands for the day of logging, since such a log names no other. A line that is still waiting comes in as
waiting, and is judged when it is decided. What the file says about an entry already here never overwrites it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from accredit.clock import LONDON, local_date
from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import Actor, Tag
from accredit.domain.enrolments.models import Enrolment
from accredit.domain.people.models import Staff, YoungPerson
from accredit.domain.practice import rules
from accredit.domain.practice.casebook import Casebook, open_casebook
from accredit.domain.practice.deciding import leaf_of, required_staff_id
from accredit.domain.practice.hours_log import HoursLog, LogRow, Remark
from accredit.domain.practice.models import HoursEntry
from accredit.domain.practice.rules import Entry, HoursStatus, Source
from accredit.domain.programmes.models import Programme
from accredit.domain.transparency import operations as transparency
from accredit.errors import RuleBroken
from accredit.storage import Session, new_id


@dataclass(frozen=True, kw_only=True)
class PlannedEntry:
    """One line that will be written: a new entry, or the decision on one that waits here."""

    row: LogRow
    entry: Entry
    organisation_id: UUID
    decided_by: UUID | None
    is_new: bool
    is_over_day_limit: bool = False


@dataclass(frozen=True, kw_only=True)
class HoursPlan:
    """What importing a log would do."""

    new: tuple[PlannedEntry, ...]
    decided: tuple[PlannedEntry, ...]
    unchanged: int
    remarks: tuple[Remark, ...]

    @property
    def errors(self) -> tuple[Remark, ...]:
        """The remarks that keep the file out."""
        return tuple(remark for remark in self.remarks if remark.level == "error")


@dataclass(frozen=True, kw_only=True)
class Imported:
    """How many entries an import wrote, by what became of them."""

    approved: int
    returned: int
    waiting: int
    unchanged: int


@dataclass(frozen=True, kw_only=True)
class _Register:
    """Who and what the organisation knows, by the words a log uses."""

    enrolments: Mapping[tuple[str, str], UUID]
    staff: Mapping[str, UUID | None]
    """None when two adults have the same name."""
    existing: Mapping[str, HoursEntry]
    casebook: Casebook


def plan_hours_log(db: Session, *, organisation_id: UUID, log: HoursLog, now: datetime) -> HoursPlan:
    """Return what importing ``log`` would do, writing nothing."""
    return _plan(db, organisation_id=organisation_id, log=log, now=now, lock=False)


def import_hours_log(
    db: Session,
    *,
    organisation_id: UUID,
    log: HoursLog,
    actor: Actor,
    now: datetime,
    told: Mapping[str, object] | None = None,
) -> Imported:
    """Write a log of hours, or nothing; the same file twice changes nothing. Each approved entry is one leaf.

    ``told`` is what the event says besides; whether a second person is needed is `log_by_two`'s to say. Raises
    `RuleBroken` (``import-has-errors``) when a line cannot be taken, `Forbidden` when the actor is not staff.
    """
    required_staff_id(actor)
    plan = _plan(db, organisation_id=organisation_id, log=log, now=now, lock=True)
    if plan.errors:
        raise RuleBroken("import-has-errors", errors=len(plan.errors), remarks=plan.errors)
    rows = [_written(db, planned, now=now) for planned in (*plan.new, *plan.decided)]
    approved = [row for row in rows if row.status is HoursStatus.APPROVED]
    result = Imported(
        approved=len(approved),
        returned=sum(row.status is HoursStatus.RETURNED for row in rows),
        waiting=sum(row.status is HoursStatus.SUBMITTED for row in rows),
        unchanged=plan.unchanged,
    )
    if rows:
        details = vars(result) | dict(told or {})
        audit.record(db, tag=Tag.HOURS_IMPORTED, actor=actor, now=now, organisation_id=organisation_id, **details)
        transparency.append_many(db, entries=[leaf_of(row, role=actor.role) for row in approved], now=now)
    return result


def _plan(db: Session, *, organisation_id: UUID, log: HoursLog, now: datetime, lock: bool) -> HoursPlan:
    register = _look_up(db, organisation_id, log, lock=lock)
    planned: list[PlannedEntry] = []
    remarks = list(log.remarks)
    unchanged = 0
    # In the order in which things happened, so that each approval is judged by what was approved before it.
    for row in sorted(log.rows, key=lambda row: (row.held_on, row.starts_at, row.reference)):
        try:
            each = _planned(register, row, organisation_id=organisation_id, today=local_date(now))
        except RuleBroken as broken:
            facts = {"reference": row.reference, **broken.facts}
            remarks.append(Remark(line=row.line, column="", level="error", reason=broken.rule, facts=facts))
            continue
        if each is None:
            unchanged += 1
        else:
            planned.append(each)
    return HoursPlan(
        new=tuple(each for each in planned if each.is_new),
        decided=tuple(each for each in planned if not each.is_new),
        unchanged=unchanged,
        remarks=tuple(sorted(remarks, key=lambda remark: remark.line)),
    )


def _look_up(db: Session, organisation_id: UUID, log: HoursLog, *, lock: bool) -> _Register:
    enrolments: dict[tuple[str, str], UUID] = {}
    statement = (
        sa.select(col(YoungPerson.school_reference), col(Programme.name), col(Programme.code), col(Enrolment.id))
        .join(Enrolment, col(Enrolment.young_person_id) == col(YoungPerson.id))
        .join(Programme, col(Programme.id) == col(Enrolment.programme_id))
        .where(col(YoungPerson.organisation_id) == organisation_id)
    )
    for reference, name, code, enrolment_id in db.execute(statement):
        enrolments[reference, _plain(name)] = enrolments[reference, _plain(code)] = enrolment_id
    staff: dict[str, UUID | None] = {}
    for adult in db.exec(select(Staff).where(Staff.organisation_id == organisation_id)):
        staff[_plain(adult.name)] = None if _plain(adult.name) in staff else adult.id
    references = {row.reference for row in log.rows}
    concerned = {
        enrolments[key] for row in log.rows if (key := (row.school_reference, _plain(row.programme))) in enrolments
    }
    existing = _existing(db, organisation_id, references, lock=lock)
    casebook = open_casebook(db, concerned, lock=lock)
    return _Register(enrolments=enrolments, staff=staff, existing=existing, casebook=casebook)


def _existing(db: Session, organisation_id: UUID, references: Collection[str], *, lock: bool) -> dict[str, HoursEntry]:
    statement: Any = (
        select(HoursEntry)
        .where(col(HoursEntry.organisation_id) == organisation_id, col(HoursEntry.reference).in_(references))
        .order_by(col(HoursEntry.held_on), col(HoursEntry.starts_at), col(HoursEntry.id))
    )
    rows = db.exec(statement.with_for_update() if lock else statement)
    return {str(row.reference): row for row in rows}


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _planned(register: _Register, row: LogRow, *, organisation_id: UUID, today: date) -> PlannedEntry | None:
    """Return what to write for one line, or None when it is here already. Raises `RuleBroken`."""
    enrolment_id = register.enrolments.get((row.school_reference, _plain(row.programme)))
    if enrolment_id is None:
        raise RuleBroken("person-not-enrolled", school_reference=row.school_reference, programme=row.programme)
    supervised_by = _adult(register, row.supervised_by)
    decided_by = None if row.decided_by is None else _adult(register, row.decided_by)
    if (row.decided_on or row.held_on) > today:
        raise RuleBroken("in-the-future", held_on=row.decided_on or row.held_on)
    existing = register.existing.get(row.reference)
    entry = Entry(
        id=existing.id if existing else new_id(),
        enrolment_id=enrolment_id,
        activity_type=row.activity_type,
        held_on=row.held_on,
        starts_at=row.starts_at,
        minutes=row.minutes,
        supervised_by=supervised_by,
        logged_on=row.decided_on or today,
    )
    if existing is not None and not _brings_a_decision(existing, entry, row):
        return None
    is_over = False
    if row.status is HoursStatus.APPROVED:
        is_over = _check_approved(register.casebook, entry, approver=decided_by, decided_on=row.decided_on or today)
    register.casebook.note(entry, row.status)
    return PlannedEntry(
        row=row,
        entry=entry,
        organisation_id=organisation_id,
        decided_by=decided_by,
        is_new=existing is None,
        is_over_day_limit=is_over,
    )


def _adult(register: _Register, name: str) -> UUID:
    if _plain(name) not in register.staff:
        raise RuleBroken("adult-not-known", name=name)
    staff_id = register.staff[_plain(name)]
    if staff_id is None:
        raise RuleBroken("adult-not-clear", name=name)
    return staff_id


def _brings_a_decision(existing: HoursEntry, entry: Entry, row: LogRow) -> bool:
    """Say whether the file decides an entry that waits here. Raises ``changed-since`` if it contradicts the record."""
    facts = ("enrolment_id", "activity_type", "held_on", "starts_at", "minutes", "supervised_by")
    if any(getattr(existing, name) != getattr(entry, name) for name in facts):
        raise RuleBroken("changed-since", entry_id=existing.id)
    if existing.status is HoursStatus.SUBMITTED:
        return row.status is not HoursStatus.SUBMITTED
    if existing.status is not HoursStatus.CORRECTED and row.status not in {existing.status, HoursStatus.SUBMITTED}:
        raise RuleBroken("changed-since", entry_id=existing.id)
    return False


def _check_approved(casebook: Casebook, entry: Entry, *, approver: UUID | None, decided_on: date) -> bool:
    """Judge an approval as it was made, and say whether it went over the day's limit."""
    terms = casebook.terms(entry.enrolment_id, entry.held_on)
    others = casebook.others(entry.enrolment_id, only_approved=True)
    rules.check_approval(
        entry,
        approver=approver,
        terms=terms,
        others=others,
        supervisors=casebook.supervisors,
        decided_on=decided_on,
        # The adult who approved the line in the school's own log thereby confirmed the day.
        confirm_over_day_limit=True,
    )
    return rules.is_over_day_limit(entry, terms=terms, others=others)


def _written(db: Session, planned: PlannedEntry, *, now: datetime) -> HoursEntry:
    row, entry = planned.row, planned.entry
    decided_at = None
    if row.decided_on is not None:
        decided_at = min(now, datetime.combine(row.decided_on, time(12), LONDON))
    if planned.is_new:
        written = HoursEntry(
            id=entry.id,
            organisation_id=planned.organisation_id,
            enrolment_id=entry.enrolment_id,
            activity_type=entry.activity_type,
            held_on=entry.held_on,
            starts_at=entry.starts_at,
            minutes=entry.minutes,
            supervised_by=entry.supervised_by,
            source=Source.IMPORT,
            reference=row.reference,
            submitted_at=decided_at or now,
        )
    else:
        written = db.get(HoursEntry, entry.id)
    written.status = row.status
    written.decided_by = planned.decided_by
    written.decided_at = decided_at
    written.return_reason = row.reason
    written.over_day_limit_confirmed = planned.is_over_day_limit
    db.add(written)
    return written
