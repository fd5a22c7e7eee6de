"""Adding time, and putting right an entry that waits or came back. Nothing is typed but a time and a number."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from flask import Response, make_response, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import RadioField
from wtforms.validators import InputRequired

from accredit.clock import utc_now
from accredit.domain.enrolments.queries import EnrolmentFacts
from accredit.domain.people import queries as people
from accredit.domain.practice import operations, queries
from accredit.domain.practice.queries import EntryFacts
from accredit.domain.practice.rules import HoursStatus
from accredit.domain.programmes import queries as programmes
from accredit.domain.training import queries as training
from accredit.errors import NotFound, RuleBroken
from accredit.storage import Session
from accredit.web.access import young_person
from accredit.web.database import reading, transaction
from accredit.web.forms import DateField, Form, RadioInput, SelectChoice
from accredit.web.learner import bp, words
from accredit.web.learner.me import own_enrolment, own_enrolments, own_organisation, today
from accredit.web.pages import page, see_other
from accredit.web.time_fields import ClockField, MinutesField
from accredit.web.viewer import current_viewer

OPEN = (HoursStatus.SUBMITTED, HoursStatus.RETURNED)


class TimeForm(Form):
    """One entry; choices come from the programme and from who looks after peer support."""

    activity = RadioField(_("What did you do?"), [InputRequired(_("Choose what you did"))], widget=RadioInput())
    day = DateField(_("Which day?"), [InputRequired(_("Give the day"))])
    starts_at = ClockField(_("When did it start?"), [InputRequired(_("Give the time it started"))])
    minutes = MinutesField(_("How many minutes was it?"), [InputRequired(_("Give the minutes, like 45"))])
    adult = RadioField(
        _("Which adult was looking after it?"), [InputRequired(_("Choose the adult"))], widget=RadioInput()
    )


@bp.get("/my/add-time")
@young_person
def add_time() -> ResponseReturnValue:
    """Go to the form at once, or ask first which programme it is for."""
    with reading() as db:
        places = own_enrolments(db, on=today())
        names = {each.id: programmes.programme(db, each.programme_id, today()).name for each in places}
    if len(places) == 1:
        return make_response(redirect(url_for("learner.new_time", enrolment_id=places[0].id), code=303))
    return page("learner/choose_programme.html", names=names)


@bp.route("/my/add-time/<uuid:enrolment_id>", methods=["GET", "POST"])
@young_person
def new_time(enrolment_id: UUID) -> Response:
    """Add one entry; the form begins with what was right the last time."""
    with reading() as db:
        place = own_enrolment(db, enrolment_id)
        last = next((each for each in queries.entries(db, enrolment_id) if not each.is_meeting), None)
        form = _form(db, place, last, day=today())
    same = None
    if form.validate_on_submit():
        try:
            with transaction() as db:
                operations.submit_hours(
                    db,
                    enrolment_id=enrolment_id,
                    **_values(form),
                    actor=current_viewer().actor(),
                    now=utc_now(),
                )
        except RuleBroken as broken:
            same = _tell(form, broken)
        else:
            return see_other("learner.home", flash=gettext("Added. An adult looks at it next."))
    return page("learner/time.html", status=422 if form.errors else 200, form=form, entry=None, same=same, open=OPEN)


@bp.route("/my/time/<uuid:entry_id>", methods=["GET", "POST"])
@young_person
def change_time(entry_id: UUID) -> Response:
    """Put right an entry that waits or came back."""
    with reading() as db:
        entry = queries.entry(db, entry_id)
        place = own_enrolment(db, entry.enrolment_id)
        if entry.status not in OPEN:
            raise NotFound("hours-entry")
        form = _form(db, place, entry, day=entry.held_on)
        may_take_back = operations.may_take_back(db, entry_id=entry_id, actor=current_viewer().actor())
    same = None
    if form.validate_on_submit():
        try:
            with transaction() as db:
                operations.correct_hours(
                    db, entry_id=entry_id, **_values(form), actor=current_viewer().actor(), now=utc_now()
                )
        except RuleBroken as broken:
            same = _tell(form, broken)
        else:
            return see_other("learner.home", flash=gettext("Changed. An adult looks at it next."))
    told = {"form": form, "entry": entry, "may_take_back": may_take_back, "words": words, "same": same, "open": OPEN}
    return page("learner/time.html", status=422 if form.errors else 200, **told)


@bp.post("/my/time/<uuid:entry_id>/take-back")
@young_person
def take_back_time(entry_id: UUID) -> ResponseReturnValue:
    """Take back an entry that was a mistake, before an adult has looked at it."""
    with reading() as db:
        own_enrolment(db, queries.entry(db, entry_id).enrolment_id)
    try:
        with transaction() as db:
            operations.take_back_hours(db, entry_id=entry_id, actor=current_viewer().actor(), now=utc_now())
    except RuleBroken as broken:
        return see_other("learner.home", flash=words.sentence(broken), flash_kind="information")
    return see_other("learner.home", flash=gettext("Taken back. It does not count, and nobody has to look at it."))


def _form(db: Session, place: EnrolmentFacts, usual: EntryFacts | None, *, day: date) -> TimeForm:
    definition = training.offered(db, place.programme_id, today())
    kinds = [kind for kind in definition.activity_types if kind.counts_as_hours]
    adults = people.supervisors(db, organisation_id=own_organisation(), on=today())
    known = {each.id for each in adults}
    start: dict[str, object] = {"day": day}
    if usual is not None:
        start |= {"activity": usual.activity_type, "starts_at": usual.starts_at, "minutes": usual.minutes}
        start["adult"] = str(usual.supervised_by) if usual.supervised_by in known else None
    elif len(adults) == 1:
        start["adult"] = str(adults[0].id)
    form = TimeForm(data=start)
    form.activity.choices = [SelectChoice(kind.code, kind.title) for kind in kinds]
    form.adult.choices = [SelectChoice(str(each.id), each.name) for each in adults]
    return form


def _values(form: TimeForm) -> dict[str, Any]:
    return {
        "activity_type": form.activity.data,
        "held_on": form.day.data,
        "starts_at": form.starts_at.data,
        "minutes": form.minutes.data,
        "supervised_by": UUID(form.adult.data),
    }


def _tell(form: TimeForm, broken: RuleBroken) -> EntryFacts | None:
    """Say beside its field why an entry is refused; return the one that stands at the same time, if that is why."""
    field = form[words.FIELDS.get(broken.rule, "day")]
    field.errors = [*field.errors, words.sentence(broken)]
    if broken.rule != "overlap":
        return None
    with reading() as db:
        return queries.entry(db, UUID(str(broken.facts["entry_id"])))
