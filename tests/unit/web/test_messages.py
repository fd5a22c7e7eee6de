"""Every rule has a sentence, and every sentence can be said with the facts its rule gives."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from flask import Flask

from accredit.domain.awarding.rules import Finding, FindingKind
from accredit.domain.practice.rules import Milestone
from accredit.errors import RuleBroken
from accredit.web.findings import MILESTONES, missing_text, needed_text
from accredit.web.messages import SENTENCES, sentence, sentence_of
from accredit.web.remarks import REMARKS

DOMAIN = Path(__file__).resolve().parents[3] / "accredit" / "domain"
RULE = re.compile(r'RuleBroken\(\s*"([a-z0-9-]+)"')


def raised() -> set[str]:
    return {rule for file in DOMAIN.rglob("*.py") for rule in RULE.findall(file.read_text())}


def test_every_rule_that_is_raised_has_a_sentence() -> None:
    assert raised() - set(SENTENCES) == set()


def test_nothing_says_failed_or_rejected() -> None:
    words = re.compile(r"\b(fail(ed)?|rejected|unsuccessful|invalid|illegal|expired)\b", re.IGNORECASE)
    assert [each for each in (*SENTENCES.values(), *REMARKS.values()) if words.search(str(each))] == []


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        pytest.param(RuleBroken("too-late", days=28), "Entries are added within 28 days.", id="with its number"),
        pytest.param(RuleBroken("too-late"), "later than this programme allows", id="without it, as a concern"),
        pytest.param(RuleBroken("columns-missing", columns=("Date", "Start")), "Date, Start", id="with a list"),
        pytest.param(RuleBroken("never-heard-of"), "Nothing was changed.", id="a rule nobody wrote a sentence for"),
    ],
)
def test_a_rule_is_said(broken: RuleBroken, said: str, app: Flask) -> None:
    with app.test_request_context():
        assert said in sentence(broken)


def test_a_concern_is_said_by_its_id(app: Flask) -> None:
    with app.test_request_context():
        assert sentence_of("over-day-limit") == "That is more than usual for one day. Confirm it if it is right."


def test_every_milestone_has_words() -> None:
    assert set(MILESTONES) == set(Milestone)


@pytest.mark.parametrize(
    ("finding", "missing", "needed"),
    [
        pytest.param(
            Finding(kind=FindingKind.HOURS, needed=1800, got=1590), "3½ hours more", "26½ hours of 30 hours", id="hours"
        ),
        pytest.param(
            Finding(kind=FindingKind.MEETINGS, needed=3, got=2),
            "1 supervision meeting",
            "2 of 3 supervision meetings",
            id="meetings",
        ),
        pytest.param(
            Finding(kind=FindingKind.MODULE, needed=1, got=0, codes=("M2",), titles=("Listening well",)),
            "the module “Listening well”",
            "Listening well",
            id="a module",
        ),
        pytest.param(
            Finding(kind=FindingKind.REFRESHER, needed=1, got=0, due_on=date(2026, 9, 26)),
            "a refresher",
            "training up to date (until 26 September 2026)",
            id="a refresher",
        ),
        pytest.param(
            Finding(kind=FindingKind.MILESTONE, needed=1, got=0, codes=("led-activity", "spoke-at-assembly")),
            "led an activity or spoke at an assembly",
            "led an activity or spoke at an assembly",
            id="one of two milestones",
        ),
    ],
)
def test_a_finding_is_said(finding: Finding, missing: str, needed: str, app: Flask) -> None:
    with app.test_request_context():
        assert missing_text(finding) == missing
        assert needed_text(finding) == needed


def test_every_remark_of_a_class_list_has_a_sentence() -> None:
    folder = DOMAIN / "people"
    text = "".join(file.read_text() for file in folder.glob("class_list*.py"))
    named = set(re.findall(r'(?:say|ask)\([^"\n]*"([a-z-]{5,})"', text))
    assert named
    assert named - set(REMARKS) - set(SENTENCES) == set()
