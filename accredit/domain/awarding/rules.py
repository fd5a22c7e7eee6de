"""Measuring a portfolio against a level, and when a person may award it.

`assess` has no effect and explains itself: every requirement is a finding with what is needed, what there is and what
is missing, the same for the young person and the co-ordinator. Words are made of findings at the edge, not here.

A level is met when every one of these is:

- ``hours``: counted minutes reach the level's; exactly as many is enough.
- ``meetings``: so do supervision meetings.
- ``module``: each module of the level was attended.
- ``refresher``: where the level asks for it, training is up to date on the day.
- ``skills``: as many different skills as the level asks for were observed.
- ``milestone``: one of each group of milestones was reached.

And it may be awarded when:

- ``awarded-on``: the day is not before the enrolment, and not in the future, unless it is for a ceremony at most
  sixty days ahead and nothing is issued before that day.
- ``already-awarded``: this level was not awarded before.
- ``name-not-confirmed``: the young person has confirmed the name to be printed.
- ``requirements-not-met``: the level is met by what was done up to that day.
- ``not-a-co-ordinator``: whoever awards is a member of staff whose role lets them award.
- ``own-award``: and their own name is not the one to be printed. A surname in common is pointed out, and on record.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Self

from accredit.domain.awarding.portfolio import Portfolio, as_json
from accredit.domain.organisations.rules import Permission, Role, may
from accredit.domain.people.names import name_key
from accredit.domain.programmes.rules import Badge, Definition, Level
from accredit.errors import RuleBroken

__all__ = [
    "Assessment",
    "Finding",
    "FindingKind",
    "Portfolio",
    "assess",
    "assess_all",
    "check_award",
    "check_awarder",
    "following",
    "highest",
    "highest_met",
    "next_level",
]


COOLING_OFF = timedelta(minutes=10)
"""For so long an award can be undone, where whoever decides does not want it signed at once."""
LONGEST_AHEAD = timedelta(days=60)


class SetAsideReason(StrEnum):
    """Why an award counts no more."""

    RECORD_CORRECTED = "record-corrected"
    """The record that it rests on was corrected."""
    CREDENTIAL_REVOKED = "credential-revoked"
    """Its credential was revoked, and the level may be awarded anew."""
    UNDONE = "undone"
    """It was undone before anything was issued for it."""


class FindingKind(StrEnum):
    """What a finding is about."""

    HOURS = "hours"
    MEETINGS = "meetings"
    MODULE = "module"
    REFRESHER = "refresher"
    SKILLS = "skills"
    MILESTONE = "milestone"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One requirement: needed, there, missing. Hours are minutes; a module, refresher or milestone is one or none."""

    kind: FindingKind
    needed: int
    got: int
    codes: tuple[str, ...] = ()
    """The module, or the milestones of which any one will do."""
    titles: tuple[str, ...] = ()
    due_on: date | None = None
    """Refresher: the last day on which training is up to date."""

    @property
    def missing(self) -> int:
        """How much is still to come."""
        return max(0, self.needed - self.got)

    @property
    def met(self) -> bool:
        """Whether nothing is missing."""
        return self.missing == 0


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """One level measured on one day."""

    level_code: str
    level_title: str
    badge: Badge
    on: date
    findings: tuple[Finding, ...]

    @property
    def met(self) -> bool:
        """Whether every requirement is met."""
        return not self.missing

    @property
    def missing(self) -> tuple[Finding, ...]:
        """The findings that are not met yet."""
        return tuple(finding for finding in self.findings if not finding.met)

    def to_json(self) -> dict[str, Any]:
        """Return JSON values; ``met`` and ``missing`` are written out for whoever reads the award later."""
        found = [as_json(finding) | {"missing": finding.missing, "met": finding.met} for finding in self.findings]
        named = {name: as_json(getattr(self, name)) for name in ("level_code", "level_title", "badge", "on")}
        return named | {"findings": found, "met": self.met}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Return the assessment that `to_json` wrote."""
        return cls(
            level_code=data["level_code"],
            level_title=data["level_title"],
            badge=Badge(data["badge"]),
            on=date.fromisoformat(data["on"]),
            findings=tuple(
                Finding(
                    kind=FindingKind(each["kind"]),
                    needed=each["needed"],
                    got=each["got"],
                    codes=tuple(each["codes"]),
                    titles=tuple(each["titles"]),
                    due_on=date.fromisoformat(each["due_on"]) if each["due_on"] else None,
                )
                for each in data["findings"]
            ),
        )


def assess(portfolio: Portfolio, definition: Definition, level_code: str, on: date) -> Assessment:
    """Measure a portfolio against one level of a programme. Raises `RuleBroken` (``unknown-level``)."""
    level = definition.level(level_code)
    return Assessment(
        level_code=level.code,
        level_title=level.title,
        badge=level.badge,
        on=on,
        findings=(
            *_time_findings(portfolio, level),
            *_module_findings(portfolio, definition, level),
            *_refresher_findings(portfolio, level, on),
            *_skill_findings(portfolio, level),
            *_milestone_findings(portfolio, level),
        ),
    )


def _time_findings(portfolio: Portfolio, level: Level) -> list[Finding]:
    found = [
        Finding(kind=FindingKind.HOURS, needed=level.minutes, got=portfolio.minutes),
        Finding(kind=FindingKind.MEETINGS, needed=level.supervision_meetings, got=portfolio.meetings),
    ]
    return [finding for finding in found if finding.needed]


def _module_findings(portfolio: Portfolio, definition: Definition, level: Level) -> list[Finding]:
    attended = {module.code for module in portfolio.modules}
    return [
        Finding(
            kind=FindingKind.MODULE,
            needed=1,
            got=int(code in attended),
            codes=(code,),
            titles=(definition.module(code).title,),
        )
        for code in level.module_codes
    ]


def _refresher_findings(portfolio: Portfolio, level: Level, on: date) -> list[Finding]:
    if not level.refresher_if_due:
        return []
    due_on = portfolio.up_to_date_until
    return [Finding(kind=FindingKind.REFRESHER, needed=1, got=int(due_on is None or on <= due_on), due_on=due_on)]


def _skill_findings(portfolio: Portfolio, level: Level) -> list[Finding]:
    if not level.skills_observed:
        return []
    seen = [skill for skill in portfolio.skills if skill.observations]
    return [
        Finding(
            kind=FindingKind.SKILLS,
            needed=level.skills_observed,
            got=len(seen),
            codes=tuple(skill.code for skill in seen),
            titles=tuple(skill.title for skill in seen),
        )
    ]


def _milestone_findings(portfolio: Portfolio, level: Level) -> list[Finding]:
    reached = {milestone.code.value for milestone in portfolio.milestones}
    return [
        Finding(kind=FindingKind.MILESTONE, needed=1, got=int(not reached.isdisjoint(any_of)), codes=tuple(any_of))
        for any_of in level.milestones
    ]


def assess_all(portfolio: Portfolio, definition: Definition, on: date) -> tuple[Assessment, ...]:
    """Measure a portfolio against every level, lowest first."""
    return tuple(assess(portfolio, definition, code, on) for code in definition.level_codes)


def highest_met(portfolio: Portfolio, definition: Definition, on: date) -> Assessment | None:
    """Return the highest level that is met together with all below it; None before the first."""
    return highest(assess_all(portfolio, definition, on))


def next_level(portfolio: Portfolio, definition: Definition, on: date) -> Assessment | None:
    """Return the lowest level that is not met yet; None when all are."""
    return following(assess_all(portfolio, definition, on))


def highest(assessments: Collection[Assessment]) -> Assessment | None:
    """Return the last met one before the first that is not met."""
    best = None
    for assessment in assessments:
        if not assessment.met:
            break
        best = assessment
    return best


def following(assessments: Collection[Assessment]) -> Assessment | None:
    """Return the first that is not met."""
    return next((assessment for assessment in assessments if not assessment.met), None)


def check_awarder(roles: Collection[Role]) -> None:
    """Refuse whoever has no role that awards. Raises `RuleBroken` (``not-a-co-ordinator``)."""
    if not may(roles, Permission.AWARD):
        raise RuleBroken("not-a-co-ordinator")


def check_not_own(awarder_name: str, printed_name: str) -> None:
    """Refuse an award that bears the name of whoever decides it. Raises `RuleBroken` (``own-award``)."""
    if name_key(awarder_name) == name_key(printed_name):
        raise RuleBroken("own-award")


def check_award(
    assessment: Assessment,
    *,
    started_on: date,
    today: date,
    is_name_confirmed: bool,
    awarded: Collection[str],
    issue_on: date | None = None,
) -> None:
    """Refuse an award that breaks a rule; ``awarded`` are the level codes the person has already.

    Nothing is issued before ``issue_on``.

    Raises `RuleBroken` with one of the ids of the second list above.
    """
    latest = max(today, min(issue_on or today, today + LONGEST_AHEAD))
    if not started_on <= assessment.on <= latest:
        raise RuleBroken("awarded-on", on=assessment.on)
    if assessment.level_code in awarded:
        raise RuleBroken("already-awarded", level=assessment.level_code)
    if not is_name_confirmed:
        raise RuleBroken("name-not-confirmed")
    if not assessment.met:
        raise RuleBroken("requirements-not-met", missing=assessment.missing)
