"""The list of training sessions; their registers are in `training`."""

from __future__ import annotations

from flask import Response
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from accredit.domain.organisations.rules import Permission
from accredit.domain.programmes import queries as programmes
from accredit.domain.training import listing, queries
from accredit.domain.training.listing import RegisterState
from accredit.domain.training.queries import SessionSummary
from accredit.storage import Session
from accredit.web.access import requires
from accredit.web.coordinator import bp
from accredit.web.coordinator.desk import own_organisation, today
from accredit.web.database import reading
from accredit.web.list_files import exported
from accredit.web.lists import Column, Filter, Kind, ListOf, show
from accredit.web.pages import page


@bp.get("/training")
@requires(Permission.RECORD_TRAINING)
def training() -> ResponseReturnValue:
    """List training sessions."""
    with reading() as db:
        shown = show(db, _sessions(db))
        found = programmes.programmes(db, organisation_id=own_organisation(), on=today())
    return page("coordinator/training.html", shown=shown, programmes=found, today=today())


@bp.route("/training/export", methods=["GET", "POST"])
@requires(Permission.RECORD_TRAINING, proof=True)
def export_training() -> Response:
    """Hand out the list of training sessions as a file."""
    return exported(_sessions)


def _sessions(db: Session) -> ListOf[SessionSummary]:
    places = programmes.programmes(db, organisation_id=own_organisation(), on=today())
    return ListOf(
        name="training",
        title=_("Training"),
        endpoint="coordinator.training",
        export="coordinator.export_training",
        source=listing.sessions(organisation_id=own_organisation(), on=today()),
        order="-held",
        columns=(
            Column(name="title", label=_("Session"), cell=lambda each: each.title),
            Column(name="held", label=_("Date"), cell=lambda each: each.held_on, kind=Kind.DAY),
            Column(name="programme", label=_("Programme"), cell=lambda each: each.programme_name),
            Column(name="modules", label=_("Modules"), cell=lambda each: ", ".join(each.module_codes), is_sorted=False),
            Column(name="led-by", label=_("Led by"), cell=lambda each: each.led_by_name),
            Column(name="register", label=_("Register"), cell=_register_text, is_sorted=False),
        ),
        filters=(
            Filter(name="q", label=_("Find by title or place")),
            Filter(name="programme", label=_("Programme"), choices={str(each.id): each.name for each in places}),
            Filter(name="led-by", label=_("Led by"), choices={str(each): name for each, name in queries.leaders(db)}),
            Filter(name="state", label=_("Register"), choices={each.value: text for each, text in _states().items()}),
            Filter(name="from", label=_("From the day"), is_day=True),
            Filter(name="until", label=_("Until the day"), is_day=True),
        ),
    )


def _states() -> dict[RegisterState, str]:
    return {
        RegisterState.TO_TAKE: _("Register to take"),
        RegisterState.TAKEN: _("Taken"),
        RegisterState.PLANNED: _("Planned"),
    }


def _register_text(each: SessionSummary) -> str:
    if each.is_taken:
        return str(ngettext("%(num)d there", "%(num)d there", each.people_present))
    return _states()[RegisterState.PLANNED if each.held_on > today() else RegisterState.TO_TAKE]
