"""Who is in a programme, as a list."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from flask import Response
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accredit.domain.enrolments import listing
from accredit.domain.enrolments.listing import MemberLine
from accredit.domain.organisations.rules import Permission
from accredit.domain.programmes import queries
from accredit.storage import Session
from accredit.web.access import requires
from accredit.web.coordinator import bp
from accredit.web.coordinator.desk import today
from accredit.web.coordinator.people import class_text
from accredit.web.database import reading
from accredit.web.list_files import exported
from accredit.web.lists import Column, Filter, Kind, ListOf, show
from accredit.web.pages import page


@bp.get("/programmes/<uuid:programme_id>/people")
@requires(Permission.SEE_PROGRESS)
def members(programme_id: UUID) -> ResponseReturnValue:
    """List who is in a programme."""
    with reading() as db:
        programme = queries.programme(db, programme_id, today())
        shown = show(db, _members(programme_id, db))
    return page("coordinator/members.html", programme=programme, shown=shown)


@bp.route("/programmes/<uuid:programme_id>/people/export", methods=["GET", "POST"])
@requires(Permission.SEE_PROGRESS, proof=True)
def export_members(programme_id: UUID) -> Response:
    """Hand out the list of those in a programme as a file."""
    return exported(partial(_members, programme_id))


def _members(programme_id: UUID, db: Session) -> ListOf[MemberLine]:
    programme = queries.programme(db, programme_id, today())
    return ListOf(
        name="members",
        title=_("In %(programme)s", programme=programme.name),
        endpoint="coordinator.members",
        export="coordinator.export_members",
        values={"programme_id": programme_id},
        source=listing.members(programme_id=programme_id, on=today()),
        order="name",
        columns=(
            Column(name="name", label=_("Name"), cell=lambda line: line.person.printed_name),
            Column(name="year", label=_("Year and form"), cell=lambda line: class_text(line.person)),
            Column(name="since", label=_("Since"), cell=lambda line: line.started_on, kind=Kind.DAY),
            Column(name="state", label=_("Now"), cell=_state_text, is_sorted=False),
            Column(
                name="slip",
                label=_("Sign-in"),
                cell=lambda line: _("Has a slip or words") if line.has_slip else _("No slip yet"),
                is_sorted=False,
            ),
        ),
        filters=(
            Filter(name="q", label=_("Find by name, form or pupil number")),
            Filter(name="break", label=_("Taking a break"), choices={"yes": _("Yes"), "no": _("No")}),
        ),
    )


def _state_text(line: MemberLine) -> str:
    if line.is_on_break:
        return str(_("Taking a break"))
    return str(_("To begin")) if line.started_on > today() else ""
