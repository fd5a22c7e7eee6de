"""Play one run: set the stage, let the misfortune fall, recover, check; and keep what came of it in a file."""

from __future__ import annotations

import dataclasses
import json
import time
import traceback
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from accredit.clock import utc_now
from tests.faults.catalogue import NotReached, Run, Unavailable
from tests.faults.stage import Found, Theatre


@dataclass(kw_only=True)
class Outcome:
    """What came of one run. ``skipped`` says why it could not be played; ``code`` names the product's code then, and
    ``day`` and ``commit`` tell people when that was.
    """

    id: str
    row: str
    database: str
    seconds: float = 0.0
    skipped: str = ""
    not_reached: bool = False
    lost: list[str] = field(default_factory=list)
    duplicated: list[str] = field(default_factory=list)
    unlogged: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    code: str = ""
    day: str = ""
    commit: str = ""

    @property
    def was_played(self) -> bool:
        """Whether the misfortune fell."""
        return not self.skipped and not self.not_reached

    @property
    def problems(self) -> list[str]:
        """Everything that was found, in one list."""
        named = (("lost", self.lost), ("duplicated", self.duplicated), ("unlogged", self.unlogged), ("", self.wrong))
        return [f"{name}: {each}" if name else each for name, found in named for each in found]


def perform(theatre: Theatre, run: Run) -> Outcome:
    """Play ``run`` on a stage of its own; nothing is raised for what it finds."""
    outcome = Outcome(id=run.id, row=run.row, database=run.database)
    begun = time.monotonic()
    with theatre.stage(run.database, run.situation) as stage:
        try:
            run.play(stage)
        except Unavailable as missing:
            outcome.skipped = str(missing)
            return outcome
        except NotReached:
            outcome.not_reached = True
        except Exception:  # noqa: BLE001  # a play that fails is a finding like any other
            stage.found.wrong.append(traceback.format_exc())
        ended = stage.recover()
        if ended.code != 0:
            stage.found.wrong.append(f"the recovery ended with {ended.code}: {ended.error}")
        _take(outcome, stage.check())
        if outcome.problems:
            log = stage.folder / "child.log"
            outcome.wrong.append(log.read_text(errors="replace")[-3000:] if log.exists() else "nothing was logged")
    outcome.seconds = time.monotonic() - begun
    return outcome


def _take(outcome: Outcome, found: Found) -> None:
    for each in dataclasses.fields(found):
        setattr(outcome, each.name, getattr(found, each.name))


class Record:
    """The outcomes so far, one file each, so that a run that was stopped goes on."""

    def __init__(self, folder: Path, code: str, commit: str = "", *, keeps_older: bool = False) -> None:
        """Keep them in ``folder``; those of other ``code`` of the product count as not played, unless it is told so."""
        self._folder, self._code, self._commit, self._keeps_older = folder, code, commit, keeps_older
        folder.mkdir(parents=True, exist_ok=True)

    def outcome(self, run: Run) -> Outcome | None:
        """Return what came of a run, if it was played with this code and was not skipped."""
        found = self.last_outcome(run)
        if found is None or found.skipped:
            return None
        return found if self._keeps_older or found.code == self._code else None

    def last_outcome(self, run: Run) -> Outcome | None:
        """Return what came of a run when it was last played, whatever the code was; None if it never was."""
        try:
            return Outcome(**json.loads(self._file(run.id).read_text(encoding="utf-8")))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def keep(self, outcome: Outcome) -> None:
        """Write one down."""
        outcome.code, outcome.commit, outcome.day = self._code, self._commit, utc_now().date().isoformat()
        file = self._file(outcome.id)
        new = file.with_suffix(".new")
        new.write_text(json.dumps(dataclasses.asdict(outcome), indent=1), encoding="utf-8")
        new.replace(file)

    def forget(self, runs: Iterable[Run]) -> None:
        """Have runs played again."""
        for run in runs:
            self._file(run.id).unlink(missing_ok=True)

    def _file(self, name: str) -> Path:
        return self._folder / f"{name.replace('/', '_')}.json"
