"""One part of a programme is changed, and everything that names it follows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from accredit.domain.programmes import editing, rules
from accredit.domain.programmes.editing import LevelEntry, ModuleEntry, Overview
from accredit.domain.programmes.frameworks import ESCO, FRAMEWORKS, SKILLS_BUILDER, alignment
from accredit.domain.programmes.rules import Badge, Definition, Evidence
from accredit.domain.programmes.templates import TEMPLATES
from accredit.errors import RuleBroken

WA = TEMPLATES["WA"]


def module(**changes: object) -> ModuleEntry:
    values: dict[str, object] = {
        "title": "Company at lunch",
        "covers": "who sits alone, how to join in",
        "minutes": 30,
        "valid_months": None,
        "refreshes": (),
        "in_first_training": False,
        "before_hours": False,
    }
    return ModuleEntry(**(values | changes))  # type: ignore[arg-type]  # a test's own words


def level(**changes: object) -> LevelEntry:
    values: dict[str, object] = {
        "title": "Lead Ambassador",
        "sentence": "has led a year of it",
        "badge": Badge.AMBASSADOR,
        "minutes": 2400,
        "supervision_meetings": 10,
        "module_codes": WA.levels[-1].module_codes,
        "refresher_if_due": True,
        "skills_observed": 2,
        "milestones": (("reflection",),),
    }
    return LevelEntry(**(values | changes))  # type: ignore[arg-type]  # a test's own words


def test_a_module_of_ones_own_gets_a_number_nobody_had() -> None:
    changed = editing.with_module(WA, module(), taken={"M20", "listening"})
    assert changed.module("M21").title == "Company at lunch"
    assert changed.first_training == WA.first_training
    assert changed.levels == WA.levels
    rules.check(changed)


def test_a_module_of_the_first_training_is_asked_for_by_every_level() -> None:
    changed = editing.with_module(WA, module(before_hours=True))
    assert changed.before_hours == (*WA.before_hours, "M14")
    assert changed.first_training[-1] == "M14"
    assert all("M14" in each.module_codes for each in changed.levels)
    rules.check(changed)


def test_a_module_is_changed_in_its_place() -> None:
    entry = module(title="Listening", minutes=75, in_first_training=True)
    changed = editing.with_module(WA, entry, code="M2")
    assert [each.code for each in changed.modules] == [each.code for each in WA.modules]
    assert (changed.module("M2").minutes, changed.first_training) == (75, WA.first_training)


def test_a_module_that_is_dropped_is_named_nowhere() -> None:
    changed = editing.without_module(WA, "M4")
    assert "M4" not in str(changed.to_json())
    rules.check(changed)
    with pytest.raises(RuleBroken, match="unknown-module"):
        editing.without_module(changed, "M4")


def test_activities_and_skills_come_and_go() -> None:
    changed = editing.with_activity(WA, title="Café at break", formal=True, counts_as_hours=True)
    assert changed.activity_type("cafe-at-break").title == "Café at break"
    again = editing.with_activity(changed, title="Café at break", formal=True, counts_as_hours=True)
    assert again.activity_type("cafe-at-break-2")
    assert editing.without_activity(changed, "cafe-at-break") == WA
    skilled = editing.with_skill(
        WA,
        title="Planning ahead",
        module_codes=["M11", "M99"],
        evidence=[Evidence.OBSERVED],
        alignments=[alignment(ESCO, "plan youth activities"), alignment(SKILLS_BUILDER, "Planning")],
    )
    assert skilled.skill("planning-ahead").module_codes == ("M11",)
    assert editing.without_skill(skilled, "planning-ahead") == WA
    rules.check(skilled)


def test_a_level_is_added_above_and_hands_its_modules_upward() -> None:
    changed = editing.with_level(WA, level())
    assert changed.level_codes == (*WA.level_codes, "WA-5")
    rules.check(changed)
    lower = WA.levels[1]
    entry = LevelEntry(
        title=lower.title,
        sentence=lower.sentence,
        badge=lower.badge,
        minutes=lower.minutes,
        supervision_meetings=lower.supervision_meetings,
        module_codes=(*lower.module_codes, "M13"),
        refresher_if_due=False,
        skills_observed=0,
        milestones=(),
    )
    raised = editing.with_level(WA, entry, code=lower.code)
    assert ["M13" in each.module_codes for each in raised.levels] == [False, True, True, True]
    rules.check(raised)
    assert editing.without_level(changed, "WA-5") == WA


def test_a_blank_programme_is_not_ready_and_says_what_is_missing() -> None:
    empty = editing.blank(code="LF", name="Lunch Friends")
    assert dict(rules.faults(empty)) == {"empty": "LF", "hours-without-activity": "LF-2"}
    grown = editing.with_module(empty, module(before_hours=True))
    grown = editing.with_activity(grown, title="Lunch table", formal=True, counts_as_hours=True)
    rules.check(grown)
    assert rules.advice(grown) == ("no-skills", "no-refresher")
    assert Definition.from_json(grown.to_json()) == grown


def test_a_copy_has_a_name_and_codes_of_its_own() -> None:
    copied = editing.copy(WA, code="LF", name=" Lunch   Friends ")
    assert (copied.code, copied.name) == ("LF", "Lunch Friends")
    assert copied.level_codes == ("LF-1", "LF-2", "LF-3", "LF-4")
    assert copied.modules == WA.modules
    rules.check(copied)


def test_the_overview_is_changed_alone() -> None:
    overview = Overview(
        name="Wellbeing Friends",
        summary="Company.",
        log_within_days=14,
        day_limit_minutes=90,
        weekly_minutes=150,
        one_to_one_minutes_between_meetings=None,
        reflections=True,
    )
    changed = editing.with_overview(WA, overview)
    assert changed.reflections
    limits = replace(changed, log_within_days=28, day_limit_minutes=120, weekly_minutes=180)
    assert replace(limits, name=WA.name, summary=WA.summary, reflections=False) == WA


@pytest.mark.parametrize(
    ("name", "taken", "code"),
    [
        pytest.param("Lunch Friends", (), "LF", id="initials"),
        pytest.param("Lunch Friends", ("LF", "LF2"), "LF3", id="initials that another has"),
        pytest.param("Ŵyn", (), "WP", id="one word"),
        pytest.param("ليلى", (), "PP", id="letters of another script"),
    ],
)
def test_a_programme_is_given_a_short_code(name: str, taken: tuple[str, ...], code: str) -> None:
    assert editing.code_of_name(name, taken) == code


@pytest.mark.parametrize(
    "text", ["a\u202eb", "a\u200bb", "Approved ✓", "a\x07b"], ids=["turned", "hidden", "tick", "bell"]
)
def test_text_that_deceives_is_refused(text: str) -> None:
    with pytest.raises(RuleBroken, match="text-unprintable"):
        editing.clean(text)


def test_the_frameworks_own_names_and_identifiers_are_offered() -> None:
    assert len(FRAMEWORKS[SKILLS_BUILDER]) == 8
    addresses = [each.url for each in FRAMEWORKS[ESCO]]
    assert len(set(addresses)) == len(addresses) == 32
    # Clinical, or with a young person between two others: not for pupils.
    assert {"promote mental health", "resolve conflicts"}.isdisjoint(each.name for each in FRAMEWORKS[ESCO])
    with pytest.raises(KeyError):
        alignment(ESCO, "promote mental health")


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        pytest.param(replace(WA, activity_types=WA.activity_types[-1:]), "hours-without-activity", id="no hours"),
        pytest.param(replace(WA, activity_types=WA.activity_types[:-1]), "meetings-without-activity", id="no meetings"),
        pytest.param(replace(WA, skills=WA.skills[:1]), "skills-observed", id="too few skills"),
    ],
)
def test_a_level_asks_for_nothing_impossible(changed: Definition, fault: str) -> None:
    assert fault in dict(rules.faults(changed))
