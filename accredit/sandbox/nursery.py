"""A process that does nothing but raise children: one for each job, forked before the job comes, and watched.

It is started by exec with an empty environment, so that nothing of the service's memory is in it, and it has one
thread, so that forking is safe. It never looks at a job: it carries the bytes in and the answer out.
"""

from __future__ import annotations

import gc
import importlib
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from accredit.sandbox import confinement, frames
from accredit.sandbox.frames import Broken, End, Late
from accredit.sandbox.limits import CPU_SECONDS

Task = Callable[[bytes], bytes]


@dataclass(frozen=True)
class _Child:
    pid: int
    inlet: int
    outlet: int


def main(task_name: str, wall_seconds: float) -> None:
    """Serve jobs from standard input to its end. ``task_name`` is ``module:function``, called after its ``warm_up``."""
    module_name, _, name = task_name.partition(":")
    module = importlib.import_module(module_name)
    task: Task = getattr(module, name)
    getattr(module, "warm_up", lambda: None)()
    # Of the same session as its parent, since niceness counts within one only; so Ctrl-C at a terminal reaches it, too.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    confinement.leave_no_core()
    gc.collect()
    gc.freeze()
    waiting = _raise_one(task, wall_seconds)
    with suppress(Broken):
        while True:
            job = frames.read_job(0)
            end, answer = _watched(waiting, job, wall_seconds)
            frames.write_answer(1, end, answer)
            waiting = _raise_one(task, wall_seconds)
    _end(waiting)


def _raise_one(task: Task, wall_seconds: float) -> _Child:
    job_out, job_in = os.pipe()
    answer_out, answer_in = os.pipe()
    pid = os.fork()
    if pid == 0:
        _live(task, wall_seconds, job_out, answer_in)
    os.close(job_out)
    os.close(answer_in)
    # A child that does not read must not stop us from noticing that its time is over.
    os.set_blocking(job_in, False)
    return _Child(pid, job_in, answer_out)


def _live(task: Task, wall_seconds: float, inlet: int, outlet: int) -> None:
    """Be the child: confined, one job, an answer, the end. Never returns."""
    end, answer = End.FAILED, b""
    try:
        confinement.come_last()
        confinement.keep_only(inlet, outlet)
        confinement.confine()
        job = frames.read_job(0)
        # Should the nursery die meanwhile, nobody would be left to look at the clock.
        signal.setitimer(signal.ITIMER_REAL, wall_seconds + 1)
        end, answer = End.ANSWERED, task(job)
    except MemoryError:
        end = End.MEMORY
    except BaseException:  # noqa: BLE001, S110  # whatever a reader throws, its text may hold what was uploaded
        pass
    with suppress(BaseException):
        frames.write_answer(1, end, answer)
    os._exit(0)


def _watched(child: _Child, job: bytes, wall_seconds: float) -> tuple[End, bytes]:
    deadline = time.monotonic() + wall_seconds
    found: tuple[End, bytes] | None = None
    try:
        frames.write_job(child.inlet, job, deadline=deadline)
        found = frames.read_answer(child.outlet, deadline=deadline)
    except Late:
        found = End.WALL, b""
    except Broken:
        pass
    status, used = _end(child)
    if found == (End.WALL, b"") and used > CPU_SECONDS / 2:
        # On a machine with other work the clock is the first to run out, and the file is no better for it.
        return End.CPU, b""
    if found is not None:
        return found
    killed_by = os.WTERMSIG(status) if os.WIFSIGNALED(status) else None
    return (End.CPU if killed_by == signal.SIGXCPU else End.CRASHED), b""


def _end(child: _Child) -> tuple[int, float]:
    """Close the pipes of a child and see it dead; how it ended by itself, where it did, and the CPU time it took."""
    os.close(child.inlet)
    os.close(child.outlet)
    for _ in range(20):
        # It may be on its way out, and how it died is worth knowing.
        pid, status, used = os.wait4(child.pid, os.WNOHANG)
        if pid:
            return status, used.ru_utime + used.ru_stime
        time.sleep(0.0005)
    os.kill(child.pid, signal.SIGKILL)
    _, status, used = os.wait4(child.pid, 0)
    return status, used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
