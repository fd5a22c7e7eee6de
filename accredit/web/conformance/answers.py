"""Answers of the VC-API: problem details for every refusal, never a page and never a status of 500 for bad input."""

from __future__ import annotations

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from accredit.kit.linkeddata.errors import LinkedDataError
from accredit.kit.vc import problem_details
from accredit.kit.vc.errors import VcError


def refused(error: Exception) -> Response:
    """Answer 400 with the reason: as problem details, and in the members that callers of the VC-API look into."""
    assert isinstance(error, VcError | LinkedDataError)
    details = problem_details.of(error)
    answer = jsonify({**details, "status": 400, "verified": False, "problemDetails": [details], "errors": [details]})
    return _problem(answer, 400)


def _http(error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status = error.code or 500
    if status == 413:
        _read_to_the_end()
    answer = _problem(jsonify(type="about:blank", title=error.name, status=status, detail=error.description), status)
    for name, value in error.get_headers():
        if name.lower() not in {"content-type", "content-length"}:
            answer.headers[name] = value
    return answer


def _read_to_the_end() -> None:
    """Take in what is too large, up to a point: a caller who is cut off while sending never hears why."""
    stream = request.environ["wsgi.input"]
    for _ in range(32):
        if not stream.read(1_000_000):
            return


def _problem(answer: Response, status: int) -> Response:
    answer.status_code = status
    answer.content_type = "application/problem+json"
    return answer


def _never_stored(answer: Response) -> Response:
    answer.headers.setdefault("Cache-Control", "no-store")
    answer.headers.setdefault("X-Content-Type-Options", "nosniff")
    return answer


def install(app: Flask) -> None:
    """Answer every error of ``app`` in this way."""
    app.register_error_handler(VcError, refused)
    app.register_error_handler(LinkedDataError, refused)
    app.register_error_handler(HTTPException, _http)
    app.after_request(_never_stored)
