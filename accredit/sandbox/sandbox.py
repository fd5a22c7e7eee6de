"""The parent's side: hand bytes to a child, get an answer or the reason why there is none, within five seconds.

One job at a time and one that waits: more would take the threads that answer other people. Whoever comes then is told
to come back. Threads may share a `Sandbox`; a process that was forked gets a nursery of its own.
"""

from __future__ import annotations

import atexit
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
from accredit.sandbox.nursery import WALL_SECONDS

log = logging.getLogger(__name__)
_ROOT = str(Path(__file__).resolve().parents[2])
# Isolated (-I): no PYTHON… variable and no folder of the caller decides what is loaded, so the root is named.
_START = "import sys; sys.path.insert(0, sys.argv[2]); from accredit.sandbox.nursery import main; main(sys.argv[1])"
_PATIENCE = WALL_SECONDS + 1.0
_FIRST_START = 15.0
_MAY_WAIT = 2.5


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


class Sandbox:
    """Runs one task, ``module:function`` (bytes to bytes), each time in a new child that can do nothing else."""

    def __init__(self, task: str) -> None:
        self._task = task
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(2)
        self._nursery: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._is_warm = False
        atexit.register(self.close)
        self.stopped: Counter[Cause] = Counter()
        """How often there was no answer, by cause, in this process."""

    def run(self, job: bytes) -> bytes:
        """Return what the task answers to ``job``. Raises `Stopped`, never anything else because of ``job``."""
        if len(job) > frames.MAX_JOB:
            raise self._stop(Cause.TOO_LARGE)
        if not self._places.acquire(blocking=False):
            raise self._stop(Cause.BUSY)
        try:
            if not self._lock.acquire(timeout=_MAY_WAIT):
                raise self._stop(Cause.BUSY)
            try:
                end, answer = self._asked(job)
            finally:
                self._lock.release()
        finally:
            self._places.release()
        if end is not End.ANSWERED:
            raise self._stop(_CAUSES[end])
        return answer

    def start(self) -> None:
        """Start the nursery now, so that the first job need not wait for it; it loads while we go on."""
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

    def _asked(self, job: bytes) -> tuple[End, bytes]:
        nursery = self._started()
        deadline = time.monotonic() + (_PATIENCE if self._is_warm else _FIRST_START)
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
            [sys.executable, "-I", "-c", _START, self._task, _ROOT],
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
