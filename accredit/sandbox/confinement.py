"""What a child gives up before it sees a stranger's bytes: other files, other users' rights, time, memory, the network.

Everything here is for good: nothing that runs later in the process can undo it.
"""

from __future__ import annotations

import os
import resource

from accredit.sandbox import system_calls

CPU_SECONDS = 2
MEMORY_BYTES = 512 * 1024 * 1024
_NOBODY = 65_534


def keep_only(inlet: int, outlet: int) -> None:
    """Make ``inlet`` and ``outlet`` 0 and 1, and close whatever else is open; 2 says nothing to anybody."""
    os.dup2(inlet, 0)
    os.dup2(outlet, 1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.closerange(3, 4096)


def confine() -> bool:
    """Take on the limits; the answer is whether system calls are filtered, too (Linux on x86-64 or ARM64)."""
    os.environ.clear()
    for limit, soft, hard in (
        # The second above is for whoever would handle the signal; nobody here does.
        (resource.RLIMIT_CPU, CPU_SECONDS, CPU_SECONDS + 1),
        (resource.RLIMIT_AS, MEMORY_BYTES, MEMORY_BYTES),
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
