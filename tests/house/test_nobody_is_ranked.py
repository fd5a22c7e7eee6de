"""No page counts days in a row, compares young people, or puts them in the order of what they did."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from accredit.domain.practice.noticing import Notice
from accredit.domain.practice.queries import PracticeRegisterRow
from accredit.domain.practice.supervision import Supervision
from accredit.rendering.templates import template_root
from accredit.web.supervisor.words import NOTICES

TEMPLATES = sorted(Path(template_root()).rglob("*.html"))
COMPARES = re.compile(
    r"\b(streak|leader ?board|rank(ed|ing)?|league|in a row|top \d|best of|most hours)\b", re.IGNORECASE
)
# What a page may only show to an adult, and to nobody about somebody else.
OF_A_WEEK = re.compile(r"\b(week_minutes|lately|is_a_lot)\b")


@pytest.mark.attack("DP18")
@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_page_compares_nobody(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert COMPARES.findall(text) == []
    assert "|sort(attribute='minutes'" not in text.replace('"', "'")


@pytest.mark.parametrize(
    "path", [each for each in TEMPLATES if each.parent.name == "learner"], ids=lambda path: path.name
)
def test_a_young_person_is_not_told_that_it_is_a_lot(path: Path) -> None:
    assert OF_A_WEEK.findall(path.read_text(encoding="utf-8")) == []


@pytest.mark.attack("DP18")
def test_what_is_noticed_speaks_of_one_person() -> None:
    assert set(NOTICES) == set(Notice)
    assert not any(COMPARES.search(str(text)) for text in NOTICES.values())
    for kind in (Supervision, PracticeRegisterRow):
        assert not {"rank", "place", "score", "streak"} & {field.name for field in fields(kind)}
