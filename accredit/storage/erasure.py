"""Tombstones: the rows that may be taken out of append-only tables, because a person's record was erased.

A tombstone holds random ids and nothing else. The triggers of `append_only` look for it, so it is written first.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from accredit.storage.append_only import append_only
from accredit.storage.database import Database, Session


class ErasedRow(SQLModel, table=True):
    """One row that was erased, by its id, and the erasure it went with."""

    __tablename__ = "erased_row"

    row_id: UUID = Field(primary_key=True)
    erasure_id: UUID = Field(index=True)


append_only(ErasedRow)


def bury(db: Session, *, erasure_id: UUID, row_ids: Collection[UUID]) -> None:
    """Write the tombstones of rows that are about to be taken out, in the same transaction."""
    if row_ids:
        db.execute(sa.insert(ErasedRow), [{"row_id": row_id, "erasure_id": erasure_id} for row_id in row_ids])


def scrub(database: Database) -> bool:
    """Overwrite what erased rows leave in the files of the database; say whether all of it could be done.

    SQLite zeroes freed pages by itself (``secure_delete``), so only its log has to be folded in; a long reader can
    hinder that, and the next call does it. PostgreSQL is told to reuse the space, which is all it offers.
    """
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if database.is_postgresql:
            connection.exec_driver_sql("VACUUM")
            return True
        busy, _, _ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
        return not busy
