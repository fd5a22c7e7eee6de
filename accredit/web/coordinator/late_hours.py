"""Time that a young person can no longer add by themselves: a co-ordinator adds it, and another adult approves it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.validators import InputRequired

from accredit.clock import utc_now
from accredit.domain.awarding import queries as awarding
from accredit.domain.awarding.queries import Progress
from accredit.domain.organisations.rules import Permission
from accredit.domain.people import queries as people
from accredit.domain.practice.late_hours import add_late_hours
from accredit.domain.practice.rules import LateReason
from accredit.domain.training import queries as training
from accredit.errors import RuleBroken
from accredit.storage import Session
from accredit.web.access import requires
from accredit.web.coordinator import bp
from accredit.web.coordinator.desk import day_of, own_actor, own_organisation, tell, today
from accredit.web.coordinator.forms import choices_of
from accredit.web.database import reading, transaction
from accredit.web.forms import DateField, Form, RadioInput
from accredit.web.pages import page, see_other
from accredit.web.time_fields import ClockField, MinutesField

REASONS: Mapping[LateReason, LazyString] = {
    LateReason.KEPT_ON_PAPER: _l("It was kept on paper until now"),
    LateReason.THEY_WERE_AWAY: _l("The young person was away"),
    LateReason.ADULT_WAS_AWAY: _l("The adult was away"),
    LateReason.COULD_NOT_SIGN_IN: _l("They could not sign in"),
}
assert set(REASONS) == set(LateReason)
_FIELDS = {
    "not-one-day": "minutes",
    "entry-too-long": "minutes",
    "overlap": "starts_at",
    "wrong-activity-type": "activity",
    "not-a-supervisor": "adult",
}
"""Rule id → the field it speaks about; ``day`` where it speaks about none."""


class LateForm(Form):
    """One entry, and why it comes so late."""

    activity = RadioField(_l("What did they do?"), [InputRequired(_l("Choose what they did"))], widget=RadioInput())
    day = DateField(_l("Which day?"), [InputRequired(_l("Give the day"))])
    starts_at = ClockField(_l("When did it start?"), [InputRequired(_l("Give the time it started"))])
    minutes = MinutesField(_l("How many minutes was it?"), [InputRequired(_l("Give the minutes, like 45"))])
    adult = RadioField(
        _l("Which adult was looking after it?"), [InputRequired(_l("Choose the adult"))], widget=RadioInput()
    )
    reason = RadioField(_l("Why is it added so late?"), [InputRequired(_l("Choose a reason"))], widget=RadioInput())


@bp.route("/enrolments/<uuid:enrolment_id>/late-hours", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def late_hours(enrolment_id: UUID) -> ResponseReturnValue:
    """Add one entry that is too late for the young person to add."""
    with reading() as db:
        who = awarding.progress(db, enrolment_id, on=today())
        form = _form(db, who)
    if form.validate_on_submit():
        try:
            _add(enrolment_id, **_values(form))
        except RuleBroken as refusal:
            tell(form[_FIELDS.get(refusal.rule, "day")], refusal)
        else:
            news = _("Added. It counts once another adult has approved it.")
            return see_other("coordinator.person", young_person_id=who.young_person_id, flash=news)
    days = who.definition.log_within_days
    return page("coordinator/late_hours.html", status=422 if form.errors else 200, form=form, who=who, days=days)


def _form(db: Session, who: Progress) -> LateForm:
    kinds = training.offered(db, who.programme_id, today()).activity_types
    adults = people.supervisors(db, organisation_id=own_organisation(), on=today())
    form = LateForm(adult=str(adults[0].id) if len(adults) == 1 and request.method == "GET" else None)
    form.activity.choices = choices_of((kind.code, kind.title) for kind in kinds if kind.counts_as_hours)
    form.adult.choices = choices_of((each.id, each.name) for each in adults)
    form.reason.choices = choices_of((reason.value, text) for reason, text in REASONS.items())
    return form


def _values(form: LateForm) -> dict[str, Any]:
    return {
        "activity_type": form.activity.data,
        "held_on": day_of(form.day),
        "starts_at": form.starts_at.data,
        "minutes": form.minutes.data,
        "supervised_by": UUID(form.adult.data),
        "reason": LateReason(form.reason.data),
    }


def _add(enrolment_id: UUID, **values: Any) -> None:
    with transaction() as db:
        add_late_hours(db, enrolment_id=enrolment_id, **values, actor=own_actor(), now=utc_now())
