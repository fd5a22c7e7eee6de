"""Keys for the school's own programs: who has one, make one, end one. A key is shown once, on the page that made it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from flask import Response, make_response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectMultipleField, StringField
from wtforms.validators import InputRequired

from accredit.clock import utc_now
from accredit.domain.clients import operations, queries
from accredit.domain.clients.rules import USUAL, KeyState, Scope, Wish
from accredit.domain.organisations.rules import Permission
from accredit.errors import RuleBroken
from accredit.web.access import requires
from accredit.web.coordinator import bp
from accredit.web.coordinator.desk import day_of, own_actor, own_organisation, tell, today
from accredit.web.coordinator.forms import choices_of
from accredit.web.database import reading, transaction
from accredit.web.forms import CheckboxesInput, DateField, Form, TextInput
from accredit.web.pages import page, see_other
from accredit.web.settings import current_settings

SCOPES = {
    Scope.PEOPLE_READ: _l("Read the list of young people"),
    Scope.PEOPLE_WRITE: _l("Add and change young people, and bring in class lists"),
    Scope.PROGRAMMES_READ: _l("Read programmes"),
    Scope.ENROLMENTS_WRITE: _l("Take young people into programmes and out of them"),
    Scope.TRAINING_READ: _l("Read training sessions and registers"),
    Scope.TRAINING_WRITE: _l("Plan training sessions and take registers"),
    Scope.HOURS_READ: _l("Read hours"),
    Scope.HOURS_WRITE: _l("Submit hours on a young person’s behalf"),
    Scope.PROGRESS_READ: _l("Read how everybody stands towards each level"),
    Scope.CERTIFICATES_READ: _l("Read what was awarded, and whether it is signed"),
}
STATES = {
    KeyState.OPEN: _l("Works"),
    KeyState.ENDED: _l("Ended"),
    KeyState.OVER: _l("Its last day is over"),
    KeyState.ORPHANED: _l("Ended when its maker handed over"),
}
_OF_FIELD = {"key-without-scope": "scopes", "key-last-day": "last_day"}


class KeyForm(Form):
    """What a key is for, and until when."""

    label = StringField(_l("What is it for?"), [InputRequired(_l("Say what this key is for."))], widget=TextInput())
    scopes = SelectMultipleField(
        _l("It may"),
        [InputRequired(_l("Tick at least one thing that it may be used for."))],
        choices=choices_of(SCOPES.items()),
        widget=CheckboxesInput(),
    )
    last_day = DateField(_l("Last day"), [InputRequired(_l("Enter the last day on which it works."))])


@bp.get("/keys")
@requires(Permission.MANAGE_STAFF)
def keys() -> ResponseReturnValue:
    """List the keys of this organisation, ended ones too."""
    with reading() as db:
        found = queries.keys(db, organisation_id=own_organisation(), on=today())
    return page("coordinator/keys.html", keys=found, scopes=SCOPES, states=STATES, soon=today() + timedelta(days=14))


@bp.route("/keys/make", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE, proof=True)
def make_key() -> ResponseReturnValue:
    """Make a key; the answer shows it, once."""
    form = KeyForm(last_day=today() + USUAL)
    if form.validate_on_submit():
        try:
            with transaction() as db:
                _made, key = operations.make_key(
                    db, organisation_id=own_organisation(), wish=_wish(form), actor=own_actor(), now=utc_now()
                )
        except RuleBroken as refusal:
            tell(form[_OF_FIELD.get(refusal.rule, "label")], refusal)
        else:
            return _shown(key, form)
    return page("coordinator/key_form.html", status=422 if form.errors else 200, form=form)


def _wish(form: KeyForm) -> Wish:
    scopes = frozenset(Scope(word) for word in form.scopes.data)
    return Wish(label=form.label.data, scopes=scopes, last_day=day_of(form.last_day))


def _shown(key: str, form: KeyForm) -> Response:
    text = render_template(
        "coordinator/key_made.html",
        key=key,
        label=form.label.data,
        last_day=day_of(form.last_day),
        address=f"{current_settings().base_url}/api/v1/key",
    )
    answer = make_response(text)
    # The key stands on this page alone; no browser keeps it.
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.post("/keys/<uuid:key_id>/end")
@requires(Permission.MANAGE_STAFF)
def end_key(key_id: UUID) -> ResponseReturnValue:
    """End a key at once."""
    with transaction() as db:
        operations.end_key(db, key_id=key_id, actor=own_actor(), now=utc_now())
    return see_other("coordinator.keys", flash=_("The key does not work any more."))
