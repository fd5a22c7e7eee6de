"""Reads of enrolments; a cohort of any size takes a constant number of statements."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import col, select

from accredit.domain.enrolments import rules
from accredit.domain.enrolments.models import Break, Enrolment
from accredit.domain.enrolments.rules import Pause
from accredit.domain.people.queries import young_people_by_id
from accredit.errors import NotFound
from accredit.storage import Session


@dataclass(frozen=True, kw_only=True)
class EnrolmentFacts:
    """One young person in one programme, with every break."""

    id: UUID
    organisation_id: UUID
    young_person_id: UUID
    programme_id: UUID
    started_on: date
    ended_on: date | None
    breaks: tuple[Pause, ...]

    def is_on_break(self, day: date) -> bool:
        """Say whether ``day`` lies in a break."""
        return rules.is_on_break(self.breaks, day)

    def is_enrolled(self, day: date) -> bool:
        """Say whether ``day`` lies in the enrolment."""
        return rules.is_enrolled(started_on=self.started_on, ended_on=self.ended_on, day=day)

    def is_active(self, day: date) -> bool:
        """Say whether the young person is enrolled on ``day`` and not on a break."""
        return self.is_enrolled(day) and not self.is_on_break(day)


@dataclass(frozen=True, kw_only=True)
class CohortMember:
    """A young person as a list of a programme shows them."""

    enrolment_id: UUID
    young_person_id: UUID
    school_reference: str | None
    printed_name: str
    known_as: str
    name_is_confirmed: bool
    year_group: str | None
    form: str | None
    started_on: date
    ended_on: date | None
    is_on_break: bool


def enrolment(db: Session, enrolment_id: UUID) -> EnrolmentFacts:
    """Return one enrolment. Raises `NotFound`."""
    found = enrolments_by_id(db, [enrolment_id])
    if not found:
        raise NotFound("enrolment")
    return found[enrolment_id]


def has_any(db: Session) -> bool:
    """Say whether anybody of the handle's organisation ever joined a programme."""
    return db.exec(select(Enrolment.id).limit(1)).first() is not None


def enrolments_by_id(db: Session, enrolment_ids: Iterable[UUID]) -> dict[UUID, EnrolmentFacts]:
    """Return those of the enrolments that exist, by id."""
    return _load(db, col(Enrolment.id).in_(list(enrolment_ids)))


def enrolments_in(db: Session, programme_id: UUID) -> dict[UUID, EnrolmentFacts]:
    """Return every enrolment of a programme, ended ones included, by id."""
    return _load(db, col(Enrolment.programme_id) == programme_id)


def open_places(db: Session, young_person_ids: Iterable[UUID], *, on: date) -> tuple[UUID, ...]:
    """Return the ids of the enrolments of some people that have begun by a day and have no end."""
    wanted = select(Enrolment.id).where(
        col(Enrolment.young_person_id).in_(list(young_person_ids)),
        col(Enrolment.ended_on).is_(None),
        col(Enrolment.started_on) <= on,
    )
    return tuple(db.exec(wanted.order_by(col(Enrolment.id))))


def enrolments_of(db: Session, young_person_id: UUID) -> tuple[EnrolmentFacts, ...]:
    """Return a young person's enrolments, oldest first."""
    found = _load(db, col(Enrolment.young_person_id) == young_person_id).values()
    return tuple(sorted(found, key=lambda facts: (facts.started_on, facts.id)))


def cohort(db: Session, *, programme_id: UUID, on: date, include_ended: bool = False) -> tuple[CohortMember, ...]:
    """Return who is in a programme on a day, by name, in three statements."""
    found = [facts for facts in enrolments_in(db, programme_id).values() if include_ended or _not_over(facts, on)]
    people = young_people_by_id(db, [facts.young_person_id for facts in found])
    members = [
        CohortMember(
            enrolment_id=facts.id,
            young_person_id=person.id,
            school_reference=person.school_reference,
            printed_name=person.printed_name,
            known_as=person.known_as,
            name_is_confirmed=person.name_is_confirmed,
            year_group=person.year_group,
            form=person.form,
            started_on=facts.started_on,
            ended_on=facts.ended_on,
            is_on_break=facts.is_on_break(on),
        )
        for facts in found
        if (person := people.get(facts.young_person_id))
    ]
    return tuple(sorted(members, key=lambda member: (member.printed_name.casefold(), member.enrolment_id)))


def _not_over(facts: EnrolmentFacts, on: date) -> bool:
    return facts.ended_on is None or facts.ended_on >= on


def _load(db: Session, condition: ColumnElement[bool]) -> dict[UUID, EnrolmentFacts]:
    rows = db.exec(select(Enrolment).where(condition)).all()
    pauses: dict[UUID, list[Pause]] = {row.id: [] for row in rows}
    wanted = select(Enrolment.id).where(condition)
    for row in db.exec(select(Break).where(col(Break.enrolment_id).in_(wanted)).order_by(col(Break.starts_on))):
        pauses[row.enrolment_id].append(Pause(id=row.id, starts_on=row.starts_on, ends_on=row.ends_on))
    return {
        row.id: EnrolmentFacts(
            id=row.id,
            organisation_id=row.organisation_id,
            young_person_id=row.young_person_id,
            programme_id=row.programme_id,
            started_on=row.started_on,
            ended_on=row.ended_on,
            breaks=tuple(pauses[row.id]),
        )
        for row in rows
    }
