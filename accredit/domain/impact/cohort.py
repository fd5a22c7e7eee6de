"""How a cohort stands, in counts: what is held, what was attended, how much time was given in which month.

The figures are of a group, in the order of levels, modules and months; nobody is compared with anybody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.awarding import standing
from accredit.domain.awarding.queries import Progress
from accredit.domain.practice.models import HoursEntry
from accredit.domain.practice.rules import HoursStatus
from accredit.domain.programmes.rules import Definition
from accredit.storage import Session


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One bar; ``label`` None stands for those who hold no level yet."""

    label: str | None
    count: int


def levels_held(cohort: Sequence[Progress], definition: Definition) -> tuple[Figure, ...]:
    """Return how many hold no level yet, and how many hold each level as their highest."""
    counted = Counter(_highest(who) for who in cohort)
    known = {level.code for level in definition.levels}
    # A level that a later version dropped is still held.
    dropped = {award.level_code: award.level_title for who in cohort for award in who.awarded}
    return (
        Figure(label=None, count=counted[None]),
        *(Figure(label=level.title, count=counted[level.code]) for level in definition.levels),
        *(Figure(label=title, count=counted[code]) for code, title in sorted(dropped.items()) if code not in known),
    )


def _highest(who: Progress) -> str | None:
    order = who.definition.level_codes
    held = [award.level_code for award in who.awarded]
    return max(held, key=lambda code: order.index(code) if code in order else -1, default=None)


def ready(cohort: Sequence[Progress]) -> int:
    """Return how many have reached a level that they could be awarded."""
    return sum(bool(standing.due(who)) for who in cohort)


def modules_attended(cohort: Sequence[Progress], definition: Definition) -> tuple[Figure, ...]:
    """Return how many attended each module, in the order of the programme."""
    counted = Counter(module.code for who in cohort for module in who.portfolio.modules)
    return tuple(
        Figure(label=f"{module.code} {module.title}", count=counted[module.code]) for module in definition.modules
    )


def minutes_by_month(
    db: Session, enrolment_ids: Collection[UUID], *, meetings: Collection[str], since: date, until: date
) -> tuple[tuple[date, int], ...]:
    """Return (first day of the month, approved minutes) for every month of a period, in one statement.

    ``meetings`` are the activity types whose time does not count as hours.
    """
    day = col(HoursEntry.held_on)
    year, month = sa.extract("year", day), sa.extract("month", day)
    statement = (
        sa.select(year, month, sa.cast(sa.func.sum(col(HoursEntry.minutes)), sa.Integer))
        .where(
            col(HoursEntry.enrolment_id).in_(set(enrolment_ids)),
            col(HoursEntry.status) == HoursStatus.APPROVED,
            col(HoursEntry.activity_type).not_in(set(meetings)),
            day >= since,
            day <= until,
        )
        .group_by(year, month)
    )
    found = {(int(row[0]), int(row[1])): int(row[2]) for row in db.execute(statement)}
    return tuple((first, found.get((first.year, first.month), 0)) for first in _months(since, until))


def _months(since: date, until: date) -> tuple[date, ...]:
    first, last = since.year * 12 + since.month - 1, until.year * 12 + until.month - 1
    return tuple(date(each // 12, each % 12 + 1, 1) for each in range(first, last + 1))


def school_year_of(day: date) -> date:
    """Return the first of September with which the school year of a day began."""
    return date(day.year if day.month >= 9 else day.year - 1, 9, 1)
