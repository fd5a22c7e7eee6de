"""What one young person has done up to a day: the totals an assessment measures and a credential states.

Frozen values that turn into JSON and back, since an award keeps the portfolio as it stood. Measuring it against a level
is in `rules`; reading it from rows is in `queries`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from functools import cache
from typing import Any, Self
from uuid import UUID

from accredit.domain.practice.rules import Milestone
from accredit.domain.programmes.rules import Definition, Evidence, Skill
from accredit.domain.training.rules import ModuleAttendance, trained_since, up_to_date_until

RELIABLE_MONTHS = 3
"""In how many calendar months hours must have been given before they show a skill "over time"; a default of ours."""


@dataclass(frozen=True, kw_only=True)
class ModuleDone:
    """A module attended."""

    code: str
    title: str
    minutes: int
    first_on: date
    latest_on: date


@dataclass(frozen=True, kw_only=True)
class ActivityDone:
    """Counted time of one type of activity."""

    code: str
    title: str
    formal: bool
    minutes: int
    entries: int


@dataclass(frozen=True, kw_only=True)
class SkillShown:
    """A skill with the kinds of evidence that exist for it."""

    code: str
    title: str
    evidence: tuple[Evidence, ...]
    observations: int


@dataclass(frozen=True, kw_only=True)
class MilestoneDone:
    """A milestone, and when it was reached."""

    code: Milestone
    reached_on: date


@dataclass(frozen=True, kw_only=True)
class LeafRange:
    """Where in the log the evidence stands: first and last leaf, and how many leaves are its own."""

    first: int
    last: int
    count: int


@dataclass(frozen=True, kw_only=True)
class Portfolio:
    """Everything counted of one enrolment up to and including ``until``. Times are whole minutes."""

    enrolment_id: UUID
    until: date
    programme_code: str
    programme_name: str
    modules: tuple[ModuleDone, ...] = ()
    training_minutes: int = 0
    up_to_date_until: date | None = None
    """The last day on which all training is up to date; None when nothing attended lapses."""
    minutes: int = 0
    earlier_minutes: int = 0
    """How many of ``minutes`` the school attests in one total, from its earlier records."""
    entries: int = 0
    activities: tuple[ActivityDone, ...] = ()
    meetings: int = 0
    first_on: date | None = None
    last_on: date | None = None
    adults: int = 0
    """How many adults approved hours or held a supervision meeting."""
    months: int = 0
    skills: tuple[SkillShown, ...] = ()
    """Only skills whose evidence exists."""
    milestones: tuple[MilestoneDone, ...] = ()
    leaves: LeafRange | None = None

    @property
    def first_month(self) -> str | None:
        """The month of the first counted hours, ``YYYY-MM``."""
        return None if self.first_on is None else f"{self.first_on:%Y-%m}"

    @property
    def last_month(self) -> str | None:
        """The month of the last counted hours, ``YYYY-MM``."""
        return None if self.last_on is None else f"{self.last_on:%Y-%m}"

    @property
    def skills_observed(self) -> int:
        """How many different skills an adult has seen in use."""
        return sum(skill.observations > 0 for skill in self.skills)

    def to_json(self) -> dict[str, Any]:
        """Return JSON values: dates as ISO text, no fractions."""
        written: dict[str, Any] = as_json(self)
        return written

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Return the portfolio that `to_json` wrote."""
        leaves = data["leaves"]
        return cls(
            enrolment_id=UUID(data["enrolment_id"]),
            until=date.fromisoformat(data["until"]),
            programme_code=data["programme_code"],
            programme_name=data["programme_name"],
            modules=tuple(ModuleDone(**each | _dates(each, "first_on", "latest_on")) for each in data["modules"]),
            training_minutes=data["training_minutes"],
            minutes=data["minutes"],
            # Awards of the time before hours could be brought forward have none.
            earlier_minutes=data.get("earlier_minutes", 0),
            entries=data["entries"],
            activities=tuple(ActivityDone(**each) for each in data["activities"]),
            meetings=data["meetings"],
            adults=data["adults"],
            months=data["months"],
            skills=tuple(
                SkillShown(**each | {"evidence": tuple(Evidence(word) for word in each["evidence"])})
                for each in data["skills"]
            ),
            milestones=tuple(
                MilestoneDone(code=Milestone(each["code"]), reached_on=date.fromisoformat(each["reached_on"]))
                for each in data["milestones"]
            ),
            leaves=None if leaves is None else LeafRange(**leaves),
            **_dates(data, "up_to_date_until", "first_on", "last_on"),
        )


def as_json(value: Any) -> Any:
    """Return ``value`` with dates and ids as text, tuples as lists, and what has named members as an object."""
    kind: type = type(value)
    if kind is str or kind is int or kind is bool or value is None:
        return value
    if isinstance(value, Mapping):
        return {key: as_json(each) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return [as_json(each) for each in value]
    if isinstance(value, date):
        return value.isoformat()
    # A StrEnum is text already, but JSON columns and canonical JSON want plain text.
    if isinstance(value, UUID | str):
        return str(value)
    return {name: as_json(getattr(value, name)) for name in _members(kind)} if is_dataclass(value) else value


@cache
def _members(kind: type) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind))


def _dates(data: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: None if data[name] is None else date.fromisoformat(data[name]) for name in names}


def modules_done(
    known: Mapping[str, tuple[str, int]], attended: Mapping[str, ModuleAttendance]
) -> tuple[ModuleDone, ...]:
    """Return the modules attended, in the programme's order; ``known`` is code → (title, minutes) of every version."""
    return tuple(
        ModuleDone(
            code=code,
            title=title,
            minutes=minutes,
            first_on=attended[code].first_on,
            latest_on=attended[code].latest_on,
        )
        for code, (title, minutes) in known.items()
        if code in attended
    )


def skills_shown(
    definition: Definition,
    *,
    attended: Mapping[str, ModuleAttendance],
    observed: Mapping[str, int],
    milestones: Collection[Milestone],
    months: int,
    on: date,
) -> tuple[SkillShown, ...]:
    """Return the skills of the programme whose evidence exists, with the kinds there are.

    ``observed`` counts observations by skill. Module evidence needs every module of the skill, still up to date on the
    day; hours show a skill when they were given in `RELIABLE_MONTHS` months; a reflection is a milestone.
    """
    due = up_to_date_until(definition, attended)
    is_current = due is None or on <= due

    def exists(skill: Skill, evidence: Evidence) -> bool:
        match evidence:
            case Evidence.OBSERVED:
                return observed.get(skill.code, 0) > 0
            case Evidence.REFLECTION:
                return Milestone.REFLECTION in milestones
            case Evidence.MODULE:
                return is_current and trained_since(skill.module_codes, attended) is not None
            case Evidence.HOURS:
                return months >= RELIABLE_MONTHS

    shown = (
        SkillShown(
            code=skill.code,
            title=skill.title,
            evidence=tuple(evidence for evidence in skill.evidence if exists(skill, evidence)),
            observations=observed.get(skill.code, 0),
        )
        for skill in definition.skills
    )
    return tuple(skill for skill in shown if skill.evidence)
