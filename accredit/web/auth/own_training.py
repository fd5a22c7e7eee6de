"""An adult's own training as a facilitator: what a colleague wrote down, and the record of it that they ask for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, StringField
from wtforms.validators import InputRequired, Length

from accredit.clock import local_date, utc_now
from accredit.domain.credentials import attendance, attendance_ending
from accredit.domain.facilitation import operations, queries
from accredit.domain.facilitation.queries import RecordFacts
from accredit.domain.facilitation.rules import Attended
from accredit.domain.people import queries as people
from accredit.domain.people.names import LONGEST_NAME
from accredit.domain.programmes import queries as programmes
from accredit.errors import RuleBroken
from accredit.storage import Session
from accredit.web.access import requires
from accredit.web.auth import bp
from accredit.web.auth.weekly import STAFF, own_staff_id
from accredit.web.database import reading, transaction
from accredit.web.forms import Form, RadioInput, TextInput
from accredit.web.messages import sentence
from accredit.web.pages import page, see_other
from accredit.web.viewer import current_viewer


class OwnRecordForm(Form):
    """Of which training, and the name as it is to be printed."""

    programme = RadioField(_l("Of which training?"), [InputRequired(_l("Choose one."))], widget=RadioInput())
    printed_name = StringField(
        _l("Your name as it is to be printed"),
        [
            InputRequired(_l("Write your name.")),
            Length(max=LONGEST_NAME, message=_l("A name has at most 150 characters.")),
        ],
        widget=TextInput(),
    )


@dataclass(frozen=True, kw_only=True)
class Trained:
    """What the reader attended for one programme."""

    programme_id: UUID
    name: str
    parts: tuple[Attended, ...]
    delivered: tuple[tuple[date, str], ...]

    @property
    def minutes(self) -> int:
        """The time of every part together."""
        return sum(part.minutes for part in self.parts)


@bp.route("/account/training", methods=["GET", "POST"])
@requires(*STAFF)
def own_training() -> ResponseReturnValue:
    """Show what the reader attended and the records they have; let them ask for one."""
    with reading() as db:
        who = people.staff_member(db, own_staff_id())
        trained = _trained(db, who.id)
        records = queries.records_of(db, who.id)
    form = OwnRecordForm(
        printed_name=records[0].printed_name if records else who.name,
        programme=str(trained[0].programme_id) if len(trained) == 1 else None,
    )
    form.programme.choices = [(str(each.programme_id), each.name) for each in trained]
    if trained and form.validate_on_submit():
        try:
            with transaction() as db:
                operations.ask_for_record(
                    db,
                    programme_id=UUID(form.programme.data),
                    printed_name=form.printed_name.data,
                    actor=current_viewer().actor(),
                    now=utc_now(),
                )
        except RuleBroken as refusal:
            form.printed_name.errors = [sentence(refusal)]
        else:
            return see_other("auth.own_training", flash=_("Asked. A co-ordinator who is somebody else gives it."))
    return _page(form, trained, records, status=422 if form.errors else 200)


@bp.post("/account/training/<uuid:record_id>/take-back")
@requires(*STAFF)
def take_training_back(record_id: UUID) -> ResponseReturnValue:
    """End a record of the reader's own, wherever it has got to."""
    with reading() as db:
        is_open = any(each.id == record_id and each.given_at is None for each in queries.records_of(db, own_staff_id()))
    act = operations.decline_record if is_open else attendance_ending.take_back
    try:
        with transaction() as db:
            act(db, record_id=record_id, actor=current_viewer().actor(), now=utc_now())
    except RuleBroken as refusal:
        return see_other("auth.own_training", flash=sentence(refusal), flash_kind="careful")
    return see_other("auth.own_training", flash=_("Taken back. You can ask again at any time."))


def _trained(db: Session, staff_id: UUID) -> list[Trained]:
    today = local_date(utc_now())
    found = [
        Trained(
            programme_id=each,
            name=programmes.programme(db, each, today).name,
            parts=queries.attended(db, staff_id, programme_id=each),
            delivered=queries.delivered(db, staff_id, programme_id=each),
        )
        for each in queries.programmes_of(db, staff_id)
    ]
    return sorted(found, key=lambda each: each.name)


def _page(
    form: OwnRecordForm, trained: list[Trained], records: tuple[RecordFacts, ...], *, status: int
) -> ResponseReturnValue:
    with reading() as db:
        out = {view.record_id: view for view in attendance.of_staff(db, own_staff_id())}
    return page("auth/own_training.html", status=status, form=form, trained=trained, records=records, out=out)
