"""What went on in another row: the moves that append-only tables allow, because two records were one person's.

A line holds two random ids and nothing else, and never goes. The triggers of `append_only` look for it, so it is
written first.
"""

from __future__ import annotations

from uuid import UUID

from sqlmodel import Field, SQLModel

from accredit.storage.append_only import append_only
from accredit.storage.database import Session


class MergedRow(SQLModel, table=True):
    """One row that went on in another: what names the former may name the present one instead."""

    __tablename__ = "merged_row"

    former_id: UUID = Field(primary_key=True)
    present_id: UUID = Field(index=True)


append_only(MergedRow)


def go_on_in(db: Session, *, former_id: UUID, present_id: UUID) -> None:
    """Write down that what belongs to one row belongs to another from now on, in the same transaction."""
    db.add(MergedRow(former_id=former_id, present_id=present_id))
    db.flush()
