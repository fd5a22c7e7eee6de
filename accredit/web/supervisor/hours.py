"""Hours that wait: approve many at once, or return one with a reason of the fixed list."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Response, request, url_for
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _
from wtforms import RadioField
from wtforms.validators import InputRequired

from accredit.clock import LONDON, utc_now
from accredit.domain.organisations.rules import Permission
from accredit.domain.practice import operations, queries
from accredit.domain.practice.approval_links import adults_to_ask
from accredit.domain.practice.queries import Notice, WaitingEntry
from accredit.domain.practice.rules import HoursStatus, ReturnReason
from accredit.errors import NotFound, RuleBroken
from accredit.storage import Session
from accredit.storage.plain_text import plain
from accredit.web.access import requires
from accredit.web.database import reading, transaction
from accredit.web.forms import Form, RadioInput, SelectChoice
from accredit.web.list_files import exported
from accredit.web.lists import Column, Filter, Held, Kind, ListOf, has_words, show
from accredit.web.messages import sentence, sentence_of
from accredit.web.pages import page, see_other
from accredit.web.supervisor import bp
from accredit.web.supervisor.desk import is_supervisor, own_actor, own_programmes, own_staff_id
from accredit.web.supervisor.words import LOOKS, RETURN_REASONS, a_lot_lately, notice_text, year_text
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


@bp.get("/hours")
@requires(Permission.APPROVE_HOURS)
def home() -> Response:
    """Show the hours that wait, for this adult or for all."""
    return _inbox(_Look(tick_all=request.args.get("tick") == "all"))


@bp.route("/hours/export", methods=["GET", "POST"])
@requires(Permission.APPROVE_HOURS, proof=True)
def export_hours() -> Response:
    """Hand out the list of what waits as a file."""
    return exported(lambda db: _hours(db, _Look()))


@bp.post("/hours")
@requires(Permission.APPROVE_HOURS)
def approve() -> Response:
    """Approve what was ticked; what a rule holds back stays, with the reason beside it."""
    wanted, confirmed = _ids("entry"), _ids("confirm")
    if not wanted:
        return _inbox(_Look(), missing=gettext("Tick the hours you want to approve"))
    with transaction() as db:
        done = operations.approve_many(
            db, entry_ids=wanted, actor=own_actor(), now=utc_now(), confirm_over_day_limit=confirmed
        )
    approved = ngettext("%(num)d entry approved.", "%(num)d entries approved.", len(done.approved))
    if not done.refused:
        return see_other("supervisor.home", flash=approved, **_same_look())
    look = _Look(refused=done.refused, confirmed=confirmed)
    return _inbox(look, news=approved if done.approved else None)


@dataclass(frozen=True, kw_only=True)
class _Look:
    """How the inbox is looked at: what has just been held back, what was confirmed, whether all is to be ticked."""

    refused: Mapping[UUID, RuleBroken] = field(default_factory=dict)
    confirmed: Collection[UUID] = ()
    tick_all: bool = False


def _inbox(look: _Look, *, missing: str | None = None, news: str | None = None) -> Response:
    with reading() as db:
        may_record = is_supervisor(db)
        shown = show(db, _hours(db, look))
        mine, everyone = queries.waiting_count(db, supervised_by=own_staff_id()), queries.waiting_count(db)
        # A co-ordinator alone sends links; others have nobody to ask.
        to_ask = adults_to_ask(db) if current_viewer().may(Permission.MANAGE_PEOPLE) else ()
    shown = replace(shown, lines=_told_once(shown.lines))
    held = [line for line in shown.lines if line.waiting.entry.id in look.refused]
    errors = [(f"{line.waiting.known_as}: {line.concern}", f"#entry-{line.waiting.entry.id}") for line in held]
    return page(
        "supervisor/home.html",
        status=422 if look.refused or missing else 200,
        shown=shown,
        whose=shown.of.kept["whose"],
        may_record=may_record,
        mine=mine,
        everyone=everyone,
        to_ask=to_ask,
        errors=[(missing, "#tick")] if missing else errors,
        news=news,
    )


def _hours(db: Session, look: _Look) -> ListOf[Line]:
    """Describe the list of what waits; the oldest comes first, so the rest follows once these are done."""
    whose, places = _whose(may_record=is_supervisor(db)), own_programmes(db)
    waiting = queries.inbox(db, supervised_by=own_staff_id() if whose == "mine" else None, now=utc_now())
    lines = [_line(each, look) for each in waiting]
    return ListOf(
        name="hours",
        title=gettext("Hours to check"),
        endpoint="supervisor.home",
        export="supervisor.export_hours",
        kept={"whose": whose},
        size=SHOWN,
        source=Held(
            everything=lines,
            orders={
                "who": _first_refused(look, lambda line: plain(line.waiting.known_as) or ""),
                "held": _first_refused(look, lambda _line: ""),
                "adult": _first_refused(look, lambda line: plain(line.waiting.entry.supervised_by_name) or ""),
            },
            filters={name: _or_refused(look, fits) for name, fits in _FITS.items()},
        ),
        order="held",
        columns=_columns(with_adult=whose == "all", with_look=any(map(_look_text, lines))),
        filters=(
            Filter(name="q", label=gettext("Find by name")),
            Filter(name="look", label=gettext("Show"), choices={each: str(text) for each, text in LOOKS.items()}),
            Filter(name="programme", label=gettext("Programme"), choices={str(each.id): each.name for each in places}),
        ),
    )


def _columns(*, with_adult: bool, with_look: bool) -> tuple[Column[Line], ...]:
    adult = Column[Line](name="adult", label=_("Adult"), cell=lambda line: line.waiting.entry.supervised_by_name)
    to_look_at = Column[Line](name="look", label=_("To look at"), cell=_look_text, is_sorted=False)
    return (
        Column(name="who", label=_("Who"), cell=_who_text),
        Column(name="what", label=_("What"), cell=lambda line: line.waiting.entry.activity_title, is_sorted=False),
        Column(name="held", label=_("When"), cell=_when, kind=Kind.DAY),
        Column(
            name="minutes",
            label=_("How long"),
            cell=lambda line: timedelta(minutes=line.waiting.entry.minutes),
            kind=Kind.NUMBER,
            is_sorted=False,
        ),
        *((adult,) if with_adult else ()),
        *((to_look_at,) if with_look else ()),
    )


def _when(line: Line) -> datetime:
    return datetime.combine(line.waiting.entry.held_on, line.waiting.entry.starts_at, tzinfo=LONDON)


def _who_text(line: Line) -> str:
    return ", ".join(filter(None, (line.waiting.known_as, year_text(line.waiting.year_group))))


def _look_text(line: Line) -> str:
    return " ".join(filter(None, (line.concern, *line.notices, line.lately)))


def _first_refused(look: _Look, key: Callable[[Line], str]) -> Callable[[Line], tuple[object, ...]]:
    return lambda line: (
        line.waiting.entry.id not in look.refused,
        key(line),
        line.waiting.entry.held_on,
        line.waiting.entry.starts_at,
        line.waiting.entry.id,
    )


def _or_refused(look: _Look, fits: Callable[[Line, str], bool]) -> Callable[[Line, str], bool]:
    # What a rule has just held back is shown whatever was filtered: its reason must be read.
    return lambda line, value: line.waiting.entry.id in look.refused or fits(line, value)


def _stands_out(line: Line) -> bool:
    return line.waiting.concern is not None or bool(line.waiting.notices)


_FITS: Mapping[str, Callable[[Line, str], bool]] = {
    "q": lambda line, text: has_words(text, line.waiting.known_as, line.waiting.printed_name),
    "look": lambda line, look: _stands_out(line) is (look == "stands-out"),
    "programme": lambda line, programme: str(line.waiting.programme_id) == programme,
}


def _line(waiting: WaitingEntry, look: _Look) -> Line:
    entry_id = waiting.entry.id
    broken = look.refused.get(entry_id)
    rule = broken.rule if broken else waiting.concern
    may_tick = rule is None and set(waiting.notices) <= {Notice.A_LOT_LATELY}
    return Line(
        waiting=waiting,
        concern=sentence(broken) if broken else (sentence_of(rule) if rule else None),
        notices=tuple(notice_text(each, waiting.late) for each in waiting.notices if each is not Notice.A_LOT_LATELY),
        lately=a_lot_lately(waiting.week_minutes) if Notice.A_LOT_LATELY in waiting.notices else None,
        may_confirm=rule == OVER_DAY_LIMIT,
        # Whatever stands out is for a person to tick; that somebody does a lot is no doubt about their hours.
        is_ticked=broken is not None or (look.tick_all and may_tick),
        is_confirmed=entry_id in look.confirmed,
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


def _same_look() -> dict[str, Any]:
    """Return what the address is to hold so that the reader sees the list as it was."""
    sent = request.form
    return {name: sent[name] for name in ("whose", "q", "look", "programme", "sort") if sent.get(name)}


def _whose(*, may_record: bool) -> str:
    whose = request.values.get("whose", "")
    return whose if whose in {"mine", "all"} else ("mine" if may_record else "all")


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
