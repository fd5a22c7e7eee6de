"""An administrator asks everybody on the staff for a second step, from a day on; and sees who has none yet."""

from __future__ import annotations

from uuid import UUID

from flask import Response
from flask_babel import gettext as _

from accredit.clock import local_date, utc_now
from accredit.domain.organisations.rules import Permission
from accredit.domain.people import demanding
from accredit.errors import NotFound, RuleBroken
from accredit.web.access import requires
from accredit.web.auth import bp
from accredit.web.auth.forms import DemandForm
from accredit.web.database import reading, transaction
from accredit.web.messages import sentence
from accredit.web.pages import page, see_other
from accredit.web.settings import current_settings
from accredit.web.viewer import current_viewer


@bp.get("/second-step-for-all")
@requires(Permission.MANAGE_ORGANISATION)
def second_step_for_all() -> Response:
    """Show what is asked now, and who is not ready."""
    return _form(DemandForm(since=local_date(utc_now()) + demanding.USUAL_NOTICE))


@bp.post("/second-step-for-all")
@requires(Permission.MANAGE_ORGANISATION)
def demand_second_step() -> Response:
    """Ask it of everybody from a day on."""
    form, since = DemandForm(), None
    if form.validate():
        since = form.since.data
    if since is None:
        return _form(form, status=422)
    try:
        with transaction() as db:
            demanding.demand(db, organisation_id=_own(), since=since, actor=current_viewer().actor(), now=utc_now())
    except RuleBroken as broken:
        form.since.errors = [sentence(broken)]
        return _form(form, status=422)
    return see_other("auth.second_step_for_all", flash=_("Saved. Everybody who has none is told on their pages."))


@bp.post("/second-step-for-all/end")
@requires(Permission.MANAGE_ORGANISATION)
def lift_second_step() -> Response:
    """Leave it to each member of staff again."""
    with transaction() as db:
        demanding.lift(db, organisation_id=_own(), actor=current_viewer().actor(), now=utc_now())
    return see_other("auth.second_step_for_all", flash=_("From now on each member of staff decides for themselves."))


def _form(form: DemandForm, *, status: int = 200) -> Response:
    with reading() as db:
        found = demanding.readiness(db, organisation_id=_own(), now=utc_now())
    return page(
        "auth/second_step_for_all.html",
        status=status,
        form=form,
        found=found,
        today=local_date(utc_now()),
        is_for_everybody=current_settings().second_step == "everybody",
    )


def _own() -> UUID:
    organisation_id = current_viewer().organisation_id
    if organisation_id is None:
        raise NotFound("organisation")
    return organisation_id
