"""Approve entries within one act: decide by the rules, and say what the log commits to.

Shared by `operations`, `registers` and `hours_import`; nothing here writes a row, an event or a leaf.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from accredit.clock import local_date
from accredit.domain.audit.rules import Actor, ActorKind
from accredit.domain.practice import rules
from accredit.domain.practice.casebook import Casebook
from accredit.domain.practice.models import HoursEntry
from accredit.domain.practice.rules import HoursStatus, Late
from accredit.domain.transparency.rules import Act
from accredit.domain.transparency.rules import Entry as LedgerEntry
from accredit.errors import Forbidden


def decide(casebook: Casebook, row: HoursEntry, *, approver: Actor, now: datetime, confirmed: bool) -> None:
    """Mark one entry as approved if no rule forbids it; its leaf must follow."""
    entry = casebook.entry(row)
    terms = casebook.terms(row.enrolment_id, row.held_on)
    others = casebook.others(row.enrolment_id, only_approved=True)
    staff_id = staff_id_of(approver)
    rules.check_approval(
        entry,
        approver=staff_id,
        terms=terms,
        others=others,
        supervisors=casebook.supervisors,
        decided_on=local_date(now),
        confirm_over_day_limit=confirmed,
    )
    row.over_day_limit_confirmed = rules.is_over_day_limit(entry, terms=terms, others=others)
    row.status = HoursStatus.APPROVED
    row.decided_by = staff_id
    row.decided_at = now
    casebook.note(entry, HoursStatus.APPROVED)


def leaf_of(row: HoursEntry, *, role: str | None, late: Late | None = None) -> LedgerEntry:
    """Return what the log commits to for one approved entry."""
    return LedgerEntry(
        act=Act.HOURS_APPROVED,
        subject_id=row.id,
        organisation_id=row.organisation_id,
        record={
            "enrolment": str(row.enrolment_id),
            "activity": row.activity_type,
            "held_on": row.held_on.isoformat(),
            "starts_at": row.starts_at.isoformat("minutes"),
            "minutes": row.minutes,
            "supervised_by": str(row.supervised_by),
            "approved_by": str(row.decided_by),
            "approved_on": local_date(row.decided_at).isoformat() if row.decided_at else None,
            "role": role,
            "source": row.source.value,
            "corrects": None if row.corrects_id is None else str(row.corrects_id),
            **({"added_late_by": str(late.added_by), "late_reason": late.reason.value} if late else {}),
        },
    )


def staff_id_of(actor: Actor) -> UUID | None:
    """Return the member of staff who acts, or None for a young person.

    Raises `Forbidden` (``staff-only``) for an operator or the service: neither was there.
    """
    if actor.kind is ActorKind.YOUNG_PERSON:
        return None
    if actor.kind is not ActorKind.STAFF or actor.id is None:
        raise Forbidden("staff-only")
    return actor.id


def required_staff_id(actor: Actor) -> UUID:
    """Return the member of staff who acts. Raises `Forbidden` (``staff-only``)."""
    staff_id = staff_id_of(actor)
    if staff_id is None:
        raise Forbidden("staff-only")
    return staff_id
