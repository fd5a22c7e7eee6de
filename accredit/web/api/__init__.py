"""The verifier for programs: the same engine and verdict as the page, as JSON."""

from __future__ import annotations

from flask import Blueprint, Flask

from accredit.web.forms import csrf

__all__ = ["bp", "register"]

bp = Blueprint("api", __name__, url_prefix="/api")


def register(app: Flask) -> None:
    """Add the API to ``app``."""
    from accredit.web.api import verify  # noqa: F401  # its views join the blueprint

    # A program carries no cookie of ours that a forged form could ride on, and nothing here writes.
    csrf.exempt(bp)
    app.register_blueprint(bp)
