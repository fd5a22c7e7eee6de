"""Answers for programs: open to every site, with the caching each deserves."""

from __future__ import annotations

import json
from collections.abc import Mapping
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
    answer.headers["Cache-Control"] = cache
    return answer


def document_answer(document: Mapping[str, Any], media_type: str = LD_JSON) -> Response:
    """Answer with a JSON document."""
    return machine_answer(json.dumps(document, ensure_ascii=False), media_type)


def wants_page(*others: str) -> bool:
    """Say whether the reader prefers a page to any of the media types ``others``."""
    return request.accept_mimetypes.best_match(["text/html", *others], default="text/html") == "text/html"
