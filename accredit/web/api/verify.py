"""``/api/verify``: a code, or the bytes of a credential; ``verdict`` is the answer's first word.

The engine and the words are the page's. A verdict of any kind is status 200. Errors are problem+json (RFC 9457). The
whole contract is at ``/api/openapi.json`` (`accredit.web.api.openapi`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response, request
from werkzeug.exceptions import ServiceUnavailable

from accredit.clock import utc_now
from accredit.domain.credentials.views import CredentialView
from accredit.domain.verification import operations
from accredit.domain.verification.reading import receive
from accredit.domain.verification.report import VerificationReport
from accredit.domain.verification.rules import Reason
from accredit.kit import typed_code
from accredit.kit.linkeddata import strict_json
from accredit.kit.linkeddata.errors import JsonRefused
from accredit.web.access import public
from accredit.web.admission import AGAIN_AFTER
from accredit.web.api import bp
from accredit.web.api.answers import answered, count_check, problem
from accredit.web.database import current_version, reading
from accredit.web.outside import outside_of
from accredit.web.settings import current_settings

LONGEST_QUESTION = 1_000


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
    return request.mimetype in {"multipart/form-data", "application/x-www-form-urlencoded"}


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
    kept = operations.recall(data, version=current_version(), now=now)
    if kept is not None:
        return answered(kept.to_json())
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
    return answered(_of_code(found.report, found.view) if found.code else found.report.to_json())


def _by_code(code: str) -> Response:
    found = _answer_to(code, utc_now())
    if found is not None:
        return answered(_of_code(found.report, found.view))
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


def _of_code(report: VerificationReport, view: CredentialView | None) -> dict[str, Any]:
    """Write the answer to a code, which is no file: it opens initials, never the name (outer contract of /v/<code>)."""
    written = report.to_json()
    for name in ("claims", "unconfirmed_claims"):
        if written[name] is not None:
            written[name] |= {"printed_name": None, "initials": view.initials if view else None}
    return written


def _code_in(data: bytes) -> str | None:
    if len(data) > LONGEST_QUESTION:
        return None
    try:
        asked = strict_json.loads(data)
    except JsonRefused:
        return None
    code = asked.get("code") if isinstance(asked, dict) and len(asked) == 1 else None
    return code if isinstance(code, str) else None
