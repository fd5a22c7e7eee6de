"""What strangers see, people and programs alike: the answer behind a code, and the files that prove it.

Nothing here knows more than a stranger may: initials, not names; the one exception is a credential's own address,
which answers its holder and the staff of its organisation.
"""

from __future__ import annotations

from flask import Blueprint, Flask

__all__ = ["bp", "register"]

bp = Blueprint("public", __name__)


def register(app: Flask) -> None:
    """Add the public pages and addresses to ``app``."""
    from accredit.web.public import (  # noqa: F401  # their views join the blueprint
        about,
        code,
        credential,
        health,
        identity,
        ledger,
        note,
        offline,
        share,
        verify,
    )

    app.register_blueprint(bp)
