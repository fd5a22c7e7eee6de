"""Meetings beside the time given."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import uuid4

import pytest

from accredit.domain.people.models import YoungPerson
from accredit.domain.practice.rules import Entry, HoursStatus, Terms
from accredit.domain.practice.supervision import Supervision, minutes_between_meetings, standing
from accredit.domain.programmes.templates import TEMPLATES
from accredit.domain.training.rules import Enrolled

TODAY = date(2026, 3, 20)
ENROLLED = Enrolled(
    enrolment_id=uuid4(),
    young_person_id=uuid4(),
    organisation_id=uuid4(),
    programme_id=uuid4(),
    started_on=date(2025, 9, 8),
    ended_on=None,
)
TERMS = Terms(enrolled=ENROLLED, trained_on=date(2025, 10, 3), definition=TEMPLATES["WA"])
AMA = YoungPerson(
    id=ENROLLED.young_person_id,
    organisation_id=ENROLLED.organisation_id,
    printed_name="Ama Sample",
    known_as="Ama",
    created_at=datetime(2025, 9, 1, tzinfo=UTC),
)


def _entry(day: int, minutes: int = 60, *, month: int = 2, **changes: Any) -> Entry:
    entry = Entry(
        id=uuid4(),
        enrolment_id=ENROLLED.enrolment_id,
        activity_type="drop-in",
        held_on=date(2026, month, day),
        starts_at=time(12, 30),
        minutes=minutes,
        supervised_by=uuid4(),
        logged_on=date(2026, month, day),
        status=HoursStatus.APPROVED,
    )
    return replace(entry, **changes)


def _meeting(day: int, *, month: int = 2) -> Entry:
    return _entry(day, 20, month=month, activity_type="supervision", starts_at=time(9))


def _standing(*own: Entry, terms: Terms = TERMS) -> Supervision:
    return standing(ENROLLED.enrolment_id, AMA, terms=terms, own=own, on=TODAY)


@pytest.mark.parametrize("code", TEMPLATES)
def test_every_template_says_how_much_time_goes_with_a_meeting(code: str) -> None:
    between = minutes_between_meetings(TEMPLATES[code])
    assert between is not None
    assert 60 <= between <= 20 * 60


def test_a_programme_without_meetings_asks_for_none() -> None:
    levels = tuple(replace(level, supervision_meetings=0) for level in TEMPLATES["WA"].levels)
    assert minutes_between_meetings(replace(TEMPLATES["WA"], levels=levels)) is None


def test_time_and_meetings_are_told_apart() -> None:
    found = _standing(_entry(2, 90), _entry(3, 60), _meeting(4), _entry(5, 30))
    assert (found.minutes, found.meetings, found.last_meeting) == (180, 1, date(2026, 2, 4))
    assert (found.minutes_since, found.minutes_for_each) == (30, 180)


def test_before_the_first_meeting_everything_counts_since_the_start() -> None:
    found = _standing(_entry(2, 90), _entry(3, 60))
    assert (found.meetings, found.last_meeting, found.minutes_since, found.minutes_for_each) == (0, None, 150, None)


def test_a_meeting_is_due_after_more_time_than_goes_with_one() -> None:
    between = minutes_between_meetings(TERMS.definition)
    assert between is not None
    assert not _standing(_entry(2, between)).is_due
    assert _standing(_entry(2, between), _entry(3, 1)).is_due
    assert not _standing(_entry(2, between), _meeting(3), _entry(4, 1)).is_due


def test_only_approved_time_of_this_programme_counts_and_nothing_after_the_day() -> None:
    others = [
        _entry(2, status=HoursStatus.SUBMITTED),
        _entry(3, enrolment_id=uuid4()),
        _entry(21, month=3),
    ]
    assert _standing(*others).minutes == 0


def test_the_last_seven_days_are_a_lot_with_what_still_waits_and_in_every_programme() -> None:
    week = [_entry(14, 90, month=3, status=HoursStatus.SUBMITTED), _entry(20, 90, month=3, enrolment_id=uuid4())]
    assert _standing(*week).lately == 180
    assert not _standing(*week).is_a_lot
    assert _standing(*week, _entry(16, 1, month=3)).is_a_lot
    assert not _standing(*week, _entry(13, 400, month=3), _meeting(16, month=3)).is_a_lot


def test_a_break_is_a_break() -> None:
    resting = replace(TERMS, enrolled=replace(ENROLLED, breaks=((date(2026, 3, 1), None),)))
    assert _standing(terms=resting).is_on_break
