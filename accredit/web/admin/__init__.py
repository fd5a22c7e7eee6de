"""The pages of those who run this service: which organisations there are, and which are recognised.

Nothing of a young person is to be seen here.
"""

from __future__ import annotations

from flask import Blueprint, Flask

bp = Blueprint("admin", __name__, url_prefix="/admin")
begin_bp = Blueprint("begin", __name__)
"""What is open to strangers: how the first operator, and how an organisation, comes to be."""


def register(app: Flask) -> None:
    """Add the operator's pages to ``app``."""
    # Imported here: the views need the blueprints, which are born above.
    from accredit.web.admin import adding, closing, first_operator, joining, organisations, recognising, suspending  # noqa: F401

    app.register_blueprint(bp)
    app.register_blueprint(begin_bp)
