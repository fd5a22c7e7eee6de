"""Read the demonstration's data: who is in which programme, and the year's entries of hours by day."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from importlib.resources import files

DATA = files("accredit.demo") / "data"


@dataclass(frozen=True, kw_only=True)
class LoggedEntry:
    """One row of the hours log, as the young person and the adult would have entered it."""

    reference: str
    person: str
    programme: str
    activity_type: str
    held_on: date
    starts_at: time
    minutes: int
    adult: str
    status: str
    decided_on: date | None
    reason: str

    @property
    def slot(self) -> tuple[str, str, date, time, int, str]:
        """What the people at one meeting or drop-in have in common."""
        return (self.programme, self.activity_type, self.held_on, self.starts_at, self.minutes, self.adult)


def class_list() -> bytes:
    """Return the school's export, byte for byte."""
    return (DATA / "arbor-export.csv").read_bytes()


def programmes_of_people() -> dict[str, str]:
    """Return the programme's name for each pupil number."""
    return {row["Arbor Student ID"]: row["Programme"] for row in _rows("hours-expected.csv")}


def entries() -> list[LoggedEntry]:
    """Return the year's entries in order; a row that repeats an earlier one is left out."""
    seen: set[str] = set()
    kept = []
    for row in _rows("hours-export.csv"):
        if row["Entry"] not in seen:
            seen.add(row["Entry"])
            kept.append(_entry(row))
    return kept


def by_day(logged: list[LoggedEntry]) -> dict[date, list[LoggedEntry]]:
    """Group entries by the day they were held, in order of days."""
    days: defaultdict[date, list[LoggedEntry]] = defaultdict(list)
    for entry in logged:
        days[entry.held_on].append(entry)
    return dict(sorted(days.items()))


def _rows(name: str) -> Iterator[dict[str, str]]:
    yield from csv.DictReader((DATA / name).read_text(encoding="utf-8-sig").splitlines())


def _entry(row: dict[str, str]) -> LoggedEntry:
    return LoggedEntry(
        reference=row["Entry"],
        person=row["Arbor Student ID"],
        programme=row["Programme"],
        activity_type=row["Activity type"],
        held_on=_day(row["Date"]),
        starts_at=time.fromisoformat(row["Start"]),
        minutes=int(row["Minutes"]),
        adult=row["Supervising adult"],
        status=row["Status"],
        decided_on=_day(row["Decided on"]) if row["Decided on"] else None,
        reason=row["Reason"],
    )


def _day(text: str) -> date:
    return datetime.strptime(text, "%d/%m/%Y").date()  # noqa: DTZ007  # a calendar date has no time zone
