"""A programme at a glance, in pictures with the same figures beside them, and a summary for governors on one page.

Both tell counts. Who stands where is on the page of progress, for those who may see it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from wtforms.validators import Optional

from accredit.domain.awarding import queries as awarding
from accredit.domain.awarding.queries import Progress
from accredit.domain.impact import cohort as figures
from accredit.domain.impact.queries import summary as summary_of
from accredit.domain.organisations import queries as organisations
from accredit.domain.organisations.rules import Permission
from accredit.domain.programmes import queries as programmes
from accredit.web.access import requires
from accredit.web.coordinator import bp
from accredit.web.coordinator.desk import own_organisation, today
from accredit.web.coordinator.forms import year_group_text
from accredit.web.database import reading
from accredit.web.forms import DateField, Form
from accredit.web.pages import page


@bp.get("/programmes/<uuid:programme_id>/glance")
@requires(Permission.SEE_PROGRESS)
def glance(programme_id: UUID) -> ResponseReturnValue:
    """Show what a programme's young people hold, attended and gave, all together or one year group."""
    since = figures.school_year_of(today())
    with reading() as db:
        found = programmes.programme(db, programme_id, today())
        definition = (found.current or programmes.versions(db, programme_id)[0]).definition
        everybody = awarding.cohort_progress(db, programme_id, on=today())
        group = request.args.get("year")
        cohort = [who for who in everybody if group is None or who.year_group == group]
        months = figures.minutes_by_month(
            db,
            [who.enrolment_id for who in cohort],
            meetings=[each.code for each in definition.activity_types if not each.counts_as_hours],
            since=since,
            until=today(),
        )
    return page(
        "coordinator/glance.html",
        programme=found,
        groups=_groups(everybody),
        group=group,
        people=len(cohort),
        ready=figures.ready(cohort),
        levels=figures.levels_held(cohort, definition),
        modules=figures.modules_attended(cohort, definition),
        months=months,
        since=since,
        today=today(),
    )


def _groups(everybody: Sequence[Progress]) -> list[tuple[str, str]]:
    """Return the year groups there are, with their words; nothing to choose where there is one alone."""
    found = sorted({who.year_group for who in everybody if who.year_group}, key=lambda each: (len(each), each))
    return [(each, year_group_text(each)) for each in found] if len(found) > 1 else []


class PeriodForm(Form):
    """The days of a summary."""

    since = DateField(_l("From"), [Optional()])
    until = DateField(_l("Up to"), [Optional()])


@bp.get("/summary")
@requires(Permission.MANAGE_ORGANISATION, Permission.MANAGE_PEOPLE)
def summary() -> ResponseReturnValue:
    """Tell governors one period in counts, on one page; a number that is too small to be told is left out."""
    year = figures.school_year_of(today())
    form = PeriodForm(formdata=request.args or None, meta={"csrf": False}, since=year, until=today())
    fits = form.validate()
    since, until = form.since.data or year, form.until.data or today()
    if until < since:
        since, until = until, since
    with reading() as db:
        told = summary_of(db, organisation_id=own_organisation(), since=max(since, _FIRST), until=until)
        school = organisations.organisation(db, own_organisation())
    last = figures.school_year_of(year - timedelta(days=1))
    return page(
        "coordinator/summary.html",
        status=200 if fits else 422,
        form=form,
        told=told,
        school=school,
        presets={"this": _parts(year, today()), "last": _parts(last, year - timedelta(days=1))},
        today=today(),
    )


_FIRST = date(2000, 1, 1)


def _parts(since: date, until: date) -> dict[str, list[int]]:
    """Return a period as the values of the form's address."""
    return {name: [day.day, day.month, day.year] for name, day in (("since", since), ("until", until))}
