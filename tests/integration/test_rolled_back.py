"""A backup that comes back under a running service: noticed by the lock or by a witness, before anything is signed."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from accredit.clock import utc_now
from accredit.domain.credentials import queries as credentials
from accredit.domain.issuing import queries as issuing
from accredit.domain.transparency import queries as log
from accredit.domain.transparency.models import LedgerHead
from accredit.domain.verification import operations as verification
from accredit.domain.verification.queries import DatabaseSources
from accredit.domain.verification.rules import Verdict
from accredit.errors import Conflict, NotReady
from accredit.jobs.worker import open_issuer
from accredit.keyring import KeyRing
from accredit.storage import Database
from accredit.witness import house
from accredit.witness.application import WitnessApplication, open_witness
from tests.factories import HOST
from tests.integration.cohort import PASSPHRASE, WORK, Cohort, awarded

WAIT_SECONDS = 60


@pytest.fixture
def witness(tmp_path: Path) -> Iterator[str]:
    """A witness that knows no log yet; yields its entry for the settings."""
    folder = tmp_path / "witness"
    identity = house.found(folder, "witness.example.org", PASSPHRASE)
    server = make_server("127.0.0.1", 0, WitnessApplication(open_witness(folder, PASSPHRASE), utc_now), threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield json.dumps([{"vkey": str(identity.key), "url": f"http://127.0.0.1:{server.port}"}])
    server.shutdown()
    server.server_close()


def _until_cosigned(database: Database) -> int:
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        with database.reading() as db:
            latest = log.latest_checkpoint(db)
            if latest is not None and latest.size == log.size(db) and log.cosignatures(db, latest.size):
                return latest.size
        time.sleep(0.2)
    return pytest.fail("no witness cosigned")


def _stop(worker: subprocess.Popen[bytes]) -> None:
    worker.terminate()
    assert worker.wait(WAIT_SECONDS) == 0


@pytest.mark.attack("LG05")
def test_restored_last_weeks_backup(sqlite_database: Database, tmp_path: Path) -> None:
    path = Path(str(sqlite_database.engine.url.database))
    cohort = awarded(sqlite_database, tmp_path, 2)
    sqlite_database.engine.dispose()
    backup = tmp_path / "backup.sqlite"
    shutil.copy(path, backup)
    assert cohort.issuer().issue_waiting().released == 2
    with sqlite_database.reading() as db:
        before = log.latest_checkpoint(db)

    restored = Cohort(Database(f"sqlite:///{backup}"), cohort.folder, cohort.organisation_id, cohort.awards)
    with pytest.raises(Conflict) as refused:
        restored.issuer()
    assert refused.value.code == "log-rolled-back"
    assert restored.released() == 0
    kept = cohort.lock.latest(f"{HOST}/ledger")
    assert before is not None
    assert kept is not None
    assert (kept.size, kept.root) == (before.size, before.root)
    restored.database.close()


@pytest.mark.attack("LG05")
def test_the_database_is_exchanged_under_a_running_worker(sqlite_database: Database, tmp_path: Path) -> None:
    cohort = awarded(sqlite_database, tmp_path, 1)
    issuer = cohort.issuer()
    issuer.issue_waiting()
    with sqlite_database.transaction() as db:
        # As a copy of last week would say: fewer leaves than were signed.
        head = db.get(LedgerHead, 1)
        head.size, head.frontier = 0, b""
    with pytest.raises(Conflict) as refused:
        issuer.issue_waiting()
    assert refused.value.code == "log-rolled-back"


@pytest.mark.attack("LG05")
def test_a_worker_has_its_log_witnessed_and_the_witness_outlives_database_and_lock(
    sqlite_database: Database, tmp_path: Path, witness: str
) -> None:
    path = Path(str(sqlite_database.engine.url.database))
    cohort = awarded(sqlite_database, tmp_path, 1)
    cohort.issuer()
    with sqlite_database.reading() as db:
        house.trust(tmp_path / "witness", issuing.log_verifier_key(db) or "")
    sqlite_database.engine.dispose()
    backup = tmp_path / "backup.sqlite"
    shutil.copy(path, backup)

    worker = cohort.start(WORK, ACCREDIT_WITNESSES=witness)
    try:
        size = _until_cosigned(sqlite_database)
    finally:
        _stop(worker)
    assert cohort.released() == 1

    # Database and lock both come back from the same old backup.
    cohort.lock.path.unlink()
    restored = Cohort(Database(f"sqlite:///{backup}"), cohort.folder, cohort.organisation_id, cohort.awards)
    with restored.database.reading() as db:
        assert log.size(db) < size
    again = restored.start(WORK, ACCREDIT_WITNESSES=witness)
    assert again.wait(WAIT_SECONDS) != 0
    assert restored.released() == 0
    restored.database.close()

    # Without the witness nobody would have known: the backup is whole by itself.
    alone = open_issuer(Database(f"sqlite:///{backup}"), KeyRing.open(cohort.folder / "keys", PASSPHRASE))
    assert alone is not None


@pytest.mark.attack("LG05")
def test_while_nothing_is_issued_what_was_issued_is_still_verified(sqlite_database: Database, tmp_path: Path) -> None:
    cohort = awarded(sqlite_database, tmp_path, 1)
    issuer = cohort.issuer()
    issuer.issue_waiting()
    with sqlite_database.reading() as db:
        (award,) = cohort.awards
        view = credentials.view_of_award(db, award)
        assert view is not None
        document = credentials.signed_document(db, view.credential_id)
    assert document is not None
    cohort.lock.path.write_bytes(b"somebody wrote over it" * 100)
    with pytest.raises(NotReady, match="cannot be read"):
        issuer.issue_waiting()
    with sqlite_database.reading() as db:
        report = verification.verify(document, now=utc_now(), sources=DatabaseSources(db))
    assert report.verdict in {Verdict.GENUINE, Verdict.GENUINE_ISSUER_NOT_RECOGNISED}
