"""Ask a server on this machine over HTTP, as fast as it answers or at a steady rate, and see what it cost.

The cost is the processor time of the server's own processes, so that whoever asks does not count. Latencies at a steady
rate begin when a request was due, not when it was sent: a server that stalls is not asked less meanwhile.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Final

HOST: Final = "127.0.0.1"
TICKS: Final = os.sysconf("SC_CLK_TCK")
PATIENCE_SECONDS: Final = 30


@dataclass(frozen=True)
class Question:
    """One request, and what its answer must hold to be right."""

    path: str
    expected: bytes
    body: bytes = b""

    def written(self, number: int) -> bytes:
        """Write it out as the request of some reader; each reader has an address of their own."""
        method = "POST" if self.body else "GET"
        reader = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        length = f"Content-Length: {len(self.body)}\r\nContent-Type: application/json\r\n" if self.body else ""
        head = f"{method} {self.path} HTTP/1.1\r\nHost: {HOST}\r\nX-Forwarded-For: {reader}\r\n{length}\r\n"
        return head.encode("ascii") + self.body


@dataclass
class Answers:
    """What came back: how many, how many of them wrong, in what time; latencies in seconds where they were taken."""

    number: int = 0
    errors: int = 0
    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)

    def at_percentile(self, percent: float) -> float:
        """Return the latency under which so many per cent of the answers came."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] if ordered else 0.0


class Reader:
    """One connection that is kept open."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: socket.socket | None = None

    def ask(self, request: bytes) -> bytes:
        """Send a request and return the whole answer, head and body. Raises `OSError`."""
        if self._socket is None:
            self._socket = socket.create_connection((HOST, self._port), timeout=PATIENCE_SECONDS)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            self._socket.sendall(request)
            return self._read(self._socket)
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        """Hang up."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _read(self, connection: socket.socket) -> bytes:
        read = b""
        while (end := read.find(b"\r\n\r\n")) < 0:
            read += self._more(connection)
        head = read[:end].lower()
        at = head.find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        while len(read) < end + 4 + length:
            read += self._more(connection)
        return read

    def _more(self, connection: socket.socket) -> bytes:
        more = connection.recv(65536)
        if not more:
            raise ConnectionError("the server hung up")
        return more


def as_fast_as_it_goes(port: int, questions: Sequence[Question], *, seconds: float, readers: int = 4) -> Answers:
    """Let some readers ask one question after the other for a while."""
    deadline = time.monotonic() + seconds
    return _all_ask(port, questions, readers, lambda number: number if time.monotonic() < deadline else None)


def so_many(port: int, questions: Sequence[Question], *, number: int, readers: int = 4) -> Answers:
    """Ask so many questions."""
    return _all_ask(port, questions, readers, lambda asked: asked if asked < number else None)


def at_a_rate(port: int, questions: Sequence[Question], *, rate: float, seconds: float, readers: int = 16) -> Answers:
    """Ask so many questions a second, whether or not the ones before were answered."""
    begun, last = time.monotonic(), int(rate * seconds)

    def due(number: int) -> float | None:
        if number >= last:
            return None
        moment = begun + number / rate
        time.sleep(max(0.0, moment - time.monotonic()))
        return moment

    return _all_ask(port, questions, readers, due, timed=True)


def _all_ask(
    port: int,
    questions: Sequence[Question],
    readers: int,
    due: Callable[[int], float | None],
    *,
    timed: bool = False,
) -> Answers:
    found, lock, numbers = Answers(), threading.Lock(), count()

    def read() -> None:
        reader, mine = Reader(port), Answers()
        while (moment := due(number := next(numbers))) is not None:
            question = questions[number % len(questions)]
            try:
                answer = reader.ask(question.written(number))
            except OSError:
                answer = b""
            mine.number += 1
            mine.errors += not (answer.startswith(b"HTTP/1.1 200") and question.expected in answer)
            if timed:
                mine.latencies.append(time.monotonic() - moment)
        reader.close()
        with lock:
            found.number += mine.number
            found.errors += mine.errors
            found.latencies += mine.latencies

    begun = time.monotonic()
    threads = [threading.Thread(target=read) for _ in range(readers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found.seconds = time.monotonic() - begun
    return found


def cpu_seconds(pid: int) -> float:
    """Return the processor time that a process and its children have used so far."""
    spent = 0.0
    for each in _family(pid):
        try:
            fields = Path(f"/proc/{each}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        except OSError:
            continue
        spent += (int(fields[11]) + int(fields[12])) / TICKS
    return spent


def _family(pid: int) -> Iterator[int]:
    yield pid
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
    except OSError:
        return
    for task in tasks:
        try:
            children = (task / "children").read_text(encoding="ascii").split()
        except OSError:
            # A thread may end between being listed and being asked.
            continue
        for child in children:
            yield from _family(int(child))


def wait_until_served(port: int, alive: Callable[[], bool]) -> None:
    """Wait until somebody listens. Raises `TimeoutError`, or `ChildProcessError` when the server has ended."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) == 0:
                return
        if not alive():
            raise ChildProcessError("the server ended by itself")
        time.sleep(0.1)
    raise TimeoutError("the server did not come up")


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def repeating(act: Callable[[], None], *, every: float) -> Iterator[None]:
    """Do something again and again beside a block."""
    ended = threading.Event()

    def go_on() -> None:
        while not ended.wait(every):
            act()

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
