"""Joining a programme, taking a break from it, milestones in it, leaving it."""

from __future__ import annotations

from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from accredit.clock import utc_now
from accredit.domain.awarding import queries as awarding
from accredit.domain.enrolments import operations, queries
from accredit.domain.organisations.rules import Permission
from accredit.domain.people import queries as people_queries
from accredit.domain.practice import operations as practice
from accredit.domain.practice.rules import Milestone
from accredit.domain.programmes import queries as programmes_queries
from accredit.domain.programmes.rules import Definition
from accredit.errors import NotFound, RuleBroken
from accredit.web.access import requires
from accredit.web.coordinator import bp
from accredit.web.coordinator.desk import day_of, own_actor, own_organisation, tell, today
from accredit.web.coordinator.forms import (
    BreakForm,
    DayForm,
    EnrolForm,
    MilestoneForm,
    choices_of,
    year_group_text,
)
from accredit.web.coordinator.people import memberships
from accredit.web.database import reading, transaction
from accredit.web.pages import page, see_other


@bp.route("/programmes/<uuid:programme_id>/enrol", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def enrol(programme_id: UUID) -> ResponseReturnValue:
    """Choose who joins a programme."""
    with reading() as db:
        programme = programmes_queries.programme(db, programme_id, today())
        inside = {each.young_person_id for each in queries.enrolments_in(db, programme_id).values()}
        everybody = people_queries.young_people(db, organisation_id=own_organisation())
        elsewhere = memberships(db)
    # Whoever is in no programme yet comes first: they are the ones somebody is looking for.
    outside = sorted((person for person in everybody if person.id not in inside), key=lambda who: who.id in elsewhere)
    # Whoever is the first in a programme has mostly begun with it: what came before the day given would not count.
    form = EnrolForm(started_on=today() if inside or programme.current is None else programme.current.effective_from)
    form.people.choices = choices_of(
        (person.id, described(person.printed_name, person.year_group, person.form, *elsewhere.get(person.id, ())))
        for person in outside
    )
    if request.method == "GET" and request.args.get("tick") == "all":
        form.people.data = [choice.value for choice in form.people.choices]
    if form.validate_on_submit():
        with transaction() as db:
            operations.enrol_many(
                db,
                young_person_ids=[UUID(each) for each in form.people.data],
                programme_id=programme_id,
                started_on=day_of(form.started_on),
                actor=own_actor(),
                now=utc_now(),
            )
        count = len(form.people.data)
        news = ngettext("%(num)d young person joined.", "%(num)d young people joined.", count)
        return see_other("coordinator.programme", programme_id=programme_id, flash=news)
    status = 422 if form.errors else 200
    return page("coordinator/enrol.html", status=status, form=form, programme=programme, anybody=bool(everybody))


def described(name: str, year_group: str | None, *more: str | None) -> str:
    """Return a name as a line of a list to be ticked: with the year, the form, and what else tells two apart."""
    group = ", ".join(filter(None, (year_group_text(year_group), *more)))
    return f"{name} ({group})" if group else name


@bp.route("/enrolments/<uuid:enrolment_id>/break", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def start_break(enrolment_id: UUID) -> ResponseReturnValue:
    """Enter a break, past, present or to come."""
    with reading() as db:
        who = awarding.progress(db, enrolment_id, on=today())
    form = BreakForm(starts_on=today())
    if form.validate_on_submit():
        try:
            with transaction() as db:
                operations.start_break(
                    db,
                    enrolment_id=enrolment_id,
                    starts_on=day_of(form.starts_on),
                    ends_on=form.ends_on.data,
                    actor=own_actor(),
                    now=utc_now(),
                )
        except RuleBroken as refusal:
            tell(form.starts_on, refusal)
        else:
            news = _("The break is entered. Nothing earned is lost.")
            return see_other("coordinator.person", young_person_id=who.young_person_id, flash=news)
    return page("coordinator/break.html", status=422 if form.errors else 200, form=form, who=who)


@bp.route("/enrolments/<uuid:enrolment_id>/breaks/<uuid:break_id>/end", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def end_break(enrolment_id: UUID, break_id: UUID) -> ResponseReturnValue:
    """Say which day was the last of a break."""
    with reading() as db:
        who = awarding.progress(db, enrolment_id, on=today())
        if break_id not in {pause.id for pause in queries.enrolment(db, enrolment_id).breaks}:
            raise NotFound("break")
    form = DayForm(day=today())
    form.day.label.text = _("Last day of the break")
    if form.validate_on_submit():
        try:
            with transaction() as db:
                operations.end_break(db, break_id=break_id, ends_on=day_of(form.day), actor=own_actor(), now=utc_now())
        except RuleBroken as refusal:
            tell(form.day, refusal)
        else:
            return see_other("coordinator.person", young_person_id=who.young_person_id, flash=_("Welcome back!"))
    status = 422 if form.errors else 200
    return page(
        "coordinator/one_day.html",
        status=status,
        form=form,
        who=who,
        title=_("%(name)s is back", name=who.known_as),
        text=_("Nothing earned was lost. Hours count again from the day after."),
        button=_("Save"),
    )


@bp.route("/enrolments/<uuid:enrolment_id>/end", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def end_enrolment(enrolment_id: UUID) -> ResponseReturnValue:
    """End somebody's time in a programme; what was earned stays."""
    with reading() as db:
        who = awarding.progress(db, enrolment_id, on=today())
    form = DayForm(day=today())
    form.day.label.text = _("Last day in the programme")
    if form.validate_on_submit():
        try:
            with transaction() as db:
                operations.end_enrolment(
                    db, enrolment_id=enrolment_id, ended_on=day_of(form.day), actor=own_actor(), now=utc_now()
                )
        except RuleBroken as refusal:
            tell(form.day, refusal)
        else:
            return see_other("coordinator.person", young_person_id=who.young_person_id, flash=_("Saved."))
    return page(
        "coordinator/one_day.html",
        status=422 if form.errors else 200,
        form=form,
        who=who,
        title=_("%(name)s is leaving %(programme)s", name=who.known_as, programme=who.programme_name),
        text=_("Everything earned stays theirs: hours, training, awards. For a pause, enter a break instead."),
        button=_("Save"),
    )


@bp.route("/enrolments/<uuid:enrolment_id>/milestone", methods=["GET", "POST"])
@requires(Permission.OBSERVE_SKILLS)
def milestone(enrolment_id: UUID) -> ResponseReturnValue:
    """Record that a milestone was reached, never what was said or written."""
    with reading() as db:
        who = awarding.progress(db, enrolment_id, on=today())
    form = MilestoneForm(reached_on=today())
    reached = {each.code for each in who.portfolio.milestones}
    left = [each for each in _milestones(who.definition) if each not in reached]
    form.offer(left)
    if form.validate_on_submit():
        try:
            with transaction() as db:
                practice.record_milestone(
                    db,
                    enrolment_id=enrolment_id,
                    milestone=Milestone(form.milestone.data),
                    reached_on=day_of(form.reached_on),
                    actor=own_actor(),
                    now=utc_now(),
                )
        except RuleBroken as refusal:
            tell(form.reached_on, refusal)
        else:
            return see_other("coordinator.person", young_person_id=who.young_person_id, flash=_("Recorded."))
    return page("coordinator/milestone.html", status=422 if form.errors else 200, form=form, who=who, left=left)


def _milestones(definition: Definition) -> list[Milestone]:
    asked = {code for level in definition.levels for any_of in level.milestones for code in any_of}
    if definition.reflections:
        asked.add(Milestone.REFLECTION)
    return [each for each in Milestone if each.value in asked]
