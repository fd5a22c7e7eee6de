"""What a programme asks for and offers.

- Codes are stable and appear once: modules, activity types, skills, levels.
- Every code that is named exists: in first training, before hours, refreshers, skills and levels.
- Levels add up: a later one asks for no fewer minutes, meetings, skills or modules than the one before.
- The first level asks for no hours: it is reached by the first training.
- The modules that must come before hours are part of the first training.
- A limit is a positive number.
- What a level asks for can be done: there is an activity for its hours, one for its meetings, skills to be observed.

How a portfolio is assessed against a level is not here (``awarding``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from itertools import pairwise
from typing import Any, Protocol, TypeVar

from accredit.errors import RuleBroken

REFLECTION = "reflection"
"""The milestone of looking back, by its code."""


class Evidence(StrEnum):
    """What shows a skill; any one of those a skill names suffices."""

    OBSERVED = "observed"
    REFLECTION = "reflection"
    MODULE = "module"
    HOURS = "hours"


class Badge(StrEnum):
    """Which artwork a level wears."""

    TRAINED = "trained"
    PEER = "peer"
    SENIOR = "senior"
    AMBASSADOR = "ambassador"


@dataclass(frozen=True)
class Module:
    """A part of the training. ``refreshes`` names the modules it renews; ``valid_months`` when it wants renewing."""

    code: str
    title: str
    minutes: int
    covers: str
    refreshes: tuple[str, ...] = ()
    valid_months: int | None = None


@dataclass(frozen=True)
class ActivityType:
    """A kind of supervised time; supervision meetings are counted as meetings, not as hours."""

    code: str
    title: str
    formal: bool
    counts_as_hours: bool = True


@dataclass(frozen=True)
class Alignment:
    """A skill's place in a public framework: its name there, its address, its code."""

    framework: str
    name: str
    url: str | None = None
    code: str | None = None


@dataclass(frozen=True)
class Skill:
    """A skill, the modules that teach it, and the evidence of which any one suffices."""

    code: str
    title: str
    module_codes: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    alignments: tuple[Alignment, ...] = ()


@dataclass(frozen=True)
class Level:
    """A level with everything it asks for, earlier levels included. Each inner tuple of ``milestones`` is "any of"."""

    code: str
    title: str
    badge: Badge
    sentence: str
    minutes: int
    supervision_meetings: int
    module_codes: tuple[str, ...]
    refresher_if_due: bool = False
    skills_observed: int = 0
    milestones: tuple[tuple[str, ...], ...] = ()


class _Coded(Protocol):
    @property
    def code(self) -> str: ...


_C = TypeVar("_C", bound=_Coded)


@dataclass(frozen=True)
class Definition:
    """One version of a programme."""

    code: str
    name: str
    summary: str
    modules: tuple[Module, ...]
    first_training: tuple[str, ...]
    activity_types: tuple[ActivityType, ...]
    skills: tuple[Skill, ...]
    levels: tuple[Level, ...]
    before_hours: tuple[str, ...] = ("M4", "M5", "M6")
    log_within_days: int = 28
    day_limit_minutes: int = 120
    weekly_minutes: int = 180
    """Above this the supervising adult is asked to check in; nothing is refused, and the young person is not told."""
    one_to_one_minutes_between_meetings: int | None = None
    tariff_line: bool = True
    reflections: bool = False
    """Whether everybody is invited to look back; where a level asks for a reflection, they are in any case."""

    @property
    def invites_reflections(self) -> bool:
        """Say if young people are shown how to look back, and who hears of it."""
        asked = {code for level in self.levels for any_of in level.milestones for code in any_of}
        return self.reflections or REFLECTION in asked

    def module(self, code: str) -> Module:
        """Return a module. Raises `RuleBroken` ``unknown-module``."""
        return _find(self.modules, code, "unknown-module")

    def activity_type(self, code: str) -> ActivityType:
        """Return an activity type. Raises `RuleBroken` ``unknown-activity-type``."""
        return _find(self.activity_types, code, "unknown-activity-type")

    def skill(self, code: str) -> Skill:
        """Return a skill. Raises `RuleBroken` ``unknown-skill``."""
        return _find(self.skills, code, "unknown-skill")

    def level(self, code: str) -> Level:
        """Return a level. Raises `RuleBroken` ``unknown-level``."""
        return _find(self.levels, code, "unknown-level")

    @property
    def level_codes(self) -> tuple[str, ...]:
        """The codes of the levels, lowest first."""
        return tuple(level.code for level in self.levels)

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values; `from_json` gives the same definition back."""
        plain: dict[str, Any] = _plain(asdict(self))
        return plain

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Definition:
        """Return the definition that `to_json` wrote; an unknown key is an error, so nothing is silently dropped."""
        parts = dict(value)
        parts["modules"] = tuple(Module(**{**part, "refreshes": tuple(part["refreshes"])}) for part in value["modules"])
        parts["activity_types"] = tuple(ActivityType(**part) for part in value["activity_types"])
        parts["skills"] = tuple(_skill(part) for part in value["skills"])
        parts["levels"] = tuple(_level(part) for part in value["levels"])
        parts["first_training"] = tuple(value["first_training"])
        parts["before_hours"] = tuple(value["before_hours"])
        return cls(**parts)


def widened(definition: Definition, others: Iterable[Definition]) -> Definition:
    """Return a definition that also knows the modules, activities and skills of others; what it asks for stays."""
    known = (definition, *others)
    return replace(
        definition,
        modules=_joined(each.modules for each in known),
        activity_types=_joined(each.activity_types for each in known),
        skills=_joined(each.skills for each in known),
    )


def _joined(lists: Iterable[tuple[_C, ...]]) -> tuple[_C, ...]:
    found: dict[str, _C] = {}
    for parts in lists:
        found |= {part.code: part for part in parts if part.code not in found}
    return tuple(found.values())


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value.value if isinstance(value, StrEnum) else value


def _skill(part: Mapping[str, Any]) -> Skill:
    return Skill(
        **{
            **part,
            "module_codes": tuple(part["module_codes"]),
            "evidence": tuple(Evidence(kind) for kind in part["evidence"]),
            "alignments": tuple(Alignment(**alignment) for alignment in part["alignments"]),
        }
    )


def _level(part: Mapping[str, Any]) -> Level:
    return Level(
        **{
            **part,
            "badge": Badge(part["badge"]),
            "module_codes": tuple(part["module_codes"]),
            "milestones": tuple(tuple(any_of) for any_of in part["milestones"]),
        }
    )


def _find(parts: Sequence[_C], code: str, rule: str) -> _C:
    for part in parts:
        if part.code == code:
            return part
    raise RuleBroken(rule, code=code)


def check(definition: Definition) -> None:
    """Refuse a definition that does not fit together: `RuleBroken` ``definition`` with ``fault`` and ``code``."""
    for fault, code in faults(definition):
        raise RuleBroken("definition", f"{fault}: {code}", fault=fault, code=code)


def advice(definition: Definition) -> tuple[str, ...]:
    """Return what is in order and may still want a second thought, by id."""
    has_hours = any(level.minutes for level in definition.levels)
    asks_meetings = any(level.supervision_meetings for level in definition.levels)
    found = {
        "nothing-before-hours": has_hours and not definition.before_hours,
        "hours-without-meetings": has_hours and not asks_meetings,
        "no-skills": not definition.skills,
        "no-refresher": not any(module.valid_months for module in definition.modules),
    }
    return tuple(each for each, is_so in found.items() if is_so)


def faults(definition: Definition) -> Iterator[tuple[str, str]]:
    """Yield everything that does not fit together, as a fault's id and the code of the part."""
    if not (definition.code and definition.name and definition.modules and definition.levels):
        yield "empty", definition.code
    kinds: tuple[Sequence[_Coded], ...] = (
        definition.modules,
        definition.activity_types,
        definition.skills,
        definition.levels,
    )
    for parts in kinds:
        counted = Counter(part.code for part in parts)
        yield from (("twice", code) for code, count in counted.items() if count > 1)
    known = {module.code for module in definition.modules}
    yield from (("unknown-module", code) for code in _named_modules(definition) if code not in known)
    yield from _level_faults(definition.levels)
    yield from (("before-hours", code) for code in definition.before_hours if code not in definition.first_training)
    limits = (
        definition.log_within_days,
        definition.day_limit_minutes,
        definition.weekly_minutes,
        definition.one_to_one_minutes_between_meetings,
    )
    if any(limit is not None and limit <= 0 for limit in limits):
        yield "limit", definition.code
    yield from (("minutes", module.code) for module in definition.modules if module.minutes <= 0)
    yield from (("evidence", skill.code) for skill in definition.skills if not skill.evidence)
    yield from _impossible(definition)


def _impossible(definition: Definition) -> Iterator[tuple[str, str]]:
    counting = [kind.counts_as_hours for kind in definition.activity_types]
    to_observe = sum(Evidence.OBSERVED in skill.evidence for skill in definition.skills)
    for level in definition.levels:
        if level.minutes and not any(counting):
            yield "hours-without-activity", level.code
        if level.supervision_meetings and all(counting):
            yield "meetings-without-activity", level.code
        if level.skills_observed > to_observe:
            yield "skills-observed", level.code


def _named_modules(definition: Definition) -> Iterable[str]:
    yield from definition.first_training
    yield from definition.before_hours
    for module in definition.modules:
        yield from module.refreshes
    for skill in definition.skills:
        yield from skill.module_codes
    for level in definition.levels:
        yield from level.module_codes


def _level_faults(levels: Sequence[Level]) -> Iterator[tuple[str, str]]:
    if levels and levels[0].minutes:
        yield "first-level-hours", levels[0].code
    for before, after in pairwise(levels):
        fewer = (
            after.minutes < before.minutes
            or after.supervision_meetings < before.supervision_meetings
            or after.skills_observed < before.skills_observed
            or not set(before.module_codes) <= set(after.module_codes)
        )
        if fewer:
            yield "levels-add-up", after.code
