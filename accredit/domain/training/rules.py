"""When training counts as attended, and until when it is up to date.

- A training session teaches at least one module, and only modules of its programme.
- A register is not taken before the day of the session.
- Only people enrolled in the session's programme, on its day, can be ticked.
- Nobody on a break is expected: nobody can be ticked during one.
- Only modules the session teaches can be ticked.
- Training is up to date until the first of its modules lapses; a refresher renews the modules it names.

Nothing here reads rows; attendance arrives as dates.
"""

from __future__ import annotations

import calendar
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from accredit.domain.programmes.rules import Definition, Module
from accredit.errors import RuleBroken


@dataclass(frozen=True, kw_only=True)
class Enrolled:
    """What the rules of training and practice must know of one enrolment."""

    enrolment_id: UUID
    young_person_id: UUID
    organisation_id: UUID
    programme_id: UUID
    started_on: date
    ended_on: date | None
    breaks: tuple[tuple[date, date | None], ...] = ()
    """First and last day, both included; None while the break is still open."""
    moved_to: UUID | None = None
    """The version of the programme this place was moved to; None while that of its first day holds."""

    def is_active_on(self, day: date) -> bool:
        """Say whether the enrolment had begun and not ended; a break does not end it."""
        return self.started_on <= day and (self.ended_on is None or day <= self.ended_on)

    def is_on_break(self, day: date) -> bool:
        """Say whether ``day`` lies in a break."""
        return any(first <= day and (last is None or day <= last) for first, last in self.breaks)


@dataclass(frozen=True, kw_only=True)
class ModuleAttendance:
    """That a module was attended: for the first time, and most recently."""

    code: str
    first_on: date
    latest_on: date


def check_plan(*, module_codes: Collection[str], definition: Definition) -> None:
    """Refuse a session that teaches nothing, or something its programme does not have.

    Raises `RuleBroken`: ``session-without-modules``, ``module-not-in-programme``.
    """
    if not module_codes:
        raise RuleBroken("session-without-modules")
    unknown = sorted(set(module_codes) - {module.code for module in definition.modules})
    if unknown:
        raise RuleBroken("module-not-in-programme", modules=unknown)


def check_attendance(
    *,
    enrolled: Enrolled,
    programme_id: UUID,
    held_on: date,
    ticked: Collection[str],
    module_codes: Collection[str],
    today: date,
) -> None:
    """Refuse a tick that breaks a rule; an empty ``ticked`` (absent) is always in order after the day.

    Raises `RuleBroken`: ``register-before-the-day``, ``not-enrolled``, ``on-a-break``, ``module-not-in-session``.
    """
    if held_on > today:
        raise RuleBroken("register-before-the-day", held_on=held_on)
    if enrolled.programme_id != programme_id:
        raise RuleBroken("not-enrolled", enrolment_id=enrolled.enrolment_id)
    if not ticked:
        return
    if not enrolled.is_active_on(held_on):
        raise RuleBroken("not-enrolled", enrolment_id=enrolled.enrolment_id)
    if enrolled.is_on_break(held_on):
        raise RuleBroken("on-a-break", enrolment_id=enrolled.enrolment_id)
    unknown = sorted(set(ticked) - set(module_codes))
    if unknown:
        raise RuleBroken("module-not-in-session", modules=unknown)


def trained_since(required: Collection[str], attended: Mapping[str, ModuleAttendance]) -> date | None:
    """Return the day on which the last of the ``required`` modules was first attended; None while one is missing.

    With nothing required the answer is the first possible day, so that every later day lies after it.
    """
    if any(code not in attended for code in required):
        return None
    return max((attended[code].first_on for code in required), default=date.min)


def up_to_date_until(definition: Definition, attended: Mapping[str, ModuleAttendance]) -> date | None:
    """Return the last day on which everything attended is up to date; None when nothing attended ever lapses."""
    days = [
        lapses
        for module in definition.modules
        if module.code in attended and (lapses := lapses_on(module, definition, attended)) is not None
    ]
    return min(days, default=None)


def lapses_on(module: Module, definition: Definition, attended: Mapping[str, ModuleAttendance]) -> date | None:
    """Return the last day on which an attended module is up to date; None when it never lapses."""
    if module.valid_months is None or module.refreshes:
        # A refresher renews what it names; it does not lapse beside it.
        return None
    refreshers = [other.code for other in definition.modules if module.code in other.refreshes]
    latest = max(attended[code].latest_on for code in (module.code, *refreshers) if code in attended)
    return months_after(latest, module.valid_months)


def months_after(day: date, months: int) -> date:
    """Return the same day of the month ``months`` later, or the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
