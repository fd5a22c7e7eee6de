"""What two records hold, side by side, before anybody says that they are one person's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.awarding import queries as awarding
from accredit.domain.awarding.models import Award
from accredit.domain.awarding.queries import Progress
from accredit.domain.credentials import queries as credentials
from accredit.domain.credentials.queries import issuance_kind
from accredit.domain.credentials.views import CredentialView
from accredit.domain.enrolments.models import Enrolment
from accredit.domain.issuing.models import Issuance, Replacement
from accredit.domain.issuing.rules import Stage
from accredit.domain.merging import rules
from accredit.domain.merging.rules import Record
from accredit.domain.people import queries as people
from accredit.domain.people.names import name_key
from accredit.domain.people.queries import SlipFacts, YoungPersonFacts
from accredit.domain.practice.casebook import as_entry
from accredit.domain.practice.earlier_hours import standing
from accredit.domain.practice.models import EarlierHoursRequest, HoursBroughtForward, HoursEntry
from accredit.domain.practice.rules import HoursStatus
from accredit.errors import RuleBroken
from accredit.storage import Session

MOST_OFFERED = 20


@dataclass(frozen=True, kw_only=True)
class Side:
    """One of the two records, as a page shows it."""

    person: YoungPersonFacts
    slip: SlipFacts | None
    places: tuple[Progress, ...]
    certificates: tuple[CredentialView, ...]


@dataclass(frozen=True, kw_only=True)
class Preview:
    """Both records, what is in the way, the programmes that both are in, and whether two people decide."""

    kept: Side
    other: Side
    in_the_way: tuple[RuleBroken, ...]
    both_in: tuple[str, ...]
    needs_two: bool


def preview(db: Session, *, kept_id: UUID, other_id: UUID, on: date) -> Preview:
    """Return both sides. Raises `NotFound`."""
    sides = [_side(db, each, on) for each in (kept_id, other_id)]
    kept, other = (record(db, each.person) for each in sides)
    names = [{place.programme_id: place.programme_name for place in side.places} for side in sides]
    return Preview(
        kept=sides[0],
        other=sides[1],
        in_the_way=rules.findings(kept, other),
        both_in=tuple(sorted(name for each, name in names[0].items() if each in names[1])),
        needs_two=rules.needs_two(kept, other),
    )


def candidates(db: Session, *, person: YoungPersonFacts, text: str) -> tuple[YoungPersonFacts, ...]:
    """Return who else it may be: those whose names hold each word of a text, or without one those of a like name."""
    found = people.young_people(db, organisation_id=person.organisation_id, include_left=True)
    wanted = set(name_key(text).split())
    own = set(name_key(f"{person.printed_name} {person.known_as}").split())

    def fits(each: YoungPersonFacts) -> bool:
        words = set(name_key(f"{each.printed_name} {each.known_as}").split())
        if wanted:
            return all(any(word.startswith(part) for word in words) for part in wanted)
        return bool(words & own)

    return tuple(each for each in found if each.id != person.id and fits(each))[:MOST_OFFERED]


def record(db: Session, person: YoungPersonFacts) -> Record:
    """Return one record as the rules see it."""
    places = _places(db, person.id)
    awards = sa.select(sa.func.count()).where(col(Award.enrolment_id).in_(places), ~awarding.set_aside())
    entries = sa.select(HoursEntry).where(
        col(HoursEntry.enrolment_id).in_(places),
        col(HoursEntry.status).in_([HoursStatus.SUBMITTED, HoursStatus.APPROVED]),
    )
    return Record(
        id=person.id,
        has_left=person.left_at is not None,
        awards=db.execute(awards).scalar_one(),
        unsigned=db.execute(awards.where(_is_on_its_way())).scalar_one(),
        entries=tuple(as_entry(row) for row in db.execute(entries).scalars()),
        totals=_totals(db, places),
    )


def _is_on_its_way() -> sa.ColumnElement[bool]:
    """Return the condition that a certificate of the statement's award is still to be signed, the first or another."""
    own = sa.and_(col(Issuance.kind) == issuance_kind, col(Issuance.subject_id) == col(Award.id))
    ordered = sa.exists().where(
        col(Replacement.kind) == issuance_kind,
        col(Replacement.subject_id) == col(Award.id),
        col(Replacement.ended_at).is_(None),
        col(Replacement.given_up_at).is_(None),
    )
    return sa.or_(
        ~sa.exists().where(own, col(Issuance.stage).in_([Stage.RECORDED, Stage.RELEASED])),
        sa.exists().where(own, col(Issuance.stage) == Stage.INTENT),
        ordered,
    )


def _totals(db: Session, places: Sequence[UUID]) -> frozenset[UUID]:
    attested = sa.select(col(HoursBroughtForward.enrolment_id)).where(standing(), col(HoursBroughtForward.minutes) > 0)
    named = sa.or_(
        col(Enrolment.id).in_(attested), col(Enrolment.id).in_(sa.select(col(EarlierHoursRequest.enrolment_id)))
    )
    found = sa.select(col(Enrolment.programme_id)).where(col(Enrolment.id).in_(places), named)
    return frozenset(db.execute(found).scalars())


def _side(db: Session, person_id: UUID, on: date) -> Side:
    places = _places(db, person_id)
    return Side(
        person=people.young_person(db, person_id),
        slip=people.current_slip(db, person_id),
        places=tuple(awarding.progress_of(db, places, on=on)),
        certificates=tuple(credentials.of_young_person(db, person_id)),
    )


def _places(db: Session, person_id: UUID) -> list[UUID]:
    wanted = sa.select(col(Enrolment.id)).where(col(Enrolment.young_person_id) == person_id)
    return list(db.execute(wanted.order_by(col(Enrolment.started_on), col(Enrolment.id))).scalars())
