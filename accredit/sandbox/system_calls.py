"""A filter of system calls (seccomp-bpf): a child may compute, read and write what is open, and end.

The list says what is allowed; anything else, such as opening a file, a socket or another process, answers EPERM. It is
written out for the two processors that servers have. Why no library: `pyseccomp` needs a system package, and what is
needed of it is these few instructions of classic BPF (Linux, Documentation/userspace-api/seccomp_filter.rst).
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
import sys
from collections.abc import Sequence

# What CPython, its allocator and the readers need once everything is loaded. No path and no address can be named.
_X86_64 = {
    "read": 0,
    "write": 1,
    "close": 3,
    "lseek": 8,
    "mmap": 9,
    "mprotect": 10,
    "munmap": 11,
    "brk": 12,
    "rt_sigaction": 13,
    "rt_sigprocmask": 14,
    "rt_sigreturn": 15,
    "sched_yield": 24,
    "mremap": 25,
    "madvise": 28,
    "setitimer": 38,
    "getpid": 39,
    "exit": 60,
    "gettimeofday": 96,
    "getrusage": 98,
    "sigaltstack": 131,
    "gettid": 186,
    "futex": 202,
    "clock_gettime": 228,
    "exit_group": 231,
    "tgkill": 234,
    "getrandom": 318,
}
_AARCH64 = {
    "lseek": 62,
    "close": 57,
    "read": 63,
    "write": 64,
    "exit": 93,
    "exit_group": 94,
    "futex": 98,
    "setitimer": 103,
    "clock_gettime": 113,
    "sched_yield": 124,
    "tgkill": 131,
    "sigaltstack": 132,
    "rt_sigaction": 134,
    "rt_sigprocmask": 135,
    "rt_sigreturn": 139,
    "getrusage": 165,
    "gettimeofday": 169,
    "getpid": 172,
    "gettid": 178,
    "brk": 214,
    "munmap": 215,
    "mremap": 216,
    "mmap": 222,
    "mprotect": 226,
    "madvise": 233,
    "getrandom": 278,
}
_MACHINES = {"x86_64": (0xC000003E, _X86_64), "aarch64": (0xC00000B7, _AARCH64)}

_LOAD, _JUMP_IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_NUMBER_AT, _ARCHITECTURE_AT = 0, 4
_KILL, _ALLOW, _REFUSE = 0x80000000, 0x7FFF0000, 0x00050000 | errno.EPERM
_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 38, 22, 2


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def are_filtered_here() -> bool:
    """Say whether this system and processor can filter at all."""
    return sys.platform == "linux" and platform.machine() in _MACHINES


def filter_them() -> bool:
    """Confine this thread, for ever, to the calls of the list; False where that cannot be had."""
    if not are_filtered_here():
        return False
    architecture, allowed = _MACHINES[platform.machine()]
    program = _program(architecture, sorted(allowed.values()))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        return False
    given = _Program(len(program) // 8, program)
    return bool(libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(given), 0, 0) == 0)


def _program(architecture: int, allowed: Sequence[int]) -> bytes:
    instructions = [
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_JUMP_IF_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER_AT),
    ]
    # Each comparison jumps over those after it, and over the refusal, to the last instruction.
    instructions += [(_JUMP_IF_EQUAL, len(allowed) - place, 0, number) for place, number in enumerate(allowed)]
    instructions += [(_RETURN, 0, 0, _REFUSE), (_RETURN, 0, 0, _ALLOW)]
    return b"".join(struct.pack("=HBBI", *each) for each in instructions)
