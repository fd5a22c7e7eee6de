"""The parent's side: hand bytes to a child, get an answer or the reason why there is none, within five seconds.

One job at a time and one that waits: more would take the threads that answer other people. Whoever comes then is told
to come back. Threads may share a `Sandbox`; a process that was forked gets a nursery of its own, and the processes of
one service take turns (`take_turns`). Where there are no children (Windows), there is no answer either, unless somebody
reads a file of their own (`do_without`).
"""

from __future__ import annotations

import atexit
import importlib
import logging
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from enum import StrEnum
from pathlib import Path

from accredit.sandbox import frames
from accredit.sandbox.frames import Broken, End, Late
from accredit.sandbox.limits import WALL_SECONDS, WHOLE_SECONDS
from accredit.sandbox.turns import NotYet, turn

log = logging.getLogger(__name__)
_ROOT = str(Path(__file__).resolve().parents[2])
# Isolated (-I): no PYTHON… variable and no folder of the caller decides what is loaded, so the root is named.
_START = (
    "import sys; sys.path.insert(0, sys.argv[3]); from accredit.sandbox.nursery import main; "
    "main(sys.argv[1], float(sys.argv[2]))"
)
_AFTER_THE_WALL = WHOLE_SECONDS - WALL_SECONDS
_FIRST_START = 15.0
_MAY_WAIT = 1.0


class Cause(StrEnum):
    """Why there is no answer."""

    CPU = "cpu"
    MEMORY = "memory"
    WALL = "wall"
    FAILED = "failed"
    CRASHED = "crashed"
    BUSY = "busy"
    TOO_LARGE = "too-large"


_CAUSES = {
    End.FAILED: Cause.FAILED,
    End.CPU: Cause.CPU,
    End.MEMORY: Cause.MEMORY,
    End.WALL: Cause.WALL,
    End.CRASHED: Cause.CRASHED,
}


class Stopped(Exception):
    """The child gave no answer: see ``cause``."""

    def __init__(self, cause: Cause) -> None:
        super().__init__(cause.value)
        self.cause = cause


def can_have_children() -> bool:
    """Say whether this system can fork a process and limit it, which Windows cannot."""
    return hasattr(os, "fork")


class Sandbox:
    """Runs one task, ``module:function`` (bytes to bytes), each time in a new child that can do nothing else."""

    def __init__(self, task: str) -> None:
        self._task = task
        self.wall_seconds = WALL_SECONDS
        """After this long a child is killed; it holds from the next nursery on."""
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(2)
        self._nursery: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._is_warm = False
        self._turns: Path | None = None
        self._does_without = False
        atexit.register(self.close)
        self.stopped: Counter[Cause] = Counter()
        """How often there was no answer, by cause, in this process."""

    def run(self, job: bytes) -> bytes:
        """Return what the task answers to ``job``. Raises `Stopped`, never anything else because of ``job``."""
        if len(job) > frames.MAX_JOB:
            raise self._stop(Cause.TOO_LARGE)
        if not can_have_children():
            return self._without(job)
        if not self._places.acquire(blocking=False):
            raise self._stop(Cause.BUSY)
        try:
            end, answer = self._in_turn(job)
        except NotYet:
            raise self._stop(Cause.BUSY) from None
        finally:
            self._places.release()
        if end is not End.ANSWERED:
            raise self._stop(_CAUSES[end])
        return answer

    def take_turns(self, place: Path) -> None:
        """Let one child read at a time among all processes that name the same ``place``, a file for nothing else."""
        self._turns = place

    def do_without(self) -> None:
        """Read in this very process where there are no children: for somebody's own file on their own machine only."""
        self._does_without = True

    def start(self) -> None:
        """Start the nursery now, so that the first job need not wait for it; it loads while we go on."""
        if can_have_children():
            with self._lock:
                self._started()

    def close(self) -> None:
        """End the nursery and with it every child."""
        nursery, self._nursery = self._nursery, None
        if nursery is None:
            return
        if self._owner != os.getpid():
            # It is the child of the process we were forked from, which looks after it.
            nursery.returncode = 0
            return
        nursery.kill()
        nursery.wait()
        for pipe in (nursery.stdin, nursery.stdout):
            if pipe is not None:
                pipe.close()

    def _without(self, job: bytes) -> bytes:
        if not self._does_without:
            raise self._stop(Cause.FAILED)
        module, _, name = self._task.partition(":")
        try:
            answer: bytes = getattr(importlib.import_module(module), name)(job)
        except Exception:  # noqa: BLE001  # whatever a reader throws, its text may hold what is in the file
            raise self._stop(Cause.FAILED) from None
        return answer

    def _in_turn(self, job: bytes) -> tuple[End, bytes]:
        begun = time.monotonic()
        if not self._lock.acquire(timeout=_MAY_WAIT):
            raise NotYet
        try:
            with turn(self._turns, deadline=begun + _MAY_WAIT):
                return self._asked(job, begun)
        finally:
            self._lock.release()

    def _asked(self, job: bytes, begun: float) -> tuple[End, bytes]:
        nursery = self._started()
        deadline = begun + self.wall_seconds + (_AFTER_THE_WALL if self._is_warm else _FIRST_START)
        assert nursery.stdin is not None
        assert nursery.stdout is not None
        try:
            frames.write_job(nursery.stdin.fileno(), job, deadline=deadline)
            found = frames.read_answer(nursery.stdout.fileno(), deadline=deadline)
        except (Broken, Late) as error:
            # Whatever is still on the pipes belongs to this job, and must never answer the next one.
            self.close()
            return (End.WALL if isinstance(error, Late) else End.CRASHED), b""
        self._is_warm = True
        return found

    def _started(self) -> subprocess.Popen[bytes]:
        if self._nursery is not None and self._owner == os.getpid() and self._nursery.poll() is None:
            return self._nursery
        self.close()
        self._owner, self._is_warm = os.getpid(), False
        self._nursery = subprocess.Popen(  # noqa: S603  # our own interpreter, our own code, nothing of anybody's
            [sys.executable, "-I", "-c", _START, self._task, str(self.wall_seconds), _ROOT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env={},
            cwd="/",
        )
        assert self._nursery.stdin is not None
        os.set_blocking(self._nursery.stdin.fileno(), False)
        return self._nursery

    def _stop(self, cause: Cause) -> Stopped:
        self.stopped[cause] += 1
        log.warning("a child of %s gave no answer: %s", self._task, cause.value)
        return Stopped(cause)
