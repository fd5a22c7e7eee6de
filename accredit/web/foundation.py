"""Lay under an app everything that all pages share.

Which pages there are is not here: the composition root (`accredit.app`) registers the audiences after this.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, abort, g, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from jinja2 import ChoiceLoader, FileSystemLoader, PackageLoader, PrefixLoader

from accredit.rendering.templates import template_root
from accredit.storage import Database
from accredit.web.admission import install_admission
from accredit.web.bodies import WholeRequest
from accredit.web.errors import install_errors
from accredit.web.forms import csrf, errors_of, refuse_giant_form
from accredit.web.headers import install_headers
from accredit.web.languages import install_languages
from accredit.web.lists import cell_text
from accredit.web.navigation import navigation
from accredit.web.pages import address_of
from accredit.web.static_files import STATIC, asset, send
from accredit.web.viewer import ANONYMOUS, Viewer, current_viewer

FOR_PROGRAMS = "api_v1"
"""The blueprint whose readers show a key."""


@dataclass(frozen=True, kw_only=True)
class Foundation:
    """What the foundation needs to be told.

    ``load_viewer`` reads the request's cookies and says who is looking; ``https`` marks cookies as secure.
    """

    load_viewer: Callable[[], Viewer]
    database: Database | None = None
    demonstration: bool = False
    welsh_approved: bool = False
    https: bool = True
    largest_upload: int = 5_000_000


class Cookies(SecureCookieSessionInterface):
    """Gives no program a cookie, not even back."""

    def should_set_cookie(self, app: Flask, session: SessionMixin) -> bool:
        """Say whether an answer carries the cookie."""
        return request.blueprint != FOR_PROGRAMS and super().should_set_cookie(app, session)


def install(app: Flask, foundation: Foundation) -> None:
    """Set up templates, static files, languages, viewer, forms, headers and error pages of ``app``, in that order."""
    app.request_class = WholeRequest
    app.session_interface = Cookies()
    _install_static_files(app)
    app.config.from_mapping(
        SESSION_COOKIE_SECURE=foundation.https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_NAME="__Host-accredit" if foundation.https else "accredit",
        MAX_CONTENT_LENGTH=foundation.largest_upload,
        # Our pages send no Referer (Referrer-Policy: no-referrer), so its check would refuse every honest form.
        WTF_CSRF_SSL_STRICT=False,
        WTF_CSRF_TIME_LIMIT=None,  # The token lives as long as the sign-in does.
    )
    if foundation.database is not None:
        app.extensions["accredit.database"] = foundation.database
    _install_templates(app, demonstration=foundation.demonstration)
    install_languages(app, welsh_approved=foundation.welsh_approved)

    @app.before_request
    def refuse_unwritable_address() -> None:
        # Nothing of ours has such a name, and PostgreSQL refuses to look for it.
        if "\0" in request.path:
            abort(404)

    # Before anything of a form is read.
    install_admission(app)

    @app.before_request
    def look_who_is_there() -> None:
        # A file is the same for everybody; asking the database who wants it would be waste. What is for programs looks
        # for a key, and not even reads a cookie.
        is_nobodys = request.endpoint == "static" or request.blueprint == FOR_PROGRAMS
        g.viewer = ANONYMOUS if is_nobodys else foundation.load_viewer()

    # Before the guard against forged forms, which reads the form.
    app.before_request(refuse_giant_form)
    csrf.init_app(app)
    install_headers(app)
    install_errors(app)


def _install_static_files(app: Flask) -> None:
    app.static_folder = str(STATIC)
    if "static" not in app.view_functions:
        # Flask adds this route itself only when the folder is named at birth.
        app.add_url_rule("/static/<path:filename>", endpoint="static", view_func=send)
    app.view_functions["static"] = send


def _install_templates(app: Flask, *, demonstration: bool) -> None:
    govuk = {name: PackageLoader(name) for name in ("govuk_frontend_jinja", "govuk_frontend_wtf")}
    app.jinja_loader = ChoiceLoader([FileSystemLoader(template_root()), PrefixLoader(govuk)])
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        asset=asset,
        address_of=address_of,
        navigation=navigation,
        errors_of=errors_of,
        cell_text=cell_text,
        demonstration=demonstration,
    )

    @app.context_processor
    def facts_of_every_page() -> dict[str, object]:
        return {"viewer": current_viewer()}
