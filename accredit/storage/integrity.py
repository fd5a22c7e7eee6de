"""Ask the database itself whether its pages, keys and indexes are whole."""

from __future__ import annotations

from accredit.storage.database import Database


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
