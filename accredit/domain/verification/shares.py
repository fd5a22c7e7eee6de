"""The verdict on what stands behind the link of a share; who may open it is decided before."""

from __future__ import annotations

from datetime import datetime

from accredit.domain.credentials import sharing_kind
from accredit.domain.credentials.share_links import ShareFacts
from accredit.domain.credentials.views import ShareView
from accredit.domain.issuing import queries as issuing
from accredit.domain.organisations.standing import standing_of
from accredit.domain.verification import operations
from accredit.domain.verification.operations import CodeAnswer
from accredit.domain.verification.queries import DatabaseSources
from accredit.storage import Session


def view_of(db: Session, share: ShareFacts) -> ShareView | None:
    """Return what a share shows; None while it is not signed, and once it has ended."""
    return None if share.issuance_id is None else sharing_kind.view_of_issuance(db, share.issuance_id)


def verify_share(db: Session, *, share: ShareFacts, now: datetime) -> CodeAnswer | None:
    """Examine the credential of a share as any other; None where there is none to examine."""
    view = view_of(db, share)
    document = None if view is None else issuing.signed_document(db, view.issuance_id)
    if view is None or document is None:
        return None
    return CodeAnswer(
        view=view,
        report=operations.verify(document, now=now, sources=DatabaseSources(db)),
        standing=standing_of(db, view.organisation_id),
    )
