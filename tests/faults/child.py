"""What runs in a process of its own, so that it can be killed: a pass of issuing, the recovery, and ``fsck``.

Processes are forked from a server that has everything imported and nothing open, which takes a hundredth of the time
of starting Python anew. Each begins with the settings alone, as `accredit work` does.
"""

from __future__ import annotations

import ctypes
import json
import multiprocessing
import os
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Barrier
from typing import Any

import sqlalchemy.exc
import sqlalchemy.orm
from click.testing import CliRunner

from accredit import logs, migrations
from accredit.cli.fsck import fsck
from accredit.clock import utc_now
from accredit.config import Settings, load_settings
from accredit.domain.credentials.kinds import KINDS
from accredit.domain.issuing import queries
from accredit.domain.transparency import queries as log
from accredit.errors import AccreditError, NotReady
from accredit.jobs.handlers import Desk
from accredit.jobs.mail import Post
from accredit.jobs.reconciler import MAIL_IS_LATE_AFTER, Reconciler
from accredit.jobs.worker import ALL, erase_again, open_desk
from accredit.storage import Database, fault_points, identity
from accredit.storage.promises import Queue
from accredit.storage.tombstones import Tombstones

migrations.import_models()
# Once for all, not in every process.
sqlalchemy.orm.configure_mappers()

PATIENCE_SECONDS = 60
FAILED = 70
PASSES = 3
_ANY_TRACER = (0x59616D61, ctypes.c_ulong(-1))  # PR_SET_PTRACER: whoever asks may trace this process (prctl(2)).


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a process ended: its exit code (negative for a signal), what it gave back, and the error it ended with."""

    code: int
    result: Any = None
    error: str = ""


class Outbox:
    """A mail server that accepts everything: one line for each message, the Message-ID, on disk when it answers."""

    def __init__(self, folder: Path) -> None:
        """Keep the lines beside the school."""
        self._file = folder / "outbox.txt"

    def send(self, message: EmailMessage) -> None:
        """Accept one message."""
        with self._file.open("a", encoding="utf-8") as file:
            file.write(f"{message['Message-ID']}\n")
            file.flush()
            os.fsync(file.fileno())


def issue_once(_folder: Path) -> None:
    """Do what a worker does that is started and finds awards waiting."""
    settings = load_settings()
    with Database(settings.database_url) as database:
        issuer = open_desk(settings, database, [Queue.SIGN]).issuer
        assert issuer is not None
        issuer.issue_waiting()


def issue_and_try_again(_folder: Path) -> tuple[str, ...]:
    """Issue; when that fails, let the same worker go on, as its loop does. Return the fault points that were passed."""
    _issue_until_idle()
    return fault_points.passed()


def issue_and_go_on(_folder: Path) -> None:
    """Do the same; where the worker cannot even start, it is started once more, as whoever supervises it does."""
    try:
        _issue_until_idle()
    except NotReady:
        traceback.print_exc()
        _issue_until_idle()


def _issue_until_idle() -> None:
    """Issue until a pass found nothing to do, as a pass after one that ended well does."""
    settings = load_settings()
    with Database(settings.database_url) as database:
        try:
            desk = open_desk(settings, database, [Queue.SIGN])
        except (AccreditError, OSError, sqlalchemy.exc.DBAPIError) as error:
            raise NotReady("start", str(error)) from error
        assert desk.issuer is not None
        well = failed = 0
        while well < 2:
            try:
                desk.issuer.issue_waiting()
            except (fault_points.PowerCut, Exception):
                # Whatever it is, the worker goes on; a second time there is no reason for it.
                traceback.print_exc()
                failed += 1
                if failed > 1:
                    raise
            else:
                well += 1


def recover(folder: Path) -> int:
    """Start the worker as after a restart and let it sweep until nothing is left to do; return how often it swept.

    Raises `AssertionError` when something is left all the same: that would wait for a person's hands.
    """
    settings = load_settings()
    with Database(settings.database_url) as database:
        with database.reading() as db:
            identity.check(
                db, base_url=settings.base_url, did_host=settings.did_host, demonstration=settings.demonstration
            )
        erase_again(database, Tombstones(settings.tombstones))
        desk = desk_of(settings, database, folder)
        # By now what was queued before the misfortune counts as late.
        reconciler = Reconciler(database, desk, lambda: utc_now() + MAIL_IS_LATE_AFTER + timedelta(minutes=1))
        for turn in range(1, PASSES + 1):
            reconciler.sweep()
            if not (left := unfinished(database)):
                return turn
    raise AssertionError(f"after {PASSES} sweeps there is left: {left}")


def desk_of(settings: Settings, database: Database, folder: Path) -> Desk:
    """Open what the worker works with; letters go to the `Outbox`."""
    desk = open_desk(settings, database, ALL)
    post = Post(database, Outbox(folder), sender=settings.mail_from, host=settings.did_host, clock=utc_now)
    return Desk(issuer=desk.issuer, post=post, witnesses=desk.witnesses)


def unfinished(database: Database) -> tuple[str, ...]:
    """Name what is on its way and not at its end (I10)."""
    with database.reading() as db:
        latest = log.latest_checkpoint(db)
        left = {
            "subjects without a credential": sum(len(kind.waiting(db, limit=100)) for kind in KINDS),
            "credentials that wait for a signature": sum(
                len(queries.waiting(db, kind=kind.name, limit=100)) for kind in KINDS
            ),
            "credentials that wait for a checkpoint": queries.unreleased(db),
            "leaves without a checkpoint": log.size(db) - (latest.size if latest else 0),
            "lists that were never signed": len(queries.lists_never_signed(db)),
        }
    return tuple(f"{count} {name}" for name, count in left.items() if count)


def check_everything(_folder: Path) -> tuple[str, ...]:
    """Run ``accredit fsck --all`` and return what it finds wrong."""
    told = CliRunner().invoke(fsck, ["--all", "--json"])
    if told.exit_code not in {0, 1} or not told.stdout:
        return (f"fsck ended with {told.exit_code}: {told.exception!r}",)
    checks: dict[str, list[str]] = json.loads(told.stdout)["checks"]
    return tuple(f"{name}: {problem}" for name, problems in checks.items() for problem in problems)


def barrier(parties: int) -> Barrier:
    """Return a barrier at which this process and some children can meet."""
    return _SERVER.Barrier(parties)


def start(
    act: Callable[..., Any],
    folder: Path,
    settings: Mapping[str, str],
    *arguments: Any,
    fault: str = "",
    waits: bool = False,
) -> Child:
    """Run ``act(folder, *arguments)`` in a new process, with a fault; one that ``waits`` begins when it is told to."""
    ours, theirs = _SERVER.Pipe()
    process = _SERVER.Process(target=_run, args=(theirs, waits, act, folder, dict(settings), arguments, fault))
    process.start()
    theirs.close()
    return Child(process, ours, waits=waits)


class Child:
    """A process that was started."""

    def __init__(self, process: multiprocessing.process.BaseProcess, pipe: Connection, *, waits: bool) -> None:
        """Take it over; one that waits has said that it is ready when this returns."""
        self._process, self._pipe = process, pipe
        assert process.pid is not None
        self.pid: int = process.pid
        if waits:
            assert pipe.poll(PATIENCE_SECONDS), "the process did not begin"
            pipe.recv()

    def go(self) -> None:
        """Let one that waits begin."""
        self._pipe.send("go")

    def kill(self) -> None:
        """End it as a power cut would."""
        self._process.kill()

    def end(self, patience: float = PATIENCE_SECONDS) -> Ended:
        """Wait for its end."""
        told: tuple[str, Any] = ("", None)
        try:
            if not self._pipe.poll(patience):
                self._process.kill()
                raise AssertionError(f"the process had not ended after {patience} s")
            told = self._pipe.recv()
        except (EOFError, ConnectionResetError):
            pass
        self._process.join(patience)
        self._pipe.close()
        code = self._process.exitcode
        assert code is not None
        return Ended(code=code, result=told[1], error=told[0])


def _run(
    pipe: Connection,
    waits: bool,  # passed by position to the new process
    act: Callable[..., Any],
    folder: Path,
    settings: dict[str, str],
    arguments: tuple[Any, ...],
    fault: str,
) -> None:
    # What is logged goes to a file: it is not the test's output.
    with (folder / "child.log").open("ab", buffering=0) as said:
        os.dup2(said.fileno(), 1)
        os.dup2(said.fileno(), 2)
    for name in [name for name in os.environ if name.startswith("ACCREDIT_")]:
        del os.environ[name]
    os.environ.update(settings)
    if waits:
        ctypes.CDLL(None).prctl(*_ANY_TRACER, 0, 0, 0)
        pipe.send("ready")
        pipe.recv()
    logs.configure()
    fault_points.arrange(fault)
    try:
        result = act(folder, *arguments)
    except BaseException as error:  # noqa: BLE001  # told to the parent, which judges it
        traceback.print_exc()
        sys.stderr.flush()
        pipe.send((f"{type(error).__name__}: {error}", None))
        os._exit(FAILED)
    sys.stdout.flush()
    if result is not None:
        pipe.send(("", result))
    os._exit(0)


_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(["tests.faults.child", "tests.faults.pages", "tests.faults.rows_export"])
