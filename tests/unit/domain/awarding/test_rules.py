"""Measuring a portfolio against a level."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from accredit.domain.awarding import rules
from accredit.domain.awarding.portfolio import (
    LeafRange,
    MilestoneDone,
    ModuleDone,
    Portfolio,
    SkillShown,
    skills_shown,
)
from accredit.domain.awarding.rules import Assessment, FindingKind
from accredit.domain.organisations.rules import Role
from accredit.domain.practice.rules import Milestone
from accredit.domain.programmes.rules import Evidence
from accredit.domain.programmes.templates import TEMPLATES
from accredit.domain.training.rules import ModuleAttendance
from accredit.errors import RuleBroken

WA = TEMPLATES["WA"]
ON = date(2026, 7, 20)
TRAINED_ON = date(2025, 10, 3)


def _modules(*codes: str) -> tuple[ModuleDone, ...]:
    return tuple(
        ModuleDone(code=code, title=code, minutes=60, first_on=TRAINED_ON, latest_on=TRAINED_ON) for code in codes
    )


def _seen(*codes: str) -> tuple[SkillShown, ...]:
    return tuple(SkillShown(code=code, title=code, evidence=(Evidence.OBSERVED,), observations=1) for code in codes)


FIRST = ("M1", "M2", "M3", "M4", "M5", "M6", "M8")
AMBASSADOR = Portfolio(
    enrolment_id=uuid4(),
    until=ON,
    programme_code="WA",
    programme_name="Wellbeing Ambassadors",
    modules=_modules(*FIRST, "M7", "M11", "M13"),
    training_minutes=600,
    up_to_date_until=date(2026, 10, 3),
    minutes=1800,
    entries=60,
    meetings=8,
    first_on=date(2025, 10, 6),
    last_on=date(2026, 7, 17),
    adults=3,
    months=10,
    skills=_seen("listening", "empathy"),
    milestones=(
        MilestoneDone(code=Milestone.LED_ACTIVITY, reached_on=ON),
        MilestoneDone(code=Milestone.REFLECTION, reached_on=ON),
    ),
    leaves=LeafRange(first=3, last=91, count=70),
)


def _highest(**changes: Any) -> str | None:
    found = rules.highest_met(replace(AMBASSADOR, **changes), WA, ON)
    return found.level_code if found else None


@pytest.mark.parametrize(
    ("changes", "level"),
    [
        pytest.param({}, "WA-AMB", id="everything exactly on its threshold counts"),
        pytest.param({"minutes": 1799}, "WA-SEN", id="one minute short of 30 hours"),
        pytest.param({"meetings": 7}, "WA-SEN", id="one meeting short"),
        pytest.param({"modules": _modules(*FIRST, "M7", "M11")}, "WA-SEN", id="M13 is missing"),
        pytest.param({"milestones": AMBASSADOR.milestones[:1]}, "WA-SEN", id="the reflection is missing"),
        pytest.param({"skills": _seen("listening")}, "WA-PS", id="one skill observed where two are needed"),
        pytest.param({"up_to_date_until": date(2026, 7, 19)}, "WA-PS", id="the refresher was due yesterday"),
        pytest.param({"up_to_date_until": ON}, "WA-AMB", id="the refresher is due today"),
        pytest.param({"minutes": 599}, "WA-TRN", id="one minute short of ten hours"),
        pytest.param({"minutes": 0, "meetings": 0}, "WA-TRN", id="trained, no hours yet"),
        pytest.param({"modules": _modules("M1", "M2")}, None, id="first training not complete"),
        pytest.param({"modules": (), "minutes": 5000}, None, id="hours do not stand in for training"),
    ],
)
def test_the_highest_level_met(changes: dict[str, Any], level: str | None) -> None:
    assert _highest(**changes) == level


def test_an_assessment_explains_itself() -> None:
    portfolio = replace(AMBASSADOR, minutes=595, meetings=2, modules=_modules(*FIRST))
    following = rules.next_level(portfolio, WA, ON)
    assert following is not None
    assert following.level_code == "WA-PS"
    assert [(each.kind, each.needed, each.got, each.missing) for each in following.missing] == [
        (FindingKind.HOURS, 600, 595, 5),
        (FindingKind.MEETINGS, 3, 2, 1),
    ]
    senior = rules.assess(portfolio, WA, "WA-SEN", ON)
    assert [each.titles for each in senior.missing if each.kind is FindingKind.MODULE] == [
        ("Solving problems and negotiating together",),
        ("Planning an activity or a campaign",),
    ]


def test_nothing_is_left_after_the_highest_level() -> None:
    assert rules.next_level(AMBASSADOR, WA, ON) is None


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(RuleBroken, match="unknown-level"):
        rules.assess(AMBASSADOR, WA, "WA-GOD", ON)


def test_portfolio_and_assessment_survive_json() -> None:
    written = json.loads(json.dumps(AMBASSADOR.to_json()))
    assert Portfolio.from_json(written) == AMBASSADOR
    assert written["first_on"] == "2025-10-06"
    assessment = rules.assess(AMBASSADOR, WA, "WA-AMB", ON)
    decided = json.loads(json.dumps(assessment.to_json()))
    assert Assessment.from_json(decided) == assessment
    assert decided["met"] is True


def _attended(*codes: str) -> dict[str, ModuleAttendance]:
    return {code: ModuleAttendance(code=code, first_on=TRAINED_ON, latest_on=TRAINED_ON) for code in codes}


@pytest.mark.parametrize(
    ("template", "changes", "codes"),
    [
        pytest.param("WA", {}, set(), id="no evidence, no skill"),
        pytest.param("WA", {"attended": _attended("M2")}, set(), id="a module alone does not show listening"),
        pytest.param("WA", {"observed": {"listening": 2}}, {"listening"}, id="an adult saw it"),
        pytest.param("WA", {"attended": _attended("M4")}, {"confidentiality"}, id="the module shows confidentiality"),
        pytest.param(
            "WA", {"attended": _attended("M4"), "on": date(2026, 10, 4)}, set(), id="a lapsed module shows nothing"
        ),
        pytest.param("WA", {"milestones": {Milestone.REFLECTION}}, {"negotiation"}, id="a reflection shows it too"),
        pytest.param("DB", {"months": 3}, {"reliability"}, id="three months of hours show reliability"),
        pytest.param("DB", {"months": 2}, set(), id="two months do not"),
    ],
)
def test_a_skill_stands_only_on_its_evidence(template: str, changes: dict[str, Any], codes: set[str]) -> None:
    given: dict[str, Any] = {"attended": {}, "observed": {}, "milestones": set(), "months": 0, "on": ON} | changes
    assert {skill.code for skill in skills_shown(TEMPLATES[template], **given)} == codes


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        pytest.param({}, None, id="met, confirmed, new"),
        pytest.param({"today": date(2026, 7, 19)}, "awarded-on", id="an award in the future"),
        pytest.param({"started_on": date(2026, 7, 21)}, "awarded-on", id="an award before they joined"),
        pytest.param({"awarded": {"WA-AMB"}}, "already-awarded", id="a second time"),
        pytest.param({"awarded": {"WA-SEN"}}, None, id="after a lower level"),
        pytest.param({"is_name_confirmed": False}, "name-not-confirmed", id="the name was never confirmed"),
        pytest.param(
            {"assessment": rules.assess(replace(AMBASSADOR, minutes=0), WA, "WA-AMB", ON)},
            "requirements-not-met",
            id="something is missing",
        ),
    ],
)
def test_an_award(changes: dict[str, Any], rule: str | None) -> None:
    given: dict[str, Any] = {
        "assessment": rules.assess(AMBASSADOR, WA, "WA-AMB", ON),
        "started_on": TRAINED_ON,
        "today": ON,
        "is_name_confirmed": True,
        "awarded": set(),
    } | changes
    assessment = given.pop("assessment")
    if rule is None:
        rules.check_award(assessment, **given)
        return
    with pytest.raises(RuleBroken) as caught:
        rules.check_award(assessment, **given)
    assert caught.value.rule == rule


@pytest.mark.parametrize(
    ("role", "may"),
    [
        pytest.param(Role.COORDINATOR, True, id="a co-ordinator awards"),
        pytest.param(Role.SUPERVISOR, False, id="a supervisor does not"),
        pytest.param(Role.ADMINISTRATOR, False, id="an administrator does not"),
    ],
)
def test_who_awards(role: Role, *, may: bool) -> None:
    if may:
        rules.check_awarder({role})
        return
    with pytest.raises(RuleBroken, match="not-a-co-ordinator"):
        rules.check_awarder({role})
