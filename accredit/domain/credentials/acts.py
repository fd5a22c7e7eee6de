"""The record of acts of one organisation as a list: by somebody's name, by kind, by days.

It reads what `accredit.domain.audit` wrote down. Whom a name stands for, and what is about them, is found out here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from accredit.clock import LONDON
from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.queries import EventFacts
from accredit.domain.audit.rules import Tag
from accredit.domain.awarding.models import Award
from accredit.domain.credentials.models import Credential, SupportRecord
from accredit.domain.enrolments.models import Enrolment
from accredit.domain.facilitation.models import FacilitatorRecord
from accredit.domain.issuing.models import Issuance
from accredit.domain.people import queries as people
from accredit.domain.people.models import MergedPerson, Staff, YoungPerson
from accredit.domain.people.names import name_key
from accredit.domain.practice.models import HoursEntry, MilestoneReached, SkillObservation
from accredit.storage import Session
from accredit.storage.listing import Listing


def acts(db: Session, *, organisation_id: UUID, parts: Mapping[str, Collection[Tag]]) -> Listing[EventFacts]:
    """Return what was done: order ``at``, filters ``who`` (a name), ``part`` (one of ``parts``), ``since``, ``until``.

    Both days are included. An act is found that is by somebody of the name, or about them.
    """
    at = col(AuditEvent.at)

    def of_somebody(name: str) -> sa.ColumnElement[bool]:
        found = _called(db, name, organisation_id=organisation_id)
        return sa.or_(col(AuditEvent.actor_id).in_(found), col(AuditEvent.subject_id).in_(_about(found)))

    return Listing(
        statement=sa.select(AuditEvent).where(col(AuditEvent.organisation_id) == organisation_id),
        key=col(AuditEvent.id),
        orders={"at": (at,)},
        filters={
            "who": of_somebody,
            "part": lambda part: col(AuditEvent.tag).in_(list(parts[part])),
            "since": lambda day: at >= _midnight(date.fromisoformat(day)),
            "until": lambda day: at < _midnight(date.fromisoformat(day) + timedelta(days=1)),
        },
        read=_facts,
    )


def _facts(_db: Session, rows: Sequence[Any]) -> list[EventFacts]:
    return [EventFacts(**{name: getattr(row, name) for name in EventFacts.__dataclass_fields__}) for (row,) in rows]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), LONDON)


def _called(db: Session, text: str, *, organisation_id: UUID) -> tuple[UUID, ...]:
    """Return staff and young people, those who left too, whose name holds every word of a text in any spelling."""
    words = name_key(text).split()
    young = people.young_people(db, organisation_id=organisation_id, include_left=True)
    names = [(each.id, each.printed_name) for each in young]
    names += [(each.id, each.name) for each in people.staff(db, organisation_id=organisation_id)]
    return tuple(each for each, name in names if words and all(word in name_key(name) for word in words))


def _about(ids: Collection[UUID]) -> sa.CompoundSelect[UUID]:
    """Return the statement that finds the id of everything in the record that is about some people: staff or young."""
    wanted = set(ids)
    places = sa.select(col(Enrolment.id)).where(col(Enrolment.young_person_id).in_(wanted))
    return sa.union_all(
        sa.select(col(YoungPerson.id)).where(col(YoungPerson.id).in_(wanted)),
        sa.select(col(MergedPerson.former_id)).where(col(MergedPerson.young_person_id).in_(wanted)),
        sa.select(col(Staff.id)).where(col(Staff.id).in_(wanted)),
        sa.select(col(FacilitatorRecord.id)).where(col(FacilitatorRecord.staff_id).in_(wanted)),
        places,
        *(
            sa.select(col(row.id)).where(col(row.enrolment_id).in_(places))
            for row in (HoursEntry, SkillObservation, MilestoneReached, Award, SupportRecord)
        ),
        sa.select(col(Issuance.id))
        .join(FacilitatorRecord, col(FacilitatorRecord.id) == col(Issuance.subject_id))
        .where(col(FacilitatorRecord.staff_id).in_(wanted)),
        sa.select(col(Credential.issuance_id)).where(col(Credential.young_person_id).in_(wanted)),
        sa.select(col(Issuance.id))
        .join(SupportRecord, col(SupportRecord.id) == col(Issuance.subject_id))
        .where(col(SupportRecord.enrolment_id).in_(places)),
    )
