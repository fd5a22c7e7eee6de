"""Where rows are kept: engine, transactions, column types, guards of append-only tables, promises of later work.

Nothing here knows a school or a credential.
"""

from accredit.storage.append_only import append_only
from accredit.storage.database import Database, Session
from accredit.storage.types import UtcDateTime, Word, belongs_to, new_id, one_of, own_key

__all__ = [
    "Database",
    "Session",
    "UtcDateTime",
    "Word",
    "append_only",
    "belongs_to",
    "new_id",
    "one_of",
    "own_key",
]
