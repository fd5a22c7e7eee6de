"""Run contenders in turns and say how they compare.

In one round every contender works for a short while, in an order that is turned each time, so that a machine that is
slower for a moment is slower for all of them. Each figure is the median of the rounds, and each ratio the median of the
ratios of the rounds.
"""

from __future__ import annotations

import gc
import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

MIN_ROUNDS: Final = 5
PLENTY: Final = 1_000_000

Work = Callable[[int], bool]
"""Does the piece of work of this number and tells whether the outcome is right."""


@dataclass(frozen=True, kw_only=True)
class Contender:
    """Something measured: `work` is called with 0, 1, 2 …, and each call counts for `pieces`."""

    key: str
    work: Work
    pieces: int = 1


@dataclass(frozen=True, kw_only=True)
class Bench:
    """What is compared: `ours` first of all, more of ours, and baselines, each with the one of ours it stands beside.

    `about` says in a sentence or two what is measured. `missing` says in a sentence why a baseline could not be had.
    `wrong` counts what was found wrong beforehand. `facts` are sizes and the like, to be printed with the figures.
    """

    name: str
    unit: str
    ours: Contender
    about: str = ""
    more: tuple[Contender, ...] = ()
    baselines: tuple[Contender, ...] = ()
    beside: Mapping[str, str] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    wrong: int = 0
    facts: Mapping[str, Any] = field(default_factory=dict)


def run(bench: Bench, *, rounds: int = MIN_ROUNDS, seconds: float = 0.4) -> dict[str, Any]:
    """Measure a bench and return its one object (`bench ours baselines ratio runs machine` and more).

    `seconds` is the CPU time of each contender in each round, about; at least one call is always made. Raises
    `ValueError` for no rounds at all.
    """
    if rounds < 1:
        raise ValueError("at least one round is needed")
    load_before = _load()
    contenders = (bench.ours, *bench.more, *bench.baselines)
    calls = {each.key: _calibrate(each, seconds) for each in contenders}
    errors = bench.wrong
    runs: list[dict[str, float]] = []
    for number in range(rounds):
        turn = number % len(contenders)
        figures = {}
        gc.collect()
        for contender in contenders[turn:] + contenders[:turn]:
            figures[contender.key], wrong = _measure(contender, calls[contender.key])
            errors += wrong
        runs.append({each.key: round(figures[each.key], 3) for each in contenders})
    medians = {each.key: statistics.median(one[each.key] for one in runs) for each in contenders}
    ours: dict[str, Any] = {"per_cpu_s": medians[bench.ours.key], "errors": errors}
    ours |= {f"{each.key}_per_cpu_s": medians[each.key] for each in bench.more}
    beside = {each.key: bench.beside.get(each.key, bench.ours.key) for each in bench.baselines}
    return {
        "bench": bench.name,
        "unit": bench.unit,
        "about": bench.about,
        "ours": ours,
        "baselines": {each.key: {"per_cpu_s": medians[each.key]} for each in bench.baselines},
        "ratio": {
            key: _significant(statistics.median(one[own] / one[key] for one in runs)) for key, own in beside.items()
        },
        "beside": beside,
        "missing": dict(bench.missing),
        "facts": dict(bench.facts),
        "runs": [{"round": number + 1, **one} for number, one in enumerate(runs)],
        "machine": machine() | {"load_before": load_before, "load_after": _load()},
    }


def machine() -> dict[str, Any]:
    """Say what this was measured on, without naming the host or its user."""
    return {
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "system": platform.system(),
        "architecture": platform.machine(),
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "libraries": {name: found for name in ("cryptography", "PyLD", "pillow") if (found := _version(name))},
    }


def _calibrate(contender: Contender, seconds: float) -> int:
    """Find how many calls take about `seconds`; it also warms every cache, since none of them starts cold in use."""
    calls = 1
    while True:
        begun = time.process_time()
        for number in range(calls):
            contender.work(number)
        spent = time.process_time() - begun
        if spent >= seconds / 4 or calls >= PLENTY:
            return max(1, round(calls * seconds / spent)) if spent > 0 else calls
        calls *= 4


def _measure(contender: Contender, calls: int) -> tuple[float, int]:
    work, wrong = contender.work, 0
    begun = time.process_time()
    for number in range(calls):
        if not work(number):
            wrong += 1
    # The clock of the process may not have moved for a very short piece of work.
    spent = max(time.process_time() - begun, 1e-9)
    return calls * contender.pieces / spent, wrong


def _significant(value: float) -> float:
    return float(f"{value:.4g}")


def _load() -> float | None:
    """Tell how many processes wanted to run in the last minute: over the number of cores, others were at work too."""
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
