"""One child at a time in all processes of a service: whoever reads a file holds a lock, which ends with its process.

Processes that know of no common file take no turns. What is counted is children, not requests: see `web.admission`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TURNS = "_ACCREDIT_TURNS"
"""Where `accredit serve` tells its web processes of the file; no setting, since it is made anew with each start."""
_LOOK_AGAIN = 0.01


class NotYet(Exception):
    """Somebody else's file is being read."""


@contextmanager
def turn(place: Path | None, *, deadline: float) -> Iterator[None]:
    """Wait for the one turn, hold it, give it back; ``deadline`` is a reading of `time.monotonic`. Raises `NotYet`."""
    if place is None:
        yield
        return
    import fcntl  # Not on Windows, where nobody has a place either.

    # Opened anew each time: a lock belongs to what was opened, and a forked process would share its parent's.
    held = os.open(place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        while True:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise NotYet from None
                time.sleep(_LOOK_AGAIN)
        yield
    finally:
        os.close(held)
