"""The list of every organisation as a database puts it into order, for those who run the service."""

from __future__ import annotations

import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.organisations import queries
from accredit.domain.organisations.models import Confirmation, Organisation
from accredit.domain.organisations.queries import OrganisationFacts
from accredit.domain.organisations.rules import Kind, Nation
from accredit.storage.listing import Listing
from accredit.storage.plain_text import Plain, holds_every_word


def organisations() -> Listing[OrganisationFacts]:
    """Return every organisation.

    Orders: ``name``, ``town``. Filters: ``q``, ``kind``, ``nation``, ``recognised`` (``yes``, ``no``).
    """
    is_recognised = sa.exists().where(
        col(Confirmation.organisation_id) == col(Organisation.id),
        queries.latest_confirmation(),
        col(Confirmation.confirmed).is_(True),
    )
    texts = (Organisation.name, Organisation.town, Organisation.urn, Organisation.ukprn, Organisation.charity_number)
    name = Plain(col(Organisation.name))
    return Listing(
        statement=sa.select(Organisation),
        key=col(Organisation.id),
        orders={"name": (name,), "town": (Plain(col(Organisation.town)), name)},
        filters={
            "q": lambda text: holds_every_word(text, *(col(each) for each in texts)),
            "kind": lambda value: col(Organisation.kind) == Kind(value),
            "nation": lambda value: col(Organisation.nation) == Nation(value),
            "recognised": lambda value: is_recognised if value == "yes" else ~is_recognised,
        },
        read=lambda db, rows: queries.facts_of(db, [row[0] for row in rows]),
    )
