"""What a child gives up before it sees a stranger's bytes: other files, other users' rights, time, memory, the network.

Everything here is for good: nothing that runs later in the process can undo it. Windows has none of this (`sandbox`).
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress

from accredit.sandbox import system_calls
from accredit.sandbox.limits import CPU_SECONDS, MEMORY_BYTES

_NOBODY = 65_534


def come_last() -> None:
    """Compute only while nobody else wants to: a file may take its time, and answering people may not."""
    os.nice(19)
    if sys.platform == "linux":
        # Niceness counts within one session only and delays; who is idle makes room at once, whoever wakes up.
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


def leave_no_core() -> None:
    """Write no image of the memory should the process crash."""
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def keep_only(inlet: int, outlet: int) -> None:
    """Make ``inlet`` and ``outlet`` 0 and 1, and close whatever else is open; 2 says nothing to anybody."""
    os.dup2(inlet, 0)
    os.dup2(outlet, 1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.closerange(3, 4096)


def confine() -> bool:
    """Take on the limits; the answer is whether system calls are filtered, too (Linux on x86-64 or ARM64)."""
    import resource

    os.environ.clear()
    if sys.platform == "darwin":
        # It refuses a limit below what is mapped already, which is far more than half a gigabyte there.
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    else:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    for limit, soft, hard in (
        # The second above is for whoever would handle the signal; nobody here does.
        (resource.RLIMIT_CPU, CPU_SECONDS, CPU_SECONDS + 1),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_NOFILE, 3, 3),
        (resource.RLIMIT_NPROC, 0, 0),
    ):
        resource.setrlimit(limit, (soft, hard))
    if os.geteuid() == 0:
        # Limits on processes bind nobody who is root; a container often runs as root.
        os.setgroups([])
        os.setgid(_NOBODY)
        os.setuid(_NOBODY)
    return system_calls.filter_them()
