"""Write many rows of one table in one statement, past the objects: for what is done for a whole cohort at once.

The wall between organisations holds here as it does for objects, and so do the constraints and guards of the tables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import sqlalchemy as sa

from accredit.errors import NotFound
from accredit.storage.database import Session


def insert_many(db: Session, model: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows of one shape, which name every column that has no default in the database.

    Raises `NotFound` (``other-organisation``) as writing an object does.
    """
    if rows:
        _confine(db, model, rows)
        # What they point at may be an object that was not written yet.
        db.flush()
        db.connection().execute(sa.insert(_table(model)), list(rows))


def update_many(db: Session, model: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """Change rows by their ``id``; each names the same columns. Objects that were loaded before do not see it."""
    if rows:
        db.flush()
        table = _table(model)
        names = [name for name in rows[0] if name != "id"]
        statement = sa.update(table).where(table.c.id == sa.bindparam("row_id"))
        if db.tenant is not None and "organisation_id" in table.c:
            statement = statement.where(table.c.organisation_id == db.tenant)
        changed = statement.values({name: sa.bindparam(f"new_{name}", type_=table.c[name].type) for name in names})
        values = [{"row_id": row["id"]} | {f"new_{name}": row[name] for name in names} for row in rows]
        db.connection().execute(changed, values)


def _table(model: Any) -> sa.Table:
    return cast("sa.Table", model.__table__)


def _confine(db: Session, model: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    if db.tenant is not None and any(row.get("organisation_id", db.tenant) != db.tenant for row in rows):
        raise NotFound("other-organisation", f"{model.__name__} belongs to another organisation")
