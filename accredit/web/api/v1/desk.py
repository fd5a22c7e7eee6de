"""What every view for programs begins with: whose records these are, who acts, what day it is."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from accredit.clock import local_date, utc_now
from accredit.domain.audit.rules import Actor
from accredit.errors import Forbidden
from accredit.storage import Session
from accredit.web.viewer import current_viewer


def organisation_of(db: Session) -> UUID:
    """Return the organisation to which a handle is confined. Raises `Forbidden` for one that is not."""
    if db.tenant is None:
        raise Forbidden("no-organisation")
    return db.tenant


def actor() -> Actor:
    """Return the one for whom the program acts."""
    return current_viewer().actor()


def today() -> date:
    """Return today's date in the United Kingdom."""
    return local_date(utc_now())
