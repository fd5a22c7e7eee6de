"""Check whatever somebody has: a code, an address, text, a file, a photo. Nothing of it is kept, nothing fetched.

A file is opened in a child of this process (`accredit.sandbox`), before the database is asked anything.
"""

from __future__ import annotations

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accredit.clock import utc_now
from accredit.domain.organisations.standing import standing_of
from accredit.domain.verification import operations, ways_in
from accredit.domain.verification.operations import Checked, CodeAnswer
from accredit.domain.verification.reading import receive
from accredit.domain.verification.rules import Reason
from accredit.domain.verification.ways_in import Way
from accredit.web.access import public
from accredit.web.admission import AGAIN_AFTER
from accredit.web.database import reading
from accredit.web.forms import csrf
from accredit.web.headers import CONTENT_SECURITY_POLICY
from accredit.web.limits import Allowance, address, check_allowance, count_try
from accredit.web.outside import outside_of
from accredit.web.pages import page
from accredit.web.public import bp
from accredit.web.public.code import report_page, unknown, verdict_page
from accredit.web.settings import current_settings

LARGEST = 10_000_000
LONGEST_TEXT = 1_000_000
# The form around a file, and the text beside it.
_AROUND = 1_500_000
CHECKS = Allowance(name="verify-page", times=60, seconds=60)
_STATUSES = {Reason.BUSY: 503, Reason.OTHER_KIND_OF_FILE: 415}
# The reader of codes is compiled code, so this page alone may run such, and ask for the camera.
_WITH_CAMERA = CONTENT_SECURITY_POLICY.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'")


@bp.get("/verify")
@public
def verify() -> ResponseReturnValue:
    """Ask for a code or a file; the code box of any page arrives here and goes on to the code's own address."""
    typed = request.args.get("code", "").strip()
    return _by_text(typed, is_code=True) if typed else _ask()


@bp.post("/verify")
@public
def verify_given() -> ResponseReturnValue:
    """Give the verdict on what was pasted or uploaded."""
    _count_check()
    request.max_content_length = LARGEST + _AROUND
    request.max_form_memory_size = LONGEST_TEXT + 1_000
    data = _uploaded()
    file_named = bool(request.files.get("file"))
    text = request.form.get("text", "").strip()
    if len(data) > LARGEST:
        return _again(_("The file is larger than 10 MB. Choose the certificate, the badge or the JSON file"), "#file")
    if data:
        return _by_bytes(data)
    if text:
        return _by_text(text)
    if file_named:
        return _again(_("There is nothing in that file. Get it again, or type the code"), "#file")
    return _again(_("Choose a file, or paste the code, the address or the text of a certificate"), "#file")


# Nothing is written, and nobody is known here who could be tricked: the form needs no token, and the page no cookie.
csrf.exempt(verify_given)


def _count_check() -> None:
    check_allowance(CHECKS, address(), now=utc_now())
    count_try(CHECKS, address())


def _uploaded() -> bytes:
    given = request.files.get("file")
    if given is None:
        return b""
    # A large upload waits in a temporary file, which has no name and is gone as soon as it is closed.
    with given.stream:
        return given.read(LARGEST + 1) if given.filename else b""


def _ask(*, status: int = 200, errors: list[tuple[str, str]] | None = None) -> Response:
    answer = page("public/verify.html", status=status, errors=errors or [])
    answer.headers["Content-Security-Policy"] = _WITH_CAMERA
    answer.headers["Permissions-Policy"] = "camera=(self), microphone=(), geolocation=(), payment=(), usb=()"
    return answer


def _again(message: str, where: str) -> Response:
    return _ask(status=422, errors=[(message, where)])


def _by_text(text: str, *, is_code: bool = False) -> ResponseReturnValue:
    hosts = current_settings().own_hosts
    arrival = ways_in.of_text(text, hosts=hosts)
    if arrival.code is not None or (arrival.way is Way.NOTHING and is_code):
        return _to_code(arrival.code or text)
    if arrival.way is Way.CREDENTIAL_PAGE:
        return redirect(url_for("public.credential", credential_id=arrival.credential_id), code=303)
    if is_code:
        # A whole certificate in the box for codes is as much work as one that is pasted.
        _count_check()
    if arrival.way is Way.DOCUMENT:
        return _by_bytes(text.encode(errors="replace"))
    if arrival.way is Way.NOTHING:
        # Not in an address, where it would stay in histories and logs: it may be a letter, or somebody's name.
        sentence = _("That is no code, address or certificate. Type the code on the paper, or choose the file")
        return _again(sentence, "#text")
    if arrival.way is Way.OWN_PAGE:
        sentence = _("That is an address of ours, but not of a certificate. Type the code on the paper")
        return _again(sentence, "#text")
    with reading(everywhere=True) as db:
        checked = operations.check_text(db, text, now=utc_now(), hosts=hosts, outside=outside_of(db))
    return _answer(checked)


def _to_code(code: str) -> ResponseReturnValue:
    if len(code) > 100 or "/" in code:
        return unknown(code)
    return redirect(url_for("public.code", code=code), code=303)


def _by_bytes(data: bytes) -> ResponseReturnValue:
    received = receive(data)
    with reading(everywhere=True) as db:
        hosts = current_settings().own_hosts
        checked = operations.check(db, received, now=utc_now(), hosts=hosts, outside=outside_of(db))
    # A picture of a code is no file of its holder: what it opens is what the code opens.
    return _answer(checked) if checked.code is None else _to_code(checked.code)


def _answer(checked: Checked) -> Response:
    if checked.view is not None:
        with reading(everywhere=True) as db:
            stands = standing_of(db, checked.view.organisation_id)
        found = CodeAnswer(view=checked.view, report=checked.report, standing=stands)
        return verdict_page(found, file_given=True)
    answer = report_page(checked.report)
    reason = checked.report.reason
    answer.status_code = 200 if reason is None else _STATUSES.get(reason, 200)
    if answer.status_code == 503:
        answer.headers["Retry-After"] = str(AGAIN_AFTER)
    return answer
