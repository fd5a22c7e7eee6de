"""Supervision meetings beside the time given, for each young person of a programme, by name and never by amount.

- A programme's levels say how much time goes with one meeting; the strictest of them is taken.
- A meeting is due once more time than that was approved since the last one.
- Above the programme's weekly amount in the last seven days it is a lot lately, waiting time included.

That a meeting was held is known here, never what was said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from accredit.domain.people.models import YoungPerson
from accredit.domain.practice.casebook import open_casebook
from accredit.domain.practice.rules import Entry, HoursStatus, Terms
from accredit.domain.programmes.rules import Definition
from accredit.domain.training import queries as training
from accredit.storage import Session

LATELY = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Supervision:
    """One young person's time and meetings; ``minutes_since`` counts from the last meeting, or from the start."""

    enrolment_id: UUID
    young_person_id: UUID
    known_as: str
    printed_name: str
    is_on_break: bool
    minutes: int
    meetings: int
    last_meeting: date | None
    minutes_since: int
    is_due: bool
    lately: int
    is_a_lot: bool

    @property
    def minutes_for_each(self) -> int | None:
        """Approved minutes for each meeting held; None before the first."""
        return self.minutes // self.meetings if self.meetings else None


def minutes_between_meetings(definition: Definition) -> int | None:
    """Return how much time goes with one meeting in a programme; None where no level asks for meetings."""
    asked = [
        level.minutes // level.supervision_meetings
        for level in definition.levels
        if level.supervision_meetings and level.minutes
    ]
    return min(asked, default=None)


def supervision(db: Session, *, programme_id: UUID, on: date) -> tuple[Supervision, ...]:
    """Return how everybody enrolled on a day stands, by name, in a constant number of statements."""
    people = list(training.people_enrolled(db, programme_id=programme_id, on=on))
    casebook = open_casebook(db, [enrolment_id for enrolment_id, _ in people])
    return tuple(
        standing(
            enrolment_id,
            person,
            terms=casebook.terms(enrolment_id, on),
            own=casebook.others(enrolment_id, only_approved=False),
            on=on,
        )
        for enrolment_id, person in people
    )


def standing(enrolment_id: UUID, person: YoungPerson, *, terms: Terms, own: Sequence[Entry], on: date) -> Supervision:
    """Return how one young person stands; ``own`` are their submitted and approved entries, in every programme."""
    here = [each for each in own if each.enrolment_id == enrolment_id and each.held_on <= on]
    approved = [each for each in here if each.status is HoursStatus.APPROVED]
    meetings = [each for each in approved if terms.is_meeting(each.activity_type)]
    time = [each for each in approved if not terms.is_meeting(each.activity_type)]
    last = max((each.held_on for each in meetings), default=None)
    since = sum(each.minutes for each in time if last is None or each.held_on > last)
    between = minutes_between_meetings(terms.definition)
    lately = sum(
        each.minutes for each in own if on - LATELY < each.held_on <= on and not terms.is_meeting(each.activity_type)
    )
    return Supervision(
        enrolment_id=enrolment_id,
        young_person_id=person.id,
        known_as=person.known_as,
        printed_name=person.printed_name,
        is_on_break=terms.enrolled.is_on_break(on),
        minutes=sum(each.minutes for each in time),
        meetings=len(meetings),
        last_meeting=last,
        minutes_since=since,
        is_due=between is not None and since > between,
        lately=lately,
        is_a_lot=lately > terms.definition.weekly_minutes,
    )
