"""The page behind a QR code or a typed code: one verdict, what was done, who stands behind it, what it is not.

A code that is unknown, erased or not released yet gets one and the same answer; one that breaks its own check symbol
is said to be mistyped, which tells nothing about any certificate. A code on paper that a school printed for a day to
come is said to be for that day, and nothing else of it.
"""

from __future__ import annotations

from datetime import datetime

from flask import Response, request, url_for
from flask_babel import gettext as _

from accredit.clock import utc_now
from accredit.domain.credentials import paper_codes
from accredit.domain.organisations import queries as organisations
from accredit.domain.people.names import name_matches
from accredit.domain.verification.operations import CodeAnswer, verify_code
from accredit.domain.verification.report import VerificationReport
from accredit.kit import typed_code
from accredit.web.access import public
from accredit.web.database import reading
from accredit.web.files import check_address
from accredit.web.forms import csrf
from accredit.web.limits import Allowance, address, check_allowance, count_try
from accredit.web.pages import page
from accredit.web.public import bp
from accredit.web.public.kept_page import kept_page
from accredit.web.public.verdicts import Ask, as_claimed, ask_of, confirmed, reference, shown
from accredit.web.settings import current_settings

# By reader and award, and by award from everywhere: guessing a class list through one certificate must not pay.
# In an hour half of an award's, so that one reader cannot close the box to everybody else.
BY_READER = Allowance(name="name-by-reader", times=5, seconds=600)
BY_AWARD = Allowance(name="name-by-award", times=60, seconds=3600)
BY_LOOKS = Allowance(name="certificates-by-reader", times=600, seconds=600)
LONGEST_NAME = 200
_THIS_MACHINE = frozenset({"127.0.0.1", "::/64"})


@bp.get("/v/<code>")
@bp.get("/V/<code>", endpoint="code_in_capitals")
@public
def code(code: str) -> Response:
    """Show the verdict on the certificate with this code."""
    now = utc_now()
    check_reader(now)
    try:
        canonical = typed_code.read(code)
    except typed_code.TypedCodeError:
        return unknown(code)
    return kept_page(canonical, find=lambda: find(code, now), render=lambda found: _page_of(code, found), now=now)


def _page_of(code: str, found: CodeAnswer | None) -> Response:
    return unknown(code) if found is None else verdict_page(found, is_led_on=_is_led_on(code, found))


@bp.post("/v/<code>")
@bp.post("/V/<code>", endpoint="name_in_capitals")
@public
def name(code: str) -> Response:
    """Say if the name that was typed is the one on the certificate, and nothing more."""
    now = utc_now()
    check_reader(now)
    found = find(code, now)
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


def check_reader(now: datetime) -> None:
    """Count one look at a certificate by this reader.

    Raises `TooManyRequests` beyond what a busy admissions office looks at: whoever holds a list of codes does not read
    them all (attacks.md VH12, VH14). Behind a proxy whose word is not trusted everybody has the machine's own address,
    and would share one allowance.
    """
    reader = address()
    if reader not in _THIS_MACHINE:
        check_allowance(BY_LOOKS, reader, now=now)
        count_try(BY_LOOKS, reader)


def find(code: str, now: datetime) -> CodeAnswer | None:
    """Return what stands behind a code, or None for whatever shall look as if it had never existed."""
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
    view, report = found.view, found.report
    answer = page(
        "public/verdict.html",
        status=status,
        verdict=shown(report),
        # What is checked of a file is not what the code would be answered.
        reference=None if file_given else reference(view.code, report.checked_at, report.verdict, report.reason),
        # Without an intact and bound document nothing of it is shown as if it were known.
        view=view if report.claims is not None else None,
        ask=ask_of(view, found.standing),
        shown_code=view.shown_code,
        address=check_address(view) if not file_given else verify_address(),
        sentence=view.sentence,
        stands_behind=confirmed(view.recognition.channel, view.recognition.confirmed_on) if view.recognition else None,
        holder=view.printed_name if file_given else view.seen_as,
        matches=matches,
        error=error,
        file_given=file_given,
        is_led_on=is_led_on,
        standing=found.standing,
    )
    return private(answer)


def verify_address() -> str:
    """Return the whole address of the page that checks anything."""
    return current_settings().base_url + url_for("public.verify")


def report_page(report: VerificationReport) -> Response:
    """Show the verdict on what somebody presented and our record adds nothing to."""
    with reading(everywhere=True) as db:
        # What is forged in a school's name is asked about at that school, as the register knows it, never as the file
        # says (attacks.md VH18). Of a credential that stands in the record, and is kept from view, nothing is added.
        asked = report.named_issuer if report.credential_id is None else None
        named = organisations.organisation_by_did(db, asked) if asked else None
    ask = None if named is None else Ask(name=named.name, contact=named.contact)
    answer = page(
        "public/verdict.html",
        verdict=shown(report),
        view=None,
        claims=as_claimed(report.claims) if report.claims else None,
        ask=ask,
        address=verify_address(),
        is_named_only=ask is not None,
        file_given=True,
    )
    return private(answer)


def unknown(typed: str) -> Response:
    """Answer for a code without a certificate, saying kindly where the slip may be, or from which day on it has one."""
    comes_on = None
    try:
        canonical = typed_code.read(typed)
        fault, symbol = "unknown", ""
        with reading(everywhere=True) as db:
            comes_on = paper_codes.comes_on(db, canonical)
    except typed_code.TypedCodeError as error:
        fault, symbol = error.fault, error.symbol
    slips = () if fault == "unknown" else typed_code.likely_slips(typed)
    symbols = typed_code.bare(typed)
    # In the groups of the paper, where a slip is found at a glance.
    kept = typed_code.show(symbols.upper()) if fault in {"unknown", "check"} else typed[:60]
    answer = page(
        "public/unknown.html",
        status=404,
        typed=kept,
        fault=fault,
        symbol=symbol,
        count=len(symbols),
        slips=slips,
        comes_on=comes_on,
    )
    return private(answer)


def private(answer: Response) -> Response:
    """Keep an answer out of search engines and caches."""
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    answer.headers["Cache-Control"] = "no-store"
    return answer
