"""Every route says whom it is for, and the app does not start when one does not.

- A view carries exactly one of `public`, `signed_in`, `account_holder`, `proved_account_holder`, `requires`,
  `young_person`, `operator_only`, `client`.
- A stranger at a closed page is asked to sign in; a signed-in reader of the wrong kind is refused.
- Awarding, revoking, changing roles and everything an operator writes need a proof of the last ten minutes; a view that
  exports says so itself (``proof=True``). Who has none is asked for one, and goes on with all they typed.
- Whoever was quiet for too long and sends a form is asked for a proof too, instead of losing what they typed.
- A program shows its key with every request. It is never asked to sign in, and no cookie opens what is for programs.
- Whoever lacks a second step that their organisation, or this service, demands by now can do nothing but add one.
- A view that we did not write is given its audience with `declare`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import TypeVar, cast

from flask import Flask, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accredit.clock import local_date, utc_now
from accredit.domain.clients.rules import Scope
from accredit.domain.organisations.rules import Permission
from accredit.domain.people import sign_ins
from accredit.errors import Forbidden
from accredit.web.database import READ_ONLY_METHODS
from accredit.web.pages import see_other
from accredit.web.viewer import Viewer, ViewerKind, current_viewer, page_has_closed, sleeping_viewer

STAFF_SIGN_IN = "auth.sign_in"
YOUNG_SIGN_IN = "auth.claim"
SECOND_STEP = "auth.own_second_step"
EXEMPT = frozenset({"static"})  # Files anybody may fetch; the endpoint is Flask's own.

WEIGHTY = frozenset({Permission.AWARD, Permission.REVOKE, Permission.MANAGE_STAFF, Permission.MANAGE_ORGANISATION})
"""Nobody writes by these from a desk that somebody else may have sat down at."""
PROOF = "accredit.ask_for_proof"
"""Where the sign-in pages put the function that asks a viewer for a proof; it answers None once it was given."""
View = TypeVar("View", bound=Callable[..., ResponseReturnValue])


class Audience(StrEnum):
    """The kinds of declaration."""

    PUBLIC = "public"
    SIGNED_IN = "signed-in"
    ACCOUNT = "account"
    PERMISSION = "permission"
    YOUNG_PERSON = "young-person"
    OPERATOR = "operator"
    CLIENT = "client"


@dataclass(frozen=True)
class Access:
    """Whom a view is for; ``permissions`` are alternatives and belong to `Audience.PERMISSION` alone.

    ``proof`` asks for a fresh proof even of those who only look. ``scopes`` are alternatives too, of `Audience.CLIENT`;
    without any, every key opens the view.
    """

    audience: Audience
    permissions: frozenset[Permission] = frozenset()
    proof: bool = False
    scopes: frozenset[Scope] = frozenset()

    def admits(self, viewer: Viewer) -> bool:
        """Say whether ``viewer`` may open the view."""
        match self.audience:
            case Audience.PUBLIC:
                return True
            case Audience.SIGNED_IN:
                return viewer.is_signed_in
            case Audience.ACCOUNT:
                return viewer.account_id is not None
            case Audience.PERMISSION:
                return viewer.kind == ViewerKind.STAFF and not self.permissions.isdisjoint(viewer.permissions)
            case Audience.YOUNG_PERSON | Audience.OPERATOR:
                return viewer.kind == ViewerKind(self.audience.value)
            case Audience.CLIENT:
                return viewer.kind == ViewerKind.CLIENT and (
                    not self.scopes or not self.scopes.isdisjoint(viewer.scopes)
                )

    def needs_proof(self, method: str) -> bool:
        """Say whether a request by ``method`` needs a fresh proof of who sends it."""
        weighs = self.audience is Audience.OPERATOR or not WEIGHTY.isdisjoint(self.permissions)
        return self.proof or (weighs and method not in READ_ONLY_METHODS)


NEED_SECOND_STEP = frozenset({Audience.PERMISSION, Audience.OPERATOR})
"""What is closed to whoever lacks a second step that is demanded; their own account stays open."""
PUBLIC = Access(Audience.PUBLIC)
SIGNED_IN = Access(Audience.SIGNED_IN)
ACCOUNT = Access(Audience.ACCOUNT)
PROVED_ACCOUNT = Access(Audience.ACCOUNT, proof=True)
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
    viewer, sends = current_viewer(), request.method not in READ_ONLY_METHODS
    if access.admits(viewer) and access.audience in NEED_SECOND_STEP and _lacks_second_step(viewer):
        said = gettext("Your organisation asks everybody for a second step. Add one, and everything is open again.")
        return see_other(SECOND_STEP, flash=said, flash_kind="information")
    if access.admits(viewer):
        # How an account signs in is its owner's: whoever runs a school's service may say that anybody is them (WA19).
        proved_at = viewer.shown_here_at if access.audience is Audience.ACCOUNT else viewer.proved_at
        is_fresh = not access.needs_proof(request.method) or sign_ins.is_proved(proved_at, now=utc_now())
        return None if is_fresh else _asked_for_proof(viewer)
    if access.audience is Audience.CLIENT:
        if viewer.kind == ViewerKind.CLIENT:
            raise Forbidden("scope-missing")
        abort(401)
    if viewer.is_signed_in:
        raise Forbidden("wrong-audience")
    if sends and access.admits(sleeping_viewer()):
        return _asked_for_proof(sleeping_viewer())
    if sends:
        # What was to be written is lost either way; a redirect would pretend that it was not.
        abort(401)
    endpoint = YOUNG_SIGN_IN if access.audience == Audience.YOUNG_PERSON else STAFF_SIGN_IN
    why = "yes" if endpoint == YOUNG_SIGN_IN and page_has_closed() else None
    # Only the path travels, so that nobody can be sent to another site after signing in.
    return redirect(url_for(endpoint, next=request.full_path.rstrip("?"), closed=why), code=303)


def _lacks_second_step(viewer: Viewer) -> bool:
    return viewer.second_step_from is not None and viewer.second_step_from <= local_date(utc_now())


def _asked_for_proof(viewer: Viewer) -> ResponseReturnValue | None:
    ask = current_app.extensions.get(PROOF)
    if ask is None:
        raise Forbidden("prove-again")
    return cast("Callable[[Viewer], ResponseReturnValue | None]", ask)(viewer)


def public(view: View) -> View:
    """Open a view to anybody."""
    return _guarded(view, PUBLIC)


def signed_in(view: View) -> View:
    """Open a view to every reader we know, staff or young person."""
    return _guarded(view, SIGNED_IN)


def account_holder(view: View) -> View:
    """Open a view to staff and operators, about their own account."""
    return _guarded(view, ACCOUNT)


def proved_account_holder(view: View) -> View:
    """Open a view to staff and operators, about how they sign in: only to whoever has just shown who they are."""
    return _guarded(view, PROVED_ACCOUNT)


def young_person(view: View) -> View:
    """Open a view to young people only."""
    return _guarded(view, YOUNG_PERSON)


def operator_only(view: View) -> View:
    """Open a view to those who run this service."""
    return _guarded(view, OPERATOR)


def client(*scopes: Scope) -> Callable[[View], View]:
    """Open a view to programs whose key has at least one of ``scopes``; to every key where none is named."""
    access = Access(Audience.CLIENT, scopes=frozenset(scopes))

    def declared(view: View) -> View:
        return _guarded(view, access)

    return declared


def requires(*permissions: Permission, proof: bool = False) -> Callable[[View], View]:
    """Open a view to staff who hold at least one of ``permissions``; ``proof`` for what leaves the service in bulk."""
    if not permissions:
        msg = "requires() needs a permission"
        raise TypeError(msg)
    access = Access(Audience.PERMISSION, frozenset(permissions), proof)

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
