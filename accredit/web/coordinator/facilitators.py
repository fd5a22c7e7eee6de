"""Training of the adults: sessions with who was there, and the records of attendance that somebody else gives.

How a record that was signed ends is in `facilitator_records`.
"""

from __future__ import annotations

from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length

from accredit.clock import utc_now
from accredit.domain.credentials import attendance
from accredit.domain.facilitation import operations, queries, rules
from accredit.domain.organisations.rules import Permission
from accredit.domain.people import queries as people
from accredit.domain.people.queries import StaffFacts
from accredit.domain.programmes import queries as programmes
from accredit.domain.programmes.queries import ProgrammeFacts
from accredit.errors import RuleBroken
from accredit.storage import Session
from accredit.web.access import requires
from accredit.web.coordinator import bp
from accredit.web.coordinator.desk import day_of, own_actor, own_organisation, tell, today
from accredit.web.coordinator.forms import choices_of
from accredit.web.database import reading, transaction
from accredit.web.forms import CheckboxesInput, DateField, Form, RadioInput, TextInput
from accredit.web.messages import sentence
from accredit.web.pages import page, see_other
from accredit.web.viewer import current_viewer


class FacilitatorSessionForm(Form):
    """A session at which adults were trained."""

    programme = RadioField(_l("For which programme?"), [InputRequired(_l("Choose one."))], widget=RadioInput())
    held_on = DateField(_l("Date"), [InputRequired(_l("Give the day."))])
    parts = SelectMultipleField(
        _l("Parts"),
        [InputRequired(_l("Choose at least one part."))],
        choices=choices_of((part.code, f"{part.code} {part.title}") for part in rules.PARTS),
        widget=CheckboxesInput(),
    )
    delivered_by = StringField(
        _l("Who delivered it?"),
        [
            InputRequired(_l("Say who delivered it.")),
            Length(max=rules.LONGEST_NAME, message=_l("Use up to 120 letters.")),
        ],
        widget=TextInput(),
    )
    present = SelectMultipleField(
        _l("Who was there?"), [InputRequired(_l("Tick at least one adult."))], widget=CheckboxesInput()
    )


@bp.get("/staff/training")
@requires(Permission.RECORD_TRAINING, Permission.SUSPEND)
def facilitators() -> ResponseReturnValue:
    """Show the sessions of the adults' training, and the records that wait for somebody to give them."""
    return _list()


def _list(*, status: int = 200, refusal: str = "") -> ResponseReturnValue:
    with reading() as db:
        sessions = queries.sessions(db, organisation_id=own_organisation())
        waiting = queries.waiting(db, organisation_id=own_organisation())
        given = queries.given(db, organisation_id=own_organisation())
        out = {view.record_id: view for view in attendance.of_organisation(db, own_organisation())}
        called = {each.id: each.name for each in _programmes(db)}
        names = people.names_of_staff(db, {each for found in sessions for each in found.present})
        there = {found.id: ", ".join(sorted(names[each] for each in found.present)) for found in sessions}
        attended = {each.id: queries.attended(db, each.staff_id, programme_id=each.programme_id) for each in waiting}
    return page(
        "coordinator/facilitators.html",
        status=status,
        sessions=sessions,
        waiting=waiting,
        there=there,
        given=given,
        out=out,
        called=called,
        attended=attended,
        refusal=refusal,
        staff_id=current_viewer().staff_id,
    )


@bp.route("/staff/training/add", methods=["GET", "POST"])
@requires(Permission.RECORD_TRAINING)
def add_facilitator_session() -> ResponseReturnValue:
    """Write a session down with who was there."""
    with reading() as db:
        offered = [(str(each.id), each.name) for each in _programmes(db) if each.current is not None]
    chosen = offered[0][0] if len(offered) == 1 else None
    form = FacilitatorSessionForm(held_on=today(), delivered_by="", programme=chosen)
    form.programme.choices = offered
    form.present.choices = choices_of((each.id, each.name) for each in _others())
    # Without a programme, or a colleague, the page says what is missing, and has no form whose faults could be told.
    if offered and form.present.choices and form.validate_on_submit():
        try:
            with transaction() as db:
                operations.record_session(
                    db,
                    programme_id=UUID(form.programme.data),
                    held_on=day_of(form.held_on),
                    part_codes=form.parts.data,
                    delivered_by=form.delivered_by.data,
                    present=[UUID(each) for each in form.present.data],
                    actor=own_actor(),
                    now=utc_now(),
                )
        except RuleBroken as refusal:
            tell(form.held_on if refusal.rule == "register-before-the-day" else form.parts, refusal)
        else:
            return see_other("coordinator.facilitators", flash=_("Written down."))
    return page("coordinator/facilitator_session.html", status=422 if form.errors else 200, form=form)


@bp.route("/staff/training/<uuid:session_id>", methods=["GET", "POST"])
@requires(Permission.RECORD_TRAINING)
def facilitator_register(session_id: UUID) -> ResponseReturnValue:
    """Correct who was at a session; the reader's own tick is somebody else's to change."""
    with reading() as db:
        found = queries.session(db, session_id)
    staff_id, refusal = current_viewer().staff_id, ""
    if request.method == "POST":
        ticked = set(request.form.getlist("present"))
        present = {each.id for each in _others() if str(each.id) in ticked}
        try:
            with transaction() as db:
                operations.correct_register(
                    db,
                    session_id=session_id,
                    present=present | ({staff_id} & found.present if staff_id else set()),
                    actor=own_actor(),
                    now=utc_now(),
                )
        except RuleBroken as broken:
            refusal = sentence(broken)
        else:
            return see_other("coordinator.facilitators", flash=_("It says now who was there."))
    return page(
        "coordinator/facilitator_register.html",
        status=422 if refusal else 200,
        session=found,
        others=_others(),
        is_own=staff_id in found.present,
        parts=[part for part in rules.PARTS if part.code in found.part_codes],
        refusal=refusal,
    )


@bp.post("/staff/training/records/<uuid:record_id>")
@requires(Permission.AWARD, proof=True)
def answer_facilitator_record(record_id: UUID) -> ResponseReturnValue:
    """Give an adult the record they asked for, or let it be."""
    is_given = request.form.get("answer") == "yes"
    act = operations.give_record if is_given else operations.decline_record
    try:
        with transaction() as db:
            act(db, record_id=record_id, actor=own_actor(), now=utc_now())
    except RuleBroken as refusal:
        return _list(status=422, refusal=sentence(refusal))
    said = _("Given. It is signed within minutes, and they find it on their own page.") if is_given else _("Left.")
    return see_other("coordinator.facilitators", flash=said)


def _programmes(db: Session) -> tuple[ProgrammeFacts, ...]:
    return programmes.programmes(db, organisation_id=own_organisation(), on=today())


def _others() -> list[StaffFacts]:
    """Return everybody on the staff but the reader and those who left."""
    with reading() as db:
        staff = people.staff(db, organisation_id=own_organisation())
    return [each for each in staff if each.id != current_viewer().staff_id and each.left_at is None]
