"""``/api/verify``: a code, or the bytes of a credential; ``verdict`` is the answer's first word.

The engine and the words are the page's. A verdict of any kind is status 200. Errors are problem+json (RFC 9457). The
whole contract is at ``/api/openapi.json`` (`accredit.web.api.openapi`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from flask import Flask, Response, request
from werkzeug.exceptions import ServiceUnavailable

from accredit.clock import utc_now
from accredit.domain.credentials.views import IssuedView
from accredit.domain.verification import operations
from accredit.domain.verification.reading import receive
from accredit.domain.verification.report import VerificationReport
from accredit.domain.verification.rules import Reason
from accredit.kit import typed_code
from accredit.kit.linkeddata import strict_json
from accredit.kit.linkeddata.errors import JsonRefused
from accredit.storage import Database, versions
from accredit.web.access import public
from accredit.web.admission import AGAIN_AFTER
from accredit.web.api import bp
from accredit.web.api.answers import answered_text, count_check, problem
from accredit.web.api.writing import text_of
from accredit.web.database import current_version, reading
from accredit.web.outside import outside_of
from accredit.web.settings import current_settings

LONGEST_QUESTION = 1_000
RECALLED = "accredit.recalled"
_PATH = "/api/verify"
_FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")


@bp.post("/verify")
@public
def verify() -> Response:
    """Give the verdict on the body: a credential in any form, a form with ``file``, or ``{"code": "…"}``."""
    count_check()
    text = _pasted()
    if text:
        with reading(everywhere=True) as db:
            return _told(
                operations.check_text(
                    db, text, now=utc_now(), hosts=current_settings().own_hosts, outside=outside_of(db)
                )
            )
    data = _sent()
    if not data:
        return problem(400, "empty", 'Send a credential (JSON, JWT, PNG, SVG or PDF), or {"code": "…"}.')
    code = _code_in(data)
    return _by_bytes(data) if code is None else _by_code(code)


@bp.get("/verify/<code>")
@public
def verify_code(code: str) -> Response:
    """Give the verdict on the certificate with a typed code."""
    count_check()
    return _by_code(code)


def _is_form() -> bool:
    return request.mimetype in _FORMS


def _pasted() -> str:
    return request.form.get("text", "").strip() if _is_form() else ""


def _sent() -> bytes:
    if not _is_form():
        return request.get_data(cache=False)
    given = request.files.get("file")
    if given is None:
        return b""
    # A large upload waits in a temporary file, which is gone as soon as it is closed.
    with given.stream:
        data: bytes = given.read()
    return data


def _by_bytes(data: bytes) -> Response:
    now = utc_now()
    kept = request.environ.get(RECALLED) or operations.recall(data, version=current_version(), now=now)
    if kept is None:
        with reading(everywhere=True) as db:
            kept = operations.recall_anew(db, data, now=now)
    if kept is not None:
        return _written(kept)
    # A file may take a while to be opened, so not while a connection to the database is held.
    received = receive(data)
    with reading(everywhere=True) as db:
        return _told(
            operations.check(db, received, now=now, hosts=current_settings().own_hosts, outside=outside_of(db))
        )


def _told(found: operations.Checked) -> Response:
    if found.report.reason is Reason.BUSY:
        # No verdict on the file, but on the moment: whoever asks again is answered.
        raise ServiceUnavailable(retry_after=AGAIN_AFTER)
    return _written_of_code(found.report, found.view) if found.code else _written(found.report)


def _by_code(code: str) -> Response:
    found = _answer_to(code, utc_now())
    if found is not None:
        return _written_of_code(found.report, found.view)
    try:
        typed_code.read(code)
    except typed_code.TypedCodeError as error:
        return problem(404, f"mistyped-code-{error.fault}", "The code has a slip in it: it does not fit its own check.")
    return problem(404, "unknown-code", "There is no certificate with this code.")


def _answer_to(code: str, now: datetime) -> operations.CodeAnswer | None:
    kept = operations.recall_code(code, version=current_version(), now=now)
    if kept is not None:
        return kept
    with reading(everywhere=True) as db:
        return operations.verify_code(db, code=code, now=now)


def _written(report: VerificationReport) -> Response:
    return answered_text(text_of(report, form="file", write=VerificationReport.to_json))


def _written_of_code(report: VerificationReport, view: IssuedView | None) -> Response:
    """Write the answer to a code, which is no file: it opens initials, never the name (outer contract of /v/<code>)."""
    initials = view.initials if view else None

    def write(asked: VerificationReport) -> dict[str, Any]:
        written = asked.to_json()
        for name in ("claims", "unconfirmed_claims"):
            if written[name] is not None:
                written[name] |= {"printed_name": None, "initials": initials}
        return written

    return answered_text(text_of(report, form=("code", initials), write=write))


def recalling(app: Flask) -> Callable[[Mapping[str, Any], bytes], Mapping[str, Any]]:
    """Return what finds the answer to a body that was posted here before, for a gateway.

    It takes the environment (PEP 3333) and the body of a request. What it adds to the environment lets the view answer
    without waiting for anything; nothing is added where there is something to be worked out.
    """
    database: Database = app.extensions["accredit.database"]

    def of(environ: Mapping[str, Any], body: bytes) -> Mapping[str, Any]:
        if environ["PATH_INFO"] != _PATH or str(environ.get("CONTENT_TYPE", "")).startswith(_FORMS):
            return {}
        kept = operations.recall(body, version=versions.version_of(database), now=utc_now())
        return {} if kept is None else {RECALLED: kept}

    return of


def _code_in(data: bytes) -> str | None:
    if len(data) > LONGEST_QUESTION:
        return None
    try:
        asked = strict_json.loads(data)
    except JsonRefused:
        return None
    code = asked.get("code") if isinstance(asked, dict) and len(asked) == 1 else None
    return code if isinstance(code, str) else None
