"""Codes on paper that was printed before its day: which one a credential takes, and what is said of it until then."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.awarding.models import Award
from accredit.domain.awarding.queries import set_aside
from accredit.domain.credentials.models import Credential, Hiding, PaperAhead
from accredit.storage import Session


def codes_for(db: Session, award_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the codes that stand on the paper of awards, by award, in one statement.

    Left out is where none was printed, and where a credential has it already.
    """
    has_it = sa.exists().where(col(Credential.code) == col(PaperAhead.code))
    wanted = sa.select(col(PaperAhead.award_id), col(PaperAhead.code)).where(
        col(PaperAhead.award_id).in_(set(award_ids)), ~has_it
    )
    return {row.award_id: row.code for row in db.execute(wanted)}


def comes_on(db: Session, canonical: str) -> date | None:
    """Return the day from which a code on a paper can be checked.

    None for every other code, for an award that was undone, and for what is hidden.
    """
    hidden = sa.exists().where(
        col(Hiding.young_person_id) == col(PaperAhead.young_person_id),
        col(Hiding.shown_at).is_(None),
        sa.or_(col(Hiding.award_id).is_(None), col(Hiding.award_id) == col(PaperAhead.award_id)),
    )
    found: date | None = db.execute(
        sa.select(col(Award.awarded_on))
        .join(PaperAhead, col(PaperAhead.award_id) == col(Award.id))
        .where(col(PaperAhead.code) == canonical, ~set_aside(), ~hidden)
    ).scalar_one_or_none()
    return found
