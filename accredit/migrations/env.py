"""Run by Alembic: migrate the database handed over in ``config.attributes``."""

from __future__ import annotations

from typing import Any

import sqlmodel
from alembic import context

from accredit.migrations import import_models
from accredit.storage import Database

import_models()


def ours(_object: Any, name: str | None, kind: str, _reflected: bool, _compare_to: Any) -> bool:
    """Leave the job engine's own tables alone: it migrates them itself."""
    return not (kind == "table" and name is not None and name not in sqlmodel.SQLModel.metadata.tables)


database: Database = context.config.attributes["database"]
with database.engine.execution_options(accredit_write=True).connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=sqlmodel.SQLModel.metadata,
        include_object=ours,
        transactional_ddl=True,
        transaction_per_migration=True,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()
