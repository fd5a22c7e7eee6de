"""Words of the supervisor's pages: why an entry goes back, and what stands beside a row.

A lot of time is a reason to ask somebody how they are, never a mark against them; no young person reads these.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import LazyString, gettext, lazy_gettext

from accredit.domain.practice.noticing import Notice
from accredit.domain.practice.rules import Late, LateReason, ReturnReason
from accredit.web.languages import page_language
from accredit.web.words import hours_in_words

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

NOTICES: Mapping[Notice, LazyString] = {
    Notice.TWO_PLACES: lazy_gettext("The adult is named for something else at that time."),
    Notice.LOOKS_THE_SAME: lazy_gettext("There is another entry like it on that day. Was it added twice?"),
    Notice.MANY_AT_ONCE: lazy_gettext("One of many added on the same day. Do you remember each of them?"),
    Notice.NO_SCHOOL_DAY: lazy_gettext("That was not a school day."),
    Notice.BEFORE_ELEVEN: lazy_gettext("They were not eleven yet. Is the date right?"),
    Notice.ADDED_LATE: lazy_gettext("Added long after, by a member of staff."),
    Notice.A_LOT_LATELY: lazy_gettext("A lot lately."),
}

assert set(NOTICES) == set(Notice)

LATE: Mapping[LateReason, LazyString] = {
    LateReason.KEPT_ON_PAPER: lazy_gettext("Added long after, by a member of staff: it was kept on paper."),
    LateReason.THEY_WERE_AWAY: lazy_gettext("Added long after, by a member of staff: the young person was away."),
    LateReason.ADULT_WAS_AWAY: lazy_gettext("Added long after, by a member of staff: the adult was away."),
    LateReason.COULD_NOT_SIGN_IN: lazy_gettext("Added long after, by a member of staff: they could not sign in."),
}

assert set(LATE) == set(LateReason)

LOOKS: Mapping[str, LazyString] = {
    "plain": lazy_gettext("nothing to look at"),
    "stands-out": lazy_gettext("something to look at"),
}
"""What the inbox can be narrowed to, beside everything."""


def notice_text(notice: Notice, late: Late | None = None) -> str:
    """Return what stands out about an entry, in words."""
    if notice is Notice.ADDED_LATE and late is not None:
        return str(LATE[late.reason])
    return str(NOTICES[notice])


def a_lot_lately(minutes: int) -> str:
    """Say that somebody gives a lot of time in one week, and what a kind adult does then."""
    time = hours_in_words(minutes, page_language())
    return str(gettext("A lot lately: %(time)s in that week. Check in and ask how they are.", time=time))


def a_lot_in_a_week(minutes: int) -> str:
    """Say the same of the last seven days."""
    time = hours_in_words(minutes, page_language())
    return str(gettext("A lot lately: %(time)s in the last seven days. Check in and ask how they are.", time=time))


def year_text(group: str | None) -> str:
    """Return a year group in words: numbers are years, other names (P7, S5) speak for themselves."""
    if not group:
        return ""
    return str(gettext("Year %(year)s", year=group)) if group.isdigit() else group
