"""Welsh is offered once it has been approved, and chosen by the reader."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.client import LintingClient

Visit = Callable[..., LintingClient]
WELSH = {"Accept-Language": "cy, en;q=0.5"}


def test_before_approval_every_page_is_english(visit: Visit) -> None:
    html = visit().get("/", headers=WELSH).text
    assert '<html lang="en">' in html
    assert "Cymraeg" not in html


def test_after_approval_the_browsers_wish_counts(visit: Visit) -> None:
    assert '<html lang="cy">' in visit(welsh_approved=True).get("/", headers=WELSH).text
    assert '<html lang="en">' in visit(welsh_approved=True).get("/").text


def test_a_choice_outweighs_the_browser_and_leads_back(visit: Visit) -> None:
    client = visit(welsh_approved=True)
    answer = client.post("/language", data={"language": "cy", "next": "/sign-in"})
    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert '<html lang="cy">' in client.get("/sign-in").text


@pytest.mark.parametrize("elsewhere", ["//evil.example", "https://evil.example", "/\\evil.example", "evil"])
def test_a_choice_leads_nowhere_else(visit: Visit, elsewhere: str) -> None:
    answer = visit(welsh_approved=True).post("/language", data={"language": "cy", "next": elsewhere})
    assert answer.location == "/"


def test_a_language_that_is_not_offered_is_refused(visit: Visit) -> None:
    assert visit().post("/language", data={"language": "cy"}).status_code == 400
