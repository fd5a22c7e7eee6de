"""What a young person sees and does: where they stand, their time, a break, their name, their certificates.

Plain words for about eleven years of age; no free text is kept; "I need to talk to an adult" on every page.
"""

from __future__ import annotations

from flask import Blueprint, Flask

__all__ = ["bp", "register"]

bp = Blueprint("learner", __name__)


def register(app: Flask) -> None:
    """Add the young person's pages to ``app``."""
    from accredit.web.learner import (  # noqa: F401  # they join the blueprint
        badge,
        breaks,
        certificates,
        choices,
        code_name,
        dofe,
        done,
        everything,
        home,
        linkedin,
        looked,
        looking_back,
        name,
        record,
        removing,
        shares,
        take,
        talk,
        time,
        use,
    )

    app.register_blueprint(bp)
