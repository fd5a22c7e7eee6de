"""What an organisation says of itself: whom young people can talk to, whom to ask about a certificate.

Name and numbers of a recognised organisation are the operator's to change: a good name cannot be borrowed.
"""

from __future__ import annotations

from dataclasses import replace

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accredit.clock import utc_now
from accredit.domain.organisations import operations, queries
from accredit.domain.organisations.rules import Permission
from accredit.errors import RuleBroken
from accredit.web.access import requires
from accredit.web.coordinator import bp
from accredit.web.coordinator.desk import own_actor, own_organisation, tell
from accredit.web.coordinator.forms import OrganisationForm
from accredit.web.database import reading, transaction
from accredit.web.pages import page, see_other


@bp.route("/organisation", methods=["GET", "POST"])
@requires(Permission.MANAGE_ORGANISATION)
def organisation() -> ResponseReturnValue:
    """Show and change what the organisation says of itself."""
    with reading() as db:
        facts = queries.organisation(db, own_organisation())
    form = OrganisationForm(obj=facts)
    if form.validate_on_submit():
        details = replace(facts.details, town=form.town.data, contact=form.contact.data, talk_to=form.talk_to.data)
        try:
            with transaction() as db:
                operations.change_details(
                    db, organisation_id=own_organisation(), details=details, actor=own_actor(), now=utc_now()
                )
        except RuleBroken as refusal:
            tell(form.town, refusal)
        else:
            return see_other("coordinator.organisation", flash=_("Saved."))
    return page("coordinator/organisation.html", status=422 if form.errors else 200, form=form, facts=facts)
