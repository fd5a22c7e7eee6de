"""Named places where a test may cut the power.

``ACCREDIT_FAULT=S4.after_commit:kill`` ends the process there as SIGKILL would; ``:kill-all`` ends its whole process
group, as a power cut would; ``:raise`` raises what nothing catches, ``:fail`` an error of the disk; and ``:kill@3``
waits for the third passing. A running service leaves the variable unset and pays one comparison.

- ``S1`` to ``S6``: the steps of the issuing cycle in the worker (``docs/issuance-cycle.md``).
- ``S7``: a letter on its way out.
- ``web``: every transaction that a request writes, whatever the page: all rows are sent, then they are committed.
"""

from __future__ import annotations

import errno
import os
import signal

_fault = os.environ.get("ACCREDIT_FAULT", "")
_passed: dict[str, int] = {}

NAMES = (
    "S1.before_commit",
    "S1.after_commit",
    "S2.after_lint",
    "S3.before_sign",
    "S3.after_sign",
    "S4.before_commit",
    "S4.after_commit",
    "S5.before_commit",
    "S5.after_commit",
    "S6.before_commit",
    "S6.after_commit",
    "S7.before_send",
    "S7.after_send",
    "web.before_commit",
    "web.after_commit",
)


class PowerCut(BaseException):
    """Raised by a fault point in a test, never otherwise; nothing catches it and goes on, as after a real one."""


def arrange(fault: str) -> None:
    """Set the fault of this process anew, for tests that fail and recover in one process; "" for none."""
    global _fault  # noqa: PLW0603  # one fault for a process, as the environment would set it
    _fault = fault
    _passed.clear()


def passed() -> tuple[str, ...]:
    """Return the points with a fault that this process came by, each as often as it did."""
    return tuple(name for name, times in _passed.items() for _ in range(times))


def fault_point(name: str) -> None:
    """Fail here if a test asked for it."""
    if not _fault or not _fault.startswith(f"{name}:"):
        return
    action, _, number = _fault.removeprefix(f"{name}:").partition("@")
    _passed[name] = _passed.get(name, 0) + 1
    if _passed[name] != int(number or 1):
        return
    if action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if action == "kill-all":
        os.killpg(0, signal.SIGKILL)
    if action == "fail":
        raise OSError(errno.EIO, os.strerror(errno.EIO), name)
    raise PowerCut(name)
