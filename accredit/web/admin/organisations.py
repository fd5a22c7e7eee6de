"""Which organisations there are, and one of them."""

from __future__ import annotations

from uuid import UUID

from flask import Response

from accredit.clock import utc_now
from accredit.domain.organisations import queries as organisations_read
from accredit.domain.people import joining
from accredit.domain.people import queries as people
from accredit.storage import inspection
from accredit.web.access import operator_only
from accredit.web.admin import bp
from accredit.web.admin.words import CHANNELS, KINDS
from accredit.web.database import reading
from accredit.web.nation_words import NATIONS
from accredit.web.outside import taken_for
from accredit.web.pages import page


@bp.get("/")
@operator_only
def home() -> Response:
    """List every organisation, and say what the night's inspection of the record found."""
    with reading(everywhere=True) as db:
        found = organisations_read.organisations(db)
        asking = joining.waiting(db, now=utc_now())
        inspected = inspection.latest(db)
    return page(
        "admin/home.html", organisations=found, asking=asking, kinds=KINDS, nations=NATIONS, inspected=inspected
    )


@bp.get("/organisations/<uuid:organisation_id>")
@operator_only
def organisation(organisation_id: UUID) -> Response:
    """Show one organisation, and the adults who hold a role there."""
    with reading(everywhere=True) as db:
        facts = organisations_read.organisation(db, organisation_id)
        staff = people.staff(db, organisation_id=organisation_id)
        alike = taken_for(db, facts)
    return page(
        "admin/organisation.html",
        facts=facts,
        staff=staff,
        alike=alike,
        kinds=KINDS,
        nations=NATIONS,
        channels=CHANNELS,
    )
