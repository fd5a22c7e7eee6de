"""Which organisations there are, and one of them."""

from __future__ import annotations

from uuid import UUID

from flask import Response
from flask_babel import gettext as _

from accredit.clock import utc_now
from accredit.domain.organisations import listing
from accredit.domain.organisations import queries as organisations_read
from accredit.domain.organisations.queries import OrganisationFacts
from accredit.domain.organisations.standing import standing_of
from accredit.domain.people import asking_school, joining
from accredit.domain.people import queries as people
from accredit.storage import Session, inspection
from accredit.web.access import operator_only
from accredit.web.admin import bp
from accredit.web.admin.words import CHANNELS, KINDS
from accredit.web.database import reading
from accredit.web.list_files import exported
from accredit.web.lists import Column, Filter, ListOf, show
from accredit.web.nation_words import NATIONS
from accredit.web.outside import taken_for
from accredit.web.pages import page
from accredit.web.standing_still import standing_still


@bp.get("/")
@operator_only
def home() -> Response:
    """List every organisation, and say what the night's inspection of the record found."""
    with reading(everywhere=True) as db:
        shown = show(db, _organisations(db))
        asking = joining.waiting(db, now=utc_now())
        inspected = inspection.latest(db)
        still = standing_still(db)
        wishes = asking_school.waiting_where_closed(db)
    return page("admin/home.html", shown=shown, asking=asking, inspected=inspected, still=still, wishes=wishes)


@bp.route("/organisations/export", methods=["GET", "POST"])
@operator_only
def export_organisations() -> Response:
    """Hand out the list of organisations as a file."""
    return exported(_organisations, everywhere=True)


def _organisations(_db: Session) -> ListOf[OrganisationFacts]:
    return ListOf(
        name="organisations",
        title=_("Organisations"),
        endpoint="admin.home",
        export="admin.export_organisations",
        source=listing.organisations(),
        order="name",
        columns=(
            Column(name="name", label=_("Name"), cell=lambda one: one.name),
            Column(name="kind", label=_("What it is"), cell=lambda one: str(KINDS[one.kind]), is_sorted=False),
            Column(name="town", label=_("Town"), cell=lambda one: one.town),
            Column(name="nation", label=_("Nation"), cell=lambda one: str(NATIONS[one.nation]), is_sorted=False),
            Column(name="recognition", label=_("Recognition"), cell=_recognition, is_sorted=False),
        ),
        filters=(
            Filter(name="q", label=_("Find by name, town or number")),
            Filter(name="kind", label=_("What it is"), choices={each.value: str(text) for each, text in KINDS.items()}),
            Filter(name="nation", label=_("Nation"), choices={each.value: str(text) for each, text in NATIONS.items()}),
            Filter(
                name="recognised",
                label=_("Recognition"),
                choices={"yes": _("Confirmed"), "no": _("Not confirmed yet")},
            ),
        ),
    )


def _recognition(one: OrganisationFacts) -> str:
    return str(_("Confirmed") if one.recognition else _("Not confirmed yet"))


@bp.get("/organisations/<uuid:organisation_id>")
@operator_only
def organisation(organisation_id: UUID) -> Response:
    """Show one organisation, and the adults who hold a role there."""
    with reading(everywhere=True) as db:
        facts = organisations_read.organisation(db, organisation_id)
        staff = people.staff(db, organisation_id=organisation_id)
        alike = taken_for(db, facts)
        stands = standing_of(db, organisation_id)
    return page(
        "admin/organisation.html",
        facts=facts,
        staff=staff,
        alike=alike,
        standing=stands,
        kinds=KINDS,
        nations=NATIONS,
        channels=CHANNELS,
    )
