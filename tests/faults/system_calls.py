"""Processes under ``strace``: count the calls that change the disk, and make one of them fail or kill.

The process is forked already and waits (`child.start`), so what is traced is one pass alone, and no start of Python.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.faults.catalogue import NotReached, Unavailable
from tests.faults.child import Ended
from tests.faults.stage import Stage

CALLS = (
    "write",
    "pwrite64",
    "fsync",
    "fdatasync",
    "rename",
    "renameat2",
    "unlink",
    "ftruncate",
    "link",
    "linkat",
    "mkdir",
)
KINDS = {"KILL": "signal=KILL", "EIO": "error=EIO", "ENOSPC": "error=ENOSPC"}
EVER = {"ENOSPC-ever": "error=ENOSPC"}
"""The same, from the nth call on, for as long as the process lives."""
PATIENCE_SECONDS = 30
_CALL = re.compile(r"^(?:\d+ +)?(\w+)\(", re.MULTILINE)


def counted(stage: Stage, act: Callable[..., Any]) -> Counter[str]:
    """Count the calls that one run of ``act`` makes; every one of them is written to ``strace.txt`` in the folder."""
    ended, told = _traced(stage, act, [])
    assert ended.code == 0, ended.error
    return Counter(_CALL.findall(told))


def disturbed(stage: Stage, act: Callable[..., Any], *, call: str, kind: str, nth: int) -> Ended:
    """Run ``act`` and disturb the nth call of one name. Raises `NotReached` when it made fewer."""
    inject = f"{call}:{KINDS[kind]}:when={nth}" if kind in KINDS else f"{call}:{EVER[kind]}:when={nth}+"
    ended, told = _traced(stage, act, ["-e", f"inject={inject}"])
    hit = ended.code == -9 if kind == "KILL" else "(INJECTED)" in told
    if not hit:
        raise NotReached(f"{call} {nth}")
    return ended


def _traced(stage: Stage, act: Callable[..., Any], options: list[str]) -> tuple[Ended, str]:
    if shutil.which("strace") is None:
        raise Unavailable("strace is not installed (apt-get install strace)")
    process = stage.start(act, waits=True)
    told = stage.folder.with_suffix(".strace")
    tracer = subprocess.Popen(
        ["strace", "-f", "-qq", "-o", str(told), "-e", f"trace={','.join(CALLS)}", *options, "-p", str(process.pid)],
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        if not _is_traced(process.pid, tracer):
            process.kill()
            raise Unavailable(f"strace may not trace here: {tracer.communicate()[1].strip()}")
        process.go()
        ended = process.end()
        tracer.wait(PATIENCE_SECONDS)
    finally:
        if tracer.poll() is None:
            tracer.terminate()
        if tracer.stderr is not None:
            tracer.stderr.close()
        tracer.wait()
    text = told.read_text(errors="replace")
    told.unlink()
    return ended, text


def _is_traced(pid: int, tracer: subprocess.Popen[str]) -> bool:
    deadline = time.monotonic() + PATIENCE_SECONDS
    status = Path(f"/proc/{pid}/status")
    while time.monotonic() < deadline and tracer.poll() is None:
        if re.search(r"^TracerPid:\t[1-9]", status.read_text(), re.MULTILINE):
            return True
        time.sleep(0.005)
    return False
