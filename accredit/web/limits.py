"""How often somebody may try, counted in this process's memory.

Only wrong tries count, and the limits by address are wide: a whole school may come from one address, and thirty young
people type their codes in the same minute. What really protects is elsewhere: five tries for an e-mailed code, 64 bits
in a slip's, Argon2 in a password. Each web process counts for itself.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv6Address, IPv6Network
from typing import cast

from flask import current_app, request
from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from werkzeug.exceptions import TooManyRequests

_KEY = "accredit.limits"


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """``times`` tries within any ``seconds``; ``name`` keeps the counts of different things apart."""

    name: str
    times: int
    seconds: int

    @property
    def item(self) -> RateLimitItemPerSecond:
        """The allowance as the counting library names it."""
        return RateLimitItemPerSecond(self.times, self.seconds)


def check_allowance(allowance: Allowance, key: str, *, now: datetime) -> None:
    """Refuse when ``key`` has used its tries up.

    Raises `TooManyRequests` with the seconds to wait.
    """
    counts = _counts()
    if not counts.test(allowance.item, allowance.name, key):
        reset = counts.get_window_stats(allowance.item, allowance.name, key).reset_time
        raise TooManyRequests(retry_after=max(1, math.ceil(reset - now.timestamp())))


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How many tries are left of an allowance, and in how many seconds the next one comes back."""

    allowance: Allowance
    left: int
    seconds: int


def standing(allowance: Allowance, key: str, *, now: datetime) -> Standing:
    """Say how ``key`` stands."""
    found = _counts().get_window_stats(allowance.item, allowance.name, key)
    return Standing(
        allowance=allowance, left=max(0, found.remaining), seconds=max(0, math.ceil(found.reset_time - now.timestamp()))
    )


def count_try(allowance: Allowance, key: str) -> None:
    """Count one try of ``key``."""
    _counts().hit(allowance.item, allowance.name, key)


def address() -> str:
    """Return where the request came from; a proxy's word counts only where the service was told to trust it.

    Of an IPv6 address its network (/64): one household or one rented machine may choose among 2⁶⁴ addresses in it.
    """
    given = request.remote_addr or "unknown"
    if ":" not in given:
        return given
    exact = IPv6Address(given)
    return str(exact.ipv4_mapped or IPv6Network((exact, 64), strict=False))


def _counts() -> MovingWindowRateLimiter:
    if _KEY not in current_app.extensions:
        current_app.extensions.setdefault(_KEY, MovingWindowRateLimiter(MemoryStorage()))
    return cast("MovingWindowRateLimiter", current_app.extensions[_KEY])
