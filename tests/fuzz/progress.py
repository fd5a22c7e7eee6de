"""What was done and found for one target, in a folder that is kept from run to run.

``<folder>/<target>/`` holds ``progress.json``, ``seeds/``, ``corpus/`` (inputs that reached something new), ``slow/``
(inputs that took long and are to be timed again without instruments) and ``findings/``.
"""

from __future__ import annotations

import json
import traceback
from collections import Counter
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

KEPT_OF_EACH_KIND = 3
KEPT_SLOW = 12


@dataclass
class Progress:
    """Figures of one target; `outcomes` counts how readings ended, `commits` the seconds spent at each commit."""

    inputs: int = 0
    large: int = 0
    cpu_seconds: float = 0.0
    outcomes: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    slowest_clean: float = 0.0
    slowest_bytes: int = 0
    peak_megabytes: int = 0
    coverage: int = 0
    features: int = 0
    commits: dict[str, float] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> Progress:
        """Go on from what was written; begin anew where nothing was."""
        try:
            found: dict[str, Any] = json.loads((folder / "progress.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return cls()
        return cls(**{**found, "outcomes": Counter(found["outcomes"])})

    def write(self, folder: Path) -> None:
        """Write it in one step, so that a run that is killed leaves the figures before."""
        folder.mkdir(parents=True, exist_ok=True)
        new = folder / "progress.new"
        new.write_text(json.dumps(vars(self), indent=1), encoding="utf-8")
        new.replace(folder / "progress.json")


def keep_seeds(folder: Path, seeds: list[bytes]) -> Path:
    """Write the inputs that fuzzing begins with, by their digest."""
    into = folder / "seeds"
    into.mkdir(parents=True, exist_ok=True)
    for seed in seeds:
        (into / sha256(seed).hexdigest()[:16]).write_bytes(seed)
    return into


def keep_finding(folder: Path, target: str, data: bytes, error: BaseException) -> None:
    """Write an input that an oracle or the reader fell over, with how to see it again; a few of each kind."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    kind = f"{type(error).__name__}-{Path(last.filename).stem}-{last.lineno}"
    told = "".join(traceback.format_exception(error))
    keep(folder / "findings", target, kind, data, told)


def keep(into: Path, target: str, kind: str, data: bytes, told: str) -> None:
    """Write one finding: the input, and a text beside it."""
    into.mkdir(parents=True, exist_ok=True)
    if len(list(into.glob(f"{kind}-*.bin"))) >= KEPT_OF_EACH_KIND:
        return
    file = into / f"{kind}-{sha256(data).hexdigest()[:12]}.bin"
    file.write_bytes(data)
    command = f".venv/bin/python -m tests.fuzz reproduce {target} {file}"
    file.with_suffix(".txt").write_text(f"{command}\n\n{told}", encoding="utf-8", errors="replace")


def keep_slow(folder: Path, data: bytes, seconds: float) -> None:
    """Keep the slowest inputs; their names begin with the milliseconds that they took with instruments."""
    into = folder / "slow"
    into.mkdir(parents=True, exist_ok=True)
    digest = sha256(data).hexdigest()[:12]
    if not list(into.glob(f"*-{digest}.bin")):
        (into / f"{int(seconds * 1000):08d}-{digest}.bin").write_bytes(data)
    for file in sorted(into.glob("*.bin"), reverse=True)[KEPT_SLOW:]:
        file.unlink()


def findings(folder: Path) -> list[Path]:
    """List what was found and not yet cleared away."""
    return sorted((folder / "findings").glob("*.bin"))
