"""What counts as an adult's training, and who writes it down and gives the record."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from accredit.domain.facilitation import rules
from accredit.domain.facilitation.rules import Attended
from accredit.errors import RuleBroken

TODAY = date(2026, 7, 9)
NIA, SAM = UUID(int=1), UUID(int=2)


@pytest.mark.parametrize(
    ("codes", "held_on", "rule"),
    [
        pytest.param((), TODAY, "session-without-parts", id="a session that teaches nothing is none"),
        pytest.param(("F1", "F9"), TODAY, "part-unknown", id="a part that is not on the list is refused"),
        pytest.param(("F1",), date(2026, 7, 10), "register-before-the-day", id="nobody was there tomorrow"),
    ],
)
def test_a_session_that_cannot_have_been_is_refused(codes: tuple[str, ...], held_on: date, rule: str) -> None:
    with pytest.raises(RuleBroken, match=rule):
        rules.check_session(part_codes=codes, held_on=held_on, today=TODAY)


def test_a_part_that_was_attended_again_counts_again_and_says_its_last_day() -> None:
    first, again = date(2024, 9, 5), date(2026, 9, 4)
    found = rules.attended([(again, ("F5",)), (first, ("F5", "F1"))])
    assert [(part.code, part.minutes, part.first_on, part.last_on) for part in found] == [
        ("F1", 90, first, first),
        ("F5", 90, first, again),
    ]
    assert tuple(Attended.from_json(part.as_json()) for part in found) == found


def test_there_is_no_record_of_nothing_and_no_second_one_of_the_same() -> None:
    found = rules.attended([(TODAY, ("F1",))])
    with pytest.raises(RuleBroken, match="nothing-attended"):
        rules.check_asking(now=(), before=None)
    with pytest.raises(RuleBroken, match="record-as-before"):
        rules.check_asking(now=found, before=found)
    rules.check_asking(now=rules.attended([(TODAY, ("F1", "F2"))]), before=found)


@pytest.mark.attack("WZ24")
def test_wz24_nobody_writes_down_or_gives_their_own() -> None:
    with pytest.raises(RuleBroken, match="own-attendance"):
        rules.check_register(changed=[SAM, NIA], recorded_by=NIA)
    with pytest.raises(RuleBroken, match="own-record"):
        rules.check_giving(of=NIA, given_by=NIA)
    rules.check_register(changed=[SAM], recorded_by=NIA)
    rules.check_giving(of=SAM, given_by=NIA)
