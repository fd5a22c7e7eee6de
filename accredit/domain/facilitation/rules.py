"""When an adult's training is recorded, and when they are given the record of it.

- A session is of one programme, teaches at least one part, and only parts of the list; it is written down on its day or
  later.
- Nobody records their own attendance (``own-attendance``, WZ24).
- Only who is on the staff, and signs in, asks for a record, programme by programme: they write their name as it is
  to be printed.
- There is one only of what was attended, and no second one that says the same (``nothing-attended``,
  ``record-as-before``).
- Somebody else gives it, who may award (``own-record``, WZ24). An organisation in which nobody else may gives none.

A part that was attended again counts its minutes again, and says its last day.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from accredit.errors import RuleBroken

LONGEST_NAME: Final = 120
"""Of whoever delivered a session."""


@dataclass(frozen=True)
class Part:
    """A part of the training for facilitators, with its minutes."""

    code: str
    title: str
    minutes: int


PARTS: Final = (
    Part("F1", "Running the workshop; working where young people are at", 90),
    Part("F2", "Supervising: meetings, boundaries, what to do with a worry", 90),
    Part("F3", "Safeguarding in this role, with the school’s own lead", 60),
    Part("F4", "Recording fairly: registers, approving hours, no names of those supported", 30),
    Part("F5", "Update, every 24 months", 45),
)
_BY_CODE: Final[Mapping[str, Part]] = {part.code: part for part in PARTS}


@dataclass(frozen=True, kw_only=True)
class Attended:
    """One part that an adult attended, once or again: its minutes altogether, the first day and the last."""

    code: str
    title: str
    minutes: int
    first_on: date
    last_on: date

    def as_json(self) -> dict[str, object]:
        """Return it as it is kept."""
        return asdict(self) | {"first_on": self.first_on.isoformat(), "last_on": self.last_on.isoformat()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Attended:
        """Read what `as_json` wrote."""
        days = {name: date.fromisoformat(data[name]) for name in ("first_on", "last_on")}
        return cls(**(dict(data) | days))


def check_session(*, part_codes: Collection[str], held_on: date, today: date) -> None:
    """Refuse a session that cannot have been.

    Raises `RuleBroken`: ``session-without-parts``, ``part-unknown``, ``register-before-the-day``.
    """
    if not part_codes:
        raise RuleBroken("session-without-parts")
    if not set(part_codes) <= set(_BY_CODE):
        raise RuleBroken("part-unknown")
    if held_on > today:
        raise RuleBroken("register-before-the-day", held_on=held_on)


def check_register(*, changed: Collection[UUID], recorded_by: UUID) -> None:
    """Refuse that somebody records their own attendance. Raises `RuleBroken` (``own-attendance``)."""
    if recorded_by in changed:
        raise RuleBroken("own-attendance")


def attended(sessions: Iterable[tuple[date, Collection[str]]]) -> tuple[Attended, ...]:
    """Return what was attended, part by part, of the sessions (day, part codes) that somebody was at."""
    days: dict[str, list[date]] = {}
    for held_on, codes in sessions:
        for code in codes:
            days.setdefault(code, []).append(held_on)
    return tuple(
        Attended(
            code=part.code,
            title=part.title,
            minutes=part.minutes * len(days[part.code]),
            first_on=min(days[part.code]),
            last_on=max(days[part.code]),
        )
        for part in PARTS
        if part.code in days
    )


def still_carried(parts: Sequence[Attended], *, by: Sequence[Attended]) -> bool:
    """Say whether the registers carry what a record says, or more."""
    now = {part.code: part for part in by}
    return bool(parts) and all(
        part.code in now and part.minutes <= now[part.code].minutes and part.first_on >= now[part.code].first_on
        for part in parts
    )


def check_asking(*, now: Sequence[Attended], before: Sequence[Attended] | None) -> None:
    """Refuse to record nothing, or the same again. Raises `RuleBroken`: ``nothing-attended``, ``record-as-before``."""
    if not now:
        raise RuleBroken("nothing-attended")
    if before is not None and tuple(now) == tuple(before):
        raise RuleBroken("record-as-before")


def check_giving(*, of: UUID, given_by: UUID) -> None:
    """Refuse that somebody gives themselves a record. Raises `RuleBroken` (``own-record``)."""
    if of == given_by:
        raise RuleBroken("own-record")
