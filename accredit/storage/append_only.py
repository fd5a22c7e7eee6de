"""Tables that only grow: triggers on both databases refuse UPDATE and DELETE.

A model names itself with `append_only`; the migration and the tests' ``create_all`` run the same statements. Columns in
``erasable`` may be set to NULL (the erasure of a record and its salt), and nothing else may change.

A row of a ``removable`` table may go, but only once its tombstone stands (`storage.erasure.ErasedRow`), which itself
never goes: what was erased stays told, and nothing else can be taken out.

What a row belongs to (the first ``movable`` column) changes only from one id to the one it went on in, and only once
that is written down for ever (`storage.merging.MergedRow`); the other ``movable`` columns change with it or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlmodel
from sqlalchemy import Connection, MetaData, event


@dataclass(frozen=True)
class Guard:
    """One guarded table: the columns that never change, and those that may be emptied."""

    table: str
    columns: tuple[str, ...]
    erasable: tuple[str, ...]
    mutable: tuple[str, ...]
    removable: bool = False
    movable: tuple[str, ...] = ()


_guards: dict[str, Guard] = {}


def append_only(
    model: Any,
    *,
    erasable: Sequence[str] = (),
    mutable: Sequence[str] = (),
    removable: bool = False,
    movable: Sequence[str] = (),
) -> Any:
    """Guard ``model``'s table; use as a call right after the class. ``mutable`` columns may change (a status)."""
    table = model.__table__
    free = {*erasable, *mutable, *movable}
    fixed = tuple(column.name for column in table.columns if column.name not in free)
    _guards[table.name] = Guard(table.name, fixed, tuple(erasable), tuple(mutable), removable, tuple(movable))
    return model


def guards() -> Iterator[Guard]:
    """Yield every guarded table, by name."""
    yield from (guard for _, guard in sorted(_guards.items()))


def create_statements(guard: Guard, dialect: str) -> list[str]:
    """Return the DDL that guards one table on ``sqlite`` or ``postgresql``."""
    changed = [_differs(name, dialect) for name in guard.columns]
    changed += [f'(NEW."{name}" IS NOT NULL AND {_differs(name, dialect)})' for name in guard.erasable]
    moves = went_on = ""
    if guard.movable:
        owner = guard.movable[0]
        moves = _differs(owner, dialect)
        changed += [f"({_differs(name, dialect)} AND NOT ({moves}))" for name in guard.movable[1:]]
        line = f'former_id = OLD."{owner}" AND present_id = NEW."{owner}"'
        went_on = f"EXISTS (SELECT 1 FROM merged_row WHERE {line})"  # noqa: S608  # nosec B608  # names of our own
    fixed = " OR ".join(changed)
    name, message = f"{guard.table}_append_only", f"{guard.table} is append-only"
    stands = 'EXISTS (SELECT 1 FROM erased_row WHERE row_id = OLD."id")'
    if dialect == "sqlite":
        condition = f"{fixed} OR ({moves} AND NOT {went_on})" if moves else fixed
        abort = f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
        return [
            f'CREATE TRIGGER "{name}_update" BEFORE UPDATE ON "{guard.table}" WHEN {condition} {abort}',
            f'CREATE TRIGGER "{name}_delete" BEFORE DELETE ON "{guard.table}" '
            f"{f'WHEN NOT {stands} ' if guard.removable else ''}{abort}",
        ]
    function = f"{name}_refuse"
    # The condition of a trigger asks no other table there, so its function does.
    condition = f"{fixed} OR {moves}" if moves else fixed
    may = f"IF TG_OP = 'UPDATE' THEN IF NOT ({fixed}) AND {went_on} THEN RETURN NEW; END IF; END IF; " if moves else ""
    unless = f"IF TG_OP = 'DELETE' THEN IF {stands} THEN RETURN OLD; END IF; END IF; " if guard.removable else ""
    return [
        f'CREATE OR REPLACE FUNCTION "{function}"() RETURNS trigger LANGUAGE plpgsql AS '
        f"$$ BEGIN {unless}{may}RAISE EXCEPTION '{message}'; END $$",
        f'CREATE TRIGGER "{name}_update" BEFORE UPDATE ON "{guard.table}" FOR EACH ROW WHEN ({condition}) '
        f'EXECUTE FUNCTION "{function}"()',
        f'CREATE TRIGGER "{name}_delete" BEFORE DELETE ON "{guard.table}" FOR EACH ROW EXECUTE FUNCTION "{function}"()',
        f'CREATE TRIGGER "{name}_truncate" BEFORE TRUNCATE ON "{guard.table}" EXECUTE FUNCTION "{function}"()',
    ]


def _differs(column: str, dialect: str) -> str:
    if dialect == "sqlite":
        return f'NEW."{column}" IS NOT OLD."{column}"'
    # PostgreSQL has no equality for json, so the text is compared.
    return f'NEW."{column}"::text IS DISTINCT FROM OLD."{column}"::text'


def drop_statements(guard: Guard, dialect: str) -> list[str]:
    """Return the DDL that removes what `create_statements` made."""
    name = f"{guard.table}_append_only"
    if dialect == "sqlite":
        return [f'DROP TRIGGER IF EXISTS "{name}_{act}"' for act in ("update", "delete")]
    acts = ("update", "delete", "truncate")
    drops = [f'DROP TRIGGER IF EXISTS "{name}_{act}" ON "{guard.table}"' for act in acts]
    return [*drops, f'DROP FUNCTION IF EXISTS "{name}_refuse"()']


@event.listens_for(sqlmodel.SQLModel.metadata, "after_create")
def _guard_created(_target: MetaData, connection: Connection, **_options: Any) -> None:
    for guard in guards():
        for statement in create_statements(guard, connection.dialect.name):
            connection.exec_driver_sql(statement)
