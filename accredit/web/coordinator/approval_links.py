"""Ask an adult without an account to look at hours: a link by e-mail, and a code that the co-ordinator tells them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Response, make_response, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length

from accredit.clock import local_date, utc_now
from accredit.domain.notifications import operations as notifications
from accredit.domain.organisations import queries as organisations
from accredit.domain.organisations.rules import Permission
from accredit.domain.people import queries as people
from accredit.domain.people.queries import StaffFacts
from accredit.domain.practice import approval_links
from accredit.domain.practice import queries as practice
from accredit.domain.practice.approval_links import NewLink
from accredit.domain.practice.queries import WaitingEntry
from accredit.errors import NotFound, RuleBroken
from accredit.storage import Session
from accredit.web.access import requires
from accredit.web.coordinator import bp
from accredit.web.coordinator.desk import own_actor, own_organisation, tell
from accredit.web.coordinator.forms import choices_of
from accredit.web.database import reading, transaction
from accredit.web.forms import CheckboxesInput, Form, TextInput
from accredit.web.limits import LETTERS, count_for_school
from accredit.web.pages import page, see_other
from accredit.web.settings import current_pepper, current_settings
from accredit.web.viewer import current_viewer

_OF_FIELD = {"email-format": "email", "address-of-staff": "email"}


class ApprovalLinkForm(Form):
    """Where the link goes, and whose hours it shows. The address is not kept."""

    email = StringField(
        _l("Their e-mail address"),
        [InputRequired(_l("Type their e-mail address")), Length(max=254, message=_l("That address is too long"))],
        widget=TextInput(),
    )
    people = SelectMultipleField(
        _l("Whose hours?"), [InputRequired(_l("Tick whose hours the adult is to look at"))], widget=CheckboxesInput()
    )


@bp.route("/staff/<uuid:staff_id>/link", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def approval_link(staff_id: UUID) -> Response:
    """Make a link for one adult; the answer shows the code, once."""
    with reading() as db:
        adult = _adult(db, staff_id)
        waiting = practice.inbox(db, supervised_by=staff_id, now=utc_now())
        current = approval_links.current_link(db, staff_id, now=utc_now())
    form = ApprovalLinkForm(data={"people": list(_people(waiting))})
    form.people.choices = choices_of(_people(waiting).items())
    if form.validate_on_submit():
        try:
            made = _send(form, adult)
        except RuleBroken as refusal:
            tell(form[_OF_FIELD.get(refusal.code, "people")], refusal)
        else:
            return _told(made, adult)
    return page(
        "coordinator/approval_link.html",
        status=422 if form.errors else 200,
        form=form,
        adult=adult,
        waiting=waiting,
        current=current,
    )


@bp.post("/staff/<uuid:staff_id>/link/withdraw")
@requires(Permission.MANAGE_PEOPLE)
def withdraw_approval_link(staff_id: UUID) -> Response:
    """Close the link of one adult; without one nothing changes."""
    with transaction() as db:
        _adult(db, staff_id)
        approval_links.withdraw_links(db, staff_id=staff_id, actor=own_actor(), now=utc_now())
    return see_other("coordinator.approval_link", staff_id=staff_id, flash=_("The link does not work any more."))


def _adult(db: Session, staff_id: UUID) -> StaffFacts:
    adult = people.staff_member(db, staff_id)
    if adult.organisation_id != own_organisation():
        raise NotFound("staff")
    return adult


def _people(waiting: Sequence[WaitingEntry]) -> dict[str, Any]:
    return {str(each.enrolment_id): f"{each.printed_name}, {each.programme_name}" for each in waiting}


def _send(form: ApprovalLinkForm, adult: StaffFacts) -> NewLink:
    """Make the link and promise the letter, in one transaction."""
    count_for_school(LETTERS)
    with transaction() as db:
        made = approval_links.make_link(
            db,
            staff_id=adult.id,
            enrolment_ids=[UUID(text) for text in form.people.data],
            to_address=form.email.data,
            actor=own_actor(),
            pepper=current_pepper(),
            now=utc_now(),
        )
        school = organisations.organisation(db, adult.organisation_id).name
        path = url_for("supervisor.follow_link", link_secret=made.link_secret)
        text = render_template(
            "email/approval_link.txt",
            adult=adult.name,
            school=school,
            asker=current_viewer().display_name,
            address=f"{current_settings().base_url}{path}",
            last_day=local_date(made.ends_at),
        )
        notifications.queue_mail(
            db,
            to_address=made.to_address,
            subject=_("%(school)s asks you to look at hours", school=school),
            text=text,
            now=utc_now(),
        )
    return made


def _told(made: NewLink, adult: StaffFacts) -> Response:
    code = f"{made.code[:4]} {made.code[4:]}"
    answer = make_response(render_template("coordinator/approval_link_sent.html", code=code, adult=adult, made=made))
    # The code stands on this page alone; no browser keeps it.
    answer.headers["Cache-Control"] = "no-store"
    return answer
