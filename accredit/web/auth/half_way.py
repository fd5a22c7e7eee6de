"""Somebody who has shown the first thing and not yet the second: remembered for ten minutes, and signed in nowhere.

What is kept names the account by the key that changes with its password: a changed password ends it too (WA18).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from accredit.domain.people.rules import SignInWay
from accredit.web.auth.cookie import Cookie

LASTS = timedelta(minutes=10)
_KEY, _WAY, _AT = "half_way_key", "half_way_by", "half_way_at"


@dataclass(frozen=True, kw_only=True)
class HalfWay:
    """Whose first step was right, and which it was."""

    key: str
    way: SignInWay


def remember(cookie: Cookie, *, key: str, way: SignInWay, now: datetime) -> None:
    """Remember a first step; whatever the cookie held of somebody is gone."""
    cookie.clear()
    cookie[_KEY], cookie[_WAY], cookie[_AT] = key, way.value, int(now.timestamp())


def remembered(cookie: Cookie, *, now: datetime) -> HalfWay | None:
    """Return the first step that still counts, or None."""
    if _KEY not in cookie or abs(now.timestamp() - cookie.get(_AT, 0)) > LASTS.total_seconds():
        return None
    return HalfWay(key=cookie[_KEY], way=SignInWay(cookie[_WAY]))
