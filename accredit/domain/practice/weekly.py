"""Approved time by weeks, Monday to Sunday, for a sheet that somebody else asks for (Duke of Edinburgh's Award).

- Only what an adult approved counts, and meetings with one's own adult are no time given.
- A total brought forward from earlier records has no days, so it is in no week.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from accredit.domain.practice.queries import EntryFacts
from accredit.domain.practice.rules import HoursStatus


@dataclass(frozen=True, kw_only=True)
class Week:
    """What was approved in one week: its Monday, the days, what was done, and how many minutes."""

    begins_on: date
    days: tuple[date, ...]
    activities: tuple[str, ...]
    minutes: int


def counted(entries: Iterable[EntryFacts]) -> tuple[EntryFacts, ...]:
    """Return what counts, oldest first."""
    found = (each for each in entries if each.status is HoursStatus.APPROVED and not each.is_meeting)
    return tuple(sorted(found, key=lambda each: (each.held_on, each.starts_at)))


def by_week(entries: Iterable[EntryFacts], *, first_on: date, last_on: date) -> tuple[Week, ...]:
    """Return the weeks between two days, both included, in which something counts."""
    weeks: defaultdict[date, list[EntryFacts]] = defaultdict(list)
    for each in counted(entries):
        if first_on <= each.held_on <= last_on:
            weeks[each.held_on - timedelta(days=each.held_on.weekday())].append(each)
    return tuple(
        Week(
            begins_on=monday,
            days=tuple(dict.fromkeys(each.held_on for each in found)),
            activities=tuple(dict.fromkeys(each.activity_title for each in found)),
            minutes=sum(each.minutes for each in found),
        )
        for monday, found in weeks.items()
    )
