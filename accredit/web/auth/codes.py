"""The code that comes by e-mail: asked for in one browser, and worth something in that one only."""

from __future__ import annotations

import secrets
from datetime import datetime
from uuid import UUID

from flask import render_template, session
from flask_babel import gettext as _

from accredit.domain.notifications import operations as notifications
from accredit.domain.people import signing_in
from accredit.storage import new_id
from accredit.web.auth.known import QUARTER, Source
from accredit.web.database import transaction
from accredit.web.limits import Allowance, check_allowance, count_try
from accredit.web.settings import current_pepper

CODES_ASKED = Allowance(name="codes-asked", times=5, seconds=QUARTER)
# So that nobody's mailbox is filled from a thousand networks; a browser that they know is not held up by it.
CODES_FROM_ELSEWHERE = Allowance(name="codes-from-elsewhere", times=20, seconds=QUARTER)
BROWSER = "code_browser"


def send_code(source: Source, *, now: datetime) -> None:
    """Send a code to an address, or do the same work for an address that nobody has. Raises `TooManyRequests`."""
    who = source.who
    check_allowance(CODES_ASKED, source.key, now=now)
    if not source.is_known:
        check_allowance(CODES_FROM_ELSEWHERE, who, now=now)
        count_try(CODES_FROM_ELSEWHERE, who)
    count_try(CODES_ASKED, source.key)
    session[BROWSER] = secrets.token_urlsafe(32)
    with transaction(everywhere=True) as db:
        account_id, code = signing_in.make_code(
            db, email=who, browser_secret=session[BROWSER], pepper=current_pepper(), now=now
        )
        mail_id = notifications.queue_mail(
            db,
            to_address=who,
            subject=_("Your code for accredit: %(code)s", code=code),
            text=render_template("email/sign_in_code.txt", code=code),
            now=now,
        )
        # Where nobody has this address the letter is emptied before it leaves; otherwise the same statement finds none.
        notifications.mark_sent(db, mail_id=mail_id if account_id is None else new_id(), now=now)


def account_of_code(typed: str, *, now: datetime) -> UUID | None:
    """Return the account that a code typed in this browser belongs to, and use the code up; None when it does not."""
    if BROWSER not in session:
        return None
    with transaction(everywhere=True) as db:
        return signing_in.use_code(db, code=typed, browser_secret=session[BROWSER], pepper=current_pepper(), now=now)
