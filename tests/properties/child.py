"""A worker's pass in a process of its own, so that it can be killed where the power fails.

A process that has loaded the product and opened nothing copies itself for each pass: the copy starts at once, and
carries over no connection, no lock and no thread.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import structlog

from accredit.jobs.worker import open_issuer
from accredit.keyring import KeyRing
from accredit.migrations import import_models
from accredit.storage import Database, fault_points
from accredit.storage.lock_store import LockStore

ROOT = Path(__file__).resolve().parents[2]
_SERVE = "from tests.properties.child import serve; serve()"
_QUIET = 50


def issue_once(url: str, keys: Path, passphrase: str, fault: str) -> int:
    """Run one pass that ends at a fault (``S4.after_commit:kill``); return the process's exit code."""
    mother = _mother()
    assert mother.stdin is not None
    assert mother.stdout is not None
    mother.stdin.write(json.dumps([url, str(keys), passphrase, fault]) + "\n")
    mother.stdin.flush()
    return int(mother.stdout.readline())


@cache
def _mother() -> subprocess.Popen[str]:
    command = [sys.executable, "-c", _SERVE]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def serve() -> None:
    """Run a pass for each line of the standard input, until there is no more."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(_QUIET))
    import_models()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _issue(*json.loads(line))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        try:
            print(os.waitstatus_to_exitcode(status), flush=True)
        except BrokenPipeError:
            # Whoever asked was ended meanwhile.
            return


def _issue(url: str, keys: str, passphrase: str, fault: str) -> None:
    with Database(url) as database:
        fault_points.arrange(fault)
        lock = LockStore(Path(keys) / "last-signed.sqlite")
        done = open_issuer(database, KeyRing.open(Path(keys), passphrase), lock=lock).issue_waiting()
        if done.refused:
            print(f"refused: {done.refused}", file=sys.stderr)
