"""The three templates say what they should, and fit together."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from accredit.domain.practice.rules import Milestone
from accredit.domain.programmes import rules
from accredit.domain.programmes.rules import Definition, Evidence
from accredit.domain.programmes.templates import TEMPLATES
from accredit.errors import RuleBroken

ALL = pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES.keys())
WA = TEMPLATES["WA"]


@ALL
def test_a_template_fits_together(template: Definition) -> None:
    rules.check(template)


@ALL
def test_a_definition_survives_its_json(template: Definition) -> None:
    assert Definition.from_json(json.loads(json.dumps(template.to_json()))) == template


@ALL
def test_milestones_are_words_that_practice_knows(template: Definition) -> None:
    named = {word for level in template.levels for any_of in level.milestones for word in any_of}
    assert named <= {milestone.value for milestone in Milestone}


@ALL
def test_every_skill_is_aligned_with_esco_and_no_step_is_claimed(template: Definition) -> None:
    for skill in template.skills:
        frameworks = {alignment.framework: alignment for alignment in skill.alignments}
        assert (frameworks["ESCO"].url or "").startswith("http://data.europa.eu/esco/skill/")
        assert {alignment.code for name, alignment in frameworks.items() if name != "ESCO"} <= {"UF2"}


@pytest.mark.parametrize(("code", "minutes"), [("WA", 360), ("PM", 465), ("DB", 315)])
def test_first_training_takes_as_long_as_the_template_says(code: str, minutes: int) -> None:
    template = TEMPLATES[code]
    assert sum(template.module(module).minutes for module in template.first_training) == minutes


@pytest.mark.parametrize(
    ("code", "asked"),
    [
        ("WA", [("WA-TRN", 0, 0), ("WA-PS", 600, 3), ("WA-SEN", 1200, 6), ("WA-AMB", 1800, 8)]),
        ("PM", [("PM-TRN", 0, 0), ("PM-PS", 360, 4), ("PM-SEN", 900, 8), ("PM-AMB", 1500, 10)]),
        ("DB", [("DB-TRN", 0, 0), ("DB-PS", 300, 2), ("DB-SEN", 720, 4), ("DB-AMB", 1200, 6)]),
    ],
)
def test_levels_ask_for_the_hours_and_meetings_of_the_template(code: str, asked: list[tuple[str, int, int]]) -> None:
    assert [(level.code, level.minutes, level.supervision_meetings) for level in TEMPLATES[code].levels] == asked


def test_one_to_one_time_belongs_to_peer_mentoring_alone() -> None:
    assert "one-to-one" not in {kind.code for kind in WA.activity_types}
    assert TEMPLATES["PM"].one_to_one_minutes_between_meetings == 240
    assert not WA.activity_type("supervision").counts_as_hours


def test_skills_name_their_evidence() -> None:
    assert WA.skill("negotiation").evidence == (Evidence.OBSERVED, Evidence.REFLECTION)
    assert WA.skill("confidentiality").evidence == (Evidence.MODULE,)
    assert TEMPLATES["DB"].skill("reliability").evidence == (Evidence.HOURS,)


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        pytest.param(replace(WA, modules=()), "empty", id="no modules"),
        pytest.param(replace(WA, modules=(*WA.modules, WA.modules[0])), "twice", id="a module twice"),
        pytest.param(replace(WA, first_training=("M4", "M5", "M6", "M99")), "unknown-module", id="an unknown module"),
        pytest.param(replace(WA, levels=WA.levels[::-1]), "first-level-hours", id="levels upside down"),
        pytest.param(
            replace(WA, levels=(WA.levels[0], WA.levels[2], WA.levels[1])), "levels-add-up", id="a level that asks less"
        ),
        pytest.param(replace(WA, before_hours=("M7",)), "before-hours", id="hours before first training"),
        pytest.param(replace(WA, day_limit_minutes=0), "limit", id="no minutes a day"),
        pytest.param(replace(WA, weekly_minutes=0), "limit", id="no minutes a week"),
        pytest.param(replace(WA, skills=(replace(WA.skills[0], evidence=()),)), "evidence", id="no evidence"),
    ],
)
def test_a_definition_that_does_not_fit_is_refused(changed: Definition, fault: str) -> None:
    with pytest.raises(RuleBroken) as caught:
        rules.check(changed)
    assert caught.value.facts["fault"] == fault


@pytest.mark.parametrize("part", ["module", "activity_type", "skill", "level"])
def test_an_unknown_code_is_refused(part: str) -> None:
    with pytest.raises(RuleBroken) as caught:
        getattr(WA, part)("M99")
    assert caught.value.rule == f"unknown-{part.replace('_', '-')}"
