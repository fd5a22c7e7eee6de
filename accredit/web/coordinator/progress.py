"""How the young people of a programme are getting on, by name: nobody is put in the order of what they did."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from uuid import UUID

from flask import Response
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accredit.domain.awarding import queries as awarding
from accredit.domain.awarding import standing
from accredit.domain.awarding.queries import Progress
from accredit.domain.organisations.rules import Permission
from accredit.domain.programmes import queries
from accredit.rendering.list_files import Cell
from accredit.storage import Session
from accredit.storage.plain_text import plain
from accredit.web.access import requires
from accredit.web.coordinator import bp
from accredit.web.coordinator.desk import today
from accredit.web.coordinator.forms import year_group_text
from accredit.web.database import reading
from accredit.web.findings import missing_texts
from accredit.web.list_files import exported
from accredit.web.lists import Column, Filter, Held, Kind, ListOf, has_words, show
from accredit.web.pages import page


@bp.get("/programmes/<uuid:programme_id>/progress")
@requires(Permission.SEE_PROGRESS)
def progress(programme_id: UUID) -> ResponseReturnValue:
    """Show everybody's progress: modules, hours, meetings, the level they hold and exactly what the next one asks."""
    with reading() as db:
        programme = queries.programme(db, programme_id, today())
        shown = show(db, _progress(programme_id, db))
    return page("coordinator/progress.html", programme=programme, shown=shown, standing=standing, today=today())


@bp.route("/programmes/<uuid:programme_id>/progress/export", methods=["GET", "POST"])
@requires(Permission.SEE_PROGRESS, proof=True)
def export_progress(programme_id: UUID) -> Response:
    """Hand out everybody's progress as a file."""
    return exported(partial(_progress, programme_id))


def _progress(programme_id: UUID, db: Session) -> ListOf[Progress]:
    programme = queries.programme(db, programme_id, today())
    cohort = awarding.cohort_progress(db, programme_id, on=today())
    levels = {each.level_code: each.level_title for who in cohort for each in who.assessments}
    years = sorted({who.year_group for who in cohort if who.year_group})
    return ListOf(
        name="progress",
        title=_("Progress in %(programme)s", programme=programme.name),
        endpoint="coordinator.progress",
        export="coordinator.export_progress",
        values={"programme_id": programme_id},
        source=Held(
            everything=cohort,
            orders={"name": lambda who: (plain(who.printed_name) or "", who.enrolment_id)},
            filters={
                "q": lambda who, text: has_words(text, who.printed_name, who.known_as, who.form),
                "year": lambda who, year: who.year_group == year,
                "ready": lambda who, level: any(each.level_code == level for each in standing.due(who)),
                "break": lambda who, value: who.is_on_break is (value == "yes"),
            },
        ),
        order="name",
        columns=_columns(),
        filters=(
            Filter(name="q", label=_("Find by name or form")),
            Filter(name="year", label=_("Year"), choices={year: year_group_text(year) for year in years}),
            Filter(name="ready", label=_("Ready for"), choices=levels),
            Filter(name="break", label=_("On a break"), choices={"yes": _("Yes"), "no": _("No")}),
        ),
    )


def _columns() -> tuple[Column[Progress], ...]:
    return (
        Column(name="name", label=_("Name"), cell=lambda who: who.printed_name),
        _amount("modules", _("Modules"), lambda who: len(who.portfolio.modules)),
        _amount("time", _("Time"), lambda who: timedelta(minutes=who.portfolio.minutes)),
        _amount("meetings", _("Meetings"), lambda who: who.portfolio.meetings),
        Column(
            name="holds",
            label=_("Holds"),
            cell=lambda who: who.awarded[-1].level_title if who.awarded else _("Not yet"),
            is_sorted=False,
        ),
        Column(name="next", label=_("What comes next"), cell=_next_text, is_sorted=False),
    )


def _amount(name: str, label: str, cell: Callable[[Progress], Cell]) -> Column[Progress]:
    return Column(name=name, label=label, cell=cell, kind=Kind.NUMBER, is_sorted=False)


def _next_text(who: Progress) -> str:
    due, following = standing.due(who), standing.next_above(who)
    texts = [_("Ready: %(level)s", level=due[-1].level_title)] if due else []
    texts += [_("Refresher due")] if standing.is_refresher_due(who, today()) else []
    if following:
        missing = "; ".join(missing_texts(following))
        texts.append(_("For %(level)s: %(missing)s", level=following.level_title, missing=missing))
    elif not due:
        texts.append(_("Every level is reached."))
    return ". ".join(text.rstrip(".") for text in texts)
