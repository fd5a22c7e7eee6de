"""Ask the database itself whether its pages, keys and indexes are whole."""

from __future__ import annotations

import re

from accredit.storage.append_only import create_statements, guards
from accredit.storage.database import Database

_TRIGGER = re.compile(r'CREATE TRIGGER "(?P<name>[^"]+)"')


def problems(database: Database) -> tuple[str, ...]:
    """Name what the database finds wrong with itself; empty when it is whole (invariant I14)."""
    if database.is_postgresql:
        # Its constraints are checked as rows are written; torn pages are found by data checksums when they are read.
        return ()
    found = []
    with database.engine.connect() as connection:
        for (line,) in connection.exec_driver_sql("PRAGMA integrity_check"):
            if line != "ok":
                found.append(f"SQLite: {line}")
        for table, row, parent, _key in connection.exec_driver_sql("PRAGMA foreign_key_check"):
            found.append(f"{table} row {row} points to a missing {parent}")
    return tuple(found)


def missing_guards(database: Database) -> tuple[str, ...]:
    """Name every trigger of an append-only table that somebody took away (attacks.md LG01).

    Whoever owns the database can do so; what they did then shows in the ledger's hashes, and this says where to look.
    """
    wanted = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    if database.is_postgresql:
        # A trigger that is switched off ("D") guards as little as one that is gone.
        wanted = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    with database.engine.connect() as connection:
        there = {name for (name,) in connection.exec_driver_sql(wanted)}
    dialect = database.engine.dialect.name
    expected = (_TRIGGER.match(statement) for guard in guards() for statement in create_statements(guard, dialect))
    return tuple(f"the trigger {each['name']} is gone" for each in expected if each and each["name"] not in there)
