"""Every page that a young person can see leads to an adult, errors included; and no page of theirs is a message box."""

from __future__ import annotations

import re

import pytest

from accredit.web.access import Audience
from tests.house.access_matrix import Answered, Stage

pytestmark = pytest.mark.xdist_group("access-matrix")

TALK = 'href="/talk"'
# They hold telephone numbers instead of the way to them.
THE_NUMBERS_THEMSELVES = "learner.talk"


def pages(stage: Stage) -> list[Answered]:
    return [each for each in stage.answers("the young person") if each.answer.mimetype == "text/html"]


def test_every_page_of_a_young_person_leads_to_an_adult(stage: Stage) -> None:
    theirs = [each for each in pages(stage) if each.row.access.audience is Audience.YOUNG_PERSON]
    assert len(theirs) > 10
    shown = [each for each in theirs if each.answer.status_code not in {302, 303}]
    assert [each.row.name for each in shown if TALK not in each.answer.text] == []


def test_so_does_every_page_that_is_closed_to_them(stage: Stage) -> None:
    # What strangers see looks the same to everybody, signed in or not, so that it can be kept.
    mine_or_others = [each for each in pages(stage) if each.row.access.audience is not Audience.PUBLIC]
    closed = [each for each in mine_or_others if each.answer.status_code in {403, 404, 405}]
    assert len(closed) > 20
    assert [each.row.name for each in closed if TALK not in each.answer.text] == []


def test_the_page_of_an_own_certificate_does_too(stage: Stage) -> None:
    (own,) = [each for each in pages(stage) if each.row.name == "GET /credentials/<uuid:credential_id>"]
    assert own.answer.status_code == 200
    assert TALK in own.answer.text


def test_talking_to_an_adult_is_information_and_nothing_can_be_sent(stage: Stage) -> None:
    (talk,) = [each for each in pages(stage) if each.row.rule.endpoint == THE_NUMBERS_THEMSELVES]
    main = talk.answer.text.split("<main", 1)[1].split("</main>")[0]
    assert not re.search(r"<(form|input|textarea|select|button)\b", main)
    assert 'href="tel:999"' in main
    assert 'href="tel:08001111"' in main


def test_nothing_that_a_young_person_types_freely_is_kept(stage: Stage) -> None:
    """The one page with boxes for text of their own says that it keeps nothing (test_use holds it to that)."""
    with_a_box = {
        each.row.rule.endpoint
        for each in pages(stage)
        if each.row.access.audience is Audience.YOUNG_PERSON and "<textarea" in each.answer.text
    }
    assert with_a_box == {"learner.statement"}
