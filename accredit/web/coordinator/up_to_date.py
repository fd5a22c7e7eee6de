"""Until when everybody's training is up to date, with the way to a refresher."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask import Response
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accredit.domain.organisations.rules import Permission
from accredit.domain.programmes import queries as programmes
from accredit.domain.programmes.queries import ProgrammeFacts
from accredit.domain.training import refreshers
from accredit.domain.training.refreshers import UpToDate
from accredit.storage import Session
from accredit.storage.plain_text import plain
from accredit.web.access import requires
from accredit.web.coordinator import bp
from accredit.web.coordinator.desk import own_organisation, today
from accredit.web.database import reading
from accredit.web.list_files import exported
from accredit.web.lists import Column, Filter, Held, Kind, ListOf, has_words, show
from accredit.web.pages import page


@dataclass(frozen=True, kw_only=True)
class _Line:
    programme: ProgrammeFacts
    who: UpToDate


@bp.get("/training/up-to-date")
@requires(Permission.RECORD_TRAINING)
def up_to_date() -> ResponseReturnValue:
    """Show until when everybody's training is up to date, with the way to a refresher."""
    with reading() as db:
        lines = _lines(db)
        shown = show(db, _list_of(lines))
        has_programme = bool(programmes.programmes(db, organisation_id=own_organisation(), on=today()))
    return page("coordinator/up_to_date.html", shown=shown, refreshers=_refreshers(lines), has_programme=has_programme)


@bp.route("/training/up-to-date/export", methods=["GET", "POST"])
@requires(Permission.RECORD_TRAINING, proof=True)
def export_up_to_date() -> Response:
    """Hand out until when everybody's training is up to date as a file."""
    return exported(lambda db: _list_of(_lines(db)))


def _lines(db: Session) -> list[_Line]:
    places = programmes.programmes(db, organisation_id=own_organisation(), on=today())
    return [
        _Line(programme=place, who=who)
        for place in places
        for who in refreshers.up_to_date(db, programme_id=place.id, on=today())
    ]


def _refreshers(lines: list[_Line]) -> list[tuple[ProgrammeFacts, tuple[str, ...]]]:
    """Return each programme with the modules of a refresher for those who are due and not on a break."""
    places = {line.programme.id: line.programme for line in lines}
    wanted: dict[UUID, dict[str, None]] = {}
    for line in lines:
        if line.who.is_due and not line.who.is_on_break:
            wanted.setdefault(line.programme.id, {}).update(dict.fromkeys(line.who.refreshed_by))
    return [(places[programme_id], tuple(codes)) for programme_id, codes in wanted.items()]


def _list_of(lines: list[_Line]) -> ListOf[_Line]:
    places = {str(line.programme.id): line.programme.name for line in lines}
    return ListOf(
        name="up-to-date",
        title=_("Training up to date"),
        endpoint="coordinator.up_to_date",
        export="coordinator.export_up_to_date",
        source=Held(
            everything=lines,
            orders={
                "name": _by_name,
                "form": lambda line: (plain(line.who.form) or "", _by_name(line)),
                "programme": lambda line: (plain(line.programme.name) or "", _by_name(line)),
                "until": lambda line: (line.who.until or date.max, _by_name(line)),
            },
            filters={
                "q": lambda line, text: has_words(text, line.who.printed_name, line.who.form),
                "programme": lambda line, value: str(line.programme.id) == value,
                "due": lambda line, value: line.who.is_due is (value == "yes"),
            },
        ),
        order="until",
        columns=(
            Column(name="name", label=_("Name"), cell=lambda line: line.who.printed_name),
            Column(name="form", label=_("Form"), cell=lambda line: line.who.form),
            Column(name="programme", label=_("Programme"), cell=lambda line: line.programme.name),
            Column(name="until", label=_("Up to date until"), cell=_until, kind=Kind.DAY),
            Column(name="next", label=_("Next"), cell=_next_text, is_sorted=False),
            Column(
                name="modules", label=_("Modules"), cell=lambda line: ", ".join(line.who.refreshed_by), is_sorted=False
            ),
        ),
        filters=(
            Filter(name="q", label=_("Find by name or form")),
            Filter(name="programme", label=_("Programme"), choices=places),
            Filter(name="due", label=_("Refresher due"), choices={"yes": _("Yes"), "no": _("No")}),
        ),
    )


def _by_name(line: _Line) -> str:
    return plain(line.who.printed_name) or ""


def _until(line: _Line) -> date | str:
    return line.who.until or (_("no refresher due") if line.who.has_trained else _("first training to come"))


def _next_text(line: _Line) -> str:
    if line.who.is_on_break:
        return str(_("On a break"))
    if line.who.is_past:
        return str(_("Refresher due"))
    return str(_("Refresher within a month")) if line.who.is_due else ""
