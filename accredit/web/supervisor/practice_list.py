"""The list of drop-ins and meetings that were recorded; recording them is in `practice`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from flask import Response
from flask_babel import gettext as _

from accredit.clock import LONDON
from accredit.domain.organisations.rules import Permission
from accredit.domain.practice import listing, queries
from accredit.domain.practice.queries import PracticeSessionSummary
from accredit.storage import Session
from accredit.web.access import requires
from accredit.web.database import reading
from accredit.web.list_files import exported
from accredit.web.lists import Column, Filter, Kind, ListOf, show
from accredit.web.pages import page
from accredit.web.supervisor import bp, occasions
from accredit.web.supervisor.desk import is_supervisor, own_organisation, own_programmes, own_staff_id, today


@bp.get("/practice")
@requires(Permission.RECORD_PRACTICE)
def practice() -> Response:
    """List what was recorded, with the two ways to record more; beside one's own, the way to add somebody."""
    with reading() as db:
        shown, places, may_record = show(db, _practice(db)), own_programmes(db), is_supervisor(db)
    more: dict[UUID, Mapping[str, object]] = {
        each.id: occasions.again(each, is_meeting=occasions.is_a_meeting(places, each))
        for each in shown.lines
        if may_record and each.supervised_by == own_staff_id()
    }
    return page("supervisor/practice.html", shown=shown, more=more, may_record=may_record)


@bp.route("/practice/export", methods=["GET", "POST"])
@requires(Permission.RECORD_PRACTICE, proof=True)
def export_practice() -> Response:
    """Hand out the list of what was recorded as a file."""
    return exported(_practice)


def _practice(db: Session) -> ListOf[PracticeSessionSummary]:
    places = own_programmes(db)
    kinds = {
        code: title
        for place in places
        for is_meeting in (False, True)
        for code, title in occasions.titles(place, is_meeting=is_meeting).items()
    }
    adults = queries.supervisors(db, own_organisation(), today())
    return ListOf(
        name="practice",
        title=_("Drop-ins and meetings"),
        endpoint="supervisor.practice",
        export="supervisor.export_practice",
        source=listing.practice_sessions(organisation_id=own_organisation()),
        order="-held",
        columns=(
            Column(name="held", label=_("When"), cell=_when, kind=Kind.DAY),
            Column(name="activity", label=_("What"), cell=lambda each: each.activity_title, is_sorted=False),
            Column(name="programme", label=_("Programme"), cell=lambda each: each.programme_name),
            Column(
                name="minutes",
                label=_("How long"),
                cell=lambda each: timedelta(minutes=each.minutes),
                kind=Kind.NUMBER,
                is_sorted=False,
            ),
            Column(name="people", label=_("People"), cell=lambda each: each.people, kind=Kind.NUMBER, is_sorted=False),
            Column(name="adult", label=_("Adult"), cell=lambda each: each.supervised_by_name),
        ),
        filters=(
            Filter(name="programme", label=_("Programme"), choices={str(each.id): each.name for each in places}),
            Filter(name="activity", label=_("What"), choices=kinds),
            Filter(name="adult", label=_("Adult"), choices={str(each): name for each, name in adults}),
            Filter(name="from", label=_("From the day"), is_day=True),
            Filter(name="until", label=_("Until the day"), is_day=True),
        ),
    )


def _when(each: PracticeSessionSummary) -> datetime:
    return datetime.combine(each.held_on, each.starts_at, tzinfo=LONDON)
