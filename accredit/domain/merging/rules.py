"""When two records may become one.

- ``merge-same-record``: they are two.
- ``merge-kept-has-left``: nobody is kept as somebody who has left where the other record says that they are here.
- ``merge-not-signed``: no certificate of theirs is on its way to being signed, since it would say another name.
- ``merge-overlap``: nobody is in two places at once; time that both have at the same hour is put right first.
- ``merge-two-totals``: the school attests one total from its earlier records for one programme, so one is taken back.

Two say it where either holds an award that counts; whoever is the only one who could does it alone. There is no way
back.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from accredit.domain.practice.rules import Entry
from accredit.errors import RuleBroken


@dataclass(frozen=True, kw_only=True)
class Record:
    """One young person's record, as far as it decides whether another may become one with it."""

    id: UUID
    has_left: bool
    awards: int
    """How many count."""
    unsigned: int
    """How many of them no certificate was signed for."""
    entries: tuple[Entry, ...]
    """Time that waits or is approved."""
    totals: frozenset[UUID]
    """The programmes for which a total from earlier records stands, or waits to be agreed to."""


def needs_two(kept: Record, other: Record) -> bool:
    """Say whether two people decide."""
    return bool(kept.awards or other.awards)


def findings(kept: Record, other: Record) -> tuple[RuleBroken, ...]:
    """Return everything that is in the way, in the order above."""
    found: list[RuleBroken] = []
    if kept.id == other.id:
        found.append(RuleBroken("merge-same-record"))
    if kept.has_left and not other.has_left:
        found.append(RuleBroken("merge-kept-has-left"))
    if kept.unsigned or other.unsigned:
        found.append(RuleBroken("merge-not-signed"))
    if overlap := _overlap(kept.entries, other.entries):
        found.append(RuleBroken("merge-overlap", held_on=overlap.held_on))
    if kept.totals & other.totals:
        found.append(RuleBroken("merge-two-totals"))
    return tuple(found)


def check(kept: Record, other: Record) -> None:
    """Raise the first of `findings`."""
    for broken in findings(kept, other):
        raise broken


def _overlap(entries: Sequence[Entry], others: Collection[Entry]) -> Entry | None:
    by_day: dict[object, list[Entry]] = {}
    for other in others:
        by_day.setdefault(other.held_on, []).append(other)
    clashes = (each for each in entries for other in by_day.get(each.held_on, ()) if each.overlaps(other))
    return min(clashes, key=lambda each: (each.held_on, each.starts_at), default=None)
