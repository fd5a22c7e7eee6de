"""The page behind a QR code or a typed code: one verdict, what was done, who stands behind it, what it is not.

A code that is unknown, erased or not released yet gets one and the same answer; one that breaks its own check symbol
is said to be mistyped, which tells nothing about any certificate.
"""

from __future__ import annotations

from datetime import datetime

from flask import Response, request
from flask_babel import gettext as _

from accredit.clock import utc_now
from accredit.domain.credentials.rules import honest_sentence
from accredit.domain.people.names import name_matches
from accredit.domain.verification.operations import CodeAnswer, verify_code
from accredit.kit import typed_code
from accredit.web.access import public
from accredit.web.database import reading
from accredit.web.forms import csrf
from accredit.web.limits import Allowance, address, check_allowance, count_try
from accredit.web.pages import page
from accredit.web.public import bp
from accredit.web.public.kept_page import kept_page
from accredit.web.public.verdicts import confirmed, shown

# By reader and award, and by award from everywhere: guessing a class list through one certificate must not pay.
BY_READER = Allowance(name="name-by-reader", times=10, seconds=600)
BY_AWARD = Allowance(name="name-by-award", times=60, seconds=3600)
LONGEST_NAME = 200


@bp.get("/v/<code>")
@bp.get("/V/<code>", endpoint="code_in_capitals")
@public
def code(code: str) -> Response:
    """Show the verdict on the certificate with this code."""
    now = utc_now()
    try:
        return kept_page(typed_code.read(code), lambda: _page_of(code, now), now=now)
    except typed_code.TypedCodeError:
        return unknown(code)


def _page_of(code: str, now: datetime) -> Response:
    found = _found(code, now)
    return unknown(code) if found is None else verdict_page(found, is_led_on=_is_led_on(code, found))


@bp.post("/v/<code>")
@bp.post("/V/<code>", endpoint="name_in_capitals")
@public
def name(code: str) -> Response:
    """Say if the name that was typed is the one on the certificate, and nothing more."""
    now = utc_now()
    found = _found(code, now)
    if found is None:
        return unknown(code)
    typed = request.form.get("name", "").strip()[:LONGEST_NAME]
    if not typed:
        return verdict_page(found, error=_("Type the full name on the certificate"), status=422)
    award = found.view.code
    check_allowance(BY_READER, f"{address()} {award}", now=now)
    check_allowance(BY_AWARD, award, now=now)
    is_led_on = _is_led_on(code, found)
    matches = name_matches(typed, found.view.printed_name, found.view.known_as)
    if not matches:
        count_try(BY_READER, f"{address()} {award}")
        count_try(BY_AWARD, award)
    return verdict_page(found, matches=matches, is_led_on=is_led_on)


# Nothing is written, and nobody is known here who could be tricked: the form needs no token, and the page no cookie.
csrf.exempt(name)


def _found(code: str, now: datetime) -> CodeAnswer | None:
    with reading(everywhere=True) as db:
        return verify_code(db, code=code, now=now)


def _is_led_on(code: str, found: CodeAnswer) -> bool:
    # The code that was typed is that of an earlier certificate, whose place this one took.
    return typed_code.read(code) != found.view.code


def verdict_page(
    found: CodeAnswer,
    *,
    matches: bool | None = None,
    error: str | None = None,
    file_given: bool = False,
    is_led_on: bool = False,
    status: int = 200,
) -> Response:
    """Show the verdict on a credential of this service; ``file_given`` lets its own name be read in full.

    ``is_led_on`` says that the code of an earlier one led here.
    """
    view = found.view
    answer = page(
        "public/verdict.html",
        status=status,
        verdict=shown(found.report),
        # Without an intact and bound document nothing of it is shown as if it were known.
        view=view if found.report.claims is not None else None,
        sentence=honest_sentence(view.totals),
        stands_behind=confirmed(view.recognition.channel, view.recognition.confirmed_on) if view.recognition else None,
        holder=view.printed_name if file_given else view.initials,
        matches=matches,
        error=error,
        file_given=file_given,
        is_led_on=is_led_on,
    )
    return private(answer)


def unknown(typed: str) -> Response:
    """Answer for a code without a certificate, saying kindly where the slip may be."""
    try:
        typed_code.read(typed)
        fault, symbol = "unknown", ""
    except typed_code.TypedCodeError as error:
        fault, symbol = error.fault, error.symbol
    return private(page("public/unknown.html", status=404, typed=typed[:60], fault=fault, symbol=symbol))


def private(answer: Response) -> Response:
    """Keep an answer out of search engines and caches."""
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    answer.headers["Cache-Control"] = "no-store"
    return answer
