"""Keep shares in step with the certificates that they are of; run beside the signer, whoever changed the certificate.

- A share whose certificate was taken back or made anew, whose holder is called by another name, or whose time is over
  has ended. Its link shows nothing from the moment that is so (`share_links`); here it is ended for good, and revoked.
- While a certificate is on hold, so is what was signed of it; it is taken up again with it.

Whoever runs it twice, or never for a day, does no harm: every link asks for itself.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col

from accredit.domain.audit.rules import SERVICE
from accredit.domain.credentials import share_links, sharing
from accredit.domain.credentials.sharing_models import Share
from accredit.domain.issuing import operations as issuing
from accredit.domain.issuing.models import Issuance
from accredit.domain.issuing.rules import Stage, Status
from accredit.storage import Session

ON_HOLD: Final = "certificate-on-hold"
HOLDS_AGAIN: Final = "certificate-holds-again"
_AT_ONCE: Final = 500


def is_out_of_step(db: Session, *, now: datetime) -> bool:
    """Say whether anything is to be done."""
    return bool(share_links.to_end(db, now=now, limit=1) or _standing(db, Status.ACTIVE, Status.SUSPENDED, 1)) or bool(
        _standing(db, Status.SUSPENDED, Status.ACTIVE, 1)
    )


def keep_in_step(db: Session, *, now: datetime) -> int:
    """End, put on hold and take up what is to be; return how many shares that were."""
    ended = share_links.to_end(db, now=now, limit=_AT_ONCE)
    for share_id, because in ended:
        sharing.end_for(db, share_id=share_id, because=because, now=now)
    held = _standing(db, Status.ACTIVE, Status.SUSPENDED, _AT_ONCE)
    for issuance_id in held:
        issuing.suspend(db, issuance_id=issuance_id, reason=ON_HOLD, actor=SERVICE, now=now)
    taken_up = _standing(db, Status.SUSPENDED, Status.ACTIVE, _AT_ONCE)
    for issuance_id in taken_up:
        issuing.reinstate(db, issuance_id=issuance_id, reason=HOLDS_AGAIN, actor=SERVICE, now=now)
    return len(ended) + len(held) + len(taken_up)


def _standing(db: Session, own_status: Status, basis_status: Status, limit: int) -> list[UUID]:
    """Return what was signed for shares that stand so, while their certificate stands otherwise."""
    own, basis = aliased(Issuance), aliased(Issuance)
    wanted = (
        sa.select(col(own.id))
        .join(Share, col(Share.id) == col(own.subject_id))
        .join(basis, col(basis.id) == col(Share.of_issuance_id))
        .where(
            col(own.kind) == sharing.KIND,
            col(own.stage) == Stage.RELEASED,
            col(own.status) == own_status,
            col(basis.status) == basis_status,
            col(Share.ended_at).is_(None),
        )
    )
    return list(db.execute(wanted.order_by(col(own.id)).limit(limit)).scalars())
