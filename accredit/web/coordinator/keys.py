"""Keys for the school's own programs: who has one, make one, end one. A key is shown once, on the page that made it."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from flask import Response, make_response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectMultipleField, StringField
from wtforms.validators import InputRequired

from accredit.clock import utc_now
from accredit.domain.clients import operations, queries
from accredit.domain.clients.queries import KeyFacts
from accredit.domain.clients.rules import USUAL, KeyState, Scope, Wish
from accredit.domain.organisations.rules import Permission
from accredit.errors import RuleBroken
from accredit.storage import Session
from accredit.storage.plain_text import plain
from accredit.web.access import requires
from accredit.web.coordinator import bp
from accredit.web.coordinator.desk import day_of, own_actor, own_organisation, tell, today
from accredit.web.coordinator.forms import choices_of
from accredit.web.database import reading, transaction
from accredit.web.forms import CheckboxesInput, DateField, Form, TextInput
from accredit.web.list_files import exported
from accredit.web.lists import Column, Filter, Held, Kind, ListOf, has_words, show
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
        shown = show(db, _keys(db))
    return page("coordinator/keys.html", shown=shown, scopes=SCOPES, soon=today() + timedelta(days=14))


@bp.route("/keys/export", methods=["GET", "POST"])
@requires(Permission.MANAGE_STAFF, proof=True)
def export_keys() -> Response:
    """Hand out the list of keys as a file; the keys themselves are in none."""
    return exported(_keys)


def _keys(db: Session) -> ListOf[KeyFacts]:
    return ListOf(
        name="keys",
        title=_("Keys for programs"),
        endpoint="coordinator.keys",
        export="coordinator.export_keys",
        source=Held(
            everything=queries.keys(db, organisation_id=own_organisation(), on=today()),
            orders={
                "label": lambda key: (plain(key.label), key.id),
                "state": lambda key: (key.state is not KeyState.OPEN, -key.made_at.timestamp(), key.id),
                "by": lambda key: (plain(key.made_by_name), plain(key.label), key.id),
                "last-day": lambda key: (key.last_day, key.id),
                "used": lambda key: (key.last_used_on or date.min, key.id),
            },
            filters={
                "q": lambda key, text: has_words(text, key.label, key.made_by_name),
                "state": lambda key, state: key.state.value == state,
            },
        ),
        order="state",
        columns=(
            Column(name="label", label=_("What for"), cell=lambda key: key.label),
            Column(name="state", label=_("State"), cell=lambda key: str(STATES[key.state])),
            Column(name="may", label=_("It may"), cell=_may, is_sorted=False),
            Column(name="by", label=_("Acts for"), cell=lambda key: key.made_by_name),
            Column(name="last-day", label=_("Last day"), cell=lambda key: key.last_day, kind=Kind.DAY),
            Column(name="used", label=_("Last used"), cell=lambda key: key.last_used_on or _("Never"), kind=Kind.DAY),
        ),
        filters=(
            Filter(name="q", label=_("Find by what it is for, or for whom it acts")),
            Filter(
                name="state",
                label=_("State"),
                choices={state.value: str(words) for state, words in STATES.items()},
            ),
        ),
    )


def _may(key: KeyFacts) -> str:
    return "; ".join(str(words) for scope, words in SCOPES.items() if scope in key.scopes)


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
