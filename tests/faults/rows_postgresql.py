"""R32 and R33: PostgreSQL breaks off the connection at every statement of a pass, or stops at once and comes back.

The worker must go on by itself within seconds; so the same process tries again, as its loop does.
"""

from __future__ import annotations

import subprocess
import time
import traceback
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy import Connection, event

from accredit.config import load_settings
from accredit.jobs.worker import open_desk
from accredit.storage import Database
from accredit.storage.promises import Queue
from tests.faults import child
from tests.faults.catalogue import NotReached, Run
from tests.faults.report import name_row
from tests.faults.stage import Stage

STATEMENTS = {"new": 199, "later": 149}
"""Statements and commits of one pass, counted and rounded up; what is not reached is told as such."""
EVERY = 24
"""A stop of the whole server takes seconds, so it is played at every twenty-fourth."""
RECONNECTED_WITHIN_SECONDS = 5.0

name_row("R32", "the server ends the connection at every statement of one pass")
name_row("R33", "the server is stopped at once, in the middle of a pass, and started again")


def runs() -> Iterator[Run]:
    """Yield a run for each statement."""
    for situation, last in STATEMENTS.items():
        for nth in range(1, last + 1):
            yield Run(
                row="R32",
                database="postgresql",
                point=f"{situation}.statement",
                kind="terminated",
                nth=nth,
                title=f"the connection is ended at statement {nth}",
                play=partial(break_off, terminate, nth),
                situation=situation,
            )
        for nth in range(1, last + 1, EVERY):
            yield Run(
                row="R33",
                database="postgresql",
                point=f"{situation}.statement",
                kind="stopped",
                nth=nth,
                title=f"the server stops at statement {nth} and comes back",
                play=partial(break_off, restart, nth),
                situation=situation,
            )


def break_off(act: Callable[[str, int], None], nth: int, stage: Stage) -> None:
    """Issue, have the server do something at a statement, and let the same worker go on."""
    ended = stage.run(issue_and_go_on, act, nth)
    assert ended.code == 0, ended.error
    reached, seconds = ended.result
    if not reached:
        raise NotReached(f"there are fewer than {nth} statements")
    if seconds > RECONNECTED_WITHIN_SECONDS:
        stage.found.wrong.append(f"the worker came back after {seconds:.1f} s")
    with stage.opened() as database:
        stage.found.wrong += child.unfinished(database)


def issue_and_go_on(_folder: Path, act: Callable[[str, int], None], nth: int) -> tuple[bool, float]:
    """Issue with a fault at one statement, then again; say whether it fell, and how long the connection was away."""
    settings = load_settings()
    with Database(settings.database_url) as database:
        fault, seconds = Fault(database, partial(act, _plain(database)), nth), 0.0
        while True:
            try:
                issuer = open_desk(settings, database, [Queue.SIGN]).issuer
                assert issuer is not None
                issuer.issue_waiting()
                break
            except Exception:
                if not fault.fell or fault.tried_again:
                    raise
                traceback.print_exc()
                fault.tried_again = True
                seconds = _until_answered(database)
        fault.listen(event.remove)
    return fault.fell, seconds


def _until_answered(database: Database) -> float:
    begun = time.monotonic()
    while time.monotonic() - begun < 10 * RECONNECTED_WITHIN_SECONDS:
        try:
            with database.reading() as db:
                db.execute(sa.text("SELECT 1"))
                break
        except sa.exc.OperationalError:
            time.sleep(0.1)
    return time.monotonic() - begun


class Fault:
    """What happens at the nth statement or commit of one engine, once."""

    def __init__(self, database: Database, act: Callable[[int], None], nth: int) -> None:
        """Listen to the engine."""
        self._database, self._act, self._left = database, act, nth
        self.fell = self.tried_again = False
        self.listen(event.listen)

    def listen(self, how: Callable[..., Any]) -> None:
        """Begin to listen, or end it."""
        how(self._database.engine, "before_cursor_execute", self._before_statement)
        how(self._database.engine, "commit", self._before_commit)

    def _before_statement(self, connection: Connection, *_: object) -> None:
        self._count(connection)

    def _before_commit(self, connection: Connection) -> None:
        self._count(connection)

    def _count(self, connection: Connection) -> None:
        self._left -= 1
        if self._left == 0:
            self.fell = True
            driver: Any = connection.connection.driver_connection
            self._act(driver.info.backend_pid)


def terminate(address: str, backend: int) -> None:
    """End one connection, as an administrator or a server that is short of memory would."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(%s, 5000)", [backend])


def restart(address: str, _backend: int) -> None:
    """Stop the server without a word to anybody, as a crash of its machine would, and start it again."""
    from tests.integration.lost_database import postgresql_programs  # it is slow to load, and this alone needs it

    with psycopg.connect(address, autocommit=True) as connection:
        row = connection.execute("SHOW data_directory").fetchone()
        assert row is not None
        folder = Path(row[0])
    options = (folder / "postmaster.opts").read_text().split(maxsplit=1)[1].strip()
    program = postgresql_programs() / "pg_ctl"
    owner = folder.owner()
    as_owner = [] if Path.home().owner() == owner else ["setpriv", f"--reuid={owner}", f"--regid={folder.group()}"]
    as_owner += ["--clear-groups"] if as_owner else []
    for words in (
        ["stop", "-m", "immediate", "-w"],
        ["start", "-w", "-o", options, "-l", str(folder / "restarted.log")],
    ):
        subprocess.run([*as_owner, str(program), "-D", str(folder), *words], check=True, capture_output=True)


def _plain(database: Database) -> str:
    url: sa.URL = database.engine.url.set(drivername="postgresql")
    return url.render_as_string(hide_password=False)
