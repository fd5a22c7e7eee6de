"""What one input may cost: processor time, and memory."""

from __future__ import annotations

import resource
import signal
import time
from types import FrameType

from .target import Answer, Target

MAX_CPU_SECONDS = 2.0
"""What the kit promises of any document of up to 1 MB, measured without instruments."""
HANG_SECONDS = 60.0
"""Processor time after which reading or judging an input is given up: far over the promise, instruments included."""
MAX_MEMORY = 1_500_000_000
"""Bytes of address space that a worker may take on top of what it begins with."""


class Hung(BaseException):
    """Reading or judging took over `HANG_SECONDS`; no handler of errors may swallow this."""


def bound_memory() -> None:
    """Let this process fail, instead of the machine."""
    with open("/proc/self/statm", encoding="ascii") as file:
        begun = int(file.read().split()[0]) * resource.getpagesize()
    limit = begun + MAX_MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def bound_time() -> None:
    """Prepare `guarded`: the signal ends a loop in Python and a search of a regular expression."""
    signal.signal(signal.SIGVTALRM, _hang)


def _hang(_number: int, _frame: FrameType | None) -> None:
    raise Hung


def timed_answer(target: Target, data: bytes) -> tuple[Answer, float]:
    """Read an input; answer how that ended and the processor seconds that it took."""
    begun = time.process_time()
    signal.setitimer(signal.ITIMER_VIRTUAL, HANG_SECONDS)
    try:
        answer = target.answer(data)
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return answer, time.process_time() - begun


def judge(target: Target, data: bytes, answer: Answer) -> None:
    """Ask the oracle, within the same limit."""
    signal.setitimer(signal.ITIMER_VIRTUAL, HANG_SECONDS)
    try:
        target.judge(data, answer)
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def clean_cpu_seconds(target: Target, data: bytes) -> float:
    """Time an input in a process without instruments: the least of three, once everything has been loaded."""
    target.answer(target.seeds()[0])
    return min(timed_answer(target, data)[1] for _ in range(3))
