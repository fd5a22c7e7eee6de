"""What the ids in the record of acts stand for: somebody's name, a level or a session, a day, a length of time.

The record itself holds ids alone, so that it may outlive an erasure; what was erased is simply not found here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.awarding.models import Award
from accredit.domain.credentials.attendance_contents import ATTENDANCE_TITLE
from accredit.domain.credentials.models import Credential, SupportRecord
from accredit.domain.credentials.record_contents import RECORD_TITLE
from accredit.domain.enrolments.models import Enrolment
from accredit.domain.facilitation.models import FacilitatorRecord, FacilitatorSession
from accredit.domain.issuing.models import Issuance
from accredit.domain.people.models import MergedPerson, Staff, YoungPerson
from accredit.domain.practice.models import HoursEntry, MilestoneReached, PracticeSession, SkillObservation
from accredit.domain.programmes.models import Programme, ProgrammeDraft
from accredit.domain.training.models import TrainingSession
from accredit.storage import Session


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What one act was about; only what there is of it. ``minutes`` is None where no time belongs to it."""

    person: str = ""
    title: str = ""
    day: date | None = None
    minutes: int | None = None


def subjects(db: Session, ids: Collection[UUID]) -> dict[UUID, Subject]:
    """Return what is known of each id, in a constant number of statements; an unknown one is left out."""
    wanted = set(ids)
    return dict(pair for statement in _statements(wanted) for pair in _read(db, statement)) if wanted else {}


def _read(db: Session, statement: sa.Select[*tuple[Any, ...]]) -> Iterator[tuple[UUID, Subject]]:
    for row in db.execute(statement).mappings():
        told = {name: value for name, value in row.items() if name != "id"}
        if "assessment" in told:
            told["title"] = told.pop("assessment")["level_title"]
        if "definition" in told:
            told["title"] = told.pop("definition")["name"]
        yield row["id"], Subject(**told)


def _statements(ids: set[UUID]) -> tuple[sa.Select[*tuple[Any, ...]], ...]:
    person: sa.Label[str] = col(YoungPerson.printed_name).label("person")
    programme: sa.Label[str] = col(Programme.name).label("title")
    entry, seen, reached = HoursEntry, SkillObservation, MilestoneReached
    return (
        sa.select(col(YoungPerson.id), person).where(col(YoungPerson.id).in_(ids)),
        sa.select(col(MergedPerson.former_id).label("id"), person)
        .join(YoungPerson, col(YoungPerson.id) == col(MergedPerson.young_person_id))
        .where(col(MergedPerson.former_id).in_(ids)),
        sa.select(col(Staff.id), col(Staff.name).label("person")).where(col(Staff.id).in_(ids)),
        sa.select(col(Programme.id), programme).where(col(Programme.id).in_(ids)),
        sa.select(col(ProgrammeDraft.id), col(ProgrammeDraft.definition)).where(col(ProgrammeDraft.id).in_(ids)),
        sa.select(col(TrainingSession.id), col(TrainingSession.title), col(TrainingSession.held_on).label("day")).where(
            col(TrainingSession.id).in_(ids)
        ),
        sa.select(col(FacilitatorSession.id), col(FacilitatorSession.held_on).label("day")).where(
            col(FacilitatorSession.id).in_(ids)
        ),
        sa.select(col(PracticeSession.id), programme, col(PracticeSession.held_on).label("day"))
        .add_columns(col(PracticeSession.minutes))
        .join(Programme, col(Programme.id) == col(PracticeSession.programme_id))
        .where(col(PracticeSession.id).in_(ids)),
        _of_enrolment(sa.select(col(Enrolment.id), person, programme)).where(col(Enrolment.id).in_(ids)),
        _of_enrolment(
            sa.select(col(entry.id), person, programme, col(entry.held_on).label("day"), col(entry.minutes)).join(
                Enrolment, col(Enrolment.id) == col(entry.enrolment_id)
            )
        ).where(col(entry.id).in_(ids)),
        _of_enrolment(
            sa.select(col(seen.id), person, programme, col(seen.observed_on).label("day")).join(
                Enrolment, col(Enrolment.id) == col(seen.enrolment_id)
            )
        ).where(col(seen.id).in_(ids)),
        _of_enrolment(
            sa.select(col(reached.id), person, programme, col(reached.reached_on).label("day")).join(
                Enrolment, col(Enrolment.id) == col(reached.enrolment_id)
            )
        ).where(col(reached.id).in_(ids)),
        *_of_awards(ids, person),
        *_of_records(ids, person),
        *_of_facilitators(ids),
    )


def _of_enrolment(statement: sa.Select[*tuple[Any, ...]]) -> sa.Select[*tuple[Any, ...]]:
    return statement.join(YoungPerson, col(YoungPerson.id) == col(Enrolment.young_person_id)).join(
        Programme, col(Programme.id) == col(Enrolment.programme_id)
    )


def _of_awards(ids: set[UUID], person: Any) -> tuple[sa.Select[*tuple[Any, ...]], ...]:
    told: tuple[Any, ...] = (person, col(Award.assessment), col(Award.awarded_on).label("day"))
    return (
        sa.select(col(Award.id), *told)
        .join(Enrolment, col(Enrolment.id) == col(Award.enrolment_id))
        .join(YoungPerson, col(YoungPerson.id) == col(Enrolment.young_person_id))
        .where(col(Award.id).in_(ids)),
        sa.select(col(Credential.issuance_id).label("id"), *told)
        .join(Award, col(Award.id) == col(Credential.award_id))
        .join(YoungPerson, col(YoungPerson.id) == col(Credential.young_person_id))
        .where(col(Credential.issuance_id).in_(ids)),
    )


def _of_records(ids: set[UUID], person: Any) -> tuple[sa.Select[*tuple[Any, ...]], ...]:
    told: tuple[Any, ...] = (person, sa.literal(RECORD_TITLE).label("title"), col(SupportRecord.made_on).label("day"))
    place = col(Enrolment.id) == col(SupportRecord.enrolment_id)
    holder = col(YoungPerson.id) == col(Enrolment.young_person_id)
    return (
        sa.select(col(SupportRecord.id), *told)
        .join(Enrolment, place)
        .join(YoungPerson, holder)
        .where(col(SupportRecord.id).in_(ids)),
        sa.select(col(Issuance.id), *told)
        .join(SupportRecord, col(SupportRecord.id) == col(Issuance.subject_id))
        .join(Enrolment, place)
        .join(YoungPerson, holder)
        .where(col(Issuance.id).in_(ids)),
    )


def _of_facilitators(ids: set[UUID]) -> tuple[sa.Select[*tuple[Any, ...]], ...]:
    told: tuple[Any, ...] = (col(Staff.name).label("person"), sa.literal(ATTENDANCE_TITLE).label("title"))
    holder = col(Staff.id) == col(FacilitatorRecord.staff_id)
    return (
        sa.select(col(FacilitatorRecord.id), *told).join(Staff, holder).where(col(FacilitatorRecord.id).in_(ids)),
        sa.select(col(Issuance.id), *told)
        .join(FacilitatorRecord, col(FacilitatorRecord.id) == col(Issuance.subject_id))
        .join(Staff, holder)
        .where(col(Issuance.id).in_(ids)),
    )
