"""Who of the staff has looked at a young person's own pages: written down once a day for each of both.

- A member of staff who opens what is kept about one young person leaves an event in the audit trail (attacks.md IN17).
- The first time on a day counts; further ones on that day, in the United Kingdom, are not written.
- What was looked at, how long and how often is nobody's to know: the event holds two ids and a moment.

Lists and registers are not here: they show everybody, and whoever works with them sees them every day. Why it may be
written although looking changes nothing is told in ADR 31.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from accredit.clock import LONDON, local_date
from accredit.domain.audit import operations as audit
from accredit.domain.audit import queries as events
from accredit.domain.audit.rules import Actor, Tag
from accredit.domain.people import one_person, queries
from accredit.storage import Session


@dataclass(frozen=True, kw_only=True)
class Look:
    """Somebody looked, on a day. ``name`` is None for whoever is not known any more."""

    staff_id: UUID
    name: str | None
    role: str | None
    day: date


def is_noted(db: Session, *, young_person_id: UUID, staff_id: UUID, now: datetime) -> bool:
    """Say whether it is written down already that somebody looked today."""
    midnight = datetime.combine(local_date(now), time(), LONDON)
    return events.has_happened(db, tag=Tag.YOUNG_PERSON_LOOKED_AT, subject=young_person_id, by=staff_id, since=midnight)


def note(db: Session, *, young_person_id: UUID, actor: Actor, now: datetime) -> None:
    """Write down that a member of staff looked, unless it is written for today. Raises `NotFound`.

    Of two requests in the same moment both may write: it says no more than one does.
    """
    person = queries.young_person(db, young_person_id)
    if actor.id is not None and not is_noted(db, young_person_id=young_person_id, staff_id=actor.id, now=now):
        audit.record(
            db,
            tag=Tag.YOUNG_PERSON_LOOKED_AT,
            actor=actor,
            now=now,
            subject=young_person_id,
            organisation_id=person.organisation_id,
        )


def looks(db: Session, young_person_id: UUID) -> tuple[Look, ...]:
    """Return who looked at what is kept about one young person, under whichever id, and on which days, newest first."""
    ids = (young_person_id, *one_person.former_ids(db, young_person_id))
    found = events.actors_of(db, tag=Tag.YOUNG_PERSON_LOOKED_AT, subjects=ids)
    names = queries.names_of_staff(db, {staff_id for staff_id, _, _ in found})
    return tuple(
        Look(staff_id=staff_id, name=names.get(staff_id), role=role, day=local_date(at)) for staff_id, role, at in found
    )
