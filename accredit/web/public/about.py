"""The front door, and the pages every service owes its readers."""

from __future__ import annotations

from flask import Response

from accredit.web.access import public
from accredit.web.pages import page
from accredit.web.public import bp


@bp.get("/")
@public
def home() -> Response:
    """Say what accredit is, and offer the code box."""
    return page("public/home.html")


@bp.get("/privacy")
@public
def privacy() -> Response:
    """Say what is kept, for whom, and what is never kept."""
    return page("public/privacy.html")


@bp.get("/accessibility")
@public
def accessibility() -> Response:
    """Say for whom the pages work, and what to do where they do not."""
    return page("public/accessibility.html")


@bp.get("/robots.txt")
@public
def robots() -> Response:
    """Ask search engines to stay with the front door."""
    # Pages of certificates also say noindex themselves: an address that is linked can be indexed without a visit.
    lines = ["User-agent: *", "Allow: /$", "Allow: /o/", "Allow: /achievements/", "Disallow: /", ""]
    return Response("\n".join(lines), content_type="text/plain; charset=utf-8")
