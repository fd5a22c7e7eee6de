"""An administrator says where people of their organisation have an account already."""

from __future__ import annotations

from uuid import UUID

from flask import Response, url_for
from flask_babel import gettext as _

from accredit.clock import utc_now
from accredit.domain.organisations import queries as organisations
from accredit.domain.organisations.rules import Permission
from accredit.domain.people import school_sign_in as schools
from accredit.errors import NotFound, RuleBroken
from accredit.web.access import requires
from accredit.web.auth import bp
from accredit.web.auth.forms import SchoolForm
from accredit.web.auth.school import address_back, school_fetcher
from accredit.web.database import reading, transaction
from accredit.web.messages import sentence
from accredit.web.pages import page, see_other
from accredit.web.settings import current_pepper, current_settings
from accredit.web.viewer import current_viewer


@bp.get("/school-sign-in")
@requires(Permission.MANAGE_ORGANISATION)
def school_sign_in() -> Response:
    """Show the connection there is, and what the school's IT team needs to know."""
    return _form(SchoolForm())


@bp.post("/school-sign-in")
@requires(Permission.MANAGE_ORGANISATION)
def set_school_sign_in() -> Response:
    """Keep a connection in place of the one there was."""
    form, viewer = SchoolForm(), current_viewer()
    if not form.validate():
        return _form(form, status=422)
    try:
        with transaction() as db:
            schools.connect_organisation(
                db,
                organisation_id=_own(),
                issuer=form.issuer.data,
                client_id=form.client_id.data,
                client_secret=form.client_secret.data,
                school=form.school.data,
                pepper=current_pepper(),
                actor=viewer.actor(),
                now=utc_now(),
            )
    except RuleBroken as broken:
        field = form.school if broken.rule == "school-domain" else form.issuer
        field.errors = [sentence(broken)]
        return _form(form, status=422)
    return see_other("auth.school_sign_in", flash=_("Saved. Connect your own school account on your page and try it."))


@bp.post("/school-sign-in/end")
@requires(Permission.MANAGE_ORGANISATION)
def end_school_sign_in() -> Response:
    """Let nobody sign in at the school any more."""
    with transaction() as db:
        schools.disconnect_organisation(db, organisation_id=_own(), actor=current_viewer().actor(), now=utc_now())
    return see_other("auth.school_sign_in", flash=_("School accounts sign nobody in any more."))


def _form(form: SchoolForm, *, status: int = 200) -> Response:
    with reading(everywhere=True) as db:
        found = schools.connection(db, _own())
        slug = organisations.organisation(db, _own()).slug
    return page(
        "auth/school_sign_in.html",
        status=status,
        form=form,
        found=found,
        is_allowed=school_fetcher().allowed,
        back=address_back(slug),
        address=current_settings().base_url + url_for("auth.school", slug=slug),
    )


def _own() -> UUID:
    organisation_id = current_viewer().organisation_id
    if organisation_id is None:
        raise NotFound("organisation")
    return organisation_id
