"""Let go each night of what the schedule keeps for days only: codes, sent letters, slips, links, answers, pictures.

People are not among it. Their record goes when somebody who runs the service says so (``accredit retention run``).
"""

from __future__ import annotations

from datetime import datetime

import structlog

from accredit.domain.audit.rules import SERVICE
from accredit.domain.retention import operations, queries
from accredit.storage import Database

logger = structlog.get_logger()


def tidy(database: Database, *, now: datetime) -> int:
    """Take out what is due of the kinds that are nobody's record; return how many rows."""
    with database.transaction() as db:
        due = [each for each in queries.due(db, now=now) if each.ids and each.kind in operations.OF_NOBODY]
        gone = sum(operations.let_go(db, due=each, actor=SERVICE, now=now) for each in due)
    if gone:
        logger.info("let go by the schedule", rows=gone, kinds=[each.kind.value for each in due])
    return gone
