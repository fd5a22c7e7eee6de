"""What every answer of the API has in common: who may read it, how often one may ask, and how an error is told.

Any site may ask, since nothing here depends on a cookie. No answer is ever stored: a verdict is one of its moment.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from flask import Response, g, jsonify, request
from werkzeug.exceptions import HTTPException

from accredit.clock import utc_now
from accredit.web.api import bp, vc_api
from accredit.web.limits import Allowance, Standing, address, check_allowance, count_try, standing

CHECKS = Allowance(name="verify-api", times=120, seconds=60)
PROBLEM = "application/problem+json"


def answered(members: Mapping[str, object]) -> Response:
    """Answer with JSON whose members stand in their own order, the verdict first."""
    # Not jsonify, which sorts the names.
    return answered_text(json.dumps(members, ensure_ascii=False))


def answered_text(text: str) -> Response:
    """Answer with JSON that is written already."""
    return Response(text, content_type="application/json")


def problem(status: int, code: str, detail: str, **more: object) -> Response:
    """Answer with an error for programs (RFC 9457); ``code`` is stable, ``more`` are further members."""
    told = {"type": "about:blank", "status": status, "title": code.replace("-", " "), "code": code, "detail": detail}
    answer = jsonify(told | more)
    answer.status_code = status
    answer.content_type = PROBLEM
    return answer


def count_check() -> None:
    """Count one check of this reader; raises `TooManyRequests` beyond the allowance."""
    now, reader = utc_now(), address()
    g.standing = Standing(allowance=CHECKS, left=0, seconds=CHECKS.seconds)
    check_allowance(CHECKS, reader, now=now)
    count_try(CHECKS, reader)
    g.standing = standing(CHECKS, reader, now=now)


@bp.after_request
@vc_api.after_request
def _open_to_all(answer: Response) -> Response:
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Access-Control-Expose-Headers"] = "RateLimit, RateLimit-Policy, Retry-After"
    if request.method == "OPTIONS":
        answer.headers["Access-Control-Allow-Methods"] = ", ".join(sorted(answer.allow or ()))
        answer.headers["Access-Control-Allow-Headers"] = "Content-Type"
        answer.headers["Access-Control-Max-Age"] = "86400"
    found: Standing | None = g.get("standing")
    if found is not None:
        # draft-ietf-httpapi-ratelimit-headers-10: the policy, and what is left of it for this reader.
        answer.headers["RateLimit-Policy"] = f'"checks";q={found.allowance.times};w={found.allowance.seconds}'
        answer.headers["RateLimit"] = f'"checks";r={found.left};t={found.seconds}'
    answer.headers.setdefault("Cache-Control", "no-store")
    return answer


@bp.errorhandler(HTTPException)
@vc_api.errorhandler(HTTPException)
def _http(error: HTTPException) -> Response:
    answer = problem(error.code or 500, error.name.lower().replace(" ", "-"), error.description or error.name)
    for name, value in error.get_headers():
        if name.lower() not in {"content-type", "content-length"}:
            answer.headers[name] = value
    return answer
