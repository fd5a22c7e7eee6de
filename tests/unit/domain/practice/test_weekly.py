"""Approved time by weeks: Monday to Sunday, only what counts, nothing twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from uuid import UUID

from accredit.domain.practice.queries import EntryFacts
from accredit.domain.practice.rules import HoursStatus, Source
from accredit.domain.practice.weekly import by_week, counted

ALWAYS = {"first_on": date(2025, 9, 1), "last_on": date(2026, 8, 31)}
ENTRY = EntryFacts(
    id=UUID(int=1),
    enrolment_id=UUID(int=2),
    activity_type="drop-in",
    activity_title="Drop-in",
    is_meeting=False,
    held_on=date(2025, 10, 6),
    starts_at=time(12, 30),
    minutes=45,
    supervised_by=UUID(int=3),
    supervised_by_name="Sam",
    source=Source.YOUNG_PERSON,
    status=HoursStatus.APPROVED,
    return_reason=None,
    decided_by_name="Sam",
    decided_at=None,
    corrects_id=None,
)


def test_monday_and_sunday_are_one_week_and_the_next_monday_another() -> None:
    days = [date(2025, 10, 13), date(2025, 10, 6), date(2025, 10, 12)]
    first, second = by_week([replace(ENTRY, held_on=day) for day in days], **ALWAYS)
    assert (first.begins_on, first.minutes) == (date(2025, 10, 6), 90)
    assert first.days == (date(2025, 10, 6), date(2025, 10, 12))
    assert (second.begins_on, second.minutes) == (date(2025, 10, 13), 45)


def test_only_what_an_adult_approved_counts_and_no_meeting() -> None:
    others = [replace(ENTRY, status=status) for status in HoursStatus if status is not HoursStatus.APPROVED]
    assert counted([*others, replace(ENTRY, is_meeting=True)]) == ()
    assert by_week([*others, ENTRY], **ALWAYS)[0].minutes == 45


def test_days_outside_are_left_out_and_both_ends_are_inside() -> None:
    days = [date(2025, 10, 5), date(2025, 10, 6), date(2025, 10, 7), date(2025, 10, 8)]
    (week,) = by_week(
        [replace(ENTRY, held_on=day) for day in days], first_on=date(2025, 10, 6), last_on=date(2025, 10, 7)
    )
    assert week.days == (date(2025, 10, 6), date(2025, 10, 7))


def test_each_activity_and_each_day_is_named_once() -> None:
    later = replace(ENTRY, starts_at=time(15, 0), activity_title="Buddying")
    (week,) = by_week([later, ENTRY, replace(ENTRY, starts_at=time(16, 0))], **ALWAYS)
    assert week.activities == ("Drop-in", "Buddying")
    assert (week.days, week.minutes) == ((date(2025, 10, 6),), 135)
