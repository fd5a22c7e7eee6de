"""Programmes: the list, starting one from a template, what one asks for, and how its young people are getting on."""

from __future__ import annotations

from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accredit.clock import utc_now
from accredit.domain.enrolments import queries as enrolments
from accredit.domain.organisations.rules import Permission
from accredit.domain.people import queries as people_queries
from accredit.domain.people import word_cards
from accredit.domain.programmes import operations, queries
from accredit.domain.programmes.templates import TEMPLATES
from accredit.domain.training import queries as training
from accredit.errors import NotFound, RuleBroken
from accredit.web.access import requires
from accredit.web.coordinator import bp
from accredit.web.coordinator.desk import day_of, own_actor, own_organisation, tell, today
from accredit.web.coordinator.forms import TemplateForm, choices_of
from accredit.web.database import reading, transaction
from accredit.web.pages import page, see_other

MOST_NAMES = 40
"""More than a class is a list of its own."""


@bp.get("/programmes")
@requires(Permission.SEE_PROGRESS)
def programmes() -> ResponseReturnValue:
    """List the programmes with how many are in each."""
    with reading() as db:
        found = queries.programmes(db, organisation_id=own_organisation(), on=today())
        counts = {each.id: len(enrolments.cohort(db, programme_id=each.id, on=today())) for each in found}
        drafts = queries.drafts(db, organisation_id=own_organisation())
    return page("coordinator/programmes.html", programmes=found, counts=counts, drafts=drafts)


@bp.route("/programmes/add", methods=["GET", "POST"])
@requires(Permission.MANAGE_PROGRAMMES)
def add_programme() -> ResponseReturnValue:
    """Start a programme from one of the templates."""
    with reading() as db:
        have = {each.code for each in queries.programmes(db, organisation_id=own_organisation(), on=today())}
    left = {code: each for code, each in TEMPLATES.items() if code not in have}
    # When only one is left there is nothing to choose.
    form = TemplateForm(effective_from=today(), template=next(iter(left)) if len(left) == 1 else None)
    form.template.choices = choices_of((code, each.name) for code, each in left.items())
    if form.validate_on_submit():
        try:
            with transaction() as db:
                programme_id = operations.add_programme_from_template(
                    db,
                    organisation_id=own_organisation(),
                    template_code=form.template.data,
                    effective_from=day_of(form.effective_from),
                    actor=own_actor(),
                    now=utc_now(),
                )
        except RuleBroken as refusal:
            tell(form.template, refusal)
        else:
            with reading() as db:
                anybody = people_queries.has_young_people(db, organisation_id=own_organisation())
            if not anybody:
                return see_other("coordinator.class_list", flash=_("The programme is set up. Bring in who joins next."))
            news = _("The programme is set up. Choose who joins next.")
            return see_other("coordinator.enrol", programme_id=programme_id, flash=news)
    status = 422 if form.errors else 200
    return page("coordinator/programme_add.html", status=status, form=form, templates=left)


@bp.get("/programmes/<uuid:programme_id>")
@requires(Permission.SEE_PROGRESS)
def programme(programme_id: UUID) -> ResponseReturnValue:
    """Show what a programme asks for, and who is in it."""
    with reading() as db:
        found = queries.programme(db, programme_id, today())
        versions = queries.versions(db, programme_id)
        members = enrolments.cohort(db, programme_id=programme_id, on=today())
        have = word_cards.with_way_in(db, [member.young_person_id for member in members])
        followed = training.followers(db, programme_id, on=today())
        draft = queries.draft_of(db, programme_id)
    # Before its first day a programme shows what it will ask for.
    version = found.current or versions[0]
    number = request.args.get("version", type=int)
    shown = version if number is None else next((each for each in versions if each.number == number), None)
    if shown is None:
        raise NotFound("programme-version")
    return page(
        "coordinator/programme.html",
        programme=found,
        version=version,
        shown=shown,
        definition=shown.definition,
        members=members,
        most=MOST_NAMES,
        without_slip=len(members) - len(have),
        versions=[(each, followed[each.id]) for each in reversed(versions)],
        elsewhere=sum(number for each, number in followed.items() if each != version.id),
        draft=draft,
    )
