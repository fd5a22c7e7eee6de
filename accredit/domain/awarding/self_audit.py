"""Hold the rows that a certificate rests on to what the ledger committed to when each was decided (``accredit fsck``).

- An approved entry of hours, a confirmed attendance and an award say what their leaf says (attacks.md IN07).
- None of them counts without a leaf: a row that was only written into a table was decided by nobody.
- What a person joined with another record of the same young person belongs where the log says that it went on.
- Each decision that the log holds is in the audit trail too: no event was taken out of it (IN09).

Whether the records of the ledger are those that were committed is checked in `transparency.queries.verify_chain`. What
was erased has no record any more, and nothing is said of it.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import SQLModel, col

from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import Tag
from accredit.domain.awarding.models import Award
from accredit.domain.facilitation.models import FacilitatorAttendance
from accredit.domain.facilitation.operations import leaf_record
from accredit.domain.practice.deciding import leaf_of
from accredit.domain.practice.models import HoursEntry
from accredit.domain.practice.rules import HoursStatus
from accredit.domain.training.models import Attendance
from accredit.domain.transparency import queries as transparency
from accredit.domain.transparency.rules import Act
from accredit.kit.ledger.commitment import canonical_json
from accredit.storage import Session

Record = Mapping[str, object]

_MANY = 500
_EVENTS = {
    Act.AWARD_DECIDED: Tag.AWARDED,
    Act.AWARD_SET_ASIDE: Tag.AWARD_SET_ASIDE,
    Act.CREDENTIAL_ISSUED: Tag.CREDENTIAL_ISSUED,
    Act.CREDENTIAL_SUSPENDED: Tag.CREDENTIAL_SUSPENDED,
    Act.CREDENTIAL_REINSTATED: Tag.CREDENTIAL_REINSTATED,
    Act.CREDENTIAL_REVOKED: Tag.CREDENTIAL_REVOKED,
}
"""Acts that are told in an event of their own, about the same subject; a register tells of many acts in one."""


def verify_records(db: Session) -> tuple[str, ...]:
    """Name every row that is not as it was decided; empty when all are."""
    return (
        *_compared(db, Act.HOURS_APPROVED, HoursEntry, _of_hours, counts=_approved_hours(db)),
        *_compared(db, Act.ATTENDANCE_CONFIRMED, Attendance, _of_attendance, counts=()),
        *_compared(db, Act.FACILITATOR_ATTENDED, FacilitatorAttendance, _of_facilitator, counts=_all(db)),
        *_compared(
            db, Act.AWARD_DECIDED, Award, _of_award, counts=db.execute(sa.select(col(Award.id))).scalars().all()
        ),
    )


def verify_audit_trail(db: Session) -> tuple[str, ...]:
    """Name every act that the log holds and the audit trail does not; empty when it holds them all."""
    told = Counter(
        (row.tag, row.subject_id)
        for row in db.execute(
            sa.select(col(AuditEvent.tag), col(AuditEvent.subject_id))
            .where(col(AuditEvent.tag).in_(_EVENTS.values()))
            .execution_options(yield_per=1000)
        )
    )
    done = Counter(
        (_EVENTS[leaf.act], leaf.subject_id)
        for leaf in transparency.committed(db, acts=list(_EVENTS))
        if leaf.record is not None
    )
    missing = done - told
    return tuple(f"the audit trail does not tell of {tag.value} of {subject}" for tag, subject in missing)


def _approved_hours(db: Session) -> list[UUID]:
    wanted = sa.select(col(HoursEntry.id)).where(col(HoursEntry.status) == HoursStatus.APPROVED)
    return list(db.execute(wanted).scalars())


def _all(db: Session) -> list[UUID]:
    return list(db.execute(sa.select(col(FacilitatorAttendance.id))).scalars())


def _compared(db: Session, act: Act, model: Any, record_of: Any, *, counts: Any) -> Iterator[str]:
    """Yield what is wrong with the rows of one kind; ``counts`` are the ids of those that must have a leaf."""
    went_on = _places_merged(db)
    said = {leaf.subject_id: leaf.record for leaf in transparency.committed(db, acts=[act])}
    subjects = [subject for subject, record in said.items() if record is not None]
    for start in range(0, len(subjects), _MANY):
        part = subjects[start : start + _MANY]
        rows = {row.id: row for row in db.execute(sa.select(model).where(model.id.in_(part))).scalars()}
        for subject in part:
            fault = _fault(rows.get(subject), said[subject] or {}, record_of, went_on)
            if fault:
                yield f"{model.__tablename__} {subject} {fault}"
        db.expunge_all()
    yield from (f"{model.__tablename__} {each} counts, and nobody decided it" for each in counts if each not in said)


def _places_merged(db: Session) -> dict[str, str]:
    """Return into which place each place went on that was joined with another; what the log does not tell did not."""
    found: dict[str, str] = {}
    for leaf in transparency.committed(db, acts=[Act.RECORDS_MERGED]):
        places = (leaf.record or {}).get("places")
        moved = {str(former): str(present) for former, present in places} if isinstance(places, list) else {}
        found = {former: moved.get(present, present) for former, present in found.items()} | moved
    return found


def _fault(row: SQLModel | None, record: Record, record_of: Any, went_on: Mapping[str, str]) -> str:
    if row is None:
        return "was decided, and is gone"
    place = str(record.get("enrolment"))
    record = {**record, "enrolment": went_on.get(place, place)}
    expected: Record = record_of(row, record)
    changed = sorted(name for name, value in expected.items() if record.get(name) != value)
    return f"is not as it was decided: {', '.join(changed)}" if changed else ""


def _of_hours(row: HoursEntry, record: Record) -> Record:
    if row.status not in {HoursStatus.APPROVED, HoursStatus.CORRECTED}:
        return {"status": row.status.value}
    role = record.get("role")
    return leaf_of(row, role=role if isinstance(role, str) else None).record


def _of_attendance(row: Attendance, _record: Record) -> Record:
    return {
        "session": str(row.training_session_id),
        "enrolment": str(row.enrolment_id),
        "module": row.module_code,
        "present": row.present,
        "corrects": None if row.corrects_id is None else str(row.corrects_id),
        "recorded_by": str(row.recorded_by),
    }


def _of_facilitator(row: FacilitatorAttendance, _record: Record) -> Record:
    return leaf_record(row)


def _of_award(row: Award, _record: Record) -> Record:
    decided = canonical_json({"assessment": row.assessment, "portfolio": row.portfolio})
    return {
        "enrolment": str(row.enrolment_id),
        "programme_version": str(row.programme_version_id),
        "level": row.level_code,
        "awarded_on": row.awarded_on.isoformat(),
        "awarded_by": str(row.awarded_by),
        "decided": hashlib.sha256(decided).hexdigest(),
    }
