"""An evidence sheet for the Duke of Edinburgh's Award: my approved time by week, with room for the assessor."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask import Response, request

from accredit.domain.enrolments import queries as enrolments
from accredit.domain.people import queries as people
from accredit.domain.practice import queries as practice
from accredit.domain.practice import weekly
from accredit.domain.practice.queries import EntryFacts
from accredit.domain.programmes import queries as programmes
from accredit.errors import NotFound
from accredit.rendering.dofe_sheet import SheetValues, dofe_sheet
from accredit.storage import Session, identity
from accredit.web.access import young_person
from accredit.web.database import reading
from accredit.web.learner import bp
from accredit.web.learner.me import own_enrolment, own_id, today
from accredit.web.pages import page
from accredit.web.viewer import current_viewer


@dataclass(frozen=True, kw_only=True)
class Place:
    """One programme with the months in which time of theirs was approved."""

    enrolment_id: UUID
    programme: str
    months: tuple[date, ...]


@bp.get("/my/dofe")
@young_person
def dofe() -> Response:
    """Ask for which programme and which months the sheet is wanted."""
    with reading() as db:
        places = [_place(db, each.id, each.programme_id) for each in enrolments.enrolments_of(db, own_id())]
    return page("learner/dofe.html", places=[place for place in places if place.months])


@bp.get("/my/dofe/<uuid:enrolment_id>.pdf")
@young_person
def dofe_file(enrolment_id: UUID) -> Response:
    """Hand out the sheet. Raises `NotFound` for somebody else's, and where nothing was approved in these months."""
    with reading() as db:
        place = own_enrolment(db, enrolment_id)
        entries = weekly.counted(practice.entries(db, enrolment_id))
        first_on, last_on = _wanted(entries)
        weeks = weekly.by_week(entries, first_on=first_on, last_on=last_on)
        if not weeks:
            raise NotFound("hours-entry")
        service = identity.read(db)
        values = SheetValues(
            name=people.young_person(db, own_id()).printed_name,
            organisation=current_viewer().organisation_name or "",
            programme=programmes.programme(db, place.programme_id, today()).name,
            weeks=weeks,
            demonstration=service is not None and service.demonstration,
        )
    answer = Response(dofe_sheet(values), content_type="application/pdf")
    answer.headers.set("Content-Disposition", "attachment", filename="dofe-evidence-of-time.pdf")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _place(db: Session, enrolment_id: UUID, programme_id: UUID) -> Place:
    days = (each.held_on for each in weekly.counted(practice.entries(db, enrolment_id)))
    return Place(
        enrolment_id=enrolment_id,
        programme=programmes.programme(db, programme_id, today()).name,
        months=tuple(dict.fromkeys(day.replace(day=1) for day in days)),
    )


def _wanted(entries: Sequence[EntryFacts]) -> tuple[date, date]:
    """Return the first and the last day that were asked for, in whichever order; without a wish, all there is."""
    days = [each.held_on for each in entries] or [today()]
    first, last = sorted((_month("first") or min(days).replace(day=1), _month("last") or max(days).replace(day=1)))
    return first, last.replace(day=calendar.monthrange(last.year, last.month)[1])


def _month(name: str) -> date | None:
    """Return the first day of the month that was asked for; what is no month is as if nothing was asked."""
    try:
        return date.fromisoformat(f"{request.args.get(name, '')}-01")
    except ValueError:
        return None
