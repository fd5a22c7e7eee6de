"""What an operator decides about an organisation, one at a time."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.audit.rules import Actor, ActorKind, check_fresh
from accredit.domain.organisations.models import Organisation
from accredit.errors import Forbidden, NotFound
from accredit.storage import Session


def locked(db: Session, organisation_id: UUID, actor: Actor) -> UUID:
    """Lock an organisation for an operator who has just shown who they are; return the operator's id.

    Of two who decide at once the second sees what the first did. Raises `Forbidden` ``operator-only``, `NotFound`.
    """
    if actor.kind is not ActorKind.OPERATOR or actor.id is None:
        raise Forbidden("operator-only")
    check_fresh(actor)
    found = sa.select(col(Organisation.id)).where(col(Organisation.id) == organisation_id).with_for_update()
    if db.execute(found).first() is None:
        raise NotFound("organisation")
    return actor.id
