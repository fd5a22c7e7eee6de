"""Codes on paper that was printed before its day: which one a credential takes, and what is said of it until then."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from accredit.domain.awarding.models import Award
from accredit.domain.awarding.queries import set_aside
from accredit.domain.credentials.models import Credential, Hiding, PaperAhead
from accredit.storage import Session


def code_for(db: Session, award_id: UUID) -> str | None:
    """Return the code that stands on an award's paper; None where none was printed, or a credential has it already."""
    code = db.exec(select(PaperAhead.code).where(PaperAhead.award_id == award_id)).one_or_none()
    if code is None or db.exec(select(Credential.id).where(Credential.code == code)).first() is not None:
        return None
    return code


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
