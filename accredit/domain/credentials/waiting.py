"""Awards that no credential has been prepared for yet: what the signer starts from, after a crash too."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.awarding.models import Award
from accredit.domain.awarding.queries import set_aside
from accredit.domain.issuing.models import Issuance, Replacement
from accredit.domain.issuing.rules import Stage
from accredit.domain.organisations.models import Organisation
from accredit.storage import Session


@dataclass(frozen=True, kw_only=True)
class WaitingAward:
    """An award to be prepared, and who issues it."""

    award_id: UUID
    organisation_id: UUID
    controller: str
    """The organisation's DID."""


def awards_to_prepare(
    db: Session,
    *,
    kind: str,
    limit: int = 100,
    without: Collection[UUID] = (),
    not_of: Collection[UUID] = (),
) -> tuple[WaitingAward, ...]:
    """Return the oldest awards without an issuance that stands, leaving out those (organisations) named.

    One that was given up before it was signed does not stand, nor one that is to be replaced; what was set aside does
    not wait.
    """
    to_be_replaced = sa.exists().where(
        col(Replacement.issuance_id) == col(Issuance.id), col(Replacement.given_up_at).is_(None)
    )
    alive = sa.exists().where(
        col(Issuance.kind) == kind,
        col(Issuance.subject_id) == col(Award.id),
        col(Issuance.stage) != Stage.VOID,
        ~to_be_replaced,
    )
    rows = db.execute(
        sa.select(col(Award.id), col(Award.organisation_id), col(Organisation.did))
        .join(Organisation, col(Organisation.id) == col(Award.organisation_id))
        .where(~alive, ~set_aside(), col(Award.id).not_in(without), col(Award.organisation_id).not_in(not_of))
        .order_by(col(Award.decided_at), col(Award.id))
        .limit(limit)
    )
    return tuple(
        WaitingAward(award_id=award_id, organisation_id=organisation_id, controller=did)
        for award_id, organisation_id, did in rows
    )
