"""What an adult may want to look at before approving. None of it is refused, and no young person ever reads it.

- ``two-places``: the adult named is said to be at something else at that time.
- ``looks-the-same``: the same person has another entry of that day, of the same kind and length.
- ``many-at-once``: the same person put in six entries or more on one day.
- ``no-school-day``: a Saturday, a Sunday, or a day on which schools all over the United Kingdom are closed.
- ``before-eleven``: the young person was not eleven yet, as far as their month of birth is known.
- ``added-late``: a member of staff added it after the programme's days, and says why.
- ``a-lot-lately``: their week holds more than the programme's weekly amount. A good moment to ask how they are.

Whether an entry may be approved at all is in `rules`. Nothing here compares two young people with each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from enum import StrEnum

from accredit.domain.practice.rules import ONE_TO_ONE, Entry, Terms

MANY = 6


class Notice(StrEnum):
    """Something to look at; in the order in which it is told."""

    TWO_PLACES = "two-places"
    LOOKS_THE_SAME = "looks-the-same"
    MANY_AT_ONCE = "many-at-once"
    NO_SCHOOL_DAY = "no-school-day"
    BEFORE_ELEVEN = "before-eleven"
    ADDED_LATE = "added-late"
    A_LOT_LATELY = "a-lot-lately"


def noticed(
    entry: Entry, *, terms: Terms, own: Sequence[Entry], of_adult: Iterable[Entry], turns_13: str | None
) -> tuple[Notice, ...]:
    """Return what stands out about an entry.

    ``own`` are the same person's entries, submitted and approved, in every programme; ``of_adult`` those of everybody
    that name the same adult; ``turns_13`` is a month, ``YYYY-MM``.
    """
    others = [other for other in own if other.id != entry.id]
    found = {
        Notice.TWO_PLACES: any(_cannot_be_both(entry, other) for other in of_adult if other.id != entry.id),
        Notice.LOOKS_THE_SAME: any(_looks_the_same(entry, other) for other in others),
        Notice.MANY_AT_ONCE: sum(other.logged_on == entry.logged_on and other.is_waiting for other in own) >= MANY,
        Notice.NO_SCHOOL_DAY: is_no_school_day(entry.held_on),
        Notice.BEFORE_ELEVEN: turns_13 is not None and _is_before_eleven(entry.held_on, turns_13),
        Notice.ADDED_LATE: entry.late is not None,
        Notice.A_LOT_LATELY: not terms.is_meeting(entry.activity_type)
        and minutes_of_week(entry.held_on, terms=terms, own=own) > terms.definition.weekly_minutes,
    }
    return tuple(notice for notice in Notice if found[notice])


def minutes_of_week(day: date, *, terms: Terms, own: Iterable[Entry]) -> int:
    """Return a person's minutes of the week of ``day``, Monday to Sunday, waiting ones included; meetings are none."""
    monday = day - timedelta(days=day.weekday())
    week = range(monday.toordinal(), monday.toordinal() + 7)
    return sum(
        each.minutes for each in own if each.held_on.toordinal() in week and not terms.is_meeting(each.activity_type)
    )


def is_no_school_day(day: date) -> bool:
    """Say whether schools everywhere in the United Kingdom are closed; a school's own holidays are not known here."""
    if day.weekday() >= 5 or (day.month, day.day) >= (12, 24) or (day.month, day.day) == (1, 1):
        return True
    # English and Welsh schools close late in July, Scottish ones open again in the middle of August.
    if (7, 25) <= (day.month, day.day) <= (8, 10):
        return True
    return day - easter(day.year) in {timedelta(days=-2), timedelta(days=1)}


def easter(year: int) -> date:
    """Return Easter Sunday of the Gregorian calendar (the anonymous algorithm, Nature, 20 April 1876)."""
    golden = year % 19
    century, of_century = divmod(year, 100)
    leaps, rest = divmod(century, 4)
    correction = (century - (century + 8) // 25 + 1) // 3
    moon = (19 * golden + century - leaps - correction + 15) % 30
    weekday = (32 + 2 * rest + 2 * (of_century // 4) - moon - of_century % 4) % 7
    late = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def _cannot_be_both(entry: Entry, other: Entry) -> bool:
    # A drop-in has many young people and one adult; a one-to-one talk has one of each.
    apart = entry.activity_type != other.activity_type or entry.activity_type == ONE_TO_ONE
    return apart and entry.supervised_by == other.supervised_by and entry.overlaps(other)


def _looks_the_same(entry: Entry, other: Entry) -> bool:
    return (entry.held_on, entry.activity_type, entry.minutes) == (other.held_on, other.activity_type, other.minutes)


def _is_before_eleven(day: date, turns_13: str) -> bool:
    year, month = (int(part) for part in turns_13.split("-"))
    # Only the month is known: within it nobody is taken for younger than they are.
    return (day.year, day.month) < (year - 2, month)
