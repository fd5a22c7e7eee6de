"""Errors as pages: kind, specific, with a way on; the only place that turns an error into a status code.

An unexpected exception shows the page of 500 and tells the reader nothing of the inside, but a reference; the log has
both (attacks.md WI31).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

import sqlalchemy.exc
import structlog
from flask import Flask, Response, jsonify, make_response, request
from flask_babel import LazyString, lazy_gettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, SecurityError

from accredit.errors import Conflict, Forbidden, NotFound, NotReady, RuleBroken
from accredit.web.messages import SENTENCES, sentence
from accredit.web.pages import page

logger = structlog.get_logger()

RETRY_AFTER_SECONDS = 60
# PostgreSQL, appendix A.
_UNIQUE_VIOLATION = "23505"


@dataclass(frozen=True)
class Words:
    """What the page of one status says."""

    title: LazyString
    text: LazyString


WORDS = {
    400: Words(
        lazy_gettext("We could not read that"),
        lazy_gettext("Something was missing from what your browser sent. Go back, reload the page and try again."),
    ),
    401: Words(
        lazy_gettext("Please sign in again"),
        lazy_gettext("You were signed out, so nothing was saved. Sign in and do it once more."),
    ),
    403: Words(
        lazy_gettext("This page is for somebody else"),
        lazy_gettext("You are signed in, and this page belongs to another role. Ask an administrator if you need it."),
    ),
    404: Words(
        lazy_gettext("There is nothing here"),
        lazy_gettext("Check the address or the code. If you typed it, a single wrong letter is enough."),
    ),
    405: Words(
        lazy_gettext("That does not work here"),
        lazy_gettext("This address cannot be used in that way. Go back and use the button on the page."),
    ),
    408: Words(
        lazy_gettext("That took too long to arrive"),
        lazy_gettext("Nothing was saved. Try again, with a better connection or a smaller file."),
    ),
    409: Words(
        lazy_gettext("Somebody else was quicker"),
        lazy_gettext("This was changed while you had the page open. Reload it to see what it says now."),
    ),
    413: Words(
        lazy_gettext("That file is too large"),
        lazy_gettext("Choose a smaller file and try again."),
    ),
    422: Words(
        lazy_gettext("That cannot be done"),
        lazy_gettext("Nothing was changed."),
    ),
    429: Words(
        lazy_gettext("That was a lot at once"),
        lazy_gettext("Wait a minute, then try again."),
    ),
    500: Words(
        lazy_gettext("Something went wrong on our side"),
        lazy_gettext("Nothing you entered before is lost. Try again in a few minutes."),
    ),
    503: Words(
        lazy_gettext("We are busy just now"),
        lazy_gettext("Nothing is lost. Try again in a few minutes."),
    ),
}
TOLD = {
    "no-jwt-form": lazy_gettext(
        "This certificate was made before there was a JWT form of it. The file for apps (JSON) says the same."
    ),
}
OF_YOUNG_PEOPLE = Words(
    lazy_gettext("Your page is closed"),
    lazy_gettext("So nothing was saved just now. Open your page with your five words, and do it once more."),
)
"""What 401 says where a young person's page was meant."""
REMOVED = Words(
    lazy_gettext("Your page is closed"),
    lazy_gettext(
        "If you have just removed it, that is done. Your certificates stay yours. Want it all back? Ask at school for "
        "a new slip."
    ),
)
"""What 401 says to whoever presses once more on the page that removed their own."""
LISTS = frozenset({"coordinator.class_list", "coordinator.hours_log", "coordinator.ceremony_names"})
"""Where a school brings a list: a file that is larger than any form may be is told what it is told of others."""
STALE_FORM = Words(
    lazy_gettext("This page was open for a long time"),
    lazy_gettext("To keep you safe, forms stop working after a while. Go back, reload the page and send it again."),
)


def error_answer(status: int, *, detail: str = "", code: str = "", words: Words | None = None) -> Response:
    """Answer with the page of ``status`` (JSON for a program); ``detail`` replaces the page's usual sentence."""
    said = words or WORDS.get(status) or WORDS[400 if status < 500 else 500]
    if _asked_by_a_program():
        problem = {
            "type": "about:blank",
            "status": status,
            "title": str(said.title),
            "detail": detail or str(said.text),
        }
        answer = make_response(jsonify({**problem, "code": code} if code else problem), status)
        answer.content_type = "application/problem+json"
        return answer
    return page(
        "errors/error.html", status=status, code=code, title=said.title, text=detail or said.text, number=status
    )


def _asked_by_a_program() -> bool:
    if request.blueprint in {"api", "vc_api"} or request.path.startswith("/api/"):
        return True
    accepted = request.accept_mimetypes
    return accepted.best_match(["text/html", "application/json"], default="text/html") == "application/json"


def _http(error: HTTPException) -> Response:
    if error.response is not None:
        return make_response(error.response)
    if error.code is not None and error.code < 400:
        return make_response(error.get_response())
    words = _closed_page() if error.code == 401 else None
    detail = str(SENTENCES["file-too-large"]) if error.code == 413 and request.endpoint in LISTS else ""
    answer = error_answer(error.code or 500, words=words, detail=detail)
    for name, value in error.get_headers():
        # Allow with 405, Retry-After with 429: the error knows them; type and length are ours.
        if name.lower() not in {"content-type", "content-length"}:
            answer.headers[name] = value
    return answer


def _closed_page() -> Words | None:
    if request.blueprint != "learner":
        return None
    return REMOVED if request.endpoint == "learner.removed" else OF_YOUNG_PEOPLE


def _other_host(_error: SecurityError) -> Response:
    # Plain words: for a name that is not ours there are no addresses, so that no page of ours can be drawn.
    said = lazy_gettext("This service does not answer under this name. Check the address.")
    return Response(f"{said}\n", 400, content_type="text/plain; charset=utf-8")


def _forgery(_error: CSRFError) -> Response:
    return error_answer(400, words=STALE_FORM, code="csrf")


def _rule(error: RuleBroken) -> Response:
    # A rule without a sentence of ours keeps the detail it was raised with: it says more than the usual words would.
    known = error.rule in SENTENCES or not error.detail
    return error_answer(422, detail=sentence(error) if known else error.detail, code=error.rule)


def _not_found(error: NotFound) -> Response:
    # What was missing stays ours, since it may belong to another school; but for what its own reader is told.
    return error_answer(404, detail=str(TOLD.get(error.code, "")))


def _forbidden(error: Forbidden) -> Response:
    return error_answer(403, code=error.code)


def _conflict(error: Conflict) -> Response:
    return error_answer(409, detail=sentence(error) if error.code in SENTENCES else "", code=error.code)


def _not_ready(error: NotReady) -> Response:
    return error_answer(503, code=error.code)


def database_away(error: sqlalchemy.exc.OperationalError) -> Response:
    """Answer what the database did not do in time, or could not: 503, and when to come again."""
    # A full disk, one that can only be read, a server that is being restarted: nothing of this request is half there,
    # and the same form can be sent again.
    logger.error("the database refused", cause=type(error.orig).__name__, endpoint=request.endpoint)
    answer = error_answer(503, code="database-away")
    answer.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return answer


def _at_once(error: sqlalchemy.exc.IntegrityError) -> Response:
    # Two wrote what can be there once only at the same moment: the second is told what it would have been told a moment
    # later (attacks.md WZ15). Whatever else a table refuses is a fault of ours.
    if getattr(error.orig, "sqlstate", "") != _UNIQUE_VIOLATION and "UNIQUE constraint failed" not in str(error.orig):
        raise error
    return error_answer(409, code="conflict")


def _unexpected(error: Exception) -> Response:
    reference = secrets.token_hex(4)
    cause = getattr(error, "original_exception", None) or error
    # Flask has logged where it was raised; this line is what somebody who asks for help can be found by.
    logger.error("a page failed", reference=reference, cause=type(cause).__name__, endpoint=request.endpoint)
    return error_answer(500, code=reference)


def install_errors(app: Flask) -> None:
    """Answer every error of ``app`` with a page of ours; in tests and debugging unexpected ones still surface."""
    app.register_error_handler(CSRFError, _forgery)
    app.register_error_handler(SecurityError, _other_host)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(RuleBroken, _rule)
    app.register_error_handler(NotFound, _not_found)
    app.register_error_handler(Forbidden, _forbidden)
    app.register_error_handler(Conflict, _conflict)
    app.register_error_handler(NotReady, _not_ready)
    app.register_error_handler(sqlalchemy.exc.OperationalError, database_away)
    app.register_error_handler(sqlalchemy.exc.IntegrityError, _at_once)
    app.register_error_handler(500, _unexpected)

    def log_exception(exc_info: Any) -> None:
        # Flask would write the address: it may hold a code, or a line that poses as another entry (attacks.md WI22).
        app.logger.error("Exception in %s [%s]", request.endpoint, request.method, exc_info=exc_info)

    app.log_exception = log_exception  # type: ignore[method-assign]  # as Flask's documentation suggests
