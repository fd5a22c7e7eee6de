"""Where a reader goes after signing in."""

from __future__ import annotations

from flask import Response, make_response, redirect

from accredit.domain.organisations.rules import Role
from accredit.web.pages import address_of, safe_next
from accredit.web.viewer import Viewer, ViewerKind


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
