"""When supervised hours count, rule by rule."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, time
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from accredit.domain.practice import rules
from accredit.domain.practice.rules import Entry, HoursStatus, SupervisorDays, Terms
from accredit.domain.programmes.templates import TEMPLATES
from accredit.domain.training.rules import Enrolled
from accredit.errors import RuleBroken

SAM, NIA, ENROLMENT, ELSEWHERE = uuid4(), uuid4(), uuid4(), uuid4()
DAY, TODAY = date(2026, 3, 2), date(2026, 3, 10)
SUPERVISORS = SupervisorDays({SAM: ((date(2025, 9, 1), None),), NIA: ((date(2026, 3, 5), None),)})
ENROLLED = Enrolled(
    enrolment_id=ENROLMENT,
    young_person_id=uuid4(),
    organisation_id=uuid4(),
    programme_id=uuid4(),
    started_on=date(2025, 9, 8),
    ended_on=date(2026, 7, 17),
    breaks=((date(2026, 1, 12), date(2026, 1, 16)), (date(2026, 6, 1), None)),
)
TERMS = Terms(enrolled=ENROLLED, trained_on=date(2025, 10, 3), definition=TEMPLATES["WA"])
MENTORING = replace(TERMS, definition=TEMPLATES["PM"])


def _entry(**changes: Any) -> Entry:
    entry = Entry(
        id=uuid4(),
        enrolment_id=ENROLMENT,
        activity_type="drop-in",
        held_on=DAY,
        starts_at=time(12, 30),
        minutes=30,
        supervised_by=SAM,
        logged_on=DAY,
    )
    changed = replace(entry, **changes)
    return replace(changed, logged_on=changes.get("logged_on", changed.held_on))


def _refusal(entry: Entry, **changes: Any) -> str | None:
    """The rule that refuses the approval of ``entry``, or None."""
    given: dict[str, Any] = {
        "approver": SAM,
        "terms": TERMS,
        "others": [],
        "supervisors": SUPERVISORS,
        "decided_on": TODAY,
    } | changes
    try:
        rules.check_approval(entry, **given)
    except RuleBroken as broken:
        return broken.rule
    return None


@pytest.mark.parametrize(
    ("entry", "changes", "rule"),
    [
        pytest.param(_entry(), {}, None, id="ordinary hours count"),
        pytest.param(_entry(), {"approver": None}, "own-hours", id="nobody approves their own hours"),
        pytest.param(_entry(status=HoursStatus.RETURNED), {}, "not-submitted", id="returned hours are not approved"),
        pytest.param(_entry(status=HoursStatus.CORRECTED), {}, "not-submitted", id="corrected hours are not approved"),
        pytest.param(_entry(held_on=TODAY), {}, None, id="today is not the future"),
        pytest.param(_entry(held_on=date(2026, 3, 11)), {}, "in-the-future", id="tomorrow is the future"),
        pytest.param(_entry(starts_at=time(23), minutes=60), {}, None, id="an entry may last until midnight"),
        pytest.param(_entry(starts_at=time(23), minutes=61), {}, "not-one-day", id="an entry does not cross midnight"),
        pytest.param(
            _entry(starts_at=time(6), minutes=720), {}, "over-day-limit", id="twelve hours want a second look"
        ),
        pytest.param(_entry(starts_at=time(6), minutes=721), {}, "entry-too-long", id="more than twelve hours"),
        pytest.param(_entry(activity_type="one-to-one"), {}, "wrong-activity-type", id="an activity it does not have"),
        pytest.param(_entry(held_on=date(2025, 9, 7)), {}, "before-enrolment", id="the day before they joined"),
        pytest.param(
            _entry(held_on=date(2026, 7, 20)),
            {"decided_on": date(2026, 7, 21)},
            "after-enrolment",
            id="after they left",
        ),
        pytest.param(_entry(held_on=date(2026, 1, 12)), {}, "on-a-break", id="the first day of a break"),
        pytest.param(_entry(held_on=date(2026, 1, 16)), {}, "on-a-break", id="the last day of a break"),
        pytest.param(_entry(held_on=date(2026, 1, 19)), {}, None, id="the day after a break"),
        pytest.param(
            _entry(held_on=date(2026, 6, 9)), {"decided_on": date(2026, 6, 9)}, "on-a-break", id="a break still open"
        ),
        pytest.param(_entry(held_on=date(2025, 10, 3)), {}, "before-training", id="the day of the last first training"),
        pytest.param(_entry(held_on=date(2025, 10, 4)), {}, None, id="the day after the first training"),
        pytest.param(
            _entry(), {"terms": replace(TERMS, trained_on=None)}, "before-training", id="one required module is missing"
        ),
        pytest.param(
            _entry(activity_type="supervision"),
            {"terms": replace(TERMS, trained_on=None)},
            None,
            id="a meeting needs no training first",
        ),
        pytest.param(_entry(supervised_by=NIA), {}, "not-a-supervisor", id="the adult became supervisor later"),
        pytest.param(_entry(), {"approver": NIA}, "not-a-supervisor", id="the approver became supervisor later"),
        pytest.param(_entry(), {"approver": uuid4()}, "not-a-supervisor", id="the approver never was a supervisor"),
        pytest.param(
            _entry(),
            {"supervisors": SupervisorDays({SAM: ((date(2025, 9, 1), DAY),)})},
            "not-a-supervisor",
            id="the approver is no longer a supervisor",
        ),
        pytest.param(_entry(logged_on=date(2026, 3, 30)), {}, None, id="logged on the last of 28 days"),
        pytest.param(_entry(logged_on=date(2026, 3, 31)), {}, "too-late", id="logged one day late"),
    ],
)
def test_hours_count_when(entry: Entry, changes: dict[str, Any], rule: str | None) -> None:
    assert _refusal(entry, **changes) == rule


@pytest.mark.parametrize(
    ("starts_at", "minutes", "held_on", "rule"),
    [
        pytest.param(time(12, 59), 10, DAY, "overlap", id="the last minute is shared"),
        pytest.param(time(12, 0), 31, DAY, "overlap", id="the first minute is shared"),
        pytest.param(time(12, 0), 90, DAY, "overlap", id="one lies within the other"),
        pytest.param(time(13, 0), 10, DAY, None, id="one begins as the other ends"),
        pytest.param(time(12, 0), 30, DAY, None, id="one ends as the other begins"),
        pytest.param(time(12, 30), 30, date(2026, 3, 3), None, id="another day"),
    ],
)
def test_entries_of_one_person_do_not_overlap(starts_at: time, minutes: int, held_on: date, rule: str | None) -> None:
    # In another programme too: an hour counts once.
    other = _entry(enrolment_id=ELSEWHERE, starts_at=starts_at, minutes=minutes, held_on=held_on)
    assert _refusal(_entry(), others=[other]) == rule


def _day(*minutes: int, kind: str = "drop-in") -> list[Entry]:
    return [_entry(starts_at=time(14 + at), minutes=each, activity_type=kind) for at, each in enumerate(minutes)]


@pytest.mark.parametrize(
    ("others", "minutes", "confirmed", "rule"),
    [
        pytest.param(_day(60), 60, False, None, id="exactly the limit counts"),
        pytest.param(_day(60, 30), 31, False, "over-day-limit", id="one minute more does not"),
        pytest.param(_day(60, 30), 31, True, None, id="the adult may confirm more"),
        pytest.param(_day(60, 30, kind="supervision"), 60, False, None, id="meetings are not counted in"),
        pytest.param([], 121, False, "over-day-limit", id="one long entry is over the limit as well"),
    ],
)
@pytest.mark.attack("IN03")
def test_a_day_has_no_more_than_its_limit(others: list[Entry], minutes: int, confirmed: bool, rule: str | None) -> None:
    entry = _entry(starts_at=time(9), minutes=minutes)
    assert _refusal(entry, others=others, confirm_over_day_limit=confirmed) == rule


def _pair(held_on: date, minutes: int = 60, **changes: Any) -> Entry:
    return _entry(activity_type="one-to-one", held_on=held_on, minutes=minutes, starts_at=time(15), **changes)


FOUR_HOURS = [_pair(date(2026, 2, day)) for day in (16, 17, 18, 19)]


@pytest.mark.parametrize(
    ("entry", "others", "rule"),
    [
        pytest.param(_pair(DAY), FOUR_HOURS[1:], None, id="exactly four hours"),
        pytest.param(_pair(DAY), FOUR_HOURS, "one-to-one-needs-meeting", id="a fifth hour waits"),
        pytest.param(
            _pair(DAY),
            [*FOUR_HOURS, _entry(activity_type="supervision", held_on=date(2026, 2, 20))],
            None,
            id="a meeting lets four more hours count",
        ),
        pytest.param(
            _pair(DAY),
            [*FOUR_HOURS, _entry(activity_type="supervision", held_on=date(2026, 3, 5))],
            None,
            id="hours that waited count after the next meeting",
        ),
        pytest.param(
            _pair(DAY),
            [*FOUR_HOURS, _entry(activity_type="supervision", held_on=date(2026, 2, 20), enrolment_id=ELSEWHERE)],
            "one-to-one-needs-meeting",
            id="a meeting of another programme does not help",
        ),
        pytest.param(_entry(activity_type="buddying"), FOUR_HOURS, None, id="other activities do not wait"),
    ],
)
def test_one_to_one_time_waits_for_meetings(entry: Entry, others: list[Entry], rule: str | None) -> None:
    assert _refusal(entry, terms=MENTORING, others=others) == rule


def test_an_entry_already_approved_is_not_its_own_overlap() -> None:
    entry = _entry()
    assert _refusal(entry, others=[entry]) is None


@pytest.mark.attack("WZ16")
@pytest.mark.parametrize(
    ("status", "is_own", "is_staff", "rule"),
    [
        pytest.param(HoursStatus.SUBMITTED, True, False, None, id="one's own waiting entry"),
        pytest.param(HoursStatus.RETURNED, True, False, None, id="one's own returned entry"),
        pytest.param(HoursStatus.APPROVED, True, False, "not-to-be-corrected", id="one's own approved entry"),
        pytest.param(HoursStatus.APPROVED, False, True, None, id="staff correct approved hours"),
        pytest.param(HoursStatus.CORRECTED, False, True, "not-to-be-corrected", id="only the latest is corrected"),
        pytest.param(HoursStatus.SUBMITTED, False, False, "not-your-entry", id="another young person's entry"),
    ],
)
def test_corrections(status: HoursStatus, is_own: bool, is_staff: bool, rule: str | None) -> None:
    if rule is None:
        rules.check_correction(status=status, is_own=is_own, is_staff=is_staff)
        return
    with pytest.raises(RuleBroken) as caught:
        rules.check_correction(status=status, is_own=is_own, is_staff=is_staff)
    assert caught.value.rule == rule


_WAITS, _PUT_RIGHT, _APPROVED = HoursStatus.SUBMITTED, HoursStatus.CORRECTED, HoursStatus.APPROVED


@pytest.mark.parametrize(
    ("statuses", "is_own", "is_written_by_adult", "rule"),
    [
        pytest.param([_WAITS], True, False, None, id="one's own waiting entry"),
        pytest.param([_WAITS, _PUT_RIGHT], True, False, None, id="one that was put right meanwhile"),
        pytest.param([_WAITS], False, False, "not-your-entry", id="somebody else's"),
        pytest.param([_APPROVED], True, False, "not-to-be-taken-back", id="approved"),
        pytest.param([HoursStatus.RETURNED], True, False, "not-to-be-taken-back", id="returned"),
        pytest.param([_PUT_RIGHT], True, False, "not-to-be-taken-back", id="an older one that another stands for"),
        pytest.param([_WAITS, _APPROVED], True, False, "not-to-be-taken-back", id="in the place of an approved one"),
        pytest.param([_WAITS], True, True, "not-to-be-taken-back", id="added by an adult"),
    ],
)
def test_taking_back(statuses: list[HoursStatus], is_own: bool, is_written_by_adult: bool, rule: str | None) -> None:
    asked = {"statuses": statuses, "is_own": is_own, "is_written_by_adult": is_written_by_adult}
    if rule is None:
        rules.check_taking_back(**asked)  # type: ignore[arg-type]  # a table of mixed kinds
        return
    with pytest.raises(RuleBroken) as caught:
        rules.check_taking_back(**asked)  # type: ignore[arg-type]  # the same
    assert caught.value.rule == rule


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        pytest.param({}, None, id="a skill the programme observes"),
        pytest.param({"skill_code": "juggling"}, "skill-not-in-programme", id="a skill it does not have"),
        pytest.param({"skill_code": "confidentiality"}, "not-observable", id="a skill the training shows"),
        pytest.param({"activity_type": "one-to-one"}, "wrong-activity-type", id="at an activity it does not have"),
        pytest.param({"observed_on": date(2026, 3, 11)}, "in-the-future", id="tomorrow"),
        pytest.param({"observed_on": date(2025, 9, 1)}, "before-enrolment", id="before they joined"),
        pytest.param({"observed_on": date(2026, 1, 14)}, "on-a-break", id="during a break"),
        pytest.param({"observer": NIA}, "not-a-supervisor", id="by an adult who was no supervisor then"),
    ],
)
def test_observations(changes: dict[str, Any], rule: str | None) -> None:
    given: dict[str, Any] = {
        "skill_code": "listening",
        "activity_type": "drop-in",
        "observed_on": DAY,
        "terms": TERMS,
        "observer": SAM,
        "supervisors": SUPERVISORS,
        "today": TODAY,
    } | changes
    if rule is None:
        rules.check_observation(**given)
        return
    with pytest.raises(RuleBroken) as caught:
        rules.check_observation(**given)
    assert caught.value.rule == rule


def test_every_rule_that_is_raised_is_documented() -> None:
    raised = set(_raised(rules.__file__))
    documented = set(_documented(rules.__doc__ or ""))
    assert raised == documented


def _raised(path: str) -> list[str]:
    return re.findall(r'RuleBroken\("([a-z-]+)"', Path(path).read_text(encoding="utf-8"))


def _documented(text: str) -> list[str]:
    return re.findall(r"``([a-z-]+)``", text)


def test_ids_are_values_of_a_person_never_of_a_name() -> None:
    # An entry has no field in which a person supported could be named.
    text_fields = {name for name, kind in Entry.__annotations__.items() if kind == "str"}
    assert text_fields == {"activity_type"}
    assert isinstance(_entry().id, UUID)
