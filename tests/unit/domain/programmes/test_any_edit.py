"""However a programme is edited, nothing in it is left dangling, and no code ever means two things."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from accredit.domain.programmes import editing, rules
from accredit.domain.programmes.editing import LevelEntry, ModuleEntry
from accredit.domain.programmes.rules import Badge, Definition, Evidence
from accredit.domain.programmes.templates import TEMPLATES

# What the pages leave to the check before publishing; whatever else can be wrong, editing itself must rule out.
LEFT_TO_THE_CHECK = {
    "empty",
    "first-level-hours",
    "levels-add-up",
    "hours-without-activity",
    "meetings-without-activity",
    "skills-observed",
}
Step = Callable[[Definition, frozenset[str]], Definition]
titles = st.text(alphabet="aábŵ -", min_size=1, max_size=8)
pick = st.integers(min_value=0, max_value=30)


def _some(parts: tuple[str, ...], number: int) -> str | None:
    """Return a code, or None for a new part."""
    return (None, *parts)[number % (len(parts) + 1)]


def _without_one(definition: Definition, number: int) -> Definition:
    drops = [(editing.without_module, each.code) for each in definition.modules]
    drops += [(editing.without_level, each) for each in definition.level_codes]
    drops += [(editing.without_skill, each.code) for each in definition.skills]
    drops += [(editing.without_activity, each.code) for each in definition.activity_types]
    if not drops:
        return definition
    drop, code = drops[number % len(drops)]
    return drop(definition, code)


@st.composite
def steps(draw: st.DrawFn) -> Step:
    """Draw one act of the pages: add, change or take out a part."""
    title, number, first, before = draw(titles), draw(pick), draw(st.booleans()), draw(st.booleans())
    chosen = draw(st.sets(pick, max_size=4))

    def module(definition: Definition, taken: frozenset[str]) -> Definition:
        known = tuple(each.code for each in definition.modules)
        entry = ModuleEntry(
            title=title,
            covers="",
            minutes=30,
            valid_months=None,
            refreshes=tuple(code for place, code in enumerate(known) if place in chosen),
            in_first_training=first,
            before_hours=before,
        )
        return editing.with_module(definition, entry, code=_some(known, number), taken=taken)

    def level(definition: Definition, taken: frozenset[str]) -> Definition:
        known = tuple(each.code for each in definition.modules)
        entry = LevelEntry(
            title=title,
            sentence="",
            badge=Badge.PEER,
            minutes=number * 60,
            supervision_meetings=number,
            module_codes=tuple(code for place, code in enumerate(known) if place in chosen),
            refresher_if_due=first,
            skills_observed=0,
            milestones=(),
        )
        return editing.with_level(definition, entry, code=_some(definition.level_codes, number), taken=taken)

    def skill(definition: Definition, taken: frozenset[str]) -> Definition:
        known = tuple(each.code for each in definition.skills)
        return editing.with_skill(
            definition,
            title=title,
            module_codes=[each.code for place, each in enumerate(definition.modules) if place in chosen],
            evidence=[Evidence.OBSERVED],
            alignments=[],
            code=_some(known, number),
            taken=taken,
        )

    def activity(definition: Definition, taken: frozenset[str]) -> Definition:
        known = tuple(each.code for each in definition.activity_types)
        return editing.with_activity(
            definition, title=title, formal=first, counts_as_hours=before, code=_some(known, number), taken=taken
        )

    def dropped(definition: Definition, _taken: frozenset[str]) -> Definition:
        return _without_one(definition, number)

    return draw(st.sampled_from([module, level, skill, activity, dropped]))


@given(
    start=st.sampled_from([*TEMPLATES.values(), editing.blank(code="LF", name="Lunch Friends")]),
    acts=st.lists(steps(), max_size=12),
)
@settings(max_examples=150, deadline=None)
def test_no_edit_leaves_anything_dangling(start: Definition, acts: list[Step]) -> None:
    definition, ever = start, editing.codes([start])
    for act in acts:
        before = editing.codes([definition])
        definition = act(definition, ever)
        # A code that is new now was never used before.
        assert not (editing.codes([definition]) - before) & ever
        ever |= editing.codes([definition])
        assert {fault for fault, _ in rules.faults(definition)} <= LEFT_TO_THE_CHECK
        assert Definition.from_json(definition.to_json()) == definition
