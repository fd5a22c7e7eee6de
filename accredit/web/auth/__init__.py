"""Signing in: staff by password or e-mailed code, young people by a slip, used once, and then by five words.

No link signs anybody in, no GET changes anything, and a wrong answer never says whether somebody exists.
"""

from __future__ import annotations

from flask import Blueprint, Flask

from accredit.web.access import PROOF
from accredit.web.auth.accounts import install_accounts
from accredit.web.auth.viewer import load_viewer

__all__ = ["SCHOOL_FETCHER", "bp", "load_viewer", "register"]

SCHOOL_FETCHER = "accredit.school_fetcher"

bp = Blueprint("auth", __name__)


def register(app: Flask) -> None:
    """Add the sign-in pages to ``app``."""
    from accredit.web.auth import (  # noqa: F401  # their views join the blueprint
        account,
        demanding,
        inviting,
        other_schools,
        own_devices,
        own_training,
        passkeys,
        password,
        places,
        proving,
        refreshers,
        school,
        school_settings,
        second_step,
        staff,
        weekly,
        young,
    )

    install_accounts(app)
    app.extensions[PROOF] = proving.ask_for_proof
    app.register_blueprint(bp)
