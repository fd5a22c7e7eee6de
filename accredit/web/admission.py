"""Who may bring a large file just now: two at a time in each process, so that somebody is always left to answer others.

Decided before a byte of the form is read, since taking a large form apart is work as well. Whoever is turned away is
told when to come again; the rest of the service does not notice. How a file is read is not here: see `sandbox`.
"""

from __future__ import annotations

import threading

from flask import Flask, g, request
from werkzeug.exceptions import ServiceUnavailable

AT_ONCE = 2
SMALL = 64_000
AGAIN_AFTER = 5
_OPEN = frozenset({"public.verify_given", "api.verify"})
_ADMITTED = "accredit_admitted"


def install_admission(app: Flask) -> None:
    """Guard the doors at which strangers bring files."""
    places = threading.BoundedSemaphore(AT_ONCE)

    @app.before_request
    def admit() -> None:
        length = request.content_length
        if request.endpoint not in _OPEN or (length is not None and length <= SMALL):
            return
        if not places.acquire(blocking=False):
            raise ServiceUnavailable(retry_after=AGAIN_AFTER)
        g.setdefault(_ADMITTED, True)

    @app.teardown_request
    def leave(_error: BaseException | None) -> None:
        if g.pop(_ADMITTED, False):
            places.release()
