"""``/api/verify``: a code, or the bytes of a credential; ``verdict`` is the answer's first word.

A verdict of any kind is status 200. Errors are problem+json (RFC 9457).
"""

from __future__ import annotations

import json

from flask import Response, jsonify, request
from werkzeug.exceptions import HTTPException

from accredit.clock import utc_now
from accredit.domain.verification import operations
from accredit.domain.verification.queries import DatabaseSources
from accredit.kit import typed_code
from accredit.kit.linkeddata import strict_json
from accredit.kit.linkeddata.errors import JsonRefused
from accredit.web.access import public
from accredit.web.api import bp, vc_api
from accredit.web.database import reading
from accredit.web.limits import Allowance, address, check_allowance, count_try

CHECKS = Allowance(name="verify-api", times=120, seconds=60)
LONGEST_QUESTION = 1_000


@bp.post("/verify")
@public
def verify() -> Response:
    """Give the verdict on the body: a credential in any form, or ``{"code": "…"}``."""
    count_check()
    data = request.get_data(cache=False)
    if not data:
        return problem(400, "empty", 'Send a credential (JSON, JWT, PNG, SVG or PDF), or {"code": "…"}.')
    code = _code_in(data)
    if code is not None:
        return _by_code(code)
    with reading(everywhere=True) as db:
        report = operations.verify(data, now=utc_now(), sources=DatabaseSources(db))
    return _answer(report.to_json())


@bp.get("/verify/<code>")
@public
def verify_code(code: str) -> Response:
    """Give the verdict on the certificate with a typed code."""
    count_check()
    return _by_code(code)


def _by_code(code: str) -> Response:
    with reading(everywhere=True) as db:
        found = operations.verify_code(db, code=code, now=utc_now())
    if found is not None:
        report = found.report.to_json()
        # A code is no file: it opens initials, never the name (the outer contract of /v/<code>).
        if report["claims"] is not None:
            report["claims"] |= {"printed_name": None, "initials": found.view.initials}
        return _answer(report)
    try:
        typed_code.read(code)
    except typed_code.TypedCodeError as error:
        return problem(404, f"mistyped-code-{error.fault}", "The code has a slip in it: it does not fit its own check.")
    return problem(404, "unknown-code", "There is no certificate with this code.")


def _code_in(data: bytes) -> str | None:
    if len(data) > LONGEST_QUESTION:
        return None
    try:
        asked = strict_json.loads(data)
    except JsonRefused:
        return None
    code = asked.get("code") if isinstance(asked, dict) and len(asked) == 1 else None
    return code if isinstance(code, str) else None


def _answer(report: dict[str, object]) -> Response:
    # Not jsonify: it sorts the names, and the verdict comes first.
    answer = Response(json.dumps(report, ensure_ascii=False), content_type="application/json")
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


def count_check() -> None:
    """Count one check of this reader; raises `TooManyRequests` beyond the allowance."""
    check_allowance(CHECKS, address(), now=utc_now())
    count_try(CHECKS, address())


def problem(status: int, code: str, detail: str) -> Response:
    """Answer with an error for programs."""
    answer = jsonify(type="about:blank", status=status, title=code.replace("-", " "), code=code, detail=detail)
    answer.status_code = status
    answer.content_type = "application/problem+json"
    return answer


@bp.errorhandler(HTTPException)
@vc_api.errorhandler(HTTPException)
def _http(error: HTTPException) -> Response:
    answer = problem(error.code or 500, error.name.lower().replace(" ", "-"), error.description or error.name)
    for name, value in error.get_headers():
        if name.lower() not in {"content-type", "content-length"}:
            answer.headers[name] = value
    return answer
