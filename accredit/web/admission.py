"""Who may bring a large file just now: two at a time in each process, so that somebody is always left to answer others.

Decided before a byte of the form is read, since taking a large form apart is work as well: at the gateway where there
is one (`web.gateway`), else before the view. Whoever is turned away is told when to come again; the rest of the service
does not notice. How a file is read is not here: see `sandbox`.
"""

from __future__ import annotations

import re
import threading
from functools import cached_property
from typing import Final

from flask import Flask, g, request
from werkzeug.exceptions import RequestTimeout, ServiceUnavailable

AT_ONCE: Final = 2
SMALL: Final = 64_000
AGAIN_AFTER: Final = 5
PLACES: Final = "accredit.places"
ADMITTED: Final = "accredit.admitted"
"""In the environment of a request to which the gateway gave a place."""
REFUSED: Final = "accredit.refused"
"""In the environment of a request whose body the gateway did not wait for: the status to answer with, 408 or 503."""
_OPEN: Final = frozenset({"public.verify_given", "api.verify"})
_BEGINNINGS: Final = (b"%PDF-", b"\x89PNG\r\n", b"\xff\xd8\xff")
_DRAWING: Final = re.compile(rb"<(?:[A-Za-z_][\w.\-]*:)?svg[\s>/]")


def holds_a_file(body: bytes) -> bool:
    """Say whether a body, or the form that it is, may hold a file that has to be opened, not only a text to be read.

    It may say so of a text that speaks of one, which then takes a place without need; never the other way round
    (`kit.openbadges.detect.kind_of`).
    """
    return any(each in body for each in _BEGINNINGS) or (b"svg" in body and _DRAWING.search(body) is not None)


class Places:
    """The places of one process. Safe between threads."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._free = AT_ONCE
        self._lock = threading.Lock()

    @cached_property
    def doors(self) -> frozenset[str]:
        """The paths at which a request that is posted needs a place, if it is not small."""
        # Asked first when all views are registered, which is after this was installed.
        return frozenset(rule.rule for rule in self._app.url_map.iter_rules() if rule.endpoint in _OPEN)

    def are_taken(self) -> bool:
        """Say whether there is none just now."""
        return self._free <= 0

    def take(self) -> bool:
        """Take one, and say whether there was one."""
        with self._lock:
            if self._free <= 0:
                return False
            self._free -= 1
            return True

    def give_back(self) -> None:
        """Leave a place."""
        with self._lock:
            self._free += 1


def install_admission(app: Flask) -> None:
    """Guard the doors at which strangers bring files."""
    places = app.extensions[PLACES] = Places(app)

    @app.before_request
    def admit() -> None:
        if (status := request.environ.get(REFUSED)) is not None:
            raise ServiceUnavailable(retry_after=AGAIN_AFTER) if status == 503 else RequestTimeout
        length = request.content_length
        if request.endpoint not in _OPEN or ADMITTED in request.environ or (length is not None and length <= SMALL):
            return
        if not places.take():
            raise ServiceUnavailable(retry_after=AGAIN_AFTER)
        g.setdefault(ADMITTED, True)

    @app.teardown_request
    def leave(_error: BaseException | None) -> None:
        if g.pop(ADMITTED, False):
            places.give_back()
