"""The list of drop-ins and meetings as a database puts it into order."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlmodel import col

from accredit.domain.people.models import Staff
from accredit.domain.practice.models import PracticeSession
from accredit.domain.practice.queries import PracticeSessionSummary, all_sessions, session_summaries
from accredit.domain.programmes.models import Programme
from accredit.storage.listing import Listing
from accredit.storage.plain_text import Plain


def practice_sessions(*, organisation_id: UUID) -> Listing[PracticeSessionSummary]:
    """Return what was recorded of an organisation's practice.

    Orders: ``held``, ``programme``, ``adult``. Filters: ``programme`` and ``adult`` (ids), ``activity`` (a code),
    ``from`` and ``until`` (days, included).
    """
    held = (col(PracticeSession.held_on), col(PracticeSession.starts_at))
    return Listing(
        statement=all_sessions().where(col(PracticeSession.organisation_id) == organisation_id),
        key=col(PracticeSession.id),
        orders={
            "held": held,
            "programme": (Plain(col(Programme.name)), *held),
            "adult": (Plain(col(Staff.name)), *held),
        },
        filters={
            "programme": lambda value: col(PracticeSession.programme_id) == UUID(value),
            "adult": lambda value: col(PracticeSession.supervised_by) == UUID(value),
            "activity": lambda value: col(PracticeSession.activity_type) == value,
            "from": lambda value: col(PracticeSession.held_on) >= date.fromisoformat(value),
            "until": lambda value: col(PracticeSession.held_on) <= date.fromisoformat(value),
        },
        read=session_summaries,
    )
