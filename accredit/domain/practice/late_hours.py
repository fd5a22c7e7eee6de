"""Time that nobody added in the programme's days: staff add it, with a reason, and another adult approves it.

- A young person cannot add it any more; a member of staff who keeps the records does, with a reason of a fixed list.
- What a young person can still add is theirs to add (``not-late``).
- It waits like any other entry and is judged by the same rules; whoever approves it is told that it was added late, by
  whom and why, and is somebody else (`rules`, ``second-adult-needed``).
- A sole supervising adult approves what they added; the event says that nobody else looked.

The day of logging is the day on which it is added here, so the record behind a certificate states it.
"""

from __future__ import annotations

from datetime import date, datetime, time
from uuid import UUID

from accredit.clock import local_date
from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import Actor, Tag
from accredit.domain.practice import rules
from accredit.domain.practice.casebook import as_entry, open_casebook
from accredit.domain.practice.deciding import required_staff_id
from accredit.domain.practice.models import HoursEntry, LateHours
from accredit.domain.practice.rules import Entry, Late, LateReason, Source
from accredit.errors import RuleBroken
from accredit.storage import Session


def add_late_hours(
    db: Session,
    *,
    enrolment_id: UUID,
    activity_type: str,
    held_on: date,
    starts_at: time,
    minutes: int,
    supervised_by: UUID,
    reason: LateReason,
    actor: Actor,
    now: datetime,
) -> UUID:
    """Add one entry that is late, on a young person's behalf, and return its id; it waits for another adult.

    Raises `NotFound`, `Forbidden` (not staff), and `RuleBroken`: ``not-late``, or as `rules.check_submission` does.
    """
    added_by = required_staff_id(actor)
    casebook = open_casebook(db, [enrolment_id], lock=True)
    enrolled = casebook.enrolment(enrolment_id)
    terms = casebook.terms(enrolment_id, held_on)
    row = HoursEntry(
        organisation_id=enrolled.organisation_id,
        enrolment_id=enrolment_id,
        activity_type=activity_type,
        held_on=held_on,
        starts_at=starts_at,
        minutes=minutes,
        supervised_by=supervised_by,
        source=Source.YOUNG_PERSON,
        submitted_at=now,
    )
    entry = as_entry(row, late=Late(added_by=added_by, reason=reason))
    others = casebook.others(enrolment_id, only_approved=False)
    rules.check_submission(entry, terms=terms, others=others, supervisors=casebook.supervisors, today=local_date(now))
    if (entry.logged_on - held_on).days <= terms.definition.log_within_days:
        raise RuleBroken("not-late", days=terms.definition.log_within_days)
    _write(db, row, entry, actor=actor, now=now)
    return row.id


def _write(db: Session, row: HoursEntry, entry: Entry, *, actor: Actor, now: datetime) -> None:
    assert entry.late is not None  # `add_late_hours` has said so
    db.add(row)
    # The row about it names the entry, so the entry must stand first.
    db.flush()
    db.add(
        LateHours(
            organisation_id=row.organisation_id,
            enrolment_id=row.enrolment_id,
            entry_id=row.id,
            reason=entry.late.reason,
            added_by=entry.late.added_by,
            added_at=now,
        )
    )
    audit.record(
        db,
        tag=Tag.HOURS_ADDED_LATE,
        actor=actor,
        now=now,
        subject=row.id,
        organisation_id=row.organisation_id,
        minutes=row.minutes,
        reason=entry.late.reason.value,
        days=(entry.logged_on - row.held_on).days,
    )
