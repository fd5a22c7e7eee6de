"""Who else of the organisation may answer for a credential, so that nobody decides alone where two can.

- A co-ordinator or an administrator pauses a certificate and takes it up again, at once, alone: it hurts least and is
  undone most easily.
- A co-ordinator asks for a revocation, and another co-ordinator or an administrator confirms it (IN14).
- A name that staff confirmed is put on a new certificate by somebody else than who confirmed it (IN12).
- Whoever is the only one does it alone, and the page says so (`people.second_person`).
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from accredit.clock import local_date
from accredit.domain.audit.rules import Actor, ActorKind
from accredit.domain.organisations.rules import Permission, may
from accredit.domain.people import queries as people
from accredit.domain.people.second_person import Others, check_second_person, others_who_may
from accredit.errors import Forbidden
from accredit.storage import Session

__all__ = ["Others", "check_second_person", "check_staff", "others_who_may"]


def check_staff(db: Session, actor: Actor, permission: Permission, now: datetime) -> UUID:
    """Return who acts. Raises `Forbidden` (``staff-only``) for anybody else, and for staff without ``permission``."""
    if actor.kind is not ActorKind.STAFF or actor.id is None:
        raise Forbidden("staff-only")
    if not may(people.roles_on(db, actor.id, local_date(now)), permission):
        raise Forbidden("no-permission")
    return actor.id
