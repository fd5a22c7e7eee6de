"""Text as people look for it: small letters without marks, worked out in the same way here and by either database.

Who looks for "Sian" finds Siân: nobody should have to know where the marks are on a British keyboard. The same form
puts a list into an order in which Émile stands beside Emil, whatever the database was set up with.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

FUNCTION = "accredit_plain"
"""The name by which SQLite calls `plain`."""
# Marks that decomposition sets apart: Latin and Greek ones, and the points of Hebrew and Arabic.
_MARKS = "[\u0300-\u036f\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u1ab0-\u1aff\u1dc0-\u1dff\ufe20-\ufe2f]"
_MARK = re.compile(_MARKS)


def plain(text: str | None) -> str | None:
    """Return a text in small letters without marks; nothing of nothing."""
    if text is None or text.isascii():
        return text if text is None else text.lower()
    return _MARK.sub("", unicodedata.normalize("NFKD", text).lower()).replace("ß", "ss")


class Plain(FunctionElement[str]):
    """What `plain` gives of a column, to be compared and put into an order."""

    type = sa.String()
    name = FUNCTION
    inherit_cache = True


def holds(word: str, *columns: sa.SQLColumnExpression[Any]) -> sa.ColumnElement[bool]:
    """Return the condition that one of the columns holds a word, in any case and with or without marks."""
    wanted = plain(word) or ""
    return sa.or_(*(Plain(column).contains(wanted, autoescape=True) for column in columns))


def holds_every_word(text: str, *columns: sa.SQLColumnExpression[Any]) -> sa.ColumnElement[bool]:
    """Return the condition that each of the words of a text is in one of the columns; at most ten words count."""
    return sa.and_(sa.true(), *(holds(word, *columns) for word in text.split()[:10]))


@compiles(Plain)
def _of_sqlite(element: Plain, compiler: SQLCompiler, **options: Any) -> str:
    return f"{FUNCTION}({compiler.process(element.clauses, **options)})"


@compiles(Plain, "postgresql")
def _of_postgresql(element: Plain, compiler: SQLCompiler, **options: Any) -> str:
    (column,) = element.clauses
    small = sa.func.lower(sa.func.normalize(column, sa.literal_column("NFKD")))
    bare = sa.func.replace(sa.func.regexp_replace(small, _MARKS, "", "g"), "ß", "ss")
    return compiler.process(bare.collate("C"), **options)
