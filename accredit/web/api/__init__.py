"""The verifier for programs: the same engine and verdict as the page, as JSON, and under the addresses of VC-API."""

from __future__ import annotations

from flask import Blueprint, Flask

from accredit.web.forms import csrf

__all__ = ["bp", "register", "vc_api"]

bp = Blueprint("api", __name__, url_prefix="/api")
vc_api = Blueprint("vc_api", __name__, url_prefix="/vc-api")


def register(app: Flask) -> None:
    """Add the API to ``app``."""
    from accredit.web.api import answers, openapi, v1, verify, verify_documents  # noqa: F401  # they join the blueprints

    # A program carries no cookie of ours that a forged form could ride on, and nothing here writes.
    for blueprint in (bp, vc_api):
        csrf.exempt(blueprint)
        app.register_blueprint(blueprint)
    v1.register(app)
