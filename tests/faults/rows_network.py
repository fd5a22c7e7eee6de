"""R37: what lies between the worker and PostgreSQL swallows a commit or its answer, at every commit of a pass.

A proxy of our own passes everything on, and watches for COMMIT: it is cut before the server has it, or after, so that
only the answer is lost; or the connection hangs for some seconds first, as one that is half open does.
"""

from __future__ import annotations

import contextlib
import shutil
import socket
import tempfile
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from accredit.config import Settings, load_settings
from accredit.jobs.worker import open_desk
from accredit.storage import Database
from accredit.storage.promises import Queue
from tests.faults import child
from tests.faults.catalogue import NotReached, Run
from tests.faults.report import name_row
from tests.faults.stage import Stage

COMMITS = {"new": 8, "later": 7}
"""Commits of one pass, counted."""
KINDS = {
    "reset": "is cut before the server has it",
    "answer-lost": "is done, and the answer is lost",
    "half-open": "hangs for two seconds, and then its answer is lost",
}
HANGS_SECONDS = 2.0
SOCKET = ".s.PGSQL.5432"
_COMMIT = b"COMMIT\x00"

name_row("R37", "the network swallows a commit, or its answer, at every commit of one pass")


def runs() -> Iterator[Run]:
    """Yield a run for each commit."""
    for situation, last in COMMITS.items():
        for nth in range(1, last + 1):
            for kind, title in KINDS.items():
                yield Run(
                    row="R37",
                    database="postgresql",
                    point=f"{situation}.commit",
                    kind=kind,
                    nth=nth,
                    title=f"commit {nth} {title}",
                    play=partial(swallow, kind, nth),
                    situation=situation,
                )


def swallow(kind: str, nth: int, stage: Stage) -> None:
    """Issue through the proxy, and let the same worker go on."""
    url = sa.make_url(stage.url)
    with proxy(Path(str(url.query["host"])), kind, nth) as (folder, fell):
        settings = stage.settings | {
            "ACCREDIT_DATABASE_URL": url.set(query={"host": str(folder)}).render_as_string(hide_password=False)
        }
        ended = child.start(issue_through, stage.folder, settings).end()
        if not fell.is_set():
            raise NotReached(f"there are fewer than {nth} commits")
    assert ended.code == 0, ended.error
    with stage.opened() as database:
        stage.found.wrong += child.unfinished(database)


def issue_through(_folder: Path) -> None:
    """Issue; when that fails, once more, as the worker's loop does."""
    settings = load_settings()
    with Database(settings.database_url) as database:
        try:
            _issue(settings, database)
        except Exception:  # noqa: BLE001  # whatever it is, the worker goes on
            traceback.print_exc()
            _issue(settings, database)


def _issue(settings: Settings, database: Database) -> None:
    issuer = open_desk(settings, database, [Queue.SIGN]).issuer
    assert issuer is not None
    issuer.issue_waiting()


@contextmanager
def proxy(real: Path, kind: str, nth: int) -> Iterator[tuple[Path, threading.Event]]:
    """Stand in for a server's socket; yields the folder of ours, and what is set when the misfortune fell."""
    folder = Path(tempfile.mkdtemp(prefix="accredit-proxy-"))
    fell = threading.Event()
    left = _Count(nth)
    passing: list[threading.Thread] = []
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / SOCKET))
        listener.listen()

        def serve() -> None:
            while True:
                try:
                    client, _ = listener.accept()
                except OSError:
                    return
                server = socket.socket(socket.AF_UNIX)
                server.connect(str(real / SOCKET))
                connection = _Connection(client, server, kind, left, fell)
                passing.append(threading.Thread(target=connection.pass_on, daemon=True))
                passing[-1].start()

        serving = threading.Thread(target=serve, daemon=True)
        serving.start()
        try:
            yield folder, fell
        finally:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            # The processes that spoke through it have ended, so both sides of each connection end, too.
            for each in (serving, *passing):
                each.join(timeout=60)
            shutil.rmtree(folder)


class _Count:
    """Counts commits on all connections together."""

    def __init__(self, left: int) -> None:
        """The one at which something happens."""
        self._left = left
        self._lock = threading.Lock()

    def is_the_one(self) -> bool:
        """Count one more; say whether it is the one."""
        with self._lock:
            self._left -= 1
            return self._left == 0


class _Connection:
    """One connection through the proxy."""

    def __init__(
        self, client: socket.socket, server: socket.socket, kind: str, left: _Count, fell: threading.Event
    ) -> None:
        """Take both ends over."""
        self._client, self._server, self._kind, self._left, self._fell = client, server, kind, left, fell
        self._answered = threading.Event()
        self._is_mute = False

    def pass_on(self) -> None:
        """Pass everything on, both ways, until the misfortune or the end of either side."""
        with self._client, self._server:
            back = threading.Thread(target=self._to_client, daemon=True)
            back.start()
            self._to_server()
            back.join()

    def _to_server(self) -> None:
        with contextlib.suppress(OSError):
            while data := self._client.recv(65_536):
                # Our driver sends one message and waits for its answer, so a commit is the end of what comes.
                if data.endswith(_COMMIT) and self._left.is_the_one():
                    self._swallow(data)
                    break
                self._server.sendall(data)
        _close(self._server)
        _close(self._client)

    def _swallow(self, data: bytes) -> None:
        if self._kind != "reset":
            self._is_mute = True
            self._server.sendall(data)
            assert self._answered.wait(HANGS_SECONDS * 10), "the server did not answer a commit"
        if self._kind == "half-open":
            time.sleep(HANGS_SECONDS)
        self._fell.set()

    def _to_client(self) -> None:
        with contextlib.suppress(OSError):
            while data := self._server.recv(65_536):
                if self._is_mute:
                    self._answered.set()
                else:
                    self._client.sendall(data)
        _close(self._client)


def _close(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
