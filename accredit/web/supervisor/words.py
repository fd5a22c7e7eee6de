"""Words of the supervisor's pages: why an entry goes back, and what stands beside a row."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import LazyString, lazy_gettext

from accredit.domain.practice.rules import ReturnReason

RETURN_REASONS: Mapping[ReturnReason, LazyString] = {
    ReturnReason.NOT_SUPERVISED: lazy_gettext("I was not there, or it was somebody else"),
    ReturnReason.OVERLAP: lazy_gettext("It is at the same time as something else"),
    ReturnReason.WRONG_ACTIVITY_TYPE: lazy_gettext("It was another kind of activity"),
    ReturnReason.OVER_DAY_LIMIT: lazy_gettext("It is a lot for one day"),
    ReturnReason.BEFORE_TRAINING: lazy_gettext("It was before the first training was done"),
    ReturnReason.ON_A_BREAK: lazy_gettext("They were on a break that day"),
    ReturnReason.TOO_LATE: lazy_gettext("It was added a long time after"),
    ReturnReason.NOT_A_SCHOOL_DAY: lazy_gettext("It was not a school day"),
}
"""In the order in which they are offered."""

assert set(RETURN_REASONS) == set(ReturnReason)
