"""Young people with the programmes they are in, and the members of one programme, as a database puts them in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.enrolments.models import Break, Enrolment
from accredit.domain.people import queries as people
from accredit.domain.people import word_cards
from accredit.domain.people.listing import BY_NAME, BY_YEAR, is_about
from accredit.domain.people.models import ClaimSlip, YoungPerson
from accredit.domain.people.own_page_models import WordCard
from accredit.domain.people.queries import YoungPersonFacts
from accredit.domain.programmes.models import Programme
from accredit.storage import Session
from accredit.storage.listing import Expression, Listing
from accredit.storage.plain_text import Plain

NOWHERE = "none"
"""The value of the filter ``programme`` for those who are in none."""


@dataclass(frozen=True, kw_only=True)
class PersonLine:
    """One young person in the list."""

    person: YoungPersonFacts
    programmes: tuple[str, ...]
    has_slip: bool
    """Whether they have an unused slip, or words that open their page."""


@dataclass(frozen=True, kw_only=True)
class MemberLine:
    """One young person in the list of a programme."""

    person: YoungPersonFacts
    started_on: date
    ended_on: date | None
    is_on_break: bool
    has_slip: bool
    """Whether they have an unused slip, or words that open their page."""


def young_people(*, organisation_id: UUID, on: date) -> Listing[PersonLine]:
    """Return those who have not left.

    Orders: ``name``, ``known-as``, ``year``, ``waiting`` (names still to confirm first). Filters: ``q``, ``programme``
    (an id, or `NOWHERE`), ``year`` (a year group), ``name`` (``confirmed``, ``open``), ``slip`` (``yes``, ``no``).
    """
    person = col(YoungPerson.id)
    confirmed = col(YoungPerson.printed_name_confirmed_at)
    return Listing(
        statement=sa.select(person).where(
            col(YoungPerson.organisation_id) == organisation_id, col(YoungPerson.left_at).is_(None)
        ),
        key=person,
        orders={
            "name": (BY_NAME,),
            "known-as": (Plain(col(YoungPerson.known_as)), BY_NAME),
            "year": BY_YEAR,
            "waiting": (sa.case((confirmed.is_(None), 0), else_=1), BY_NAME),
        },
        filters={
            "q": is_about,
            "programme": lambda value: _is_in(person, on, None if value == NOWHERE else UUID(value)),
            "year": lambda value: col(YoungPerson.year_group) == value,
            "name": lambda value: confirmed.is_not(None) if value == "confirmed" else confirmed.is_(None),
            "slip": lambda value: _has_slip(person) if value == "yes" else ~_has_slip(person),
        },
        read=lambda db, rows: _person_lines(db, [row.id for row in rows], on),
    )


def in_no_programme(db: Session, *, organisation_id: UUID, on: date) -> int:
    """Count those who have not left and are in no programme on a day."""
    found = sa.select(sa.func.count(col(YoungPerson.id))).where(
        col(YoungPerson.organisation_id) == organisation_id,
        col(YoungPerson.left_at).is_(None),
        _is_in(col(YoungPerson.id), on, None),
    )
    return int(db.execute(found).scalar_one())


def members(*, programme_id: UUID, on: date) -> Listing[MemberLine]:
    """Return who is in a programme on a day, or will be.

    Orders: ``name``, ``year``, ``since``. Filters: ``q``, ``break`` (``yes``, ``no``).
    """
    paused = sa.exists().where(
        col(Break.enrolment_id) == col(Enrolment.id),
        col(Break.starts_on) <= on,
        sa.or_(col(Break.ends_on).is_(None), col(Break.ends_on) >= on),
    )
    return Listing(
        statement=sa.select(
            col(Enrolment.id),
            col(Enrolment.young_person_id),
            col(Enrolment.started_on),
            col(Enrolment.ended_on),
            paused.label("is_on_break"),
        )
        .join(YoungPerson, col(YoungPerson.id) == col(Enrolment.young_person_id))
        .where(
            col(Enrolment.programme_id) == programme_id,
            sa.or_(col(Enrolment.ended_on).is_(None), col(Enrolment.ended_on) >= on),
        ),
        key=col(Enrolment.id),
        orders={"name": (BY_NAME,), "year": BY_YEAR, "since": (col(Enrolment.started_on), BY_NAME)},
        filters={"q": is_about, "break": lambda value: paused if value == "yes" else ~paused},
        read=_member_lines,
    )


def _is_in(person: Expression, on: date, programme_id: UUID | None) -> sa.ColumnElement[bool]:
    place = sa.exists().where(
        col(Enrolment.young_person_id) == person,
        col(Enrolment.started_on) <= on,
        sa.or_(col(Enrolment.ended_on).is_(None), col(Enrolment.ended_on) >= on),
    )
    return ~place if programme_id is None else place.where(col(Enrolment.programme_id) == programme_id)


def _has_slip(person: Expression) -> sa.ColumnElement[bool]:
    return sa.or_(
        *(
            sa.exists().where(col(model.young_person_id) == person, col(model.withdrawn_at).is_(None))
            for model in (ClaimSlip, WordCard)
        )
    )


def _person_lines(db: Session, ids: Sequence[UUID], on: date) -> list[PersonLine]:
    found, slips = people.young_people_by_id(db, ids), word_cards.with_way_in(db, ids)
    names: dict[UUID, list[str]] = {each: [] for each in ids}
    wanted = (
        sa.select(col(Enrolment.young_person_id), col(Programme.name))
        .join(Programme, col(Programme.id) == col(Enrolment.programme_id))
        .where(
            col(Enrolment.young_person_id).in_(ids),
            col(Enrolment.started_on) <= on,
            sa.or_(col(Enrolment.ended_on).is_(None), col(Enrolment.ended_on) >= on),
        )
        .order_by(col(Programme.name))
    )
    for person_id, name in db.execute(wanted):
        names[person_id].append(name)
    return [
        PersonLine(person=found[each], programmes=tuple(names[each]), has_slip=each in slips)
        for each in ids
        if each in found
    ]


def _member_lines(db: Session, rows: Sequence[Any]) -> list[MemberLine]:
    ids = [row.young_person_id for row in rows]
    found, slips = people.young_people_by_id(db, ids), word_cards.with_way_in(db, ids)
    return [
        MemberLine(
            person=found[row.young_person_id],
            started_on=row.started_on,
            ended_on=row.ended_on,
            is_on_break=bool(row.is_on_break),
            has_slip=row.young_person_id in slips,
        )
        for row in rows
        if row.young_person_id in found
    ]
