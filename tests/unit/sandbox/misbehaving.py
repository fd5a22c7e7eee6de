"""Tasks that do what a hostile file might make a reader do. They run in real children, never in the tests' process."""

from __future__ import annotations

import ctypes
import json
import mmap
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


def echo(job: bytes) -> bytes:
    """Behave."""
    return job


def starve(_job: bytes) -> bytes:
    """Get nowhere, as on a machine that has no time for it."""
    return _hang()


def by_name(job: bytes) -> bytes:
    """Do what the job names."""
    return _DEEDS[job.decode()]()


def _compute() -> bytes:
    number = 1
    while True:
        number = number * 3 % 1_000_003


def _hang() -> bytes:
    # Nothing more will come, and the pipe stays open.
    os.read(0, 1)
    return b"awake"


def _allocate() -> bytes:
    return bytes(1024 * 1024 * 1024)


def _allocate_outside_python() -> bytes:
    mmap.mmap(-1, 1024 * 1024 * 1024)
    return b"had a gigabyte"


def _crash() -> bytes:
    ctypes.string_at(0)
    return b"alive"


def _abort() -> bytes:
    os.abort()


def _leave() -> bytes:
    os._exit(0)


def _kill_itself() -> bytes:
    os.kill(os.getpid(), signal.SIGKILL)
    return b"alive"


def _throw() -> bytes:
    raise RuntimeError("with the name of a child in it")


def _rubbish() -> bytes:
    os.write(1, b"\xff" * 40)
    os._exit(0)


def _boast() -> bytes:
    os.write(1, b"\x00\xff\xff\xff\xff" + b"x" * 1000)
    os._exit(0)


def _cut_short() -> bytes:
    os.write(1, b"\x00\x00\x00\x10\x00half")
    os._exit(0)


def _talk_too_much() -> bytes:
    return b"x" * 5_000_000


_DEEDS: dict[str, Callable[[], bytes]] = {
    "compute": _compute,
    "hang": _hang,
    "allocate": _allocate,
    "allocate outside Python": _allocate_outside_python,
    "crash": _crash,
    "abort": _abort,
    "leave": _leave,
    "kill itself": _kill_itself,
    "throw": _throw,
    "rubbish": _rubbish,
    "boast": _boast,
    "cut short": _cut_short,
    "talk too much": _talk_too_much,
}


def reach_out(job: bytes) -> bytes:
    """Try every way out there is; the answer names those that were open."""
    place, port = json.loads(job)
    ways: dict[str, Callable[[], object]] = {
        "connect": lambda: socket.create_connection(("127.0.0.1", port), timeout=1),
        "send a datagram": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", port)),
        "talk to a local socket": socket.socketpair,
        "write a file": lambda: Path(place, "written").write_bytes(b"x"),
        "read a file": lambda: Path("/etc/passwd").read_bytes(),
        "list a folder": lambda: os.listdir("/"),
        "remove a file": lambda: os.unlink(Path(place, "kept")),
        "look whether a file is there": lambda: os.stat(Path(place, "kept")),
        "run a program": lambda: subprocess.run(["/bin/true"], check=True),
        "fork": _fork,
        "exec": lambda: os.execv("/bin/true", ["/bin/true"]),
        "signal its parent": lambda: os.kill(os.getppid(), 0),
        "start a thread": _thread,
        "see the environment": _environment,
        "use another open file": lambda: [os.write(number, b"x") for number in range(3, 64)],
        "leave the limits": _leave_the_limits,
        "get root's rights": lambda: os.setuid(0) if os.getuid() else None,
        "be root": lambda: None if os.getuid() == 0 else (_ for _ in ()).throw(PermissionError()),
    }
    if sys.platform != "linux":
        ways.pop("be root")
    open_ones = []
    for name, way in ways.items():
        with suppress(OSError, RuntimeError, ValueError, ImportError, LookupError):
            way()
            open_ones.append(name)
    return json.dumps(open_ones).encode()


def _fork() -> None:
    if os.fork() == 0:
        os._exit(0)


def _thread() -> None:
    import threading

    threading.Thread(target=int).start()


def _environment() -> None:
    if not set(os.environ) - {"LC_CTYPE"}:
        raise LookupError


def _leave_the_limits() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_CPU, (600, 600))
