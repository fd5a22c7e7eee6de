"""The one place that reads the time.

Everything else takes ``now`` as an argument, so that a rule can be tested at any moment and a whole year can be
played in the demonstration. Dates for people are those of the United Kingdom, see `local_date`.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def utc_now() -> datetime:
    """Return the present moment, aware and in UTC."""
    return datetime.now(UTC)  # noqa: TID251  # the one exception


def local_date(moment: datetime) -> date:
    """Return the calendar date in the United Kingdom at an aware ``moment``."""
    return moment.astimezone(LONDON).date()
