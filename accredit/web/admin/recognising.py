"""Confirm an organisation by an outside channel, or take the confirmation back; who, when and how are recorded.

What a verifier reads turns on this: only awards of a confirmed organisation read “Genuine” without reserve.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from flask import Response
from flask_babel import gettext as _

from accredit.clock import local_date, utc_now
from accredit.domain.organisations import operations as organisations_write
from accredit.domain.organisations import queries as organisations_read
from accredit.domain.organisations.queries import OrganisationFacts
from accredit.errors import RuleBroken
from accredit.storage import Session
from accredit.web.access import operator_only
from accredit.web.admin import bp
from accredit.web.admin.forms import ChannelForm
from accredit.web.database import reading, transaction
from accredit.web.outside import taken_for
from accredit.web.pages import page, see_other
from accredit.web.viewer import current_viewer

CONFIRM, WITHDRAW = "admin/confirm.html", "admin/withdraw.html"


@bp.get("/organisations/<uuid:organisation_id>/confirm")
@operator_only
def confirm(organisation_id: UUID) -> Response:
    """Ask how the organisation was confirmed."""
    facts = _facts(organisation_id)
    with reading(everywhere=True) as db:
        alike = taken_for(db, facts)
    return page(CONFIRM, facts=facts, alike=alike, form=ChannelForm(on=local_date(utc_now())))


@bp.post("/organisations/<uuid:organisation_id>/confirm")
@operator_only
def record_confirmation(organisation_id: UUID) -> Response:
    """Record the confirmation."""
    form, actor = ChannelForm(), current_viewer().actor()

    def write(db: Session) -> None:
        organisations_write.confirm(
            db,
            organisation_id=organisation_id,
            channel=form.chosen(),
            confirmed_on=form.day(),
            actor=actor,
            now=utc_now(),
        )

    return _decided(CONFIRM, organisation_id, form, write, _("Confirmed. Its awards are recognised from now on."))


@bp.get("/organisations/<uuid:organisation_id>/withdraw")
@operator_only
def withdraw(organisation_id: UUID) -> Response:
    """Ask how it became known that the confirmation no longer holds."""
    return page(WITHDRAW, facts=_facts(organisation_id), form=ChannelForm(on=local_date(utc_now())))


@bp.post("/organisations/<uuid:organisation_id>/withdraw")
@operator_only
def record_withdrawal(organisation_id: UUID) -> Response:
    """Record that the confirmation no longer holds."""
    form, actor = ChannelForm(), current_viewer().actor()

    def write(db: Session) -> None:
        organisations_write.withdraw_confirmation(
            db, organisation_id=organisation_id, channel=form.chosen(), on=form.day(), actor=actor, now=utc_now()
        )

    return _decided(WITHDRAW, organisation_id, form, write, _("The confirmation is withdrawn from now on."))


def _decided(
    template: str, organisation_id: UUID, form: ChannelForm, write: Callable[[Session], None], said: str
) -> Response:
    if not form.validate():
        return page(template, status=422, facts=_facts(organisation_id), form=form)
    try:
        with transaction(everywhere=True) as db:
            write(db)
    except RuleBroken as broken:
        form.show_broken(broken)
        return page(template, status=422, facts=_facts(organisation_id), form=form)
    return see_other("admin.organisation", organisation_id=organisation_id, flash=said)


def _facts(organisation_id: UUID) -> OrganisationFacts:
    with reading(everywhere=True) as db:
        return organisations_read.organisation(db, organisation_id)
