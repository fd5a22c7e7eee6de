"""Whom a list of leaked numbers is about: what is asked first when something got out (UK GDPR Articles 33 and 34).

A number may be of any row that belongs to a young person (`belongings`), a certificate's public number, the code on its
paper, or the code's issuance. A number that leads to nobody is told as such: it may be of somebody who was erased.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.credentials.kinds import SUBJECTS
from accredit.domain.enrolments.models import Enrolment
from accredit.domain.issuing.models import Issuance
from accredit.domain.organisations.models import Organisation
from accredit.domain.people.models import MergeRequest, YoungPerson
from accredit.domain.retention.everything import TOLD
from accredit.kit import typed_code
from accredit.storage import Session
from accredit.storage.listing import AT_ONCE

_UUID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody whom the school is to find and tell."""

    id: UUID
    printed_name: str
    school_reference: str | None
    year_group: str | None
    has_left: bool


@dataclass(frozen=True, kw_only=True)
class School:
    """An organisation, and its young people who are affected, by name."""

    name: str
    contact: str | None
    people: tuple[Person, ...]


@dataclass(frozen=True, kw_only=True)
class Affected:
    """Everybody found, school by school, and what led to nobody."""

    schools: tuple[School, ...]
    unknown: tuple[str, ...]


def affected(db: Session, numbers: Collection[str]) -> Affected:
    """Find whom some numbers are about; each is taken as it was found: with hyphens or without, as ``urn:uuid:…``."""
    ids = {number: UUID(match[0]) for number in numbers if (match := _UUID.search(number))}
    codes = {number: code for number in numbers if number not in ids and (code := _code(number))}
    by_id = _people(db, sorted(set(ids.values())), _by_id)
    by_code = _people(db, sorted(set(codes.values())), _by_code)
    people = {number: by_id[each] for number, each in ids.items() if each in by_id}
    people |= {number: by_code[each] for number, each in codes.items() if each in by_code}
    return Affected(
        schools=tuple(_schools(db, set().union(*people.values()))),
        unknown=tuple(number for number in numbers if number not in people),
    )


def _code(text: str) -> str | None:
    try:
        return typed_code.read(text)
    except typed_code.TypedCodeError:
        return None


def _people(
    db: Session, wanted: Sequence[Any], statements: Callable[[Collection[Any]], Iterator[sa.Select[Any]]]
) -> dict[Any, set[UUID]]:
    people: defaultdict[Any, set[UUID]] = defaultdict(set)
    for at in range(0, len(wanted), AT_ONCE):
        for statement in statements(wanted[at : at + AT_ONCE]):
            for number, person in db.execute(statement):
                people[number].add(person)
    return people


def _by_id(ids: Collection[UUID]) -> Iterator[sa.Select[Any]]:
    """One statement for each kind of row: the number, and the person it leads to."""
    for model in TOLD:
        if model not in (Issuance, MergeRequest):
            yield _with_person(model, col(model.id)).where(col(model.id).in_(ids))
    # Who was asked about is perhaps one person and perhaps two: until somebody decided, both are told.
    for person in (col(MergeRequest.kept_id), col(MergeRequest.other_id)):
        number: Any = col(MergeRequest.id)
        yield sa.select(number, person).where(number.in_(ids))
    for model in SUBJECTS:
        for number in (col(Issuance.id), col(Issuance.credential_id)):
            issued = _with_person(model, number).join(Issuance, col(Issuance.subject_id) == col(model.id))
            yield issued.where(number.in_(ids))


def _by_code(codes: Collection[str]) -> Iterator[sa.Select[Any]]:
    for model in TOLD:
        if "code" in model.__table__.columns:
            yield _with_person(model, col(model.code)).where(col(model.code).in_(codes))


def _with_person(model: Any, number: Any) -> sa.Select[Any]:
    """Select a number and whom a row of this kind belongs to: itself, by name, or by their place in a programme."""
    if model is YoungPerson:
        return sa.select(number, col(model.id)).select_from(model)
    if "young_person_id" in model.__table__.columns:
        return sa.select(number, col(model.young_person_id)).select_from(model)
    place = col(Enrolment.id) == col(model.enrolment_id)
    return sa.select(number, col(Enrolment.young_person_id)).select_from(model).join(Enrolment, place)


def _schools(db: Session, people: set[UUID]) -> Iterator[School]:
    statement = (
        sa.select(YoungPerson, Organisation)
        .join(Organisation, col(Organisation.id) == col(YoungPerson.organisation_id))
        .where(col(YoungPerson.id).in_(people))
        .order_by(col(Organisation.name), col(Organisation.id), col(YoungPerson.printed_name), col(YoungPerson.id))
    )
    of: dict[UUID, tuple[Organisation, list[Person]]] = {}
    for person, school in db.execute(statement):
        of.setdefault(school.id, (school, []))[1].append(
            Person(
                id=person.id,
                printed_name=person.printed_name,
                school_reference=person.school_reference,
                year_group=person.year_group,
                has_left=person.left_at is not None,
            )
        )
    return (School(name=each.name, contact=each.contact, people=tuple(found)) for each, found in of.values())
