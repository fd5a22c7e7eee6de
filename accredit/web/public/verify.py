"""Check whatever somebody has: a code, an address, pasted JSON, or a file. Nothing of it is kept, nothing fetched."""

from __future__ import annotations

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accredit.clock import utc_now
from accredit.domain.credentials import queries as credentials
from accredit.domain.verification import operations
from accredit.domain.verification.operations import CodeAnswer
from accredit.domain.verification.queries import DatabaseSources
from accredit.domain.verification.report import refused
from accredit.domain.verification.rules import CheckId, Reason
from accredit.kit import typed_code
from accredit.web.access import public
from accredit.web.database import reading
from accredit.web.limits import Allowance, address, check_allowance, count_try
from accredit.web.pages import page
from accredit.web.public import bp
from accredit.web.public.code import report_page, unknown, verdict_page
from accredit.web.public.verdicts import own_code
from accredit.web.settings import current_settings

LARGEST = 4_000_000
CHECKS = Allowance(name="verify-page", times=60, seconds=60)


@bp.get("/verify")
@public
def verify() -> ResponseReturnValue:
    """Ask for a code or a file; the code box of any page arrives here and goes on to the code's own address."""
    typed = request.args.get("code", "").strip()
    return _by_text(typed, is_code=True) if typed else page("public/verify.html", errors=[])


@bp.post("/verify")
@public
def verify_given() -> ResponseReturnValue:
    """Give the verdict on what was pasted or uploaded."""
    now = utc_now()
    check_allowance(CHECKS, address(), now=now)
    count_try(CHECKS, address())
    data = _uploaded()
    file_named = bool(request.files.get("file"))
    text = request.form.get("text", "").strip()
    if len(data) > LARGEST:
        return _again(_("The file is larger than 4 MB. Choose the certificate, the badge or the JSON file"), "#file")
    if data:
        return _by_bytes(data)
    if text:
        return _by_text(text)
    if file_named:
        return _again(_("There is nothing in that file. Get it again, or type the code"), "#file")
    return _again(_("Choose a file, or paste the code, the address or the text of a certificate"), "#file")


def _uploaded() -> bytes:
    given = request.files.get("file")
    if given is None:
        return b""
    # A large upload waits in a temporary file, which is gone as soon as it is closed.
    with given.stream:
        return given.read(LARGEST + 1) if given.filename else b""


def _again(message: str, where: str) -> Response:
    return page("public/verify.html", status=422, errors=[(message, where)])


def _by_text(text: str, *, is_code: bool = False) -> ResponseReturnValue:
    if text.startswith("{") or (text.count(".") == 2 and len(text) > 100 and not text.startswith("http")):
        return _by_bytes(text.encode())
    code: str | None = text
    if text.lower().startswith(("http://", "https://")):
        settings = current_settings()
        hosts = frozenset(host.lower() for host in (settings.host, settings.did_host, *settings.trusted_hosts))
        code = own_code(text, hosts)
    if code is None:
        return report_page(refused(Reason.FETCHING_IS_OFF, check=CheckId.READABLE, now=utc_now()))
    if not (is_code or typed_code.is_meant(code)):
        # Not in an address, where it would stay in histories and logs: it may be a letter, or somebody's name.
        return _again(
            _("That is no code, address or certificate. Type the code on the paper, or choose the file"), "#text"
        )
    if len(code) > 100 or "/" in code:
        return unknown(code)
    return redirect(url_for("public.code", code=code), code=303)


def _by_bytes(data: bytes) -> Response:
    with reading(everywhere=True) as db:
        report = operations.verify(data, now=utc_now(), sources=DatabaseSources(db))
        view = credentials.open_view_by_credential_id(db, report.credential_id) if report.credential_id else None
    if view is not None:
        return verdict_page(CodeAnswer(view=view, report=report), file_given=True)
    return report_page(report)
