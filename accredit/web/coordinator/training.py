"""Training sessions and their registers: everybody on one screen, one tick each, a tick for each module on request."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import time
from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from accredit.clock import utc_now
from accredit.domain.organisations.rules import Permission
from accredit.domain.people import queries as people
from accredit.domain.programmes import queries as programmes
from accredit.domain.programmes.rules import Definition
from accredit.domain.training import operations, queries
from accredit.domain.training.operations import RegisterResult
from accredit.domain.training.queries import Register
from accredit.errors import RuleBroken
from accredit.storage import Session
from accredit.web.access import requires
from accredit.web.coordinator import bp
from accredit.web.coordinator.desk import day_of, own_actor, own_organisation, tell, today
from accredit.web.coordinator.forms import SessionForm, choices_of
from accredit.web.database import reading, transaction
from accredit.web.messages import sentence
from accredit.web.pages import page, see_other
from accredit.web.sheets import mark_of, numbers_of
from accredit.web.viewer import current_viewer


@bp.route("/programmes/<uuid:programme_id>/training/add", methods=["GET", "POST"])
@requires(Permission.RECORD_TRAINING)
def add_session(programme_id: UUID) -> ResponseReturnValue:
    """Plan a session of a programme; its register comes next."""
    with reading() as db:
        programme = programmes.programme(db, programme_id, today())
        definition = queries.offered(db, programme_id, today())
        staff = people.staff(db, organisation_id=own_organisation())
    # What a refresher would teach comes in the address, from the list of those who are due.
    form = SessionForm(held_on=today(), led_by=str(current_viewer().staff_id), modules=request.args.getlist("module"))
    form.modules.choices = choices_of((each.code, f"{each.code} {each.title}") for each in definition.modules)
    form.led_by.choices = choices_of((each.id, each.name) for each in staff)
    if form.validate_on_submit() and (session_id := _planned(form, programme_id)) is not None:
        if day_of(form.held_on) > today():
            return see_other("coordinator.training", flash=_("The session is planned. Its register opens on the day."))
        return see_other("coordinator.register", session_id=session_id)
    status = 422 if form.errors else 200
    return page("coordinator/session_form.html", status=status, form=form, programme=programme)


def _planned(form: SessionForm, programme_id: UUID) -> UUID | None:
    starts_at = None
    if form.starts_at.data:
        try:
            starts_at = time.fromisoformat(form.starts_at.data.strip().replace(".", ":").zfill(5))
        except ValueError:
            form.starts_at.errors = [_("Write the time like 15:30.")]
            return None
    try:
        with transaction() as db:
            return operations.plan_session(
                db,
                programme_id=programme_id,
                title=form.title.data,
                held_on=day_of(form.held_on),
                module_codes=form.modules.data,
                led_by=UUID(form.led_by.data),
                starts_at=starts_at,
                place=form.place.data,
                actor=own_actor(),
                now=utc_now(),
            )
    except RuleBroken as refusal:
        tell(form.modules, refusal)
        return None


@bp.route("/training/<uuid:session_id>/register", methods=["GET", "POST"])
@requires(Permission.RECORD_TRAINING)
def register(session_id: UUID) -> ResponseReturnValue:
    """Take a register, or correct it: what is ticked is what holds afterwards."""
    errors: list[tuple[str, str]] = []
    with reading() as db:
        found = queries.register(db, session_id)
        definition = _definition(db, found)
    if request.method == "POST":
        ticks = _ticks(found)
        try:
            with transaction() as db:
                result = operations.record_attendance(
                    db, session_id=session_id, present=ticks, actor=own_actor(), now=utc_now()
                )
        except RuleBroken as refusal:
            errors = [(sentence(refusal), "#register" if found.session.held_on <= today() else "")]
        else:
            return see_other("coordinator.register", session_id=session_id, flash=_news(result, ticks))
    away, fault = _from_paper(len(found.rows))
    return page(
        "coordinator/register.html",
        status=422 if errors or fault else 200,
        register=found,
        titles=_titles(definition, found.session.module_codes),
        errors=[*errors, *([(fault, "#away")] if fault else [])],
        each_module=request.args.get("each") == "module",
        tick_all=request.args.get("tick") == "all",
        away=away,
        fault=fault,
        list_mark=_mark(found),
        is_open=found.session.held_on <= today(),
    )


@bp.get("/training/<uuid:session_id>/sheet")
@requires(Permission.RECORD_TRAINING)
def register_sheet(session_id: UUID) -> ResponseReturnValue:
    """Show a register to be printed and filled in by hand, before the day or on it."""
    with reading() as db:
        found = queries.register(db, session_id)
        definition = _definition(db, found)
    titles = _titles(definition, found.session.module_codes)
    return page("coordinator/register_sheet.html", register=found, titles=titles, list_mark=_mark(found))


def _mark(found: Register) -> str:
    return mark_of(row.enrolment_id for row in found.rows)


def _from_paper(most: int) -> tuple[frozenset[int] | None, str | None]:
    """Return the numbers of those away, as copied from the sheet, and what is wrong with them; None where none came."""
    text = request.args.get("away")
    if text is None or request.method == "POST":
        return None, None
    try:
        return numbers_of(text[:1000], most=most), None
    except ValueError:
        return None, _("Type the numbers from the sheet, like 3, 7-9. The last one is %(most)d.", most=most)


def _definition(db: Session, found: Register) -> Definition:
    programme_id = found.session.programme_id
    return queries.known_on(queries.definitions(db, [programme_id])[programme_id], found.session.held_on)


def _titles(definition: Definition, codes: Collection[str]) -> dict[str, str]:
    known = {module.code: module.title for module in definition.modules}
    return {code: known.get(code, code) for code in codes}


def _ticks(found: Register) -> dict[UUID, bool | Collection[str]]:
    """Read the ticks: one for each person, or one for each person and module; only of those on the register."""
    ticked, all_modules = set(request.form.getlist("present")), set(found.session.module_codes)
    each_module = "each_module" in request.form
    ticks: dict[UUID, bool | Collection[str]] = {}
    for row in found.rows:
        codes = {code for code in all_modules if f"{row.enrolment_id}:{code}" in ticked} if each_module else set()
        if each_module:
            ticks[row.enrolment_id] = codes
        elif str(row.enrolment_id) in ticked and row.present:
            # One tick stands for what is recorded already: saving again must not add modules they missed.
            ticks[row.enrolment_id] = row.present
        else:
            ticks[row.enrolment_id] = str(row.enrolment_id) in ticked
    return ticks


def _news(result: RegisterResult, ticks: Mapping[UUID, bool | Collection[str]]) -> str:
    parts = []
    if result.confirmed or result.withdrawn:
        there = sum(bool(tick) for tick in ticks.values())
        parts.append(_("%(there)d of %(all)d were there.", there=there, all=len(ticks)))
    if result.confirmed:
        parts.append(
            ngettext(
                "%(num)d tick recorded, one for each module.",
                "%(num)d ticks recorded, one for each module.",
                result.confirmed,
            )
        )
    if result.withdrawn:
        parts.append(ngettext("%(num)d tick taken back.", "%(num)d ticks taken back.", result.withdrawn))
    return " ".join(parts) or _("The register is saved; nothing was different.")
