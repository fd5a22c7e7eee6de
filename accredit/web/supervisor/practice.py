"""Drop-ins and supervision meetings: say what and when, then tick who was there. That records and approves."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from flask import Response, request, url_for
from flask_babel import gettext, ngettext

from accredit.clock import utc_now
from accredit.domain.organisations.rules import Permission
from accredit.domain.practice import operations, queries
from accredit.domain.practice.operations import RegisterTaken
from accredit.domain.practice.queries import PracticeRegisterRow
from accredit.errors import NotFound, RuleBroken
from accredit.web.access import requires
from accredit.web.database import reading, transaction
from accredit.web.messages import sentence, sentence_of
from accredit.web.pages import page, see_other
from accredit.web.sheets import mark_of, numbers_of
from accredit.web.supervisor import bp, occasions
from accredit.web.supervisor.desk import chosen, is_supervisor, own_actor, own_programmes, own_staff_id, today
from accredit.web.supervisor.occasions import Occasion
from accredit.web.supervisor.words import a_lot_lately

OVER_DAY_LIMIT = "over-day-limit"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One person of a register; ``concern`` says why their time cannot be recorded, ``lately`` that it is a lot.

    ``number`` is that of the paper sheet.
    """

    number: int
    row: PracticeRegisterRow
    concern: str | None
    lately: str | None
    is_ticked: bool
    is_closed: bool


@bp.get("/practice/new")
@requires(Permission.RECORD_PRACTICE)
def new_practice() -> Response:
    """Ask what the drop-in was, and when."""
    return _occasion(is_meeting=False)


@bp.get("/meetings/new")
@requires(Permission.RECORD_PRACTICE)
def meeting() -> Response:
    """Ask when the supervision meeting was."""
    return _occasion(is_meeting=True)


def _occasion(*, is_meeting: bool) -> Response:
    with reading() as db:
        places = own_programmes(db)
        recent = queries.practice_sessions(db, supervised_by=own_staff_id())
        may_record = is_supervisor(db)
    last = next((each for each in recent if occasions.is_a_meeting(places, each) == is_meeting), None)
    form = occasions.new_form(places, last, is_meeting=is_meeting)
    return page("supervisor/occasion.html", form=form, is_meeting=is_meeting, places=places, may_record=may_record)


@bp.get("/practice/register")
@requires(Permission.RECORD_PRACTICE)
def register() -> Response:
    """Show who may be ticked."""
    return _register(present=())


@bp.post("/practice/register")
@requires(Permission.RECORD_PRACTICE)
def take_register() -> Response:
    """Record and approve the time of everybody ticked; whom a rule holds back stays on the page with the reason."""
    with reading() as db:
        places = own_programmes(db)
    is_meeting = _is_meeting()
    occasion = occasions.occasion_of(occasions.sent_form(places, is_meeting=is_meeting), places, is_meeting=is_meeting)
    if occasion is None:
        return _register(present=())
    present = _present()
    try:
        taken = _record(occasion, present)
    except RuleBroken as broken:
        return _register(present=present, missing=sentence(broken))
    if taken.refused:
        return _register(present=present, taken=taken)
    return see_other("supervisor.practice", flash=_told(taken))


def _record(occasion: Occasion, present: Collection[UUID]) -> RegisterTaken:
    with transaction() as db:
        return operations.record_practice_session(
            db,
            programme_id=occasion.programme.id,
            activity_type=occasion.activity,
            held_on=occasion.day,
            starts_at=occasion.starts_at,
            minutes=occasion.minutes,
            present=present,
            actor=own_actor(),
            now=utc_now(),
            confirm_over_day_limit="confirm" in request.form,
        )


def _register(*, present: Collection[UUID], taken: RegisterTaken | None = None, missing: str | None = None) -> Response:
    is_meeting = _is_meeting()
    with reading() as db:
        places, may_record = own_programmes(db), is_supervisor(db)
        form = occasions.sent_form(places, is_meeting=is_meeting)
        occasion = occasions.occasion_of(form, places, is_meeting=is_meeting)
        if occasion is None:
            if not places or not (request.args or request.form):
                # Come here without the first screen: nothing was filled in, so nothing is wrong.
                return see_other("supervisor.new_practice")
            shown = {"form": form, "is_meeting": is_meeting, "places": places, "may_record": may_record}
            return page("supervisor/occasion.html", status=422, **shown)
        rows = queries.practice_register(db, programme_id=occasion.programme.id, held_on=occasion.day)
    refused = taken.refused if taken else {}
    there, fault = _from_paper(len(rows))
    if there is not None:
        present = {row.enrolment_id for number, row in enumerate(rows, start=1) if number in there}
    lines = [_line(number, row, refused, present, is_meeting=is_meeting) for number, row in enumerate(rows, start=1)]
    errors = [
        (f"{line.row.known_as}: {line.concern}", f"#present-{line.row.enrolment_id}")
        for line in lines
        if line.row.enrolment_id in refused
    ]
    return page(
        "supervisor/register.html",
        status=422 if refused or missing or fault else 200,
        occasion=occasion,
        lines=lines,
        errors=[(text, f"#{at}") for text, at in ((missing, "present"), (fault, "there")) if text] or errors,
        values=occasions.values(occasion, is_meeting=is_meeting),
        there=there,
        fault=fault,
        list_mark=mark_of(row.enrolment_id for row in rows),
        is_meeting=is_meeting,
        address=url_for("supervisor.take_register", **occasions.values(occasion, is_meeting=is_meeting)),
        may_confirm=any(broken.rule == OVER_DAY_LIMIT for broken in refused.values()),
        news=_told(taken) if taken and (taken.approved or taken.unchanged) else None,
    )


@bp.get("/practice/sheet")
@requires(Permission.RECORD_PRACTICE)
def practice_sheet() -> Response:
    """Show a register to be printed and filled in by hand; what it was and when is filled in, too."""
    with reading() as db:
        places = own_programmes(db)
        place = chosen(places, request.args.get("programme", type=UUID))
        if place is None:
            return see_other("supervisor.new_practice")
        rows = queries.practice_register(db, programme_id=place.id, held_on=today())
    mark = mark_of(row.enrolment_id for row in rows)
    return page("supervisor/sheet.html", place=place, places=places, rows=rows, list_mark=mark)


def _from_paper(most: int) -> tuple[frozenset[int] | None, str | None]:
    """Return the numbers of those there, as copied from the sheet, and what is wrong; None where none came."""
    text = request.args.get("there", "")
    if not text.strip() or request.method == "POST":
        return None, None
    try:
        return numbers_of(text[:1000], most=most), None
    except ValueError:
        return None, gettext("Type the numbers from the sheet, like 3, 7-9. The last one is %(most)d.", most=most)


def _line(
    number: int,
    row: PracticeRegisterRow,
    refused: Mapping[UUID, RuleBroken],
    present: Collection[UUID],
    *,
    is_meeting: bool,
) -> Line:
    broken = refused.get(row.enrolment_id)
    # A talk with the adult may come before the first training; hours may not.
    concern = None if is_meeting and row.concern == "before-training" else row.concern
    return Line(
        number=number,
        row=row,
        concern=sentence(broken) if broken else (sentence_of(concern) if concern else None),
        lately=a_lot_lately(row.week_minutes) if row.is_a_lot and not is_meeting else None,
        is_ticked=row.enrolment_id in present,
        # Somebody ticked stays among the ticks, so that the reason stands beside theirs and they can be taken off.
        is_closed=concern is not None and row.enrolment_id not in present,
    )


def _told(taken: RegisterTaken) -> str:
    told, new = [], len(taken.approved)
    if new:
        told.append(
            ngettext("Recorded and approved for %(num)d person.", "Recorded and approved for %(num)d people.", new)
        )
    if taken.unchanged:
        told.append(ngettext("%(num)d was there already.", "%(num)d were there already.", taken.unchanged))
    return " ".join(told)


def _is_meeting() -> bool:
    return request.args.get("kind") == "meeting"


def _present() -> set[UUID]:
    try:
        return {UUID(text) for text in request.form.getlist("present")}
    except ValueError:
        raise NotFound("enrolment") from None
