"""Counting tries in a moving window, in this process's memory, at a cost that does not grow with the number of readers.

A page for everybody counts everybody who looks: nothing may go through all of them again, and no thread is started for
it. Whoever counts drops those whose window is over, oldest first, so that each is looked at once more and then gone.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """``times`` tries within any ``seconds``; ``name`` keeps the counts of different things apart."""

    name: str
    times: int
    seconds: int


@dataclass(frozen=True, kw_only=True)
class Window:
    """The tries that count now: how many, and the seconds until the first of them no longer does."""

    number: int
    seconds: float


@dataclass
class Tries:
    """The moments of the tries of each key, by allowance; the key that tried last is the last one."""

    _of: dict[str, OrderedDict[str, list[float]]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def window(self, allowance: Allowance, key: str, *, now: datetime) -> Window:
        """Return what counts of the tries of a key."""
        at = now.timestamp()
        with self._lock:
            keys = self._of.get(allowance.name)
            made = keys.get(key, []) if keys else []
            counting = [each for each in made if each > at - allowance.seconds]
        first = counting[0] if counting else at
        return Window(number=len(counting), seconds=first + allowance.seconds - at)

    def count(self, allowance: Allowance, key: str, *, now: datetime) -> None:
        """Count one try; beyond what is allowed nothing is counted, so that waiting always helps."""
        at = now.timestamp()
        over = at - allowance.seconds
        with self._lock:
            keys = self._of.setdefault(allowance.name, OrderedDict())
            made = keys.setdefault(key, [])
            while made and made[0] <= over:
                del made[0]
            if len(made) < allowance.times:
                made.append(at)
            keys.move_to_end(key)
            while keys and next(iter(keys.values()))[-1] <= over:
                keys.popitem(last=False)
