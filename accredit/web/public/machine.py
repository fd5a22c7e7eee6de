"""Answers for programs: open to every site, with the caching each deserves."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from typing import Any

from flask import Response, request

LD_JSON = "application/ld+json"
CREDENTIAL = "application/vc"
SOON = "public, max-age=60"
FOR_EVER = "public, max-age=31536000, immutable"


def machine_answer(body: bytes | str, media_type: str, *, cache: str = SOON) -> Response:
    """Answer with a published file that any site may read."""
    answer = Response(body, content_type=media_type)
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    answer.headers["Cache-Control"] = cache
    return answer


def small_answer(body: bytes, media_type: str) -> Response:
    """Answer as `machine_answer` does with a large file: compressed on the way, and not at all where the reader has it.

    Only for what is the same for everybody: see `web.static_files` for why a page is never compressed.
    """
    is_shrunk = bool(request.accept_encodings["gzip"])
    answer = machine_answer(_shrunk(body) if is_shrunk else body, media_type)
    if is_shrunk:
        answer.headers["Content-Encoding"] = "gzip"
    # RFC 9110 §8.8.3.3: the two spellings of one file have different strong tags.
    answer.set_etag(f"{sha256(body).hexdigest()[:24]}{'-gzip' if is_shrunk else ''}")
    answer.vary.add("Accept-Encoding")
    answer.make_conditional(request)
    return answer


@lru_cache(maxsize=4)
def _shrunk(body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)


def document_answer(document: Mapping[str, Any], media_type: str = LD_JSON) -> Response:
    """Answer with a JSON document."""
    return machine_answer(json.dumps(document, ensure_ascii=False), media_type)


def wants_page(*others: str) -> bool:
    """Say whether the reader prefers a page to any of the media types ``others``."""
    return request.accept_mimetypes.best_match(["text/html", *others], default="text/html") == "text/html"
