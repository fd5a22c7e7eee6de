"""Static files: addresses that change with their content, so that browsers keep each for ever; small on the way.

Only these are compressed here. A page holds a form's secret beside what the reader typed, and the length of such an
answer, compressed, tells about the secret (the attack called BREACH); a file holds nothing of anybody.
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from flask import Response, current_app, request, url_for

STATIC = Path(__file__).parent / "static"
# Fonts and pictures are compressed already.
SHRINKS = frozenset({".css", ".js", ".svg", ".wasm"})


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


def send(filename: str) -> Response:
    """Answer with a packed file, compressed where it helps and the browser can read that."""
    answer: Response = current_app.send_static_file(filename)
    if Path(filename).suffix not in SHRINKS or answer.status_code != 200:
        return answer
    if request.accept_encodings["gzip"] and not request.range:
        last_modified = answer.last_modified
        answer.close()
        answer = Response(_shrunk(filename), content_type=answer.content_type)
        answer.headers["Content-Encoding"] = "gzip"
        answer.last_modified = last_modified
    answer.vary.add("Accept-Encoding")
    return answer


@lru_cache(maxsize=256)
def _shrunk(name: str) -> bytes:
    return gzip.compress((STATIC / name).read_bytes(), mtime=0)
