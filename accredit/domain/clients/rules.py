"""What a key opens, and for how long.

- A key acts for the co-ordinator who made it (``key-not-a-coordinator``): it can do what they can do today, and of that
  only what its scopes name. It has a label (``key-label``) and at least one scope (``key-without-scope``).
- It has a last day, at most a year ahead (``key-last-day``).
- It ends with the role under which it was made: whoever hands over leaves no key behind, and comes back to none.
- No scope awards, approves hours, revokes, confirms a name, makes a sign-in slip or changes staff: what a second person
  or a fresh proof guards, no key does.
- An organisation has at most 20 keys that open something (``keys-full``).
- A key is ``accredit_``, 43 letters and digits drawn at random (256 bits), and six that are a checksum over them, so
  that whoever looks for lost secrets finds it by its shape, and a slip in copying is told from a key that has ended.
"""

from __future__ import annotations

import re
import secrets
import zlib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from accredit.domain.organisations.rules import Permission, Role
from accredit.domain.people.rules import RolePeriod
from accredit.errors import RuleBroken

LONGEST: Final = timedelta(days=365)
USUAL: Final = timedelta(days=90)
MOST_KEYS: Final = 20
LONGEST_LABEL: Final = 60
BEGINNING: Final = "accredit_"

_SYMBOLS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_DRAWN, _CHECKED = 43, 6
_SHAPE = re.compile(rf"{BEGINNING}([0-9A-Za-z]{{{_DRAWN}}})([0-9A-Za-z]{{{_CHECKED}}})")


class Scope(StrEnum):
    """What a key may be used for."""

    PEOPLE_READ = "people:read"
    PEOPLE_WRITE = "people:write"
    PROGRAMMES_READ = "programmes:read"
    ENROLMENTS_WRITE = "enrolments:write"
    TRAINING_READ = "training:read"
    TRAINING_WRITE = "training:write"
    HOURS_READ = "hours:read"
    HOURS_WRITE = "hours:write"
    PROGRESS_READ = "progress:read"
    CERTIFICATES_READ = "certificates:read"


NEEDS: Final[Mapping[Scope, Permission]] = {
    Scope.PEOPLE_READ: Permission.MANAGE_PEOPLE,
    Scope.PEOPLE_WRITE: Permission.MANAGE_PEOPLE,
    Scope.PROGRAMMES_READ: Permission.SEE_PROGRESS,
    Scope.ENROLMENTS_WRITE: Permission.MANAGE_PEOPLE,
    Scope.TRAINING_READ: Permission.RECORD_TRAINING,
    Scope.TRAINING_WRITE: Permission.RECORD_TRAINING,
    Scope.HOURS_READ: Permission.SEE_PROGRESS,
    Scope.HOURS_WRITE: Permission.RECORD_PRACTICE,
    Scope.PROGRESS_READ: Permission.SEE_PROGRESS,
    Scope.CERTIFICATES_READ: Permission.SUSPEND,
}
"""What the one who made a key must still be allowed to, for a scope of it to count."""


class KeyState(StrEnum):
    """Whether a key opens anything, and if not why."""

    OPEN = "open"
    ENDED = "ended"
    OVER = "over"
    """Its last day has passed."""
    ORPHANED = "orphaned"
    """Whoever made it no longer holds the role under which they did."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """A key as somebody asks for it."""

    label: str
    scopes: frozenset[Scope]
    last_day: date


def check_wish(wish: Wish, *, today: date, keys_open: int) -> Wish:
    """Return the wish with its label tidied.

    Raises `RuleBroken`: ``key-label``, ``key-without-scope``, ``key-last-day``, ``keys-full``.
    """
    label = " ".join(wish.label.split())
    if not label or len(label) > LONGEST_LABEL or not label.isprintable():
        raise RuleBroken("key-label", most=LONGEST_LABEL)
    if not wish.scopes:
        raise RuleBroken("key-without-scope")
    if not today <= wish.last_day <= today + LONGEST:
        raise RuleBroken("key-last-day", latest=today + LONGEST)
    if keys_open >= MOST_KEYS:
        raise RuleBroken("keys-full", most=MOST_KEYS)
    return Wish(label=label, scopes=wish.scopes, last_day=wish.last_day)


def check_maker(periods: Iterable[RolePeriod], *, today: date) -> RolePeriod:
    """Return the role under which somebody makes a key. Raises `RuleBroken` ``key-not-a-coordinator``."""
    held = [period for period in periods if period.role is Role.COORDINATOR and period.covers(today)]
    if not held:
        raise RuleBroken("key-not-a-coordinator")
    # Of two that overlap, the one that goes on longest.
    return max(held, key=lambda period: period.held_until or date.max)


def state_of(
    *, ended: bool, last_day: date, role_id: UUID, periods: Iterable[RolePeriod], has_left: bool, today: date
) -> KeyState:
    """Say whether a key opens anything today; ``periods`` and ``has_left`` are of the one who made it."""
    if ended:
        return KeyState.ENDED
    if today > last_day:
        return KeyState.OVER
    if has_left or not any(period.id == role_id and period.covers(today) for period in periods):
        return KeyState.ORPHANED
    return KeyState.OPEN


def scopes_that_count(scopes: Collection[Scope], permissions: Collection[Permission]) -> frozenset[Scope]:
    """Return the scopes of a key that the one who made it could still use themselves."""
    return frozenset(scope for scope in scopes if NEEDS[scope] in permissions)


def make_key(draw: Callable[[int], int] = secrets.randbelow) -> str:
    """Return a new key; ``draw(n)`` returns a random number below ``n``."""
    drawn = "".join(_SYMBOLS[draw(len(_SYMBOLS))] for _ in range(_DRAWN))
    return f"{BEGINNING}{drawn}{_checksum(drawn)}"


def is_whole(text: str) -> bool:
    """Say whether a text has the shape of a key and its checksum fits; not whether it opens anything."""
    found = _SHAPE.fullmatch(text)
    return found is not None and _checksum(found[1]) == found[2]


def _checksum(drawn: str) -> str:
    number, symbols = zlib.crc32(drawn.encode("ascii")), ""
    for _ in range(_CHECKED):
        number, at = divmod(number, len(_SYMBOLS))
        symbols = _SYMBOLS[at] + symbols
    return symbols
