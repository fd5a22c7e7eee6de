"""What stands out about an entry, one thing at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from typing import Any
from uuid import uuid4

import pytest

from accredit.domain.practice.noticing import Notice, easter, is_no_school_day, minutes_of_week, noticed
from accredit.domain.practice.rules import Entry, HoursStatus, Terms
from accredit.domain.programmes.templates import TEMPLATES
from accredit.domain.training.rules import Enrolled

SAM, NIA = uuid4(), uuid4()
MONDAY = date(2026, 3, 2)
ENROLLED = Enrolled(
    enrolment_id=uuid4(),
    young_person_id=uuid4(),
    organisation_id=uuid4(),
    programme_id=uuid4(),
    started_on=date(2025, 9, 8),
    ended_on=None,
)
TERMS = Terms(enrolled=ENROLLED, trained_on=date(2025, 10, 3), definition=TEMPLATES["WA"])


def _entry(**changes: Any) -> Entry:
    entry = Entry(
        id=uuid4(),
        enrolment_id=ENROLLED.enrolment_id,
        activity_type="drop-in",
        held_on=MONDAY,
        starts_at=time(12, 30),
        minutes=30,
        supervised_by=SAM,
        logged_on=MONDAY,
    )
    return replace(entry, **changes)


def _found(entry: Entry, *others: Entry, turns_13: str | None = None) -> set[Notice]:
    mine = [entry, *(other for other in others if other.enrolment_id == entry.enrolment_id)]
    return set(noticed(entry, terms=TERMS, own=mine, of_adult=[entry, *others], turns_13=turns_13))


def _somebody_else(**changes: Any) -> Entry:
    return _entry(enrolment_id=uuid4(), **changes)


def test_an_ordinary_entry_has_nothing_to_look_at() -> None:
    assert _found(_entry()) == set()


@pytest.mark.attack("WZ18")
@pytest.mark.parametrize(
    ("activity", "other", "stands_out"),
    [
        pytest.param("drop-in", {"activity_type": "drop-in"}, False, id="one drop-in with several young people"),
        pytest.param("drop-in", {"activity_type": "buddying"}, True, id="a drop-in and buddying at the same time"),
        pytest.param("one-to-one", {"activity_type": "one-to-one"}, True, id="two one-to-one talks at the same time"),
        pytest.param(
            "drop-in", {"activity_type": "buddying", "starts_at": time(13)}, False, id="one straight after the other"
        ),
        pytest.param("drop-in", {"activity_type": "buddying", "supervised_by": NIA}, False, id="two adults"),
        pytest.param(
            "drop-in", {"activity_type": "buddying", "held_on": date(2026, 3, 3)}, False, id="on different days"
        ),
    ],
)
def test_an_adult_in_two_places_at_once(activity: str, other: dict[str, Any], stands_out: bool) -> None:
    found = _found(_entry(activity_type=activity), _somebody_else(**other))
    assert (Notice.TWO_PLACES in found) is stands_out


@pytest.mark.parametrize(
    ("other", "stands_out"),
    [
        pytest.param({"starts_at": time(15)}, True, id="the same day, kind and length at another hour"),
        pytest.param({"starts_at": time(15), "minutes": 45}, False, id="another length"),
        pytest.param({"held_on": date(2026, 3, 9)}, False, id="the same every Monday"),
        pytest.param({"starts_at": time(15), "activity_type": "buddying"}, False, id="another kind"),
    ],
)
def test_an_entry_that_looks_like_another(other: dict[str, Any], stands_out: bool) -> None:
    assert (Notice.LOOKS_THE_SAME in _found(_entry(), _entry(**other))) is stands_out


@pytest.mark.attack("WZ20")
def test_six_entries_put_in_on_one_day_stand_out_and_five_do_not() -> None:
    entries = [_entry(held_on=date(2026, 2, day), logged_on=MONDAY) for day in range(9, 14)]
    assert Notice.MANY_AT_ONCE not in _found(entries[0], *entries[1:])
    assert Notice.MANY_AT_ONCE in _found(_entry(), *entries)
    registered = [replace(each, status=HoursStatus.APPROVED) for each in entries]
    assert Notice.MANY_AT_ONCE not in _found(_entry(), *registered), "those an adult has looked at do not wait"


@pytest.mark.attack("WZ18")
@pytest.mark.parametrize(
    ("day", "is_closed"),
    [
        pytest.param(date(2026, 3, 7), True, id="a Saturday"),
        pytest.param(date(2026, 3, 8), True, id="a Sunday"),
        pytest.param(date(2025, 12, 24), True, id="Christmas Eve"),
        pytest.param(date(2026, 1, 1), True, id="New Year's Day"),
        pytest.param(date(2026, 1, 2), False, id="the second of January, a school day in some places"),
        pytest.param(date(2026, 4, 3), True, id="Good Friday"),
        pytest.param(date(2026, 4, 6), True, id="Easter Monday"),
        pytest.param(date(2026, 4, 7), False, id="the Tuesday after"),
        pytest.param(date(2026, 7, 24), False, id="the last Friday of July in some places"),
        pytest.param(date(2026, 7, 27), True, id="the summer everywhere"),
        pytest.param(date(2026, 8, 12), False, id="when Scottish schools open again"),
    ],
)
def test_a_day_on_which_no_school_is_open(day: date, is_closed: bool) -> None:
    assert is_no_school_day(day) is is_closed
    assert (Notice.NO_SCHOOL_DAY in _found(_entry(held_on=day))) is is_closed


@pytest.mark.parametrize(
    ("year", "day"),
    [(2024, date(2024, 3, 31)), (2025, date(2025, 4, 20)), (2026, date(2026, 4, 5)), (2038, date(2038, 4, 25))],
    ids=str,
)
def test_easter_is_where_the_almanac_has_it(year: int, day: date) -> None:
    assert easter(year) == day


@pytest.mark.attack("WZ18")
@pytest.mark.parametrize(
    ("turns_13", "stands_out"),
    [
        pytest.param(None, False, id="no month of birth is known"),
        pytest.param("2028-03", False, id="eleven in the month of the entry"),
        pytest.param("2028-04", True, id="eleven in the month after"),
    ],
)
def test_hours_before_the_eleventh_birthday_stand_out(turns_13: str | None, stands_out: bool) -> None:
    assert (Notice.BEFORE_ELEVEN in _found(_entry(), turns_13=turns_13)) is stands_out


def test_a_week_above_the_programmes_amount_is_a_lot() -> None:
    week = [_entry(held_on=date(2026, 3, day), minutes=60) for day in (3, 4, 8)]
    assert TERMS.definition.weekly_minutes == 180
    assert Notice.A_LOT_LATELY not in _found(week[0], *week[1:])
    assert Notice.A_LOT_LATELY in _found(_entry(minutes=1), *week)


def test_another_week_and_meetings_do_not_make_it_a_lot() -> None:
    others = [
        _entry(held_on=date(2026, 3, 1), minutes=400),
        _entry(held_on=date(2026, 3, 9), minutes=400),
        _entry(activity_type="supervision", starts_at=time(9), minutes=400),
    ]
    assert Notice.A_LOT_LATELY not in _found(_entry(), *others)
    assert minutes_of_week(MONDAY, terms=TERMS, own=[_entry(), *others]) == 30
    assert Notice.A_LOT_LATELY not in _found(others[2], *others[:2])
