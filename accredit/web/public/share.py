"""What somebody was given a link to: a young person's award, saying as much of it as they chose.

Following the link shows nothing of it yet: programs that preview links, and scanners of mail, follow links too. Whoever
presses the button (with the PIN, where there is one) sees the verdict and what is said, and the day is kept, once. A
link that has ended says so and nothing of what it was; one that is hidden, or was never made, is not known.
"""

from __future__ import annotations

from flask import Response, current_app, request
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeTimedSerializer

from accredit.clock import local_date, utc_now
from accredit.domain.credentials import share_links
from accredit.domain.credentials.share_links import ShareFacts
from accredit.domain.credentials.sharing_rules import ShareState
from accredit.domain.verification import shares as verified
from accredit.domain.verification.operations import CodeAnswer
from accredit.errors import NotFound
from accredit.web.access import public
from accredit.web.database import reading, transaction
from accredit.web.files import FileKind, source_of
from accredit.web.forms import csrf
from accredit.web.limits import Allowance, address, check_allowance, count_try
from accredit.web.pages import page
from accredit.web.public import bp
from accredit.web.public.code import check_reader, private
from accredit.web.public.verdicts import ask_of, confirmed, shown
from accredit.web.settings import current_pepper
from accredit.web.share_files import share_file as file_answer
from accredit.web.viewer import current_viewer

# Six digits, drawn here: by one reader five wrong ones in ten minutes, from everywhere thirty in an hour.
PIN_BY_READER = Allowance(name="share-pin-by-reader", times=5, seconds=600)
PIN_BY_SHARE = Allowance(name="share-pin-by-share", times=30, seconds=3600)
FILES = Allowance(name="files-of-a-share", times=60, seconds=600)
"""A sheet of paper costs a second that others wait for."""
OPEN_SECONDS = 30 * 60
"""For so long the files can be taken after a PIN was typed."""
_LONGEST_SECRET = 100
_STATUSES = {ShareState.ENDED: 410}


@bp.get("/s/<share_secret>")
@public
def share(share_secret: str) -> Response:
    """Say that somebody shares something here, and how to see it."""
    check_reader(utc_now())
    found = _find(share_secret)
    if found is None or found.state is not ShareState.OPEN:
        return _closed(found)
    return _door(found, share_secret)


@bp.post("/s/<share_secret>")
@public
def open_share(share_secret: str) -> Response:
    """Show the verdict and what is said, to whoever has the link and the PIN."""
    now = utc_now()
    check_reader(now)
    found = _find(share_secret)
    if found is None or found.state is not ShareState.OPEN:
        return _closed(found)
    typed = request.form.get("pin", "").strip()[:40]
    if found.has_pin and not typed:
        return _door(found, share_secret, error=_("Type the PIN that you were told"))
    if found.has_pin and not _is_pin(found, typed):
        return _door(
            found, share_secret, error=_("That is not the PIN. Look at it again, or ask who sent you the link")
        )
    with reading(everywhere=True) as db:
        answer = verified.verify_share(db, share=found, now=now)
    if answer is None:
        return _closed(None)
    if current_viewer().young_person_id != found.young_person_id:
        with transaction(within=found.organisation_id) as db:
            share_links.note_opening(db, found, today=local_date(now))
    return _opened(found, share_secret, answer)


@bp.post("/s/<share_secret>/<any(pdf, json, jwt, evidence):kind>")
@public
def share_file(share_secret: str, kind: str) -> Response:
    """Hand out one file of a share that this reader has opened."""
    check_reader(utc_now())
    found = _find(share_secret)
    if found is None or found.state is not ShareState.OPEN:
        return _closed(found)
    if found.has_pin and not _is_granted(found):
        return _door(found, share_secret)
    check_allowance(FILES, str(found.id), now=utc_now())
    count_try(FILES, str(found.id))
    with reading(everywhere=True) as db:
        view = verified.view_of(db, found)
        if view is None:
            raise NotFound("share")
        source = source_of(db, view, FileKind(kind))
    return file_answer(view, source, FileKind(kind), secret=share_secret)


# Nobody is known here who could be tricked, and what is written is that somebody looked: the forms need no token, and
# the pages no cookie.
csrf.exempt(open_share)
csrf.exempt(share_file)


def _find(secret: str) -> ShareFacts | None:
    if len(secret) > _LONGEST_SECRET or not secret.isascii():
        return None
    with reading(everywhere=True) as db:
        return share_links.find(db, secret, pepper=current_pepper(), now=utc_now())


def _closed(found: ShareFacts | None) -> Response:
    state = None if found is None else found.state
    status = 404 if state is None else _STATUSES.get(state, 200)
    return private(page("public/share_closed.html", status=status, state=state))


def _door(found: ShareFacts, secret: str, *, error: str | None = None) -> Response:
    status = 422 if error else 200
    return private(page("public/share_door.html", status=status, share=found, share_secret=secret, error=error))


def _opened(found: ShareFacts, secret: str, answer: CodeAnswer) -> Response:
    view, by = answer.view, answer.view.recognition
    opened = page(
        "public/share.html",
        verdict=shown(answer.report),
        # Without an intact and bound document nothing of it is shown as if it were known.
        view=view if answer.report.claims is not None else None,
        holder=view.printed_name,
        share_secret=secret,
        ask=ask_of(view, answer.standing),
        stands_behind=confirmed(by.channel, by.confirmed_on) if by else None,
        standing=answer.standing,
        grant=_grants().dumps(found.id.hex) if found.has_pin else "",
    )
    return private(opened)


def _is_pin(found: ShareFacts, typed: str) -> bool:
    now, reader, from_all = utc_now(), f"{address()} {found.id}", str(found.id)
    check_allowance(PIN_BY_READER, reader, now=now)
    check_allowance(PIN_BY_SHARE, from_all, now=now)
    with reading(everywhere=True) as db:
        is_right = share_links.is_pin(db, found, typed, pepper=current_pepper())
    if not is_right:
        count_try(PIN_BY_READER, reader)
        count_try(PIN_BY_SHARE, from_all)
    return is_right


def _is_granted(found: ShareFacts) -> bool:
    try:
        granted = _grants().loads(request.form.get("grant", ""), max_age=OPEN_SECONDS)
    except BadSignature:
        return False
    return bool(granted == found.id.hex)


def _grants() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="open-share")
