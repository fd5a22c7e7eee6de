"""Taking a break and coming back. No reason is asked for, and there is nowhere to give one."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from flask import Response
from flask_babel import gettext as _

from accredit.clock import utc_now
from accredit.domain.enrolments import operations
from accredit.domain.enrolments.queries import EnrolmentFacts
from accredit.errors import RuleBroken
from accredit.web.access import young_person
from accredit.web.database import reading, transaction
from accredit.web.learner import bp, words
from accredit.web.learner.me import own_enrolments, today
from accredit.web.pages import page, see_other
from accredit.web.viewer import current_viewer


@bp.get("/my/break")
@young_person
def a_break() -> Response:
    """Say what a break is, and offer to start or to end one."""
    with reading() as db:
        places = own_enrolments(db, on=today())
    pauses = [pause for each in places for pause in each.breaks if _holds(pause.starts_on, pause.ends_on, today())]
    return page("learner/break.html", places=places, pauses=pauses, today=today())


@bp.post("/my/break/start")
@young_person
def break_start() -> Response:
    """Begin a break today, in every programme they are in and not on a break from."""
    day, actor = today(), current_viewer().actor()
    try:
        with transaction() as db:
            for place in own_enrolments(db, on=day):
                if not place.is_on_break(day):
                    operations.start_break(db, enrolment_id=place.id, starts_on=day, actor=actor, now=utc_now())
    except RuleBroken as broken:
        return see_other("learner.a_break", flash=words.sentence(broken), flash_kind="careful")
    return see_other("learner.home", flash=_("You are on a break. Everything you have done is kept."))


@bp.post("/my/break/end")
@young_person
def break_end() -> Response:
    """Come back: yesterday was the last day of the break, or today where it began only today."""
    day, actor = today(), current_viewer().actor()
    try:
        with transaction() as db:
            for place in own_enrolments(db, on=day):
                for break_id, last in _open_breaks(place, day):
                    operations.end_break(db, break_id=break_id, ends_on=last, actor=actor, now=utc_now())
    except RuleBroken as broken:
        return see_other("learner.a_break", flash=words.sentence(broken), flash_kind="careful")
    with reading() as db:
        from_today = not any(place.is_on_break(day) for place in own_enrolments(db, on=day))
    back = _("Welcome back!") if from_today else _("Welcome back! You can add time from tomorrow on.")
    return see_other("learner.home", flash=back)


def _open_breaks(place: EnrolmentFacts, day: date) -> list[tuple[UUID, date]]:
    yesterday = day - timedelta(days=1)
    return [
        (pause.id, max(pause.starts_on, yesterday))
        for pause in place.breaks
        if pause.id is not None and pause.ends_on is None and pause.starts_on <= day
    ]


def _holds(first: date, last: date | None, day: date) -> bool:
    return first <= day and (last is None or day <= last)
