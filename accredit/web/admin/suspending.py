"""Suspend an organisation, so that nobody acts for it and nothing more is signed in its name; and let it go on."""

from __future__ import annotations

from uuid import UUID

from flask import Response
from flask_babel import gettext as _

from accredit.clock import utc_now
from accredit.domain.issuing import stopping
from accredit.domain.issuing.rules import StopReason
from accredit.domain.organisations import queries as organisations_read
from accredit.domain.organisations import suspending
from accredit.domain.organisations.queries import OrganisationFacts
from accredit.errors import RuleBroken
from accredit.web.access import operator_only
from accredit.web.admin import bp
from accredit.web.admin.forms import SuspensionForm
from accredit.web.database import reading, transaction
from accredit.web.messages import sentence
from accredit.web.pages import page, see_other
from accredit.web.viewer import current_viewer


@bp.get("/organisations/<uuid:organisation_id>/suspend")
@operator_only
def suspend(organisation_id: UUID) -> Response:
    """Ask why."""
    return page("admin/suspend.html", facts=_facts(organisation_id), form=SuspensionForm())


@bp.post("/organisations/<uuid:organisation_id>/suspend")
@operator_only
def record_suspension(organisation_id: UUID) -> Response:
    """Suspend it, and stop issuing for it."""
    form, now, actor = SuspensionForm(), utc_now(), current_viewer().actor()
    facts = _facts(organisation_id)
    if not form.validate():
        return page("admin/suspend.html", status=422, facts=facts, form=form)
    try:
        with transaction(everywhere=True) as db:
            suspending.suspend(db, organisation_id=organisation_id, reason=form.chosen(), actor=actor, now=now)
            if organisation_id not in stopping.stops(db).organisations:
                stopping.stop_issuing(
                    db, organisation_id=organisation_id, reason=StopReason.INCIDENT, actor=actor, now=now
                )
    except RuleBroken as broken:
        form.show_broken(broken)
        return page("admin/suspend.html", status=422, facts=facts, form=form)
    said = _("Suspended. Nobody acts for it any more, and nothing is signed in its name.")
    return see_other("admin.organisation", organisation_id=organisation_id, flash=said)


@bp.post("/organisations/<uuid:organisation_id>/go-on")
@operator_only
def end_suspension(organisation_id: UUID) -> Response:
    """Let its people act again, and go on issuing if suspending it was what stopped that."""
    now, actor = utc_now(), current_viewer().actor()
    try:
        with transaction(everywhere=True) as db:
            since = suspending.suspended_since(db, organisation_id)
            suspending.let_go_on(db, organisation_id=organisation_id, actor=actor, now=now)
            if any(each.since == since for each in stopping.stops(db) if each.organisation_id == organisation_id):
                stopping.start_issuing(db, organisation_id=organisation_id, actor=actor, now=now)
    except RuleBroken as broken:
        here = "admin.organisation"
        return see_other(here, organisation_id=organisation_id, flash=sentence(broken), flash_kind="information")
    return see_other("admin.organisation", organisation_id=organisation_id, flash=_("Its people can act again."))


def _facts(organisation_id: UUID) -> OrganisationFacts:
    with reading(everywhere=True) as db:
        return organisations_read.organisation(db, organisation_id)
