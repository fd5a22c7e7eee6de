"""Which column is which, remembered for an organisation: its next export has the same headings.

The headings themselves are not kept, since the first line of a file may be a person; a keyed hash knows them again.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import select

from accredit.domain.people.class_list_headings import Field
from accredit.domain.people.models import ClassListColumns
from accredit.storage import Session


def remembered(
    db: Session, *, organisation_id: UUID, headings: Sequence[str], pepper: bytes
) -> dict[Field, int] | None:
    """Return what somebody there said of a file with these headings, or None."""
    row = _row(db, organisation_id, headings, pepper)
    if row is None:
        return None
    known = set(Field)
    return {Field(word): at for word, at in row.columns.items() if word in known and at < len(headings)}


def remember(
    db: Session,
    *,
    organisation_id: UUID,
    headings: Sequence[str],
    columns: Mapping[Field, int],
    pepper: bytes,
    now: datetime,
) -> None:
    """Keep what was said of a file with these headings. It is part of the import, and of its event."""
    said = {field.value: at for field, at in columns.items()}
    row = _row(db, organisation_id, headings, pepper) or ClassListColumns(
        organisation_id=organisation_id,
        headings_hash=_hash(organisation_id, headings, pepper),
        columns=said,
        said_at=now,
    )
    row.columns, row.said_at = said, now
    db.add(row)


def _row(db: Session, organisation_id: UUID, headings: Sequence[str], pepper: bytes) -> ClassListColumns | None:
    wanted = select(ClassListColumns).where(
        ClassListColumns.organisation_id == organisation_id,
        ClassListColumns.headings_hash == _hash(organisation_id, headings, pepper),
    )
    return db.exec(wanted).first()


def _hash(organisation_id: UUID, headings: Sequence[str], pepper: bytes) -> bytes:
    told = json.dumps([str(organisation_id), [heading.strip().casefold() for heading in headings]])
    return hmac.digest(pepper, b"class-list-headings:" + told.encode(), "sha256")
