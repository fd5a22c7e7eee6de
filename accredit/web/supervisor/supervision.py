"""Supervision at a glance: time, meetings, when the last one was. In the order of names; nobody is ranked."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from flask import Response, request
from flask_babel import gettext as _

from accredit.domain.organisations.rules import Permission
from accredit.domain.practice.supervision import Supervision, minutes_between_meetings
from accredit.domain.practice.supervision import supervision as standings
from accredit.domain.programmes.queries import ProgrammeFacts
from accredit.errors import NotFound
from accredit.storage import Session
from accredit.storage.plain_text import plain
from accredit.web.access import requires
from accredit.web.database import reading
from accredit.web.languages import page_language
from accredit.web.list_files import exported
from accredit.web.lists import Column, Filter, Held, Kind, ListOf, has_words, show
from accredit.web.pages import page
from accredit.web.supervisor import bp
from accredit.web.supervisor.desk import chosen, is_supervisor, own_programmes, today
from accredit.web.supervisor.words import a_lot_in_a_week
from accredit.web.words import hours_in_words


@bp.get("/supervision")
@requires(Permission.RECORD_PRACTICE)
def supervision() -> Response:
    """Show how everybody of a programme stands."""
    with reading() as db:
        places, may_record = own_programmes(db), is_supervisor(db)
        place = _place(places)
        shown = show(db, _standings(db)) if place else None
    between = minutes_between_meetings(place.current.definition) if place and place.current else None
    return page(
        "supervisor/supervision.html",
        places=places,
        place=place,
        shown=shown,
        between=between,
        may_record=may_record,
        a_lot=a_lot_in_a_week,
    )


@bp.route("/supervision/export", methods=["GET", "POST"])
@requires(Permission.RECORD_PRACTICE, proof=True)
def export_supervision() -> Response:
    """Hand out how everybody of a programme stands as a file."""
    with reading() as db:
        if _place(own_programmes(db)) is None:
            raise NotFound("programme")
    return exported(_standings)


def _place(places: tuple[ProgrammeFacts, ...]) -> ProgrammeFacts | None:
    return chosen(places, request.values.get("programme", type=UUID))


def _standings(db: Session) -> ListOf[Supervision]:
    places = own_programmes(db)
    place = _place(places)
    found = standings(db, programme_id=place.id, on=today()) if place else ()
    return ListOf(
        name="supervision",
        title=_("Supervision meetings"),
        endpoint="supervisor.supervision",
        export="supervisor.export_supervision",
        kept={"programme": place.id} if place else {},
        # By name and by day, never by amount: nobody is ranked.
        source=Held(
            everything=found,
            orders={"name": _by_name, "last": lambda each: (each.last_meeting or date.min, _by_name(each))},
            filters={
                "q": lambda each, text: has_words(text, each.printed_name, each.known_as),
                "due": lambda each, value: _is_due(each) is (value == "yes"),
            },
        ),
        order="name",
        columns=_columns(),
        filters=(
            Filter(name="q", label=_("Find by name")),
            Filter(name="due", label=_("Meeting due"), choices={"yes": _("Yes"), "no": _("No")}),
        ),
    )


def _columns() -> tuple[Column[Supervision], ...]:
    return (
        Column(name="name", label=_("Name"), cell=lambda each: each.printed_name),
        Column(
            name="time",
            label=_("Time"),
            cell=lambda each: timedelta(minutes=each.minutes),
            kind=Kind.NUMBER,
            is_sorted=False,
        ),
        Column(
            name="meetings", label=_("Meetings"), cell=lambda each: each.meetings, kind=Kind.NUMBER, is_sorted=False
        ),
        Column(name="ratio", label=_("Altogether"), cell=_ratio_text, is_sorted=False),
        Column(name="last", label=_("Last meeting"), cell=lambda each: each.last_meeting, kind=Kind.DAY),
        Column(
            name="since",
            label=_("Time since"),
            cell=lambda each: timedelta(minutes=each.minutes_since),
            kind=Kind.NUMBER,
            is_sorted=False,
        ),
        Column(name="next", label=_("Good to do"), cell=_next_text, is_sorted=False),
    )


def _by_name(each: Supervision) -> str:
    return plain(each.printed_name) or ""


def _is_due(each: Supervision) -> bool:
    return each.is_due and not each.is_on_break


def _ratio_text(each: Supervision) -> str:
    minutes = each.minutes_for_each
    return _("one for every %(time)s", time=hours_in_words(minutes, page_language())) if minutes else ""


def _next_text(each: Supervision) -> str:
    texts = [_("Time for a meeting")] if _is_due(each) else []
    return ". ".join([*texts, *([a_lot_in_a_week(each.lately)] if each.is_a_lot else [])])
