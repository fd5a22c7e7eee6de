"""Everything the rules need about many enrolments at once, in a constant number of statements.

A casebook is read inside the transaction that decides. Deciding several entries in one act notes each in the
casebook, so that the next decision sees it. What a page shows is in `queries`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from accredit.clock import local_date
from accredit.domain.enrolments.models import Enrolment
from accredit.domain.organisations.rules import Role
from accredit.domain.people.models import StaffRole, YoungPerson
from accredit.domain.practice.earlier_hours import EarlierHours, earlier_hours
from accredit.domain.practice.models import HoursEntry, LateHours
from accredit.domain.practice.rules import Entry, HoursStatus, Late, SupervisorDays, Terms
from accredit.domain.programmes.rules import widened
from accredit.domain.training import queries as training
from accredit.domain.training.rules import Enrolled, ModuleAttendance, trained_since
from accredit.errors import NotFound
from accredit.storage import Session


@dataclass(frozen=True, kw_only=True)
class Casebook:
    """The enrolments asked for, and every submitted or approved entry of the people they belong to."""

    enrolled: dict[UUID, Enrolled]
    versions: dict[UUID, tuple[training.DatedDefinition, ...]]
    attended: dict[UUID, dict[str, ModuleAttendance]]
    entries: dict[UUID, dict[UUID, Entry]]
    """Young person → entry id → entry."""
    supervisors: SupervisorDays
    earlier: dict[UUID, EarlierHours]

    def enrolment(self, enrolment_id: UUID) -> Enrolled:
        """Return one enrolment. Raises `NotFound`."""
        if enrolment_id not in self.enrolled:
            raise NotFound("enrolment")
        return self.enrolled[enrolment_id]

    def terms(self, enrolment_id: UUID, day: date) -> Terms:
        """Return what hours of one enrolment on ``day`` are measured by. Raises `NotFound`."""
        enrolled = self.enrolment(enrolment_id)
        versions = self.versions[enrolled.programme_id]
        # One drop-in is for everybody in the programme, whichever version each of them follows.
        shared = training.in_force(versions, day).definition
        definition = widened(training.version_of(versions, enrolled).definition, [shared])
        required = set(definition.before_hours) & {module.code for module in definition.modules}
        trained_on = trained_since(required, self.attended[enrolment_id])
        earlier = self.earlier.get(enrolment_id)
        return Terms(
            enrolled=enrolled,
            trained_on=trained_on,
            definition=definition,
            brought_forward_until=earlier.until if earlier else None,
        )

    def others(self, enrolment_id: UUID, *, only_approved: bool) -> list[Entry]:
        """Return the entries of the person behind an enrolment, in every programme."""
        own = self.entries.get(self.enrolment(enrolment_id).young_person_id, {})
        return [entry for entry in own.values() if not only_approved or entry.status is HoursStatus.APPROVED]

    def entry(self, row: HoursEntry) -> Entry:
        """Return one of these entries as the rules see it, and whether it was added late."""
        known = self.entries.get(self.enrolment(row.enrolment_id).young_person_id, {}).get(row.id)
        return as_entry(row, late=known.late if known else None)

    def note(self, entry: Entry, status: HoursStatus) -> None:
        """Let later decisions of the same act see this one."""
        own = self.entries.setdefault(self.enrolment(entry.enrolment_id).young_person_id, {})
        if status in {HoursStatus.SUBMITTED, HoursStatus.APPROVED}:
            own[entry.id] = replace(entry, status=status)
        else:
            own.pop(entry.id, None)


def open_casebook(db: Session, enrolment_ids: Collection[UUID], *, lock: bool = False) -> Casebook:
    """Read the casebook of some enrolments; ``lock`` before deciding, so that two acts on one person follow in turn."""
    enrolled = training.enrolled(db, enrolment_ids)
    people = {each.young_person_id for each in enrolled.values()}
    if lock:
        # In the order of ids, so that two bulk approvals cannot wait for each other.
        db.execute(
            sa.select(col(YoungPerson.id))
            .where(col(YoungPerson.id).in_(people))
            .order_by(col(YoungPerson.id))
            .with_for_update()
        ).all()
    return Casebook(
        enrolled=enrolled,
        versions=training.definitions(db, {each.programme_id for each in enrolled.values()}),
        attended=training.modules_attended(db, enrolled),
        entries=_entries(db, people),
        supervisors=supervisor_days(db, {each.organisation_id for each in enrolled.values()}),
        earlier=earlier_hours(db, enrolled),
    )


def as_entry(row: HoursEntry, *, late: Late | None = None) -> Entry:
    """Return an entry as the rules see it."""
    return Entry(
        id=row.id,
        enrolment_id=row.enrolment_id,
        activity_type=row.activity_type,
        held_on=row.held_on,
        starts_at=row.starts_at,
        minutes=row.minutes,
        supervised_by=row.supervised_by,
        logged_on=local_date(row.submitted_at),
        status=row.status,
        late=late,
    )


def _entries(db: Session, people: Collection[UUID]) -> dict[UUID, dict[UUID, Entry]]:
    found: dict[UUID, dict[UUID, Entry]] = defaultdict(dict)
    statement = (
        sa.select(col(Enrolment.young_person_id), HoursEntry, LateHours)
        .join(Enrolment, col(Enrolment.id) == col(HoursEntry.enrolment_id))
        .outerjoin(LateHours, col(LateHours.entry_id) == col(HoursEntry.id))
        .where(
            col(Enrolment.young_person_id).in_(set(people)),
            col(HoursEntry.status).in_([HoursStatus.SUBMITTED, HoursStatus.APPROVED]),
        )
        # A row loaded before the lock was granted may be older than what the lock waited for.
        .execution_options(populate_existing=True)
    )
    for person_id, row, added in db.execute(statement):
        late = Late(added_by=added.added_by, reason=added.reason) if added is not None else None
        found[person_id][row.id] = as_entry(row, late=late)
    return found


def supervisor_days(db: Session, organisation_ids: Collection[UUID]) -> SupervisorDays:
    """Return who holds the supervisor's role in some organisations, and when."""
    periods: dict[UUID, tuple[tuple[date, date | None], ...]] = {}
    rows = db.exec(
        select(StaffRole).where(
            col(StaffRole.organisation_id).in_(set(organisation_ids)), StaffRole.role == Role.SUPERVISOR
        )
    )
    for row in rows:
        periods[row.staff_id] = (*periods.get(row.staff_id, ()), (row.held_from, row.held_until))
    return SupervisorDays(periods)
