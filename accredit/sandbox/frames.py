"""Lengths and bytes through pipes, for the three processes alike. Nothing here understands what it carries."""

from __future__ import annotations

import os
import select
import struct
import time
from enum import IntEnum

JOB = struct.Struct(">I")
ANSWER = struct.Struct(">BI")
MAX_JOB = 12_000_000
MAX_ANSWER = 1_100_000
_CHUNK = 65_536


class End(IntEnum):
    """How a job ended, as it travels."""

    ANSWERED = 0
    FAILED = 1
    CPU = 2
    MEMORY = 3
    WALL = 4
    CRASHED = 5


class Broken(Exception):
    """The other side is gone, or says what no honest one would."""


class Late(Exception):
    """The deadline passed first."""


def read(inlet: int, count: int, *, deadline: float | None = None) -> bytes:
    """Read exactly ``count`` bytes; ``deadline`` is a reading of `time.monotonic`. Raises `Broken` or `Late`."""
    parts, missing = [], count
    while missing:
        _await(inlet, reading=True, deadline=deadline)
        part = os.read(inlet, min(missing, _CHUNK))
        if not part:
            raise Broken("the other side closed the pipe")
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def write(outlet: int, data: bytes, *, deadline: float | None = None) -> None:
    """Write all of ``data``. Raises `Broken` or `Late`; the pipe must not block where a deadline is given."""
    rest = memoryview(data)
    while rest:
        _await(outlet, reading=False, deadline=deadline)
        try:
            rest = rest[os.write(outlet, rest[:_CHUNK]) :]
        except BlockingIOError:
            continue
        except BrokenPipeError as error:
            raise Broken("the other side closed the pipe") from error


def read_job(inlet: int) -> bytes:
    """Read one job, waiting for it as long as it takes. Raises `Broken` when there will be none."""
    (length,) = JOB.unpack(read(inlet, JOB.size))
    if length > MAX_JOB:
        raise Broken("a job is too long")
    return read(inlet, length)


def write_job(outlet: int, job: bytes, *, deadline: float | None = None) -> None:
    """Write one job."""
    write(outlet, JOB.pack(len(job)) + job, deadline=deadline)


def read_answer(inlet: int, *, deadline: float) -> tuple[End, bytes]:
    """Read how a job ended and what was answered. Raises `Broken` (for rubbish, too) or `Late`."""
    number, length = ANSWER.unpack(read(inlet, ANSWER.size, deadline=deadline))
    if length > MAX_ANSWER or number not in set(End):
        raise Broken("an answer is not in its frame")
    return End(number), read(inlet, length, deadline=deadline)


def write_answer(outlet: int, end: End, answer: bytes = b"") -> None:
    """Write how a job ended."""
    write(outlet, ANSWER.pack(end, len(answer)) + answer)


def _await(pipe: int, *, reading: bool, deadline: float | None) -> None:
    if deadline is None:
        return
    left = deadline - time.monotonic()
    waiter = select.poll()
    waiter.register(pipe, select.POLLIN if reading else select.POLLOUT)
    if left <= 0 or not waiter.poll(left * 1000):
        raise Late
