"""Finding a released credential of whichever kind, by what somebody has of it: a typed code, an id, a file.

An unknown code, a mistyped one, one that is hidden and one that is not released yet all give None: nobody can tell them
apart. What was replaced is shown to nobody any more; its code and its address lead to the one that took its place.
"""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.credentials.kinds import KINDS
from accredit.domain.credentials.views import IssuedView
from accredit.domain.issuing.models import Issuance
from accredit.storage import Session


def released_by_code(db: Session, canonical: str) -> tuple[IssuedView, bytes] | None:
    """Return the credential with a typed code as it is kept, or what took its place, and the signed JSON of it."""
    for kind in KINDS:
        if (found := kind.shown.by_code(db, canonical)) is not None:
            return found
    for kind in KINDS:
        if (found := kind.shown.in_place_of(db, kind.shown.code == canonical)) is not None:
            return found
    return None


def view_by_credential_id(db: Session, credential_id: UUID) -> IssuedView | None:
    """Return the credential with an id (the part after ``urn:uuid:``)."""
    return _first(db, col(Issuance.credential_id) == credential_id)


def open_view_by_credential_id(db: Session, credential_id: UUID) -> IssuedView | None:
    """Return the credential with an id, as somebody outside may see it: None for one that is hidden."""
    return _first(db, col(Issuance.credential_id) == credential_id, is_open=True)


def latest_view_of_credential(db: Session, credential_id: UUID) -> IssuedView | None:
    """Return the credential with an id, or what took its place; None for one that is hidden."""
    for kind in KINDS:
        found = kind.shown.in_place_of(db, col(Issuance.credential_id) == credential_id)
        if found is not None:
            view: IssuedView = found[0]
            return view
    return None


def _first(db: Session, condition: sa.ColumnElement[bool], *, is_open: bool = False) -> IssuedView | None:
    for kind in KINDS:
        asked = sa.and_(condition, ~kind.shown.is_hidden()) if is_open else condition
        found: IssuedView | None = kind.shown.view(db, asked)
        if found is not None:
            return found
    return None
