"""Being in a programme, and taking a break from it.

- A young person is in a programme once; an enrolment ends on or after the day it starts.
- A break has a first day and a last day, both included, or stays open; it lies within the enrolment.
- Breaks of one enrolment do not overlap.
- A break may lie in the past, for the record. It has no reason, and nothing earned is lost by it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from accredit.errors import RuleBroken


@dataclass(frozen=True, kw_only=True)
class Pause:
    """A break from a day to a day, both included; ``ends_on`` None is a break that goes on."""

    starts_on: date
    ends_on: date | None = None
    id: UUID | None = None

    def covers(self, day: date) -> bool:
        """Say whether ``day`` lies in the break."""
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


def is_on_break(pauses: Iterable[Pause], day: date) -> bool:
    """Say whether ``day`` lies in any of the breaks."""
    return any(pause.covers(day) for pause in pauses)


def is_enrolled(*, started_on: date, ended_on: date | None, day: date) -> bool:
    """Say whether ``day`` lies in the enrolment, its first and last day included."""
    return started_on <= day and (ended_on is None or day <= ended_on)


def is_active(*, started_on: date, ended_on: date | None, pauses: Iterable[Pause], day: date) -> bool:
    """Say whether the young person is enrolled on ``day`` and not on a break."""
    return is_enrolled(started_on=started_on, ended_on=ended_on, day=day) and not is_on_break(pauses, day)


def check_end(*, started_on: date, ended_on: date | None, new_end: date) -> None:
    """Refuse an end before the start (``enrolment-dates``) or a second end (``enrolment-ended``)."""
    if ended_on is not None:
        raise RuleBroken("enrolment-ended", ended_on=ended_on)
    if new_end < started_on:
        raise RuleBroken("enrolment-dates", started_on=started_on)


def check_break(*, started_on: date, ended_on: date | None, pause: Pause, others: Iterable[Pause]) -> None:
    """Refuse a break outside the enrolment or back to front (``break-dates``), or over another (``break-overlaps``)."""
    back_to_front = pause.ends_on is not None and pause.ends_on < pause.starts_on
    after_the_end = ended_on is not None and pause.starts_on > ended_on
    if back_to_front or after_the_end or pause.starts_on < started_on:
        raise RuleBroken("break-dates", started_on=started_on)
    for other in others:
        apart = (other.ends_on is not None and other.ends_on < pause.starts_on) or (
            pause.ends_on is not None and pause.ends_on < other.starts_on
        )
        if not apart:
            raise RuleBroken("break-overlaps", starts_on=other.starts_on, ends_on=other.ends_on)
