"""Dates and times as XML Schema's dateTimeStamp, to the rules of VCDM 2.0 §4.9.

Refused, so that nothing is silently "not expired": leap seconds, 24:00, year 0000, lower-case letters, white space.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

from accredit.kit.vc.errors import TimestampInvalid

_STAMP = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})T(?P<time>[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.(?P<fraction>[0-9]{1,18}))?"
    r"(?P<offset>Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)?"
)


def parse(text: object, *, path: str = "$", needs_offset: bool = True) -> datetime:
    """Read a date and time as an aware datetime, to the microsecond.

    Without `needs_offset` a missing offset is read as UTC, which only a proof may do (Data Integrity §2.1).
    Raises `TimestampInvalid` with code ``timestamp``.
    """
    return _parsed(text if isinstance(text, str) else "", path, needs_offset)


@lru_cache(maxsize=256)
def _parsed(text: str, path: str, needs_offset: bool) -> datetime:
    match = _STAMP.fullmatch(text)
    if match is None or (needs_offset and match["offset"] is None):
        raise TimestampInvalid("timestamp", "Write a date and time such as 2026-11-23T09:30:00Z.", path=path)
    fraction = (match["fraction"] or "0")[:6].ljust(6, "0")
    try:
        naive = datetime.fromisoformat(f"{match['date']}T{match['time']}.{fraction}")
        return naive.replace(tzinfo=_zone(match["offset"])).astimezone(UTC)
    except (ValueError, OverflowError):
        raise TimestampInvalid("timestamp", "There is no such date or time.", path=path) from None


def _zone(offset: str | None) -> timezone:
    if offset is None or offset == "Z":
        return UTC
    minutes = int(offset[1:3]) * 60 + int(offset[4:6])
    return timezone(timedelta(minutes=-minutes if offset[0] == "-" else minutes))


def write(moment: datetime) -> str:
    """Write an aware datetime in UTC, to the second, ending in Z; raises `TimestampInvalid` for a naive one."""
    if moment.tzinfo is None:
        raise TimestampInvalid("timestamp", "Give a date and time with its offset.")
    return _written(moment)


@lru_cache(maxsize=256)
def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").removesuffix("+00:00") + "Z"
