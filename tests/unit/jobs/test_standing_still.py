"""While signing stands still for a reason that does not pass, everybody is told so: who must act, and what they do."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import pytest
from flask import Flask
from pydantic import SecretStr

from accredit.errors import Conflict, NotReady
from accredit.jobs import standing_still, worker
from accredit.jobs.issuing import Issued
from accredit.jobs.register import Register
from accredit.jobs.worker import open_issuer
from accredit.keyring import KeyRing
from accredit.storage import Database, heartbeat, standstill
from accredit.storage.promises import Queue
from accredit.web.standing_still import WHAT_TO_DO
from tests.cast import Cast
from tests.factories import NOW
from tests.populated import PASSPHRASE
from tests.unit.web.coordinator.school import train
from tests.unit.web.coordinator.test_awarding import award
from tests.web import ClientFor, make_settings

GOES_ON = "goes on by itself if anything was interrupted"
STILL = "Nothing is being signed at the moment."


def current(database: Database) -> str | None:
    with database.reading() as db:
        found = standstill.current(db, Queue.SIGN)
    return found.code if found else None


def beat(database: Database) -> None:
    with database.transaction() as db:
        heartbeat.beat(db, queue=Queue.SIGN, now=NOW)


@pytest.fixture
def waiting(app: Flask, client_for: ClientFor, cast: Cast, sqlite_database: Database) -> Database:
    """Ama is awarded, and nothing is signed yet."""
    train(sqlite_database, cast)
    award(client_for(cast.nia), cast)
    return sqlite_database


def test_the_schools_page_says_what_is_true(waiting: Database, client_for: ClientFor, cast: Cast) -> None:
    nia = client_for(cast.nia)
    beat(waiting)
    shown = nia.get("/school/certificates").text
    assert (GOES_ON in shown, STILL in shown) == (True, False)
    standing_still.tell(waiting, "key-missing", now=NOW)
    shown = nia.get("/school/certificates").text
    assert (GOES_ON in shown, STILL in shown) == (False, True)
    assert "It stopped on 30 June 2026, 15:03." in shown
    assert "You need not do anything again" in shown
    # Of keys and disks a school can mend nothing.
    assert "backup" not in shown
    standing_still.tell(waiting, None, now=NOW)
    assert STILL not in nia.get("/school/certificates").text


def test_a_school_that_waits_for_nothing_is_not_troubled(
    client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    standing_still.tell(sqlite_database, "disk-full", now=NOW)
    assert STILL not in client_for(cast.nia).get("/school/certificates").text


def test_without_a_worker_nothing_is_promised(waiting: Database, client_for: ClientFor, cast: Cast) -> None:
    shown = client_for(cast.nia).get("/school/certificates").text
    assert (GOES_ON in shown, STILL in shown) == (False, True)
    assert "Start it (accredit work)" in client_for(cast.operator).get("/admin/").text


@pytest.mark.parametrize("code", sorted(standing_still.LASTING))
def test_the_operators_page_and_the_watcher_are_told_what_to_do(
    code: str, client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    beat(sqlite_database)
    operator = client_for(cast.operator)
    assert "Nothing is being signed" not in operator.get("/admin/").text
    standing_still.tell(sqlite_database, code, now=NOW)
    told = operator.get("/admin/").text
    assert "Nothing is being signed" in told
    with sqlite_database.reading():
        assert str(WHAT_TO_DO[code]) in told.replace("&#39;", "'")
    ready = client_for().get("/readyz")
    assert ready.status_code == 503
    assert f"({code})" in ready.get_json()["worker"]
    assert "2026-06-30 14:03 UTC" in ready.get_json()["worker"]


def test_the_first_moment_is_kept_and_another_reason_is_another(sqlite_database: Database) -> None:
    standing_still.tell(sqlite_database, "key-missing", now=NOW)
    standing_still.tell(sqlite_database, "key-missing", now=NOW.replace(hour=20))
    standing_still.tell(sqlite_database, standing_still.NOT_KNOWN, now=NOW.replace(hour=21))
    with sqlite_database.reading() as db:
        found = standstill.current(db, Queue.SIGN)
    assert found is not None
    assert (found.code, found.since) == ("key-missing", NOW)
    standing_still.tell(sqlite_database, "disk-full", now=NOW.replace(hour=22))
    assert current(sqlite_database) == "disk-full"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        pytest.param(NotReady("key-unreadable", "x"), "key-unreadable", id="a key that does not open"),
        pytest.param(Conflict("log-rolled-back", "x"), "log-rolled-back", id="an older database"),
        pytest.param(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), "disk-full", id="a full disk"),
        pytest.param(OSError(errno.EROFS, os.strerror(errno.EROFS)), "disk-full", id="a disk that can only be read"),
        pytest.param(RuntimeError("(apsw) database or disk is full"), "disk-full", id="a full disk under SQLite"),
        pytest.param(ConnectionError("refused"), standing_still.NOT_KNOWN, id="a database that is away"),
        pytest.param(NotReady("witnesses", "x"), standing_still.NOT_KNOWN, id="a witness that is away"),
    ],
)
def test_what_passes_by_itself_is_told_from_what_does_not(error: Exception, code: str) -> None:
    assert standing_still.code_of(error) == code


@pytest.mark.attack("KY04")
def test_ky04_a_key_that_is_taken_away_and_comes_back(waiting: Database, tmp_path: Path) -> None:
    issuer = open_issuer(waiting, KeyRing.open(tmp_path / "keys", PASSPHRASE))
    assert standing_still.of_pass(issuer, issuer.issue_waiting().refused.values()) is None
    path = next((tmp_path / "keys").glob("*.key.pem"))
    kept = path.rename(tmp_path / "elsewhere")
    assert standing_still.of_pass(issuer, ()) == "key-missing"
    kept.rename(path)
    assert standing_still.of_pass(issuer, ()) is None
    assert standing_still.of_pass(issuer, ["confirm-own-name"]) is None, "one award that cannot be built is not all"
    assert standing_still.of_pass(issuer, ["keys-permissions"]) == "keys-permissions"


@pytest.mark.parametrize("spoilt", ["another passphrase", "a damaged file", "a file that others can read"])
def test_a_worker_that_cannot_start_says_why_before_it_ends(waiting: Database, tmp_path: Path, spoilt: str) -> None:
    keys = tmp_path / "keys"
    open_issuer(waiting, KeyRing.open(keys, PASSPHRASE)).issue_waiting()
    path = next(keys.glob("*.key.pem"))
    if spoilt == "a damaged file":
        path.write_bytes(path.read_bytes()[:40])
    if spoilt == "a file that others can read":
        path.chmod(0o644)
    settings = make_settings(
        str(waiting.engine.url),
        keys_dir=keys,
        key_passphrase=SecretStr("another one" if spoilt == "another passphrase" else PASSPHRASE),
    )
    with pytest.raises(NotReady):
        worker._open(settings, waiting, [Queue.SIGN])
    expected = "keys-permissions" if "others" in spoilt else "key-unreadable"
    assert current(waiting) == expected


class _Sweeps:
    """Stands for a reconciler whose disk is full, and then is not."""

    def __init__(self) -> None:
        self.is_full = True

    def sweep(self) -> Issued:
        if self.is_full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return Issued()


def test_the_worker_says_it_and_takes_it_back(waiting: Database, tmp_path: Path) -> None:
    issuer = open_issuer(waiting, KeyRing.open(tmp_path / "keys", PASSPHRASE))
    ended, sweeps = threading.Event(), _Sweeps()
    ended.set()
    for is_full, expected in ((True, "disk-full"), (False, None)):
        sweeps.is_full = is_full
        worker._sweep_until(sweeps, ended, Register.of(None, ()), waiting, issuer)  # type: ignore[arg-type]
        assert current(waiting) == expected
