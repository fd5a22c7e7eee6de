"""Every route says whom it is for, and the app does not start when one does not.

- A view carries exactly one of `public`, `signed_in`, `requires`, `young_person`, `operator_only`.
- A stranger at a closed page is asked to sign in; a signed-in reader of the wrong kind is refused.
- A view that we did not write is given its audience with `declare`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import TypeVar, cast

from flask import Flask, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from accredit.domain.organisations.rules import Permission
from accredit.errors import Forbidden
from accredit.web.viewer import Viewer, ViewerKind, current_viewer

STAFF_SIGN_IN = "auth.sign_in"
YOUNG_SIGN_IN = "auth.claim"
EXEMPT = frozenset({"static"})  # Files anybody may fetch; the endpoint is Flask's own.

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])


class Audience(StrEnum):
    """The kinds of declaration."""

    PUBLIC = "public"
    SIGNED_IN = "signed-in"
    PERMISSION = "permission"
    YOUNG_PERSON = "young-person"
    OPERATOR = "operator"


@dataclass(frozen=True)
class Access:
    """Whom a view is for; ``permissions`` are alternatives and belong to `Audience.PERMISSION` alone."""

    audience: Audience
    permissions: frozenset[Permission] = frozenset()

    def admits(self, viewer: Viewer) -> bool:
        """Say whether ``viewer`` may open the view."""
        match self.audience:
            case Audience.PUBLIC:
                return True
            case Audience.SIGNED_IN:
                return viewer.is_signed_in
            case Audience.PERMISSION:
                return viewer.kind == ViewerKind.STAFF and not self.permissions.isdisjoint(viewer.permissions)
            case Audience.YOUNG_PERSON:
                return viewer.kind == ViewerKind.YOUNG_PERSON
            case Audience.OPERATOR:
                return viewer.kind == ViewerKind.OPERATOR


PUBLIC = Access(Audience.PUBLIC)
SIGNED_IN = Access(Audience.SIGNED_IN)
YOUNG_PERSON = Access(Audience.YOUNG_PERSON)
OPERATOR = Access(Audience.OPERATOR)


def _guarded(view: View, access: Access) -> View:
    if getattr(view, "__access__", None) is not None:
        msg = f"{view.__module__}.{view.__name__} declares its audience twice"
        raise TypeError(msg)

    @wraps(view)
    def admitted(*args: object, **values: object) -> ResponseReturnValue:
        refusal = _refusal(access)
        return view(*args, **values) if refusal is None else refusal

    admitted.__access__ = access  # type: ignore[attr-defined]  # read back by `declared_access`
    return cast("View", admitted)


def _refusal(access: Access) -> ResponseReturnValue | None:
    viewer = current_viewer()
    if access.admits(viewer):
        return None
    if viewer.is_signed_in:
        raise Forbidden("wrong-audience")
    if request.method not in {"GET", "HEAD"}:
        # What was to be written is lost either way; a redirect would pretend that it was not.
        abort(401)
    endpoint = YOUNG_SIGN_IN if access.audience == Audience.YOUNG_PERSON else STAFF_SIGN_IN
    # Only the path travels, so that nobody can be sent to another site after signing in.
    return redirect(url_for(endpoint, next=request.full_path.rstrip("?")), code=303)


def public(view: View) -> View:
    """Open a view to anybody."""
    return _guarded(view, PUBLIC)


def signed_in(view: View) -> View:
    """Open a view to every reader we know, staff or young person."""
    return _guarded(view, SIGNED_IN)


def young_person(view: View) -> View:
    """Open a view to young people only."""
    return _guarded(view, YOUNG_PERSON)


def operator_only(view: View) -> View:
    """Open a view to those who run this service."""
    return _guarded(view, OPERATOR)


def requires(*permissions: Permission) -> Callable[[View], View]:
    """Open a view to staff who hold at least one of ``permissions``."""
    if not permissions:
        msg = "requires() needs a permission"
        raise TypeError(msg)
    access = Access(Audience.PERMISSION, frozenset(permissions))

    def declared(view: View) -> View:
        return _guarded(view, access)

    return declared


def declare(app: Flask, endpoint: str, access: Access) -> None:
    """Give a view of another library its audience.

    Raises `TypeError` when the view has one already, `KeyError` when there is no such endpoint.
    """
    view = cast("Callable[..., ResponseReturnValue]", app.view_functions[endpoint])
    app.view_functions[endpoint] = _guarded(view, access)


def declared_access(app: Flask) -> dict[str, Access | None]:
    """Return the audience of every endpoint in the URL map; None where a view does not say."""
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()} - EXEMPT
    return {name: getattr(app.view_functions[name], "__access__", None) for name in sorted(endpoints)}


def check_every_route_declares(app: Flask) -> None:
    """Refuse to start with a view that does not say whom it is for.

    Raises `RuntimeError` naming each such endpoint.
    """
    silent = [name for name, access in declared_access(app).items() if access is None]
    if silent:
        msg = f"These views do not say whom they are for: {', '.join(silent)}"
        raise RuntimeError(msg)
