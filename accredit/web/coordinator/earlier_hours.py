"""Hours from the time before the school kept its records here: one total for each person of a programme, attested."""

from __future__ import annotations

import re
from collections.abc import Mapping
from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms.validators import InputRequired

from accredit.clock import utc_now
from accredit.domain.enrolments import queries as enrolments
from accredit.domain.organisations.rules import Permission
from accredit.domain.practice.bringing_forward import bring_forward
from accredit.domain.practice.earlier_hours import EarlierHours, earlier_hours
from accredit.domain.programmes import queries as programmes
from accredit.errors import RuleBroken
from accredit.web.access import requires
from accredit.web.coordinator import bp
from accredit.web.coordinator.desk import day_of, own_actor, own_organisation, tell, today
from accredit.web.database import reading, transaction
from accredit.web.forms import DateField, Form
from accredit.web.messages import sentence
from accredit.web.pages import page, see_other

HOURS = "hours:"
_WRITTEN = re.compile(r"(\d{1,3})(?:[:h](\d{2})|[.,](\d{1,2}))?")


class EarlierHoursForm(Form):
    """Up to which day the totals go; the totals themselves stand in a table."""

    until = DateField(_l("Up to which day do these totals go?"), [InputRequired(_l("Give the day."))])


@bp.route("/programmes/<uuid:programme_id>/earlier-hours", methods=["GET", "POST"])
@requires(Permission.AWARD)
def bring_hours_forward(programme_id: UUID) -> ResponseReturnValue:
    """Attest one total for each person, from the school's earlier records."""
    with reading() as db:
        programme = programmes.programme(db, programme_id, today())
        members = enrolments.cohort(db, programme_id=programme_id, on=today())
        before = earlier_hours(db, [member.enrolment_id for member in members])
    # Whoever adds somebody later has the day of the others before them.
    form = EarlierHoursForm(until=max((each.until for each in before.values()), default=None))
    typed = {member.enrolment_id: _typed(member.enrolment_id, before) for member in members}
    faults: dict[UUID, str] = {}
    if request.method == "POST":
        totals = {enrolment_id: _minutes(text) for enrolment_id, text in typed.items()}
        faults = {who: _("Write hours as 12, 12.5 or 12:30.") for who, minutes in totals.items() if minutes is None}
        if form.validate() and not faults:
            try:
                return _attested(programme_id, form, {who: minutes or 0 for who, minutes in totals.items()})
            except RuleBroken as refusal:
                if isinstance(who := refusal.facts.get("enrolment_id"), UUID):
                    faults[who] = sentence(refusal)
                else:
                    tell(form.until, refusal)
    return page(
        "coordinator/earlier_hours.html",
        status=422 if form.errors or faults else 200,
        form=form,
        programme=programme,
        members=members,
        before=before,
        typed=typed,
        faults=faults,
        errors=[(text, f"#hours-{who}") for who, text in faults.items()],
    )


def _attested(programme_id: UUID, form: EarlierHoursForm, totals: Mapping[UUID, int]) -> ResponseReturnValue:
    with transaction() as db:
        count = bring_forward(
            db,
            organisation_id=own_organisation(),
            totals=totals,
            until=day_of(form.until),
            actor=own_actor(),
            now=utc_now(),
        )
    news = ngettext("%(num)d total is on record.", "%(num)d totals are on record.", count)
    return see_other("coordinator.progress", programme_id=programme_id, flash=news)


def _typed(enrolment_id: UUID, before: Mapping[UUID, EarlierHours]) -> str:
    if request.method == "POST":
        return request.form.get(f"{HOURS}{enrolment_id}", "").strip()
    if enrolment_id not in before:
        return ""
    hours, rest = divmod(before[enrolment_id].minutes, 60)
    return f"{hours}:{rest:02d}" if rest else str(hours)


def _minutes(text: str) -> int | None:
    """Return minutes for ``12``, ``12.5``, ``12:30``; none at all for an empty box; None for anything else."""
    if not text:
        return 0
    found = _WRITTEN.fullmatch(text)
    if found is None or int(found[2] or 0) > 59:
        return None
    part = int(found[2] or 0) if found[2] else round(int((found[3] or "0").ljust(2, "0")) * 60 / 100)
    return int(found[1]) * 60 + part
