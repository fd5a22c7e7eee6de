"""What a verification that somebody asks for here may know of issuers elsewhere."""

from __future__ import annotations

from typing import cast

from flask import current_app

from accredit.clock import utc_now
from accredit.domain.organisations.queries import OrganisationFacts
from accredit.domain.verification import registering
from accredit.domain.verification.outside import Outside
from accredit.fetching.fetcher import Errand, Fetcher
from accredit.storage import Session
from accredit.web.settings import current_settings

FETCHER = "accredit.fetcher"


def taken_for(db: Session, facts: OrganisationFacts) -> str | None:
    """Return the confirmed organisation whose name or address looks like that of another one."""
    found = outside_of(db).taken_for(issuer_id=facts.did, name=facts.name)
    return None if found is None else found.name


def outside_of(db: Session) -> Outside:
    """Return what is outside for one verification: a register, names that are taken, and at most four look-ups."""
    fetcher = cast("Fetcher", current_app.extensions[FETCHER])
    return registering.DatabaseOutside(
        db,
        keys=registering.pinned(current_settings().registry_keys),
        errand=Errand(fetcher, now=utc_now()) if fetcher.allowed else None,
    )
