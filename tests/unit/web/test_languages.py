"""Welsh is offered once it has been approved, and chosen by the reader."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from babel.messages.checkers import python_format
from babel.messages.pofile import read_po

from accredit.web.words import CATALOGUES, catalogue
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


@pytest.mark.parametrize(
    "elsewhere", ["//evil.example", "https://evil.example", "/\\evil.example", "evil", "/\t/evil.example"]
)
def test_wa21_a_choice_leads_nowhere_else(visit: Visit, elsewhere: str) -> None:
    answer = visit(welsh_approved=True).post("/language", data={"language": "cy", "next": elsewhere})
    assert answer.location == "/"


def test_a_language_that_is_not_offered_is_refused(visit: Visit) -> None:
    assert visit().post("/language", data={"language": "cy"}).status_code == 400


def test_welsh_counts_in_six_ways() -> None:
    welsh = catalogue("cy")
    one, many = "There is one thing to put right", "There are %(num)d things to put right"
    assert welsh.ungettext(one, many, 2) == "Mae dau beth i'w cywiro"
    assert welsh.ungettext(one, many, 4) % {"num": 4} == "Mae 4 peth i'w cywiro"


def test_translations_keep_their_placeholders_and_are_compiled() -> None:
    folder = CATALOGUES / "cy" / "LC_MESSAGES"
    with (folder / "messages.po").open("rb") as written:
        messages = read_po(written, locale="cy")
    compiled = catalogue("cy")
    for message in messages:
        if message.id and message.string:
            python_format(messages, message)
            if isinstance(message.id, str) and not message.fuzzy:
                assert compiled.ugettext(message.id) == message.string, f"run make translations: {message.id}"
