"""How often somebody may try, counted in this process's memory.

Only wrong tries count, and the limits by address are wide: a whole school may come from one address, and thirty young
people type their codes in the same minute. What really protects is elsewhere: five tries for an e-mailed code, 64 bits
in a slip's, Argon2 in a password. Each web process counts for itself. Of what is dear to make, and of letters, every
one counts, by school: none of them keeps the others waiting.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv6Address, IPv6Network
from typing import cast

from flask import current_app, request
from werkzeug.exceptions import TooManyRequests

from accredit.clock import utc_now
from accredit.web.tries import Allowance, Tries
from accredit.web.viewer import current_viewer

__all__ = [
    "LETTERS",
    "PAPERS",
    "Allowance",
    "Standing",
    "address",
    "check_allowance",
    "count_for_school",
    "count_try",
    "standing",
]

PAPERS = Allowance(name="papers-of-a-school", times=120, seconds=600)
"""Certificates of a day, papers of a ceremony, previews, lists to keep: each costs seconds that others wait for."""
LETTERS = Allowance(name="letters-of-a-school", times=300, seconds=3600)
"""No school has more adults to write to in an hour; a mail server that is flooded by one would refuse all others."""

_KEY = "accredit.limits"


def check_allowance(allowance: Allowance, key: str, *, now: datetime) -> None:
    """Refuse when ``key`` has used its tries up.

    Raises `TooManyRequests` with the seconds to wait.
    """
    window = _counts().window(allowance, key, now=now)
    if window.number >= allowance.times:
        raise TooManyRequests(retry_after=max(1, math.ceil(window.seconds)))


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How many tries are left of an allowance, and in how many seconds the next one comes back."""

    allowance: Allowance
    left: int
    seconds: int


def standing(allowance: Allowance, key: str, *, now: datetime) -> Standing:
    """Say how ``key`` stands."""
    window = _counts().window(allowance, key, now=now)
    return Standing(
        allowance=allowance, left=max(0, allowance.times - window.number), seconds=max(0, math.ceil(window.seconds))
    )


def count_try(allowance: Allowance, key: str) -> None:
    """Count one try of ``key``."""
    _counts().count(allowance, key, now=utc_now())


def count_for_school(allowance: Allowance) -> None:
    """Count one thing that the reader's organisation has done, or refuse it (attacks.md WZ29).

    Raises `TooManyRequests` with the seconds to wait.
    """
    school = str(current_viewer().organisation_id)
    check_allowance(allowance, school, now=utc_now())
    count_try(allowance, school)


def address() -> str:
    """Return where the request came from; a proxy's word counts only where the service was told to trust it.

    Of an IPv6 address its network (/64): one household or one rented machine may choose among 2⁶⁴ addresses in it.
    """
    given = request.remote_addr or "unknown"
    if ":" not in given:
        return given
    exact = IPv6Address(given)
    return str(exact.ipv4_mapped or IPv6Network((exact, 64), strict=False))


def _counts() -> Tries:
    return cast("Tries", current_app.extensions.setdefault(_KEY, Tries()))
