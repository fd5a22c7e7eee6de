"""Change one part of a programme; everything that names the part follows.

- A code is given once and for ever: what was dropped in an earlier version never comes back under its old code, or
  somebody's attendance of long ago would count as training they have not had.
- A part that is dropped is dropped wherever it is named: in the first training, before hours, in skills and levels.
- What a level asks for, later levels ask for as well: a module put into one is put into those above it.
- Text is what a keyboard writes: nothing that turns text around, nothing invisible, no symbol like a verdict.

Pure; whether the whole fits together is asked of `rules` before it is published.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from accredit.domain.programmes.rules import (
    ActivityType,
    Alignment,
    Badge,
    Definition,
    Evidence,
    Level,
    Module,
    Skill,
)
from accredit.errors import RuleBroken

_Part = TypeVar("_Part", Module, ActivityType, Skill, Level)
_UNFIT = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "So", "Sk", "Me"})
_NUMBERED = re.compile(r"M(\d{1,4})")


@dataclass(frozen=True, kw_only=True)
class Overview:
    """What a programme is called, what it is, and its limits. Times are whole minutes."""

    name: str
    summary: str
    log_within_days: int
    day_limit_minutes: int
    weekly_minutes: int
    one_to_one_minutes_between_meetings: int | None
    reflections: bool = False


@dataclass(frozen=True, kw_only=True)
class ModuleEntry:
    """A module as it is typed; ``refreshes`` are codes of other modules."""

    title: str
    covers: str
    minutes: int
    valid_months: int | None
    refreshes: tuple[str, ...]
    in_first_training: bool
    before_hours: bool


@dataclass(frozen=True, kw_only=True)
class LevelEntry:
    """A level as it is typed."""

    title: str
    sentence: str
    badge: Badge
    minutes: int
    supervision_meetings: int
    module_codes: tuple[str, ...]
    refresher_if_due: bool
    skills_observed: int
    milestones: tuple[tuple[str, ...], ...]


def clean(text: str) -> str:
    """Return text as it is kept: NFC, white space evened out. Raises `RuleBroken` ``text-unprintable``."""
    kept = " ".join(unicodedata.normalize("NFC", text).split())
    for symbol in kept:
        if unicodedata.category(symbol) in _UNFIT:
            raise RuleBroken("text-unprintable", code=f"U+{ord(symbol):04X}")
    return kept


def code_of_name(name: str, taken: Collection[str]) -> str:
    """Return a short code for a programme: its initials, with a number where another has them."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().upper()
    initials = "".join(word[0] for word in re.findall(r"[A-Z]+", letters))[:4] or "P"
    return _free(initials if len(initials) > 1 else f"{initials}P", taken, between="")


def codes(definitions: Iterable[Definition]) -> frozenset[str]:
    """Return every code of modules, activities, skills and levels that any of the definitions used."""
    return frozenset(
        part.code
        for each in definitions
        for parts in (each.modules, each.activity_types, each.skills, each.levels)
        for part in parts
    )


def blank(*, code: str, name: str) -> Definition:
    """Return a programme with nothing in it but supervision and two levels to be filled."""
    return Definition(
        code=code,
        name=clean(name),
        summary="",
        modules=(),
        first_training=(),
        activity_types=(
            ActivityType("supervision", "Meeting with the supervising adult", formal=True, counts_as_hours=False),
        ),
        skills=(),
        levels=(
            Level(
                f"{code}-1", "Trained Peer Supporter", Badge.TRAINED, "has done the training and may start", 0, 0, ()
            ),
            Level(f"{code}-2", "Peer Supporter", Badge.PEER, "has given supervised time", 600, 3, ()),
        ),
        before_hours=(),
    )


def copy(source: Definition, *, code: str, name: str) -> Definition:
    """Return a programme like another, under its own name and code."""
    levels = tuple(replace(each, code=f"{code}-{number}") for number, each in enumerate(source.levels, start=1))
    return replace(source, code=code, name=clean(name), levels=levels)


def with_overview(definition: Definition, overview: Overview) -> Definition:
    """Return the programme with another name, summary and limits."""
    return replace(
        definition,
        name=clean(overview.name),
        summary=clean(overview.summary),
        log_within_days=overview.log_within_days,
        day_limit_minutes=overview.day_limit_minutes,
        weekly_minutes=overview.weekly_minutes,
        one_to_one_minutes_between_meetings=overview.one_to_one_minutes_between_meetings,
        reflections=overview.reflections,
    )


def with_module(
    definition: Definition, entry: ModuleEntry, *, code: str | None = None, taken: Collection[str] = ()
) -> Definition:
    """Return the programme with a module added, or with the one of this code changed."""
    if code is None:
        used = codes([definition]).union(taken)
        numbers = [int(found[1]) for each in used if (found := _NUMBERED.fullmatch(each))]
        code = f"M{max(numbers, default=0) + 1}"
    else:
        definition.module(code)
    known = {each.code for each in definition.modules} - {code}
    module = Module(
        code,
        clean(entry.title),
        entry.minutes,
        clean(entry.covers),
        tuple(each for each in entry.refreshes if each in known),
        entry.valid_months,
    )
    modules = _put(definition.modules, module)
    # A module that must come before hours is part of the first training, or nobody could begin.
    first = entry.in_first_training or entry.before_hours
    changed = replace(
        definition,
        modules=modules,
        first_training=_ordered(modules, _toggled(definition.first_training, code, present=first)),
        before_hours=_ordered(modules, _toggled(definition.before_hours, code, present=entry.before_hours)),
    )
    if not first or code in definition.first_training:
        return changed
    # Newly part of the first training: the level that is reached by it, and all above, ask for it.
    return replace(
        changed,
        levels=tuple(
            replace(each, module_codes=tuple(dict.fromkeys((*each.module_codes, code)))) for each in changed.levels
        ),
    )


def without_module(definition: Definition, code: str) -> Definition:
    """Return the programme without a module, wherever it is named. Raises `RuleBroken` ``unknown-module``."""
    definition.module(code)
    return replace(
        definition,
        modules=tuple(
            replace(each, refreshes=_less(each.refreshes, code)) for each in definition.modules if each.code != code
        ),
        first_training=_less(definition.first_training, code),
        before_hours=_less(definition.before_hours, code),
        skills=tuple(replace(each, module_codes=_less(each.module_codes, code)) for each in definition.skills),
        levels=tuple(replace(each, module_codes=_less(each.module_codes, code)) for each in definition.levels),
    )


def with_activity(
    definition: Definition,
    *,
    title: str,
    formal: bool,
    counts_as_hours: bool,
    code: str | None = None,
    taken: Collection[str] = (),
) -> Definition:
    """Return the programme with a kind of activity added, or with the one of this code changed."""
    if code is None:
        code = _free(_slug(title, "activity"), codes([definition]).union(taken))
    else:
        definition.activity_type(code)
    kind = ActivityType(code, clean(title), formal=formal, counts_as_hours=counts_as_hours)
    return replace(definition, activity_types=_put(definition.activity_types, kind))


def without_activity(definition: Definition, code: str) -> Definition:
    """Return the programme without a kind of activity. Raises `RuleBroken` ``unknown-activity-type``."""
    definition.activity_type(code)
    return replace(definition, activity_types=tuple(each for each in definition.activity_types if each.code != code))


def with_skill(
    definition: Definition,
    *,
    title: str,
    module_codes: Sequence[str],
    evidence: Sequence[Evidence],
    alignments: Sequence[Alignment],
    code: str | None = None,
    taken: Collection[str] = (),
) -> Definition:
    """Return the programme with a skill added, or with the one of this code changed."""
    if code is None:
        code = _free(_slug(title, "skill"), codes([definition]).union(taken))
    else:
        definition.skill(code)
    taught = _ordered(definition.modules, module_codes)
    skill = Skill(code, clean(title), taught, tuple(evidence), tuple(alignments))
    return replace(definition, skills=_put(definition.skills, skill))


def without_skill(definition: Definition, code: str) -> Definition:
    """Return the programme without a skill. Raises `RuleBroken` ``unknown-skill``."""
    definition.skill(code)
    return replace(definition, skills=tuple(each for each in definition.skills if each.code != code))


def with_level(
    definition: Definition, entry: LevelEntry, *, code: str | None = None, taken: Collection[str] = ()
) -> Definition:
    """Return the programme with a level added above the others, or with the one of this code changed.

    Levels above ask for the same modules at least, so that each goes on from the one before it.
    """
    before: tuple[str, ...] = ()
    if code is None:
        code = _free(f"{definition.code}-{len(definition.levels) + 1}", codes([definition]).union(taken))
    else:
        before = definition.level(code).module_codes
    # What was asked for before stays in its order.
    wanted = _ordered(definition.modules, entry.module_codes)
    asked_for = tuple(dict.fromkeys([*(each for each in before if each in wanted), *wanted]))
    level = Level(
        code,
        clean(entry.title),
        entry.badge,
        clean(entry.sentence),
        entry.minutes,
        entry.supervision_meetings,
        asked_for,
        entry.refresher_if_due,
        entry.skills_observed,
        entry.milestones,
    )
    levels: list[Level] = []
    asked: tuple[str, ...] = ()
    for each in _put(definition.levels, level):
        own = each if each.code == code or code not in {one.code for one in levels} else _with(each, asked)
        asked = own.module_codes
        levels.append(own)
    return replace(definition, levels=tuple(levels))


def without_level(definition: Definition, code: str) -> Definition:
    """Return the programme without a level. Raises `RuleBroken` ``unknown-level``."""
    definition.level(code)
    return replace(definition, levels=tuple(each for each in definition.levels if each.code != code))


def _with(level: Level, asked: Sequence[str]) -> Level:
    return replace(level, module_codes=tuple(dict.fromkeys([*level.module_codes, *asked])))


def _put(parts: tuple[_Part, ...], part: _Part) -> tuple[_Part, ...]:
    if any(each.code == part.code for each in parts):
        return tuple(part if each.code == part.code else each for each in parts)
    kept = list(parts)
    kept.append(part)
    return tuple(kept)


def _ordered(modules: Sequence[Module], wanted: Collection[str]) -> tuple[str, ...]:
    return tuple(each.code for each in modules if each.code in wanted)


def _toggled(present_codes: tuple[str, ...], code: str, *, present: bool) -> tuple[str, ...]:
    return (*_less(present_codes, code), code) if present else _less(present_codes, code)


def _less(names: tuple[str, ...], code: str) -> tuple[str, ...]:
    return tuple(each for each in names if each != code)


def _slug(title: str, otherwise: str) -> str:
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain))[:40].strip("-") or otherwise


def _free(wanted: str, taken: Collection[str], between: str = "-") -> str:
    if wanted not in taken:
        return wanted
    number = 2
    while f"{wanted}{between}{number}" in taken:
        number += 1
    return f"{wanted}{between}{number}"
