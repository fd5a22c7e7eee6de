"""The row of links on staff pages: each audience's package adds its own, a reader sees those they may open."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, current_app, url_for
from flask_babel import LazyString

from accredit.domain.organisations.rules import Permission
from accredit.web.viewer import current_viewer

_KEY = "accredit.navigation"


@dataclass(frozen=True, kw_only=True)
class NavigationItem:
    """One link; ``key`` is what a template names in ``{% set section = … %}``, lower ``order`` comes first."""

    key: str
    text: str | LazyString
    endpoint: str
    permission: Permission | None = None
    order: int = 100


def add_navigation(app: Flask, *items: NavigationItem) -> None:
    """Add links to the staff pages of ``app``."""
    known: list[NavigationItem] = app.extensions.setdefault(_KEY, [])
    known.extend(items)
    known.sort(key=lambda item: item.order)


def navigation(section: str | None = None) -> list[dict[str, object]]:
    """Return the links this reader may open, shaped for `govukServiceNavigation`."""
    viewer = current_viewer()
    items: list[NavigationItem] = current_app.extensions.get(_KEY, [])
    return [
        {"text": str(item.text), "href": url_for(item.endpoint), "active": item.key == section}
        for item in items
        if item.permission is None or viewer.may(item.permission)
    ]
