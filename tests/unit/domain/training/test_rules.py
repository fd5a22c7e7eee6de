"""When training counts as attended, and until when it is up to date."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from accredit.domain.programmes.templates import TEMPLATES
from accredit.domain.training import rules
from accredit.domain.training.rules import Enrolled, ModuleAttendance
from accredit.errors import RuleBroken

DAY = date(2025, 10, 3)
PROGRAMME = uuid4()
ENROLLED = Enrolled(
    enrolment_id=uuid4(),
    young_person_id=uuid4(),
    organisation_id=uuid4(),
    programme_id=PROGRAMME,
    started_on=date(2025, 9, 8),
    ended_on=None,
)
ON_A_BREAK = replace(ENROLLED, breaks=((date(2025, 10, 1), None),))


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        pytest.param({}, None, id="somebody enrolled was there"),
        pytest.param({"today": date(2025, 10, 2)}, "register-before-the-day", id="no register before the day"),
        pytest.param({"programme_id": uuid4()}, "not-enrolled", id="somebody of another programme"),
        pytest.param({"held_on": date(2025, 9, 7)}, "not-enrolled", id="somebody who joined the day after"),
        pytest.param({"enrolled": ON_A_BREAK}, "on-a-break", id="somebody on a break cannot be ticked"),
        pytest.param({"enrolled": ON_A_BREAK, "ticked": ()}, None, id="somebody on a break may be absent"),
        pytest.param({"ticked": ("M1", "M9")}, "module-not-in-session", id="a module the session does not teach"),
    ],
)
def test_a_tick(changes: dict[str, Any], rule: str | None) -> None:
    given: dict[str, Any] = {
        "enrolled": ENROLLED,
        "programme_id": PROGRAMME,
        "held_on": DAY,
        "ticked": ("M1",),
        "module_codes": ("M1", "M2"),
        "today": DAY,
    } | changes
    if rule is None:
        rules.check_attendance(**given)
        return
    with pytest.raises(RuleBroken) as caught:
        rules.check_attendance(**given)
    assert caught.value.rule == rule


@pytest.mark.parametrize(
    ("codes", "rule"),
    [
        pytest.param((), "session-without-modules", id="a session teaches something"),
        pytest.param(("M1", "M99"), "module-not-in-programme", id="only what the programme has"),
    ],
)
def test_a_plan_is_refused(codes: tuple[str, ...], rule: str) -> None:
    with pytest.raises(RuleBroken) as caught:
        rules.check_plan(module_codes=codes, definition=TEMPLATES["WA"])
    assert caught.value.rule == rule


def _attended(**days: date) -> dict[str, ModuleAttendance]:
    return {code: ModuleAttendance(code=code, first_on=day, latest_on=day) for code, day in days.items()}


@pytest.mark.parametrize(
    ("attended", "until"),
    [
        pytest.param({}, None, id="nothing attended, nothing lapses"),
        pytest.param(_attended(M1=DAY, M2=DAY), None, id="listening does not lapse"),
        pytest.param(_attended(M4=DAY, M5=DAY, M6=DAY), date(2026, 10, 3), id="twelve months after the first training"),
        pytest.param(
            _attended(M4=DAY, M5=date(2025, 9, 20), M6=DAY), date(2026, 9, 20), id="the earliest of them decides"
        ),
        pytest.param(
            _attended(M4=DAY, M5=DAY, M6=DAY, M12=date(2026, 6, 15)), date(2027, 6, 15), id="a refresher renews them"
        ),
        pytest.param(_attended(M4=date(2024, 2, 29)), date(2025, 2, 28), id="29 February has a last day next year"),
    ],
)
def test_up_to_date_until(attended: dict[str, ModuleAttendance], until: date | None) -> None:
    assert rules.up_to_date_until(TEMPLATES["WA"], attended) == until


def test_trained_since_is_the_last_of_the_first_attendances() -> None:
    attended = {
        "M4": ModuleAttendance(code="M4", first_on=date(2025, 9, 20), latest_on=date(2026, 5, 1)),
        "M5": ModuleAttendance(code="M5", first_on=DAY, latest_on=DAY),
    }
    assert rules.trained_since(("M4", "M5"), attended) == DAY
    assert rules.trained_since(("M4", "M5", "M6"), attended) is None
    assert rules.trained_since((), attended) == date.min
