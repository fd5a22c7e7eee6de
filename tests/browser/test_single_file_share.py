"""The single file before a share: it says what was chosen, until when, and whether that holds as far as it can tell."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from accredit.rendering.verifier_file import verifier_file
from accredit.storage import Database
from tests.shared_far_away import keep

pytestmark = pytest.mark.browser


def test_a_share_is_told_for_what_it_says_and_ends(chromium: Browser, sqlite_schema: Path, tmp_path: Path) -> None:
    path = tmp_path / "accredit.sqlite"
    path.write_bytes(sqlite_schema.read_bytes())
    with Database(f"sqlite:///{path}") as database:
        kept = keep(database, tmp_path)
    verifier, sheet = tmp_path / "accredit-verify.html", tmp_path / "shared-award.pdf"
    verifier.write_bytes(verifier_file(kept.trust))
    sheet.write_bytes(kept.sheet)
    context = chromium.new_context(offline=True, locale="en-GB")
    told = (
        (timedelta(minutes=1), "Genuine"),
        (timedelta(days=2), "Genuine when issued"),
        (timedelta(days=40), "Its time is over"),
    )
    for later, words in told:
        page = context.new_page()
        page.clock.set_fixed_time(kept.now + later)
        page.goto(verifier.as_uri())
        page.set_input_files("#file", sheet)
        page.locator(".verdict").wait_for()
        assert page.locator(".verdict h2").inner_text().startswith(words)
        said = page.locator("#result").inner_text()
        assert "Its holder chose what is said here." in said
        assert "A. S." in said
        assert "Sample" not in said
        assert "hours" not in said
        page.close()
    context.close()
