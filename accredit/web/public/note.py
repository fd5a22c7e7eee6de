"""A note of a check, to keep: what was answered, when, and a reference by which anybody can confirm that we did.

Nothing is written down here for it. The reference is a keyed hash of code, minute and answer, so that only this service
can make one and it needs no memory to know its own. A note is about that minute: it never says what holds now.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import product

from flask import Response, url_for
from flask_babel import gettext as _

from accredit.clock import utc_now
from accredit.domain.verification import words
from accredit.domain.verification.operations import CodeAnswer
from accredit.domain.verification.rules import Reason, Verdict
from accredit.errors import NotFound
from accredit.web.access import public
from accredit.web.files import check_address
from accredit.web.languages import page_language
from accredit.web.limits import Allowance, address, check_allowance, count_try
from accredit.web.pages import page
from accredit.web.public import bp
from accredit.web.public.code import check_reader, find, private, unknown
from accredit.web.public.verdicts import VerdictShown, confirmed, shown
from accredit.web.public.verdicts import reference as shown_reference
from accredit.web.settings import current_settings
from accredit.web.words import date_in_words, moment_in_words

STAMP = "%Y%m%dT%H%MZ"
# Ten symbols are 49 bits; twenty wrong ones in an hour are nobody's slip of the hand.
GUESSES = Allowance(name="note-references", times=20, seconds=3600)
_SIGNS = {"passed": "[x]", "failed": "[!]", "could-not-tell": "[?]"}


@bp.get("/v/<code>/note")
@public
def note(code: str) -> Response:
    """Hand out the answer of this minute as plain text."""
    now = utc_now()
    # It says what the page says, so it is a look like any other.
    check_reader(now)
    found = find(code, now)
    if found is None:
        return unknown(code)
    verdict = shown(found.report)
    answer = Response("\n".join(_lines(found, verdict)) + "\n", content_type="text/plain; charset=utf-8")
    name = f"check-{found.view.shown_code}-{now.astimezone(UTC):%Y-%m-%d}.txt"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return private(answer)


@bp.get("/v/<code>/note/<stamp>/<reference>")
@public
def note_confirmed(code: str, stamp: str, reference: str) -> Response:
    """Say that this service gave the answer that a note tells of, and what it was. Raises `NotFound`."""
    now = utc_now()
    check_allowance(GUESSES, address(), now=now)
    found = find(code, now)
    if found is None:
        return unknown(code)
    at = _minute(stamp)
    said = None if at is None else _answer_of(found.view.code, at, reference)
    if at is None or said is None:
        count_try(GUESSES, address())
        raise NotFound("note")
    heading = words.HEADINGS[said[0]] if said[1] is None else words.TITLES[said[1]]
    moment = moment_in_words(at, page_language())
    return private(page("public/note.html", view=found.view, heading=_(heading), moment=moment, reference=reference))


def _minute(stamp: str) -> datetime | None:
    try:
        return datetime.strptime(stamp, STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None


def _answer_of(code: str, at: datetime, given: str) -> tuple[Verdict, Reason | None] | None:
    plain = given.replace("-", "").upper().encode()
    for verdict, reason in product(Verdict, [None, *words.TITLES]):
        made = shown_reference(code, at, verdict, reason).replace("-", "")
        if hmac.compare_digest(made.encode(), plain):
            return verdict, reason
    return None


def _lines(found: CodeAnswer, verdict: VerdictShown) -> Iterator[str]:
    view, at = found.view, found.report.checked_at
    made = shown_reference(view.code, at, found.report.verdict, found.report.reason)
    stamp = at.astimezone(UTC).strftime(STAMP)
    confirmation = url_for("public.note_confirmed", code=view.shown_code, stamp=stamp, reference=made)
    yield _("Note of a check of a certificate")
    yield ""
    yield _("Answer") + f": {verdict.word}"
    yield _("In words") + f": {verdict.text}"
    yield _("Checked") + f": {moment_in_words(at, page_language())}"
    yield _("Reference") + f": {made}"
    yield _("Code") + f": {view.shown_code}"
    if found.report.claims is not None:
        yield _("Award") + f": {view.title}"
        yield _("Initials") + f": {view.initials}"
        yield _("Organisation") + f": {view.organisation_name}"
        if view.recognition:
            yield f"  {confirmed(view.recognition.channel, view.recognition.confirmed_on)}"
        yield _("Awarded") + f": {date_in_words(view.dated_on, page_language())}"
        yield _("What was done") + f": {view.sentence}"
    yield ""
    yield _("Checks: [x] passed, [!] failed, [?] could not tell")
    for number, check in enumerate(verdict.checks, start=1):
        yield f"{number:>3} {_SIGNS[check.outcome]} {check.text}" + (f" ({check.detail})" if check.detail else "")
    yield ""
    yield _(words.PROMISE)
    yield _(words.NOT_A_CLEARANCE)
    yield ""
    yield _("Anybody can write a note like this. That this service gave this answer, you can confirm at:")
    yield current_settings().base_url + confirmation
    yield _("What holds today, you see at:")
    yield check_address(view)
