"""A certificate that took the place of another says so to its holder, in their words and with what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from accredit.clock import utc_now
from accredit.domain.audit.rules import SERVICE
from accredit.domain.issuing import operations as issuing
from accredit.domain.issuing.rules import ReplaceReason
from accredit.jobs.worker import open_issuer
from accredit.keyring import KeyRing
from accredit.storage import Database
from tests.populated import PASSPHRASE, Year
from tests.unit.web.learner.test_self import text
from tests.web import Browser

LEADS_HERE = "The code and the link of the one before lead here."


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        (ReplaceReason.NAME_CHANGED, f"made again, with your name as it is now. {LEADS_HERE}"),
        (ReplaceReason.RECORD_CORRECTED, f"after something in your record was put right. {LEADS_HERE}"),
        (ReplaceReason.KEY_COMPROMISED, "signed again. What you did counts exactly as before."),
        (ReplaceReason.KEY_COMPROMISED, "please get the new file: the one before cannot be confirmed any more."),
    ],
    ids=["a new name", "a corrected record", "a key that was stolen", "what to do with a file that was kept"],
)
def test_it_is_told_once_the_new_one_is_there(
    ama: Browser, year: Year, sqlite_database: Database, tmp_path: Path, reason: ReplaceReason, told: str
) -> None:
    with sqlite_database.transaction() as db:
        issuing.replace(db, issuance_id=year.issuance_id, reason=reason, actor=SERVICE, now=utc_now())
    assert told not in text(ama, "/my/certificates")
    open_issuer(sqlite_database, KeyRing.open(tmp_path / "keys", PASSPHRASE)).issue_waiting()
    page = text(ama, "/my/certificates")
    assert told in page
    # Beside it stands what is said without internet, unseen.
    assert page.count('<p class="note"') - page.count('<p class="note" id="offline"') == 1
