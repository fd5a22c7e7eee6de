"""Tell the planner of SQLite which conditions hold for much of a table, where it would guess that they hold for little.

It takes ten rows for granted behind any value of an index that it knows nothing of. By that guess it reads all that an
organisation has, its whole log, or all hours that were ever approved, to find the few rows that another condition of
the same statement names. PostgreSQL counts for itself, and is told nothing.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction


class often(GenericFunction[bool]):  # noqa: N801  # written as a function
    """A condition that holds for one row of twenty or more: no reason to look there first."""

    type = Boolean()
    inherit_cache = True


@compiles(often)
def _as_it_is(element: often, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.clauses, **options)


@compiles(often, "sqlite")
def _with_a_guess(element: often, compiler: SQLCompiler, **options: Any) -> str:
    return f"likelihood({compiler.process(element.clauses, **options)}, 0.05)"
