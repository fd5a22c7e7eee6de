"""Every misfortune that is played: a row of the fault matrix, a database, a place, what happens there.

Each module ``rows_*.py`` beside this one adds its own in a function ``runs()``. A *point* is a place and what happens
there; a *run* plays it once. After each run the service is started again, and the whole check is made
(`stage.Stage.recover`, `stage.Stage.check`): the play itself need not say so.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

import tests.faults

if TYPE_CHECKING:
    from tests.faults.stage import Stage

DATABASES = ("sqlite", "postgresql")


class NotReached(Exception):
    """Raised by a play whose fault never came: there were fewer system calls this time than when they were counted."""


class Unavailable(Exception):
    """Raised by a play that cannot be given on this machine; its message says what is missing."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """One misfortune. ``title`` tells it in words, ``situation`` names what the school is like (`school.SITUATIONS`).

    ``nth`` says at which passing of ``point`` it happens, from 1; 0 where that has no meaning. ``turn`` numbers plain
    repetitions, which are runs but no points of their own.
    """

    row: str
    database: str
    point: str
    kind: str
    nth: int = 0
    turn: int = 0
    title: str
    play: Callable[[Stage], None]
    situation: str = "later"

    @property
    def id(self) -> str:
        """Return what the run is called on the command line, in the table and as a test."""
        numbers = [str(number) for number in (self.nth, self.turn) if number]
        return "-".join([self.row, self.database, self.point, self.kind, *numbers])

    @property
    def at(self) -> tuple[str, str, str, str, int]:
        """Return the point: where it happens, and what."""
        return (self.row, self.database, self.point, self.kind, self.nth)


class _Rows(Protocol):
    def runs(self) -> Iterator[Run]:
        """Yield this module's runs."""


def all_runs() -> tuple[Run, ...]:
    """Return every run, row by row. Raises `ValueError` when two have one id."""
    found: dict[str, Run] = {}
    for module in pkgutil.iter_modules(tests.faults.__path__):
        if not module.name.startswith("rows_"):
            continue
        for run in cast("_Rows", import_module(f"tests.faults.{module.name}")).runs():
            if run.id in found:
                raise ValueError(run.id)
            found[run.id] = run
    return tuple(sorted(found.values(), key=lambda run: (run.row, run.database, run.point, run.kind, run.nth)))


def chosen(runs: tuple[Run, ...], only: str) -> tuple[Run, ...]:
    """Return the runs whose id begins with one of the words of ``only``, which commas part; all of them for none.

    They come in the order of the words.
    """
    words = [word.strip() for word in only.split(",") if word.strip()]
    found = dict.fromkeys(run for word in words or [""] for run in runs if run.id.startswith(word))
    return tuple(found)
