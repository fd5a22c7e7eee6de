"""Where a reader goes after signing in."""

from __future__ import annotations

import re

from flask import Response, make_response, redirect

from accredit.domain.organisations.rules import Role
from accredit.web.pages import address_of
from accredit.web.viewer import Viewer, ViewerKind

# One leading slash, then nothing a browser reads as another host: `//elsewhere`, `/\elsewhere`, or a hidden line end.
_PATH_OF_OURS = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")


def safe_next(text: str | None) -> str | None:
    """Return an address of this site as a path, or None for anything else."""
    return text if text and len(text) <= 500 and _PATH_OF_OURS.fullmatch(text) else None


def home_of(viewer: Viewer) -> str:
    """Return the address of a reader's first page."""
    match viewer.kind:
        case ViewerKind.YOUNG_PERSON:
            endpoint = "learner.home"
        case ViewerKind.OPERATOR:
            endpoint = "admin.home"
        case ViewerKind.STAFF if viewer.role == Role.SUPERVISOR.value:
            endpoint = "supervisor.home"
        case ViewerKind.STAFF:
            endpoint = "coordinator.home"
        case _:
            endpoint = "auth.sign_in"
    return address_of(endpoint) or "/"


def go_on(viewer: Viewer, wanted: str | None) -> Response:
    """Send a reader who has just signed in to the page they wanted, else to their first one."""
    return make_response(redirect(safe_next(wanted) or home_of(viewer), code=303))
