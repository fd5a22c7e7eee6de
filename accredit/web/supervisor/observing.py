"""Skills seen in practice: which one, in what, on which day, by whom. Never what was said."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request
from flask_babel import lazy_gettext as _
from flask_babel import ngettext
from wtforms import RadioField, SelectMultipleField
from wtforms.validators import InputRequired

from accredit.clock import utc_now
from accredit.domain.enrolments import queries as enrolments
from accredit.domain.enrolments.queries import CohortMember
from accredit.domain.organisations.rules import Permission
from accredit.domain.practice import operations
from accredit.domain.programmes.queries import ProgrammeFacts
from accredit.domain.programmes.rules import Evidence
from accredit.errors import NotFound, RuleBroken
from accredit.web.access import requires
from accredit.web.database import reading, transaction
from accredit.web.forms import CheckboxesInput, DateField, Form, RadioInput, SelectChoice
from accredit.web.messages import sentence
from accredit.web.pages import page, see_other
from accredit.web.supervisor import bp
from accredit.web.supervisor.desk import chosen, is_supervisor, own_actor, own_programmes, today


class ObservationForm(Form):
    """One skill, seen in one or several young people on one day."""

    skill = RadioField(_("Which skill did you see?"), [InputRequired(_("Choose the skill"))], widget=RadioInput())
    activity = RadioField(
        _("What were they doing?"), [InputRequired(_("Choose what they were doing"))], widget=RadioInput()
    )
    day = DateField(_("Which day?"), [InputRequired(_("Give the day"))])
    people = SelectMultipleField(
        _("Who showed it?"), [InputRequired(_("Tick who showed it"))], widget=CheckboxesInput()
    )


@bp.route("/skills", methods=["GET", "POST"])
@requires(Permission.OBSERVE_SKILLS)
def observe() -> Response:
    """Record a skill that was seen."""
    with reading() as db:
        places, may_record = own_programmes(db), is_supervisor(db)
        place = chosen(places, request.args.get("programme", type=UUID))
        members = enrolments.cohort(db, programme_id=place.id, on=today()) if place else ()
    form = _form(place, members) if place else None
    news = None
    if form is not None and form.validate_on_submit():
        news = _record(form, members)
        if not form.errors:
            return see_other("supervisor.observe", flash=news, programme=request.args.get("programme"))
    shown = {"form": form, "places": places, "place": place, "members": members, "may_record": may_record}
    return page("supervisor/observe.html", status=422 if form and form.errors else 200, news=news, **shown)


def _form(place: ProgrammeFacts, members: tuple[CohortMember, ...]) -> ObservationForm:
    form = ObservationForm(data={"day": today()})
    if place.current is None:
        raise NotFound("programme")
    definition = place.current.definition
    seen = [skill for skill in definition.skills if Evidence.OBSERVED in skill.evidence]
    form.skill.choices = [SelectChoice(skill.code, skill.title) for skill in seen]
    form.activity.choices = [SelectChoice(kind.code, kind.title) for kind in definition.activity_types]
    form.people.choices = [SelectChoice(str(each.enrolment_id), each.known_as) for each in members]
    return form


def _record(form: ObservationForm, members: tuple[CohortMember, ...]) -> str | None:
    """Record each and say for how many; whom a rule holds back stays ticked with the reason, and stops nobody else."""
    names = {str(each.enrolment_id): each.known_as for each in members}
    refused: dict[str, str] = {}
    day = form.day.data
    if day is None:
        return None
    with transaction() as db:
        for text in form.people.data:
            try:
                operations.observe_skill(
                    db,
                    enrolment_id=UUID(text),
                    skill_code=form.skill.data,
                    activity_type=form.activity.data,
                    observed_on=day,
                    actor=own_actor(),
                    now=utc_now(),
                )
            except RuleBroken as broken:
                refused[text] = sentence(broken)
    done = len(form.people.data) - len(refused)
    if refused:
        form.people.errors = [" ".join(f"{names[text]}: {said}" for text, said in refused.items())]
        form.people.data = list(refused)
    return str(ngettext("Noted for %(num)d person.", "Noted for %(num)d people.", done)) if done else None
