"""The list of young people, and adding one by hand. A whole class comes in through `class_list`."""

from __future__ import annotations

from uuid import UUID

from flask import Response
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accredit.clock import utc_now
from accredit.domain.enrolments import listing
from accredit.domain.enrolments import queries as enrolments
from accredit.domain.enrolments.listing import NOWHERE, PersonLine
from accredit.domain.organisations import queries as organisations
from accredit.domain.organisations.rules import Permission
from accredit.domain.people import ceremony, operations, queries
from accredit.domain.people.class_list import YEAR_GROUPS
from accredit.domain.people.operations import PersonEntry
from accredit.domain.people.queries import YoungPersonFacts
from accredit.domain.programmes import queries as programmes_queries
from accredit.domain.programmes.queries import ProgrammeFacts
from accredit.errors import AccreditError, RuleBroken
from accredit.storage import Session
from accredit.web import lists
from accredit.web.access import requires
from accredit.web.coordinator import bp
from accredit.web.coordinator.desk import own_actor, own_organisation, tell, today
from accredit.web.coordinator.forms import PersonForm, year_group_text
from accredit.web.database import reading, transaction
from accredit.web.list_files import exported
from accredit.web.lists import Column, Filter, ListOf
from accredit.web.pages import page, see_other


@bp.get("/people")
@requires(Permission.MANAGE_PEOPLE)
def people() -> ResponseReturnValue:
    """List young people."""
    with reading() as db:
        shown = lists.show(db, _people(db))
        is_anybody = shown.total or queries.has_young_people(db, organisation_id=own_organisation())
        unplaced = listing.in_no_programme(db, organisation_id=own_organisation(), on=today())
        places = _places(db)
    return page(
        "coordinator/people.html", shown=shown, is_anybody=is_anybody, unplaced=unplaced, nowhere=NOWHERE, places=places
    )


@bp.route("/people/export", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE, proof=True)
def export_people() -> Response:
    """Hand out the list of young people as a file."""
    return exported(_people)


def _people(db: Session) -> ListOf[PersonLine]:
    places = {str(place.id): place.name for place in _places(db)}
    years = YEAR_GROUPS[organisations.organisation(db, own_organisation()).nation.value]
    return ListOf(
        name="young-people",
        title=_("Young people"),
        endpoint="coordinator.people",
        export="coordinator.export_people",
        source=listing.young_people(organisation_id=own_organisation(), on=today()),
        order="name",
        columns=(
            Column(name="name", label=_("Name as printed"), cell=lambda line: line.person.printed_name),
            Column(name="known-as", label=_("Called"), cell=lambda line: line.person.known_as),
            Column(name="year", label=_("Year and form"), cell=lambda line: class_text(line.person)),
            Column(
                name="programme",
                label=_("Programme"),
                cell=lambda line: ", ".join(line.programmes) or _("None yet"),
                is_sorted=False,
            ),
            Column(
                name="waiting",
                label=_("To be printed"),
                cell=lambda line: _("Confirmed") if line.person.name_is_confirmed else _("To confirm"),
            ),
            Column(
                name="slip",
                label=_("Sign-in"),
                cell=lambda line: _("Has a slip or words") if line.has_slip else _("No slip yet"),
                is_sorted=False,
            ),
        ),
        filters=(
            Filter(name="q", label=_("Find by name, form or pupil number")),
            Filter(name="programme", label=_("Programme"), choices={**places, NOWHERE: _("In none yet")}),
            Filter(name="year", label=_("Year"), choices={year: year_group_text(year) for year in years}),
            Filter(
                name="name",
                label=_("Name to be printed"),
                choices={"confirmed": _("Confirmed"), "open": _("To confirm")},
            ),
            Filter(
                name="slip", label=_("Sign-in slip"), choices={"yes": _("Has a slip or words"), "no": _("No slip yet")}
            ),
        ),
    )


def class_text(person: YoungPersonFacts) -> str:
    """Return somebody's year and form in words."""
    return ", ".join(filter(None, (year_group_text(person.year_group), person.form)))


def _places(db: Session) -> tuple[ProgrammeFacts, ...]:
    return programmes_queries.programmes(db, organisation_id=own_organisation(), on=today())


def memberships(db: Session) -> dict[UUID, list[str]]:
    """Return the names of the programmes each young person is in today; who is in none is left out."""
    names: dict[UUID, list[str]] = {}
    for programme in _places(db):
        for facts in enrolments.enrolments_in(db, programme.id).values():
            if facts.is_enrolled(today()):
                names.setdefault(facts.young_person_id, []).append(programme.name)
    return names


@bp.route("/people/add", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def add_person() -> ResponseReturnValue:
    """Add one young person."""
    form = PersonForm()
    form.offer(year_groups())
    if form.validate_on_submit():
        try:
            with transaction() as db:
                added = operations.add_young_person(
                    db, organisation_id=own_organisation(), entry=entry_of(form), actor=own_actor(), now=utc_now()
                )
                ceremony.choose(
                    db,
                    young_person_id=added,
                    name_said=form.name_said.data,
                    is_called_up=not form.is_quiet.data,
                    actor=own_actor(),
                    now=utc_now(),
                )
        except RuleBroken as refusal:
            tell(field_of(form, refusal), refusal)
        else:
            return see_other(
                "coordinator.person", young_person_id=added, flash=_("Added. They confirm their name next.")
            )
    return page("coordinator/person_form.html", status=422 if form.errors else 200, form=form, person=None)


def year_groups() -> tuple[str, ...]:
    """Return the year groups of the organisation's nation."""
    with reading() as db:
        nation = organisations.organisation(db, own_organisation()).nation
    return YEAR_GROUPS[nation.value]


def entry_of(form: PersonForm) -> PersonEntry:
    """Return what the form says."""
    return PersonEntry(
        printed_name=form.printed_name.data or "",
        known_as=form.known_as.data,
        school_reference=form.school_reference.data,
        year_group=form.year_group.data,
        form=form.form.data,
    )


def field_of(form: PersonForm, refusal: AccreditError) -> object:
    """Return the field that a refusal is about."""
    return form.school_reference if refusal.code == "reference-in-use" else form.printed_name
