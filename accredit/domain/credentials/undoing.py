"""Undoing a decision before anything has come of it.

- Whoever may award may undo an award until the moment from which it is issued (``too-late-to-undo``).
- Then it counts no more, and the level can be awarded again; that there was a decision, and that it was undone, stays
  in the trail and in the log. Nobody outside was ever told.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from accredit.domain.audit.rules import Actor
from accredit.domain.awarding import operations as awarding
from accredit.domain.awarding import queries as awards
from accredit.domain.awarding.rules import SetAsideReason
from accredit.domain.credentials.queries import issuance_kind
from accredit.domain.issuing import replacing
from accredit.errors import RuleBroken
from accredit.storage import Session


def undo(db: Session, *, award_ids: Collection[UUID], actor: Actor, now: datetime) -> None:
    """Undo awards that nothing was issued for, all or none.

    Raises `NotFound`, `Forbidden` (not staff), `RuleBroken`: ``too-late-to-undo``, ``not-a-co-ordinator``,
    ``set-aside-already``.
    """
    for award_id in sorted(set(award_ids)):
        found = awards.award(db, award_id)
        is_begun = replacing.standing(db, kind=issuance_kind, subject_id=award_id) is not None
        # The signer begins at that very moment and not before, so the two can never both go ahead.
        if is_begun or found.issue_from is None or now >= found.issue_from:
            raise RuleBroken("too-late-to-undo")
        awarding.set_aside(db, award_id=award_id, reason=SetAsideReason.UNDONE, actor=actor, now=now)
