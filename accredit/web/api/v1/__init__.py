"""What an organisation's own programs may do with a key: the same acts as on the pages, in JSON, under ``/api/v1``.

Every route is declared with `contract.reads` or `contract.writes`, from which its OpenAPI is made as well.
"""

from __future__ import annotations

from flask import Blueprint, Flask

from accredit.web.forms import csrf
from accredit.web.foundation import FOR_PROGRAMS

bp = Blueprint(FOR_PROGRAMS, __name__, url_prefix="/api/v1")


def register(app: Flask) -> None:
    """Add the programs' interface to ``app``."""
    from accredit.web.api.v1 import (  # noqa: F401  # they join the blueprint
        certificates,
        class_list,
        description,
        hours,
        keys,
        people,
        programmes,
        training,
    )

    # No cookie opens anything here, so there is none that a forged form could ride on.
    csrf.exempt(bp)
    app.register_blueprint(bp)
