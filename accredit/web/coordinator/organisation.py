"""What an organisation says of itself: its nation, whom young people can talk to, whom to ask about a certificate.

Name and numbers of a recognised organisation are the operator's to change: a good name cannot be borrowed.
"""

from __future__ import annotations

from dataclasses import asdict, replace

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accredit.clock import utc_now
from accredit.domain.organisations import operations, queries
from accredit.domain.organisations.queries import OrganisationFacts
from accredit.domain.organisations.rules import Nation, Permission
from accredit.errors import RuleBroken
from accredit.web.access import requires
from accredit.web.coordinator import bp
from accredit.web.coordinator.desk import own_actor, own_organisation, tell
from accredit.web.coordinator.forms import OrganisationForm, choices_of
from accredit.web.database import reading, transaction
from accredit.web.nation_words import NATIONS, WORDS
from accredit.web.pages import page, see_other

CONFIRMED = ("name", "urn", "ukprn", "charity_number")
_OF_FIELD = {"organisation-name": "name", "urn": "urn", "ukprn": "ukprn", "charity-number": "charity_number"}


@bp.route("/organisation", methods=["GET", "POST"])
@requires(Permission.MANAGE_ORGANISATION)
def organisation() -> ResponseReturnValue:
    """Show and change what the organisation says of itself."""
    with reading() as db:
        facts = queries.organisation(db, own_organisation())
    form = _form(facts)
    if form.validate_on_submit():
        try:
            _save(facts, form)
        except RuleBroken as refusal:
            field = _OF_FIELD.get(refusal.rule, "town")
            tell(form[field if field in form else "town"], refusal)
        else:
            return see_other("coordinator.organisation", flash=_("Saved."))
    return page(
        "coordinator/organisation.html",
        status=422 if form.errors else 200,
        form=form,
        facts=facts,
        words=WORDS[facts.nation],
    )


def _form(facts: OrganisationFacts) -> OrganisationForm:
    form = OrganisationForm(obj=facts)
    form.nation.choices = choices_of(NATIONS.items())
    if facts.recognition is not None:
        for name in CONFIRMED:
            del form[name]
    return form


def _save(facts: OrganisationFacts, form: OrganisationForm) -> None:
    typed = {name: form[name].data for name in asdict(facts.details) if name in form}
    with transaction() as db:
        operations.change_details(
            db,
            organisation_id=own_organisation(),
            details=replace(facts.details, **typed),
            nation=Nation(form.nation.data),
            actor=own_actor(),
            now=utc_now(),
        )
