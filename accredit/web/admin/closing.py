"""Note that an organisation has closed, or that it has not: nobody acts for it, its young people keep their pages."""

from __future__ import annotations

from uuid import UUID

from flask import Response
from flask_babel import gettext as _

from accredit.clock import utc_now
from accredit.domain.organisations import closing
from accredit.domain.organisations import queries as organisations_read
from accredit.domain.organisations.queries import OrganisationFacts
from accredit.errors import RuleBroken
from accredit.web.access import operator_only
from accredit.web.admin import bp
from accredit.web.admin.forms import ClosingForm
from accredit.web.database import reading, transaction
from accredit.web.messages import sentence
from accredit.web.pages import page, see_other
from accredit.web.viewer import current_viewer


@bp.get("/organisations/<uuid:organisation_id>/close")
@operator_only
def close(organisation_id: UUID) -> Response:
    """Say what it means, and ask for the last day."""
    return page("admin/close.html", facts=_facts(organisation_id), form=ClosingForm())


@bp.post("/organisations/<uuid:organisation_id>/close")
@operator_only
def record_closing(organisation_id: UUID) -> Response:
    """Note that it has closed."""
    form, facts = ClosingForm(), _facts(organisation_id)
    if not form.validate():
        return page("admin/close.html", status=422, facts=facts, form=form)
    try:
        with transaction(everywhere=True) as db:
            closing.close(
                db,
                organisation_id=organisation_id,
                last_day=form.chosen(),
                actor=current_viewer().actor(),
                now=utc_now(),
            )
    except RuleBroken as broken:
        form.show_broken(broken)
        return page("admin/close.html", status=422, facts=facts, form=form)
    said = _("Noted. Nobody acts for it any more, and its young people keep their pages.")
    return see_other("admin.organisation", organisation_id=organisation_id, flash=said)


@bp.post("/organisations/<uuid:organisation_id>/open-again")
@operator_only
def open_again(organisation_id: UUID) -> Response:
    """Note that it has not closed, so that its people can act."""
    here = "admin.organisation"
    try:
        with transaction(everywhere=True) as db:
            closing.open_again(db, organisation_id=organisation_id, actor=current_viewer().actor(), now=utc_now())
    except RuleBroken as broken:
        return see_other(here, organisation_id=organisation_id, flash=sentence(broken), flash_kind="information")
    return see_other(here, organisation_id=organisation_id, flash=_("It is open again. Its people can act."))


def _facts(organisation_id: UUID) -> OrganisationFacts:
    with reading(everywhere=True) as db:
        return organisations_read.organisation(db, organisation_id)
