"""The summary for governors, printed: one sheet, in letters that can be read."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser
from pypdfium2 import PdfDocument

from tests.browser.demonstration import Demonstration, open_tab

pytestmark = pytest.mark.browser

# Rows as the page itself writes them: three programmes, with four levels each.
MANY = """() => {
  for (const body of document.querySelectorAll('table tbody')) {
    const rows = [...body.rows], wanted = body.closest('table').textContent.includes('Gave time') ? 3 : 12;
    for (let at = 0; body.rows.length < wanted; at++) body.append(rows[at % rows.length].cloneNode(true));
  }
}"""


def test_three_programmes_with_four_levels_each_fit_on_one_sheet(
    chromium: Browser, demonstration: Demonstration
) -> None:
    tab = open_tab(chromium, width=1280)
    tab.goto(f"{demonstration.address}/sign-in")
    tab.get_by_label("E-mail address").fill("t.exemplar@example.org")
    tab.get_by_label("Password").fill(demonstration.password)
    tab.get_by_role("button", name="Sign in", exact=True).click()
    tab.wait_for_url("**/school/")
    tab.goto(f"{demonstration.address}/school/summary")
    tab.get_by_role("link", name="Last school year").click()
    tab.evaluate(MANY)
    assert tab.locator("tbody tr").count() >= 15
    with PdfDocument(tab.pdf(format="A4")) as printed:
        text = printed[0].get_textpage().get_text_range()
        assert len(printed) == 1
    assert "Summary for governors" not in text.split("\n")[0]
    assert "How to read this" in text
    tab.context.close()
