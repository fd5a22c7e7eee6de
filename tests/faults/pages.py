"""A co-ordinator at the pages, in a process of its own: signs in, sends a form, reads the answer."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from accredit.app import from_environment
from accredit.clock import utc_now
from accredit.domain.people import queries as people
from accredit.storage import Database
from accredit.web.auth import cookie
from tests.factories import NOW
from tests.faults.school import LEVEL, NIA, School
from tests.web import BASE_URL, Browser, remember_account


def award(_folder: Path, school: School) -> int:
    """Award the level to the candidate on the page; return the status of the answer."""
    day = NOW.date()
    return _send(
        school,
        f"/school/programmes/{school.programme_id}/award/{LEVEL}/give",
        {"enrolments": [str(school.candidate)], "awarded_on": [day.day, day.month, day.year]},
    )


def suspend(_folder: Path, school: School) -> int:
    """Pause the first certificate, which is out, on its page; return the status of the answer."""
    return _send(school, f"/school/certificates/{school.awards[0]}/suspend", {"reason": "looking-into-it"})


def _send(school: School, path: str, fields: Mapping[str, Any]) -> int:
    # The service as it is started, save that the form needs no token: no page was opened to get one from.
    app = from_environment()
    app.config["WTF_CSRF_ENABLED"] = False
    app.test_client_class = Browser
    browser = app.test_client()
    database: Database = app.extensions["accredit.database"]
    try:
        with database.reading() as db:
            account = people.account_by_email(db, NIA)
            assert account is not None
        with browser.session_transaction(base_url=BASE_URL) as session:
            remember_account(database, session, account, now=utc_now())
            cookie.choose_organisation(session, school.organisation_id)
        return browser.post(path, data=fields).status_code
    finally:
        database.close()
