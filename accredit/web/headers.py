"""What every answer tells the browser: run nothing of others, tell nobody, keep nothing private.

A young person's page leaves the screen of a shared computer by itself, a moment after its sign-in has ended.

A view may set one of these headers itself (a tile its caching, the scanner its camera); then its word stands, except
that nothing shown to a signed-in reader is ever stored.
"""

from __future__ import annotations

from flask import Flask, Response, current_app, request

from accredit.web.pages import address_of
from accredit.web.static_files import is_current
from accredit.web.viewer import ViewerKind, current_viewer

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# No script of ours makes markup of text, so that nothing in an address or a form can become any (attacks.md WI04).
NO_MARKUP_OF_TEXT = "; require-trusted-types-for 'script'; trusted-types 'none'"
ALWAYS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY + NO_MARKUP_OF_TEXT,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
FOR_EVER = "public, max-age=31536000, immutable"
TWO_YEARS = "max-age=63072000; includeSubDomains"
LEAVES_SCREEN_SECONDS = 605
"""A sign-in of a young person ends after ten quiet minutes (`accredit.web.auth.cookie`); what is shown goes then."""


def set_security_headers(response: Response) -> Response:
    """Add the headers that are missing."""
    said = {name.lower() for name in response.headers.keys()}  # noqa: SIM118  # headers are no mapping
    response.headers.extend([(name, value) for name, value in ALWAYS.items() if name.lower() not in said])
    # Behind a proxy the request itself may look plain; the settings know that people come over TLS.
    if request.is_secure or current_app.config["SESSION_COOKIE_SECURE"]:
        response.headers.setdefault("Strict-Transport-Security", TWO_YEARS)
    if request.endpoint == "static":
        if response.status_code in {200, 304} and is_current(request.view_args, request.args.get("v")):
            response.headers["Cache-Control"] = FOR_EVER
    elif current_viewer().is_signed_in:
        response.headers["Cache-Control"] = "no-store"
        _leave_screen(response)
    else:
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def _leave_screen(response: Response) -> None:
    # A header and no element of the page: it works without a program, and nobody has to read it out.
    closed = address_of("auth.claim", closed="yes")
    if current_viewer().kind is ViewerKind.YOUNG_PERSON and response.mimetype == "text/html" and closed:
        response.headers["Refresh"] = f"{LEAVES_SCREEN_SECONDS}; url={closed}"


def install_headers(app: Flask) -> None:
    """Set the headers on every answer of ``app``, errors included."""
    app.after_request(set_security_headers)
