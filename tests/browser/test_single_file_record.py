"""The single file before a record of peer support: it says what it is, and that it was genuine when it was made."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from accredit.domain.credentials import support_record_asking, support_records
from accredit.domain.issuing import queries as issuances
from accredit.domain.verification import evidence, handing_out
from accredit.jobs.issuing import Issuer
from accredit.rendering.of_credential import pdf_of
from accredit.rendering.verifier_file import verifier_file
from accredit.storage import Database
from tests.unit.domain.verification.story import told

pytestmark = pytest.mark.browser


def test_a_record_of_peer_support_is_told_for_what_it_is(
    chromium: Browser, sqlite_schema: Path, tmp_path: Path
) -> None:
    path = tmp_path / "accredit.sqlite"
    path.write_bytes(sqlite_schema.read_bytes())
    with Database(f"sqlite:///{path}") as database:
        story = told(database, tmp_path)
        ama, now = story.cast.ama, story.now
        with database.transaction() as db:
            support_record_asking.ask(db, enrolment_id=ama.enrolled, shows_months=False, actor=ama.actor, now=now)
        assert Issuer(database, story.keyring, lambda: now).issue_waiting().released == 1
        with database.reading() as db:
            (view,) = support_records.of_young_person(db, ama.id)
            document = issuances.signed_document(db, view.issuance_id)
            found = handing_out.evidence_of(db, view.credential_id, now=now)
            trust = handing_out.trust_of(db, now=now)
    assert document is not None
    assert found is not None
    assert trust is not None
    (tmp_path / "accredit-verify.html").write_bytes(verifier_file(trust))
    paper = tmp_path / "record.pdf"
    paper.write_bytes(pdf_of(view, document, base_url="https://accredit.example", evidence=evidence.write(found)))
    context = chromium.new_context(offline=True, locale="en-GB")
    for moment, colour in ((now + timedelta(minutes=1), "green"), (now + timedelta(days=2), "amber")):
        page = context.new_page()
        page.clock.set_fixed_time(moment)
        page.goto((tmp_path / "accredit-verify.html").as_uri())
        page.set_input_files("#file", paper)
        page.locator(f".verdict.{colour}").wait_for()
        said = page.locator("#result").inner_text()
        assert "What it is\nRecord of peer support, Wellbeing Ambassadors" in said
        assert "not an award and has no level" in said
        assert "\nAward\n" not in said
        page.close()
    context.close()
