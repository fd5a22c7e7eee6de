"""A school's summary for its governors: one period in counts, with what is too small to be told left out already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from accredit.domain.awarding import queries as awarding
from accredit.domain.enrolments import queries as enrolments
from accredit.domain.enrolments.queries import EnrolmentFacts
from accredit.domain.impact.rules import is_small, shown, sum_shown
from accredit.domain.practice import queries as practice
from accredit.domain.practice.queries import Totals
from accredit.domain.programmes import queries as programmes
from accredit.domain.programmes.queries import ProgrammeFacts
from accredit.domain.training import queries as training
from accredit.storage import Session


@dataclass(frozen=True, kw_only=True)
class ProgrammeLine:
    """One programme in a period; None where a number is too small to be told."""

    name: str
    people: int | None
    gave_time: int | None
    minutes: int | None


@dataclass(frozen=True, kw_only=True)
class AwardLine:
    """How often one level of one programme was awarded in a period."""

    programme: str
    level: str
    count: int | None


@dataclass(frozen=True, kw_only=True)
class Summary:
    """One period of one school; None where a number is too small to be told."""

    since: date
    until: date
    people: int | None
    trained: int | None
    gave_time: int | None
    minutes: int | None
    meetings: int | None
    awards: int | None
    sessions: int
    registers: int
    programmes: tuple[ProgrammeLine, ...]
    levels: tuple[AwardLine, ...]

    @property
    def leaves_out(self) -> bool:
        """Whether anything was too small to be told."""
        cells = [self.people, self.trained, self.gave_time, self.minutes, self.meetings, self.awards]
        cells += [cell for each in self.programmes for cell in (each.people, each.gave_time)]
        return None in [*cells, *(each.count for each in self.levels)]


@dataclass(frozen=True, kw_only=True)
class _Given:
    """What one place in a programme came to within the period."""

    minutes: int
    meetings: int


def summary(db: Session, *, organisation_id: UUID, since: date, until: date) -> Summary:
    """Return the summary of a period, both days included. Time from a school's earlier records is not part of it."""
    found = programmes.programmes(db, organisation_id=organisation_id, on=until)
    places = [_places(db, each, since, until) for each in found]
    given = _given(db, [place.id for each in places for place in each], since, until)
    gave = [[place for place in each if given[place.id].minutes] for each in places]
    people, giving = [len(_people(each)) for each in places], [len(_people(each)) for each in gave]
    everybody, givers = _people([p for each in places for p in each]), _people([p for each in gave for p in each])
    minutes = [sum(given[place.id].minutes for place in each) for each in gave]
    levels, awarded = _levels(db, found, since, until)
    held = [each for each in training.sessions(db) if each.is_taken and since <= each.held_on <= until]
    shown_giving = shown(giving)
    total_giving = sum_shown(giving, len(givers))
    return Summary(
        since=since,
        until=until,
        people=sum_shown(people, len(everybody)),
        trained=_told(len(_trained(db, places, since, until))),
        gave_time=total_giving,
        minutes=None if total_giving is None else sum(minutes),
        meetings=None if total_giving is None else sum(each.meetings for each in given.values()),
        awards=awarded,
        sessions=len(held),
        registers=sum(since <= each.held_on <= until for each in practice.practice_sessions(db)),
        programmes=tuple(
            ProgrammeLine(name=each.name, people=of, gave_time=by, minutes=None if by is None else time)
            for each, of, by, time in zip(found, shown(people), shown_giving, minutes, strict=True)
        ),
        levels=levels,
    )


def _told(count: int) -> int | None:
    return None if is_small(count) else count


def _people(places: Collection[EnrolmentFacts]) -> set[UUID]:
    return {place.young_person_id for place in places}


def _places(db: Session, programme: ProgrammeFacts, since: date, until: date) -> list[EnrolmentFacts]:
    every = enrolments.enrolments_in(db, programme.id).values()
    return [each for each in every if each.started_on <= until and (each.ended_on is None or each.ended_on >= since)]


def _given(db: Session, enrolment_ids: Collection[UUID], since: date, until: date) -> Mapping[UUID, _Given]:
    before = practice.totals(db, enrolment_ids, until=since - timedelta(days=1))
    by_the_end = practice.totals(db, enrolment_ids, until=until)
    return {each: _between(before[each], by_the_end[each]) for each in enrolment_ids}


def _between(before: Totals, by_the_end: Totals) -> _Given:
    own = by_the_end.minutes - by_the_end.earlier_minutes
    return _Given(
        minutes=own - (before.minutes - before.earlier_minutes), meetings=by_the_end.meetings - before.meetings
    )


def _trained(db: Session, places: Sequence[Sequence[EnrolmentFacts]], since: date, until: date) -> set[UUID]:
    of = {place.id: place.young_person_id for each in places for place in each}
    attended = training.modules_attended(db, training.enrolled(db, of), until=until)
    return {
        of[each] for each, modules in attended.items() if any(module.latest_on >= since for module in modules.values())
    }


def _levels(
    db: Session, found: Sequence[ProgrammeFacts], since: date, until: date
) -> tuple[tuple[AwardLine, ...], int | None]:
    """Return how often each level was awarded, and the sum of it."""
    counted: Counter[tuple[str, str]] = Counter()
    for programme in found:
        if programme.current is not None:
            # Levels that nobody was awarded are told, too: none is a number.
            counted.update({(programme.name, level.title): 0 for level in programme.current.definition.levels})
        for awards in awarding.awards_of(db, enrolments.enrolments_in(db, programme.id)).values():
            counted.update((programme.name, each.level_title) for each in awards if since <= each.awarded_on <= until)
    lines = tuple(
        AwardLine(programme=programme, level=level, count=count)
        for (programme, level), count in zip(counted, shown(list(counted.values())), strict=True)
    )
    return lines, sum_shown(list(counted.values()), counted.total())
