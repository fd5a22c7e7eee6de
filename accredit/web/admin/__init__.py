"""The pages of those who run this service: which organisations there are, and which are recognised.

Nothing of a young person is to be seen here.
"""

from __future__ import annotations

from flask import Blueprint, Flask

bp = Blueprint("admin", __name__, url_prefix="/admin")


def register(app: Flask) -> None:
    """Add the operator's pages to ``app``."""
    from accredit.web.admin import adding, organisations, recognising  # noqa: F401  # their views join the blueprint

    app.register_blueprint(bp)
