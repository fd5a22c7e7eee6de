"""Addresses of static files that change with their content, so that browsers may keep each for ever."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from flask import url_for

STATIC = Path(__file__).parent / "static"


@lru_cache(maxsize=256)
def content_hash(name: str) -> str:
    """Return twelve hexadecimal digits of the SHA-256 of the static file ``name``.

    Raises `FileNotFoundError` for a name that is not packed, so that a page with a dead link fails its test.
    """
    return sha256((STATIC / name).read_bytes()).hexdigest()[:12]


def asset(name: str) -> str:
    """Return the address of the static file ``name``, for example ``/static/public.css?v=0f3c…``."""
    return url_for("static", filename=name, v=content_hash(name))


def is_current(view_args: Mapping[str, object] | None, version: str | None) -> bool:
    """Say whether ``version`` is the hash of the file that was asked for."""
    return version is not None and version == content_hash(str((view_args or {}).get("filename", "")))
