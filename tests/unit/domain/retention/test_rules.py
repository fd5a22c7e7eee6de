"""How long records stay, and what keeps them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from accredit.domain.retention import rules
from accredit.domain.retention.rules import SCHEDULE, HoldReason, RecordKind
from accredit.errors import RuleBroken

LAST = datetime(2026, 6, 30, 14, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("has_award", "turns_18", "now", "is_due"),
    [
        pytest.param(False, None, datetime(2028, 6, 28, tzinfo=UTC), False, id="no award, a day before two years"),
        pytest.param(False, None, datetime(2028, 6, 30, tzinfo=UTC), True, id="no award, after two years"),
        pytest.param(True, "2027-02", datetime(2034, 2, 28, 23, 59, tzinfo=UTC), False, id="the month of turning 25"),
        pytest.param(True, "2027-02", datetime(2034, 3, 1, tzinfo=UTC), True, id="DP12 the month after turning 25"),
        pytest.param(True, "2019-02", datetime(2027, 1, 1, tzinfo=UTC), False, id="over 25, but active last year"),
        pytest.param(True, None, datetime(2036, 6, 1, tzinfo=UTC), False, id="age not known, not yet ten years"),
        pytest.param(True, None, datetime(2036, 7, 1, tzinfo=UTC), True, id="age not known, after ten years"),
    ],
)
def test_a_record_is_due(has_award: bool, turns_18: str | None, now: datetime, is_due: bool) -> None:
    assert rules.is_due(has_award=has_award, last_act=LAST, turns_18=turns_18, now=now) is is_due


def test_a_held_record_is_not_erased_and_not_held_twice() -> None:
    rules.check_erasure([])
    with pytest.raises(RuleBroken, match="on-hold"):
        rules.check_erasure([HoldReason.COMPLAINT])
    rules.check_hold([])
    with pytest.raises(RuleBroken, match="on-hold-already"):
        rules.check_hold([HoldReason.CLAIM])


def test_every_kind_has_one_line_in_the_schedule() -> None:
    assert [line.kind for line in SCHEDULE] == list(RecordKind)
