"""Hours that wait: approve many at once, or return one with a reason of the fixed list."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from flask import Response, request, url_for
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _
from wtforms import RadioField
from wtforms.validators import InputRequired

from accredit.clock import utc_now
from accredit.domain.organisations.rules import Permission
from accredit.domain.practice import operations, queries
from accredit.domain.practice.approval_links import adults_to_ask
from accredit.domain.practice.queries import Notice, WaitingEntry
from accredit.domain.practice.rules import HoursStatus, ReturnReason
from accredit.domain.programmes.queries import ProgrammeFacts
from accredit.errors import NotFound, RuleBroken
from accredit.web.access import requires
from accredit.web.database import reading, transaction
from accredit.web.forms import Form, RadioInput, SelectChoice
from accredit.web.messages import sentence, sentence_of
from accredit.web.pages import page, see_other
from accredit.web.supervisor import bp
from accredit.web.supervisor.desk import chosen, is_supervisor, own_actor, own_programmes, own_staff_id
from accredit.web.supervisor.words import LOOKS, RETURN_REASONS, a_lot_lately, notice_text
from accredit.web.viewer import current_viewer

OVER_DAY_LIMIT = "over-day-limit"
# More than a year of one adult's evenings; the oldest come first, so the rest follows once these are done.
SHOWN = 200


@dataclass(frozen=True, kw_only=True)
class Line:
    """One row of the inbox: what holds it back, what is worth a look, and how their week is.

    ``may_confirm`` where a tick says that a long day is right.
    """

    waiting: WaitingEntry
    concern: str | None
    notices: tuple[str, ...]
    lately: str | None
    may_confirm: bool
    is_ticked: bool
    is_confirmed: bool


@dataclass(frozen=True, kw_only=True)
class Filters:
    """Which of what waits is shown; None where nothing was chosen."""

    whose: str
    look: str | None = None
    q: str | None = None
    programme: UUID | None = None

    def changed(self, **changes: object) -> dict[str, Any]:
        """Return the values of an address with something else chosen."""
        return vars(self) | changes

    def fits(self, waiting: WaitingEntry) -> bool:
        """Say whether an entry is among those to be shown; the database has looked at the others."""
        if self.q and self.q.casefold() not in f"{waiting.known_as} {waiting.printed_name}".casefold():
            return False
        stands_out = waiting.concern is not None or bool(waiting.notices)
        return self.look is None or stands_out is (self.look == "stands-out")


@bp.get("/hours")
@requires(Permission.APPROVE_HOURS)
def home() -> Response:
    """Show the hours that wait, for this adult or for all."""
    return _inbox(tick_all=request.args.get("tick") == "all")


@bp.post("/hours")
@requires(Permission.APPROVE_HOURS)
def approve() -> Response:
    """Approve what was ticked; what a rule holds back stays, with the reason beside it."""
    wanted, confirmed = _ids("entry"), _ids("confirm")
    if not wanted:
        return _inbox(missing=gettext("Tick the hours you want to approve"))
    with transaction() as db:
        filters = _filters(may_record=is_supervisor(db))
        done = operations.approve_many(
            db, entry_ids=wanted, actor=own_actor(), now=utc_now(), confirm_over_day_limit=confirmed
        )
    approved = ngettext("%(num)d entry approved.", "%(num)d entries approved.", len(done.approved))
    if not done.refused:
        return see_other("supervisor.home", flash=approved, **filters.changed())
    return _inbox(refused=done.refused, confirmed=confirmed, news=approved if done.approved else None)


def _inbox(
    *,
    refused: Mapping[UUID, RuleBroken] | None = None,
    confirmed: Collection[UUID] = (),
    missing: str | None = None,
    news: str | None = None,
    tick_all: bool = False,
) -> Response:
    refused = refused or {}
    with reading() as db:
        may_record, places = is_supervisor(db), own_programmes(db)
        filters = _filters(may_record=may_record)
        waiting = queries.inbox(
            db,
            supervised_by=own_staff_id() if filters.whose == "mine" else None,
            programme_id=_place(places, filters),
            now=utc_now(),
        )
        mine, everyone = queries.waiting_count(db, supervised_by=own_staff_id()), queries.waiting_count(db)
        # A co-ordinator alone sends links; others have nobody to ask.
        to_ask = adults_to_ask(db) if current_viewer().may(Permission.MANAGE_PEOPLE) else ()
    # What a rule has just held back is shown whatever was filtered: its reason must be read.
    found = [each for each in waiting if filters.fits(each) or each.entry.id in refused]
    lines = _told_once([_line(each, refused, confirmed, tick_all=tick_all) for each in found[:SHOWN]])
    held = [line for line in lines if line.waiting.entry.id in refused]
    errors = [(f"{line.waiting.known_as}: {line.concern}", f"#entry-{line.waiting.entry.id}") for line in held]
    return page(
        "supervisor/home.html",
        status=422 if refused or missing else 200,
        lines=lines,
        filters=filters,
        looks=LOOKS,
        places=places,
        may_record=may_record,
        mine=mine,
        everyone=everyone,
        to_ask=to_ask,
        more=len(found) - len(lines),
        errors=[(missing, "#tick")] if missing else errors,
        news=news,
    )


def _line(
    waiting: WaitingEntry, refused: Mapping[UUID, RuleBroken], confirmed: Collection[UUID], *, tick_all: bool
) -> Line:
    entry_id = waiting.entry.id
    broken = refused.get(entry_id)
    rule = broken.rule if broken else waiting.concern
    return Line(
        waiting=waiting,
        concern=sentence(broken) if broken else (sentence_of(rule) if rule else None),
        notices=tuple(notice_text(each) for each in waiting.notices if each is not Notice.A_LOT_LATELY),
        lately=a_lot_lately(waiting.week_minutes) if Notice.A_LOT_LATELY in waiting.notices else None,
        may_confirm=rule == OVER_DAY_LIMIT,
        # Whatever stands out is for a person to tick; that somebody does a lot is no doubt about their hours.
        is_ticked=broken is not None or (tick_all and rule is None and set(waiting.notices) <= {Notice.A_LOT_LATELY}),
        is_confirmed=entry_id in confirmed,
    )


def _told_once(lines: Sequence[Line]) -> list[Line]:
    """Leave out of a week of one young person, beside every line but the first, that it is a lot."""
    weeks: set[tuple[UUID, int, int]] = set()
    told = []
    for line in lines:
        year, week, _weekday = line.waiting.entry.held_on.isocalendar()
        key = (line.waiting.young_person_id, year, week)
        told.append(replace(line, lately=None) if key in weeks else line)
        weeks.add(key)
    return told


def _filters(*, may_record: bool) -> Filters:
    whose, look = request.values.get("whose"), request.values.get("look")
    return Filters(
        whose=whose if whose in {"mine", "all"} else ("mine" if may_record else "all"),
        look=look if look in LOOKS else None,
        q=request.values.get("q", "").strip()[:100] or None,
        programme=request.values.get("programme", type=UUID),
    )


def _place(places: tuple[ProgrammeFacts, ...], filters: Filters) -> UUID | None:
    place = chosen(places, filters.programme) if filters.programme else None
    return place.id if place else None


class ReturnForm(Form):
    """Why an entry goes back; a fixed list, so that nothing about anybody is typed."""

    reason = RadioField(_("Why does it go back?"), [InputRequired(_("Choose a reason"))], widget=RadioInput())


@bp.route("/hours/<uuid:entry_id>/return", methods=["GET", "POST"])
@requires(Permission.APPROVE_HOURS)
def return_hours(entry_id: UUID) -> Response:
    """Return one entry so that the young person can put it right."""
    with reading() as db:
        entry = queries.entry(db, entry_id)
        found = next((each for each in queries.inbox(db, now=utc_now()) if each.entry.id == entry_id), None)
    if entry.status is HoursStatus.SUBMITTED and found is None:
        raise NotFound("hours-entry")
    form = ReturnForm()
    form.reason.choices = [SelectChoice(reason.value, str(text)) for reason, text in RETURN_REASONS.items()]
    if found is None:
        return see_other("supervisor.home", flash=sentence_of("not-submitted"), flash_kind="information")
    if form.validate_on_submit():
        try:
            with transaction() as db:
                operations.return_hours(
                    db, entry_id=entry_id, reason=ReturnReason(form.reason.data), actor=own_actor(), now=utc_now()
                )
        except RuleBroken as broken:
            form.reason.errors = [sentence(broken)]
        else:
            told = gettext("Sent back to %(name)s, who can put it right.", name=found.known_as)
            return see_other("supervisor.home", flash=told)
    address = url_for("supervisor.return_hours", entry_id=entry_id)
    return page("supervisor/return.html", status=422 if form.errors else 200, form=form, found=found, address=address)


def _ids(name: str) -> list[UUID]:
    found = []
    for text in request.form.getlist(name):
        try:
            found.append(UUID(text))
        except ValueError:
            # Nobody types these; a form that was tampered with names nothing that exists.
            raise NotFound("hours-entry") from None
    return found
