"""One target in a process of its own, until it has used its processor seconds.

With atheris (coverage-guided, on libFuzzer) what reaches a new branch of the kit is kept and changed further. Half of
the changes are ours, which know the form of an input, and half are libFuzzer's, which know what the code compared it
with. Without atheris the same is done blindly, and the report says so.

A finding does not end the run: it is kept, and the run goes on.
"""

from __future__ import annotations

import importlib.util
import mmap
import os
import resource
import struct
import sys
import time
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from . import limits
from .progress import Progress, keep_finding, keep_seeds, keep_slow

if TYPE_CHECKING:
    from .target import Target

HAS_ATHERIS = importlib.util.find_spec("atheris") is not None
LARGE_SHARE = 0.25
"""Of the time, how much goes into inputs of up to 1 MB."""
SLOW_SECONDS = 0.005
"""From here on an input is worth timing again without instruments."""
WRITE_EVERY = 5.0
PRESENT = struct.Struct("<QI")
PRESENT_BYTES = PRESENT.size + 1_100_000


class Present:
    """The input in hand, in a file that outlives the process: who kills it still knows what it was reading."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / "present"
        if not file.exists() or file.stat().st_size != PRESENT_BYTES:
            file.write_bytes(bytes(PRESENT_BYTES))
        with file.open("r+b") as opened:
            self._map = mmap.mmap(opened.fileno(), PRESENT_BYTES)
        self._count = 0

    def take(self, data: bytes) -> None:
        """Write down an input before it is read."""
        self._count += 1
        kept = data[: PRESENT_BYTES - PRESENT.size]
        self._map[PRESENT.size : PRESENT.size + len(kept)] = kept
        self._map[: PRESENT.size] = PRESENT.pack(self._count, len(kept))

    def found(self) -> tuple[int, bytes]:
        """Tell how many inputs were taken, and the last of them."""
        count, length = PRESENT.unpack(self._map[: PRESENT.size])
        return count, self._map[PRESENT.size : PRESENT.size + length]


class Worker:
    """Reads and judges inputs, and counts."""

    def __init__(self, target: Target, folder: Path, seconds: float, commit: str) -> None:
        self._target = target
        self._folder = folder
        self._seconds = seconds
        self._commit = commit
        self._present = Present(folder)
        self._others = target.seeds()
        self._chance = Random()
        self._began_with = Progress.read(folder)
        self.progress = Progress.read(folder)
        self._written = 0.0
        self._large_seconds = 0.0
        self._worst = [0.0, SLOW_SECONDS]

    def one(self, data: bytes) -> None:
        """Take one input from the fuzzer, and now and then a large one made from it."""
        self._take(data)
        spent = time.process_time()
        if self._large_seconds < LARGE_SHARE * spent:
            self._take(self._target.grow(data, self._chance), is_large=True)
            self._large_seconds += time.process_time() - spent
        if spent - self._written > WRITE_EVERY:
            self._write(spent)
        if spent + self._began_with.cpu_seconds >= self._seconds:
            self._write(spent)
            # libFuzzer cannot be asked to end after so much processor time; all that it keeps is on the disk already.
            sys.stderr.flush()
            os._exit(0)

    def change(self, data: bytes, largest: int, seed: int) -> bytes:
        """Change an input, in one of our ways or in one of libFuzzer's."""
        chance = Random(seed)
        if HAS_ATHERIS and chance.random() < self._target.blind_share:
            import atheris

            return bytes(atheris.Mutate(data, largest))
        # Most of what reaches a new branch is refused there; beginning anew leads further in.
        if not data or chance.random() < 0.15:
            data = chance.choice(self._others)
        return self._target.mutate(data, chance)[:largest]

    def _take(self, data: bytes, *, is_large: bool = False) -> None:
        self._present.take(data)
        seconds = 0.0
        try:
            answer, seconds = limits.timed_answer(self._target, data)
            self.progress.outcomes[answer.name] += 1
            limits.judge(self._target, data, answer)
        except (Exception, limits.Hung) as error:  # noqa: BLE001 - whatever it is, it is what we are looking for
            self.progress.outcomes["FINDING"] += 1
            keep_finding(self._folder, self._target.name, data, error)
        self.progress.inputs += 1
        self.progress.large += is_large
        if seconds > self._worst[is_large]:
            # Ever slower ones are kept, not each of very many that are about as slow.
            self._worst[is_large] = max(seconds, min(1.2 * seconds, limits.MAX_CPU_SECONDS))
            keep_slow(self._folder, data, seconds)
        self.progress.slowest = max(self.progress.slowest, seconds)

    def _write(self, spent: float) -> None:
        self._written = spent
        progress = self.progress
        progress.cpu_seconds = self._began_with.cpu_seconds + spent
        progress.commits[self._commit] = self._began_with.commits.get(self._commit, 0.0) + spent
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        progress.peak_megabytes = max(progress.peak_megabytes, peak)
        progress.write(self._folder)


def instruments() -> AbstractContextManager[Any]:
    """Watch which branches of accredit are taken; what is imported outside of this is not watched."""
    if not HAS_ATHERIS:
        return nullcontext()
    import atheris

    watched: AbstractContextManager[Any] = atheris.instrument_imports(include=["accredit"])
    return watched


def run(name: str, folder: Path, seconds: float, commit: str) -> None:
    """Fuzz one target until it has used so many seconds in all; the process ends here."""
    with instruments():
        from .targets import TARGETS
    target = TARGETS[name]
    seeds = keep_seeds(folder, target.seeds())
    corpus = folder / "corpus"
    corpus.mkdir(exist_ok=True)
    limits.bound_time()
    worker = Worker(target, folder, seconds, commit)
    limits.bound_memory()
    if HAS_ATHERIS:
        _run_guided(worker, target, corpus, seeds)
    else:
        _run_blindly(worker, target)


def _run_guided(worker: Worker, target: Target, corpus: Path, seeds: Path) -> None:
    import atheris

    # Our own limits are in processor time; libFuzzer's are in time on the wall, which a busy machine takes.
    options = [
        f"-max_len={target.largest}",
        "-mutate_depth=2",
        "-timeout=3600",
        "-rss_limit_mb=0",
        "-malloc_limit_mb=2000",
    ]
    command = ["fuzz", str(corpus), str(seeds), *options, "-print_final_stats=0", f"-artifact_prefix={corpus.parent}/"]
    atheris.Setup(command, worker.one, custom_mutator=worker.change)
    atheris.Fuzz()


def _run_blindly(worker: Worker, target: Target) -> None:
    chance = Random()
    seeds = target.seeds()
    while True:
        data = chance.choice(seeds)
        for _ in range(chance.choice((1, 2, 4, 8))):
            data = target.mutate(data, chance)[: target.largest]
        worker.one(data)
