"""The record of an adult's training that was given: what it says, and how it ends by two persons."""

from __future__ import annotations

from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.validators import InputRequired

from accredit.clock import utc_now
from accredit.domain.credentials import attendance, attendance_ending
from accredit.domain.credentials.rules import RevokeReason
from accredit.domain.credentials.second_person import others_who_may
from accredit.domain.facilitation import queries
from accredit.domain.facilitation.queries import RecordFacts
from accredit.domain.organisations.rules import Permission
from accredit.errors import NotFound, RuleBroken
from accredit.storage import Session
from accredit.web.access import requires
from accredit.web.coordinator import bp
from accredit.web.coordinator.desk import own_actor, own_organisation, tell
from accredit.web.coordinator.forms import choices_of
from accredit.web.coordinator.reasons import REVOKE_REASONS
from accredit.web.database import reading, transaction
from accredit.web.forms import Form, RadioInput
from accredit.web.messages import sentence
from accredit.web.pages import page, see_other
from accredit.web.viewer import current_viewer


class EndingForm(Form):
    """Why a record is to end."""

    reason = RadioField(_l("Why?"), [InputRequired(_l("Choose a reason."))], widget=RadioInput())


@bp.get("/staff/training/records/<uuid:record_id>")
@requires(Permission.SUSPEND)
def facilitator_record(record_id: UUID) -> ResponseReturnValue:
    """Show a record that was given."""
    return _shown(record_id, _form())


@bp.post("/staff/training/records/<uuid:record_id>/end")
@requires(Permission.REVOKE)
def end_facilitator_record(record_id: UUID) -> ResponseReturnValue:
    """Ask for a record to end; whoever is the only one ends it."""
    form = _form()
    if not form.validate_on_submit():
        return _shown(record_id, form, status=422)
    try:
        with transaction() as db:
            done = attendance_ending.ask(
                db, record_id=record_id, reason=RevokeReason(form.reason.data), actor=own_actor(), now=utc_now()
            )
    except RuleBroken as refusal:
        tell(form.reason, refusal)
        return _shown(record_id, form, status=422)
    said = _("It holds no more.") if done else _("Asked. Somebody else looks at it and agrees.")
    return see_other("coordinator.facilitator_record", record_id=record_id, flash=said)


@bp.post("/staff/training/records/<uuid:record_id>/ending")
@requires(Permission.SUSPEND, proof=True)
def answer_ending(record_id: UUID) -> ResponseReturnValue:
    """Confirm what somebody else asked for, or leave the record as it is."""
    is_confirmed = request.form.get("answer") == "yes"
    act = attendance_ending.confirm if is_confirmed else attendance_ending.decline
    try:
        with transaction() as db:
            act(db, record_id=record_id, actor=own_actor(), now=utc_now())
    except RuleBroken as refusal:
        return _shown(record_id, _form(), status=422, refusal=sentence(refusal))
    said = _("It holds no more.") if is_confirmed else _("The record stays as it is.")
    return see_other("coordinator.facilitator_record", record_id=record_id, flash=said)


def _form() -> EndingForm:
    form = EndingForm()
    form.reason.choices = choices_of((each, REVOKE_REASONS[each]) for each in attendance_ending.REASONS)
    return form


def _shown(record_id: UUID, form: EndingForm, *, status: int = 200, refusal: str = "") -> ResponseReturnValue:
    with reading() as db:
        record = _given(db, record_id)
        others = others_who_may(
            db,
            organisation_id=own_organisation(),
            but=record.ending_asked_by or current_viewer().staff_id,
            permission=Permission.SUSPEND,
            now=utc_now(),
        )
        views = [each for each in attendance.of_staff(db, record.staff_id) if each.record_id == record_id]
    return page(
        "coordinator/facilitator_record.html",
        status=status,
        record=record,
        view=views[0] if views else None,
        form=form,
        others=others,
        refusal=refusal,
        why=REVOKE_REASONS[RevokeReason(record.ending_reason)] if record.ending_reason else None,
        staff_id=current_viewer().staff_id,
    )


def _given(db: Session, record_id: UUID) -> RecordFacts:
    found = queries.record(db, record_id)
    if found.organisation_id != own_organisation() or found.given_at is None or found.given_up_at is not None:
        raise NotFound("facilitator-record")
    return found
