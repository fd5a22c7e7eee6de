"""What a supervising adult does: look at the hours that wait, take the register of a drop-in, note a skill they saw.

No page here has a field in which somebody supported could be named.
"""

from __future__ import annotations

from flask import Blueprint, Flask
from flask_babel import lazy_gettext as _

from accredit.domain.organisations.rules import Permission
from accredit.web.navigation import NavigationItem, add_navigation

__all__ = ["bp", "register"]

bp = Blueprint("supervisor", __name__)


def register(app: Flask) -> None:
    """Add the supervisor's pages to ``app``."""
    from accredit.web.supervisor import (  # noqa: F401  # their views join the blueprint
        hours,
        link,
        observing,
        practice,
        practice_list,
        supervision,
    )

    app.register_blueprint(bp)
    add_navigation(
        app,
        NavigationItem(
            key="hours",
            text=_("Hours"),
            endpoint="supervisor.home",
            permission=Permission.APPROVE_HOURS,
            order=40,
        ),
        NavigationItem(
            key="practice",
            text=_("Drop-ins"),
            endpoint="supervisor.practice",
            permission=Permission.RECORD_PRACTICE,
            order=50,
        ),
        NavigationItem(
            key="skills",
            text=_("Skills"),
            endpoint="supervisor.observe",
            permission=Permission.OBSERVE_SKILLS,
            order=60,
        ),
    )
