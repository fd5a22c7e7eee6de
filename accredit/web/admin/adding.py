"""Add an organisation with the person who will manage it here, or give it another such person."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask import Response
from flask_babel import gettext as _

from accredit.clock import local_date, utc_now
from accredit.domain.organisations import operations as organisations_write
from accredit.domain.organisations import queries as organisations_read
from accredit.domain.organisations.rules import Role
from accredit.domain.people import joining
from accredit.domain.people import operations as people
from accredit.errors import RuleBroken
from accredit.storage import Session
from accredit.web.access import operator_only
from accredit.web.admin import bp
from accredit.web.admin.forms import AdministratorForm, OrganisationForm
from accredit.web.database import reading, transaction
from accredit.web.invitations import send_invitation
from accredit.web.pages import page, see_other
from accredit.web.settings import current_settings
from accredit.web.viewer import current_viewer


@bp.get("/organisations/add")
@operator_only
def add_organisation() -> Response:
    """Ask about the organisation."""
    return page("admin/add_organisation.html", form=OrganisationForm())


@bp.post("/organisations/add")
@operator_only
def create_organisation() -> Response:
    """Add it with its first administrator."""
    form, now, actor = OrganisationForm(), utc_now(), current_viewer().actor()
    if not form.validate():
        return page("admin/add_organisation.html", status=422, form=form)
    try:
        with transaction(everywhere=True) as db:
            added = organisations_write.add_organisation(
                db,
                details=form.details(),
                kind=form.chosen_kind(),
                nation=form.chosen_nation(),
                host=current_settings().did_host,
                actor=actor,
                now=now,
            )
            first = joining.add_first_person(db, organisation_id=added, asker=form.asker(), actor=actor, now=now)
            send_invitation(db, staff_id=first, now=now)
    except RuleBroken as broken:
        form.show_broken(broken)
        return page("admin/add_organisation.html", status=422, form=form)
    said = _(
        "%(name)s is here now. Confirm it by an outside channel before its awards can read “Genuine”.",
        name=form.name.data,
    )
    return see_other("admin.organisation", organisation_id=added, flash=said)


@bp.get("/organisations/<uuid:organisation_id>/administrator")
@operator_only
def add_administrator(organisation_id: UUID) -> Response:
    """Ask who will manage the organisation here."""
    with reading(everywhere=True) as db:
        facts = organisations_read.organisation(db, organisation_id)
    return page("admin/add_administrator.html", facts=facts, form=AdministratorForm())


@bp.post("/organisations/<uuid:organisation_id>/administrator")
@operator_only
def create_administrator(organisation_id: UUID) -> Response:
    """Give the organisation another administrator."""
    form, now = AdministratorForm(), utc_now()
    with reading(everywhere=True) as db:
        facts = organisations_read.organisation(db, organisation_id)
    if not form.validate():
        return page("admin/add_administrator.html", status=422, facts=facts, form=form)
    try:
        with transaction(everywhere=True) as db:
            _give_administrator(db, organisation_id, form, now)
    except RuleBroken as broken:
        form.show_broken(broken)
        return page("admin/add_administrator.html", status=422, facts=facts, form=form)
    said = _("%(name)s can sign in with a code sent to %(email)s.", name=form.person.data, email=form.email.data)
    return see_other("admin.organisation", organisation_id=organisation_id, flash=said)


def _give_administrator(db: Session, organisation_id: UUID, form: AdministratorForm, now: datetime) -> None:
    actor = current_viewer().actor()
    staff_id = people.add_staff(
        db,
        organisation_id=organisation_id,
        name=form.person.data,
        job_title=form.job_title.data,
        email=form.email.data,
        actor=actor,
        now=now,
    )
    people.give_role(db, staff_id=staff_id, role=Role.ADMINISTRATOR, held_from=local_date(now), actor=actor, now=now)
