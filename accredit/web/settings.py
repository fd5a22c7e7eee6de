"""The settings this app was composed with, for views that need one of them."""

from __future__ import annotations

from typing import cast

from flask import current_app

from accredit.config import Settings


def current_settings() -> Settings:
    """Return the frozen settings."""
    return cast("Settings", current_app.extensions["accredit.settings"])


def current_pepper() -> bytes:
    """Return the key of the hashes of claim-slip codes, UPNs and typed names."""
    return current_settings().pepper.get_secret_value().encode()
