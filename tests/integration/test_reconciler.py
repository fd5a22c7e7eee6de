"""What a crash, a lost promise or a second worker leaves is finished, and finished once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import col

from accredit.clock import utc_now
from accredit.domain.audit.rules import SERVICE
from accredit.domain.issuing import operations as issuing
from accredit.domain.issuing import queries
from accredit.domain.issuing.models import Issuance
from accredit.domain.issuing.rules import Purpose
from accredit.domain.issuing.self_audit import verify_store
from accredit.domain.organisations.models import Organisation
from accredit.domain.transparency import queries as log
from accredit.errors import NotReady
from accredit.jobs.handlers import Desk
from accredit.jobs.issuing import Issued, Issuer
from accredit.jobs.reconciler import Reconciler
from accredit.jobs.worker import open_issuer
from accredit.keyring import KeyRing
from accredit.storage import Database
from tests.integration.cohort import (
    PASSPHRASE,
    Cohort,
    awarded,
    awarded_at_school,
    check_nothing_lost_nothing_doubled,
)


def _sweep(cohort: Cohort, now: datetime | None = None) -> Issued:
    def clock() -> datetime:
        return now or utc_now()

    issuer = Issuer(cohort.database, KeyRing.open(cohort.folder / "keys", PASSPHRASE), clock)
    return Reconciler(cohort.database, Desk(issuer=issuer, post=None), clock).sweep()


def test_awards_whose_promises_were_lost_with_an_old_backup_are_issued(database: Database, tmp_path: Path) -> None:
    cohort = awarded(database, tmp_path, 3)
    with database.transaction() as db:
        db.execute(sa.text(f"DELETE FROM {'dbos.' if database.is_postgresql else ''}workflow_status"))
    cohort.issuer()
    assert _sweep(cohort).released == 3
    check_nothing_lost_nothing_doubled(cohort)


def test_a_sweep_with_nothing_to_do_signs_nothing(database: Database, tmp_path: Path) -> None:
    cohort = awarded(database, tmp_path, 1)
    cohort.issuer().issue_waiting()
    with database.reading() as db:
        before = log.latest_checkpoint(db)
    assert _sweep(cohort) == Issued()
    with database.reading() as db:
        assert log.latest_checkpoint(db) == before


def test_leaves_that_no_checkpoint_covers_are_covered_by_the_next_sweep(database: Database, tmp_path: Path) -> None:
    cohort = awarded(database, tmp_path, 1)
    cohort.issuer().issue_waiting()
    with database.transaction() as db:
        (issued,) = db.execute(sa.select(col(Issuance.id))).scalars()
        issuing.suspend(db, issuance_id=issued, reason="asked by the school", actor=SERVICE, now=utc_now())
    _sweep(cohort)
    with database.reading() as db:
        latest = log.latest_checkpoint(db)
        assert latest is not None
        assert latest.size == log.size(db)


def test_a_list_that_grows_old_is_signed_again(database: Database, tmp_path: Path) -> None:
    cohort = awarded(database, tmp_path, 1)
    cohort.issuer().issue_waiting()
    later = utc_now() + timedelta(hours=7)
    _sweep(cohort, later)
    with database.reading() as db:
        assert queries.lists_to_sign(db, signed_before=later - timedelta(seconds=1)) == ()


def test_two_workers_at_once_issue_everything_once(database: Database, tmp_path: Path) -> None:
    cohort = awarded(database, tmp_path, 10)
    issuers = [cohort.issuer() for _ in range(3)]
    failed: list[BaseException] = []

    def work(issuer: Issuer) -> None:
        try:
            issuer.issue_waiting()
        except BaseException as error:  # noqa: BLE001  # any exception fails the test below
            failed.append(error)

    threads = [threading.Thread(target=work, args=[issuer]) for issuer in issuers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    check_nothing_lost_nothing_doubled(cohort)


def test_a_worker_with_keys_that_are_not_the_registers_does_not_start(database: Database, tmp_path: Path) -> None:
    cohort = awarded(database, tmp_path, 1)
    cohort.issuer().issue_waiting()
    with pytest.raises(NotReady) as refused:
        open_issuer(database, KeyRing.open(tmp_path / "other keys", PASSPHRASE))
    assert refused.value.code == "key-missing"


def test_after_a_rotation_an_intent_of_the_old_key_is_made_anew(database: Database, tmp_path: Path) -> None:
    from accredit.storage.fault_points import PowerCut, arrange

    cohort = awarded(database, tmp_path, 2)
    issuer = cohort.issuer()
    arrange("S1.after_commit:raise")
    with pytest.raises(PowerCut):
        issuer.issue_waiting()
    arrange("")
    with database.transaction() as db:
        (key,) = {row for row in queries.register(db) if row.purpose is Purpose.ASSERTION}
        issuing.rotate_key(
            db,
            controller=key.controller,
            purpose=Purpose.ASSERTION,
            keyring=KeyRing.open(tmp_path / "keys", PASSPHRASE),
            now=utc_now(),
            actor=SERVICE,
        )
    assert issuer.issue_waiting().released == 0
    assert issuer.issue_waiting().released == 2


def test_a_school_that_signed_before_there_were_tokens_gets_its_key_when_the_worker_starts(
    database: Database, tmp_path: Path
) -> None:
    cohort = awarded(database, tmp_path, 1)
    cohort.issuer().issue_waiting()
    with database.transaction() as db:
        (key,) = [row for row in queries.register(db) if row.purpose is Purpose.ASSERTION_JWT]
        issuing.retire_key(db, controller=key.controller, fragment=key.fragment, now=utc_now(), actor=SERVICE)
    cohort.issuer()
    cohort.issuer()
    with database.reading() as db:
        fresh = queries.signing_key(db, controller=key.controller, purpose=Purpose.ASSERTION_JWT)
        assert fresh is not None
        assert fresh.fragment == "assertion-jwt-2"
        assert len(queries.register(db)) == 5


def test_what_was_prepared_before_there_were_tokens_is_issued_in_the_first_form_alone(
    sqlite_database: Database, tmp_path: Path
) -> None:
    from accredit.storage.fault_points import PowerCut, arrange

    cohort = awarded(sqlite_database, tmp_path, 1)
    issuer = cohort.issuer()
    arrange("S1.after_commit:raise")
    with pytest.raises(PowerCut):
        issuer.issue_waiting()
    arrange("")
    with sqlite_database.transaction() as db:
        db.connection().exec_driver_sql("DROP TRIGGER issuance_append_only_update")
        db.execute(sa.update(Issuance).values(jwt_signing_key_id=None))
    assert issuer.issue_waiting().released == 1
    with sqlite_database.reading() as db:
        (issued,) = db.execute(sa.select(Issuance)).scalars()
        assert (issued.signed_jwt, issued.signed_jwt_digest) == (None, None)
        assert verify_store(db) == ()


def _lose_key(cohort: Cohort) -> None:
    with cohort.database.reading() as db:
        (lost,) = [
            key
            for key in queries.register(db)
            if key.organisation_id == cohort.organisation_id and key.purpose is Purpose.ASSERTION
        ]
    (cohort.folder / "keys" / f"{lost.id}.key.pem").unlink()


def _spoil_identity(cohort: Cohort) -> None:
    with cohort.database.transaction() as db:
        db.get(Organisation, cohort.organisation_id).did = "did:web:"


@pytest.mark.parametrize("trouble", [_lose_key, _spoil_identity])
def test_the_trouble_of_one_school_does_not_keep_another_waiting(
    database: Database, tmp_path: Path, trouble: Callable[[Cohort], None]
) -> None:
    troubled = awarded(database, tmp_path, 1)
    issuer = troubled.issuer()
    with database.transaction() as db:
        did = db.get(Organisation, troubled.organisation_id).did
        issuing.ensure_keys(
            db,
            organisation_id=troubled.organisation_id,
            controller=did,
            keyring=KeyRing.open(tmp_path / "keys", PASSPHRASE),
            now=utc_now(),
        )
    trouble(troubled)
    awarded_at_school(database, tmp_path, 2, urn="199903")
    done = issuer.issue_waiting()
    assert (done.released, len(done.refused)) == (2, 1)


def test_a_school_without_a_status_key_does_not_stop_the_lists_of_others(
    sqlite_database: Database, tmp_path: Path
) -> None:
    keyless, later = awarded(sqlite_database, tmp_path, 1), utc_now() + timedelta(hours=7)
    awarded_at_school(sqlite_database, tmp_path, 1, urn="199903")
    issuer = keyless.issuer()
    issuer.issue_waiting()
    with sqlite_database.transaction() as db:
        (key,) = [
            key
            for key in queries.register(db)
            if key.organisation_id == keyless.organisation_id and key.purpose is Purpose.STATUS
        ]
        issuing.retire_key(db, controller=key.controller, fragment=key.fragment, now=utc_now(), actor=SERVICE)
    _sweep(keyless, later)
    with sqlite_database.reading() as db:
        assert len(queries.lists_to_sign(db, signed_before=later - timedelta(seconds=1))) == 1
