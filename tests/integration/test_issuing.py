"""From awards to released credentials, on both databases."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import col

from accredit.clock import utc_now
from accredit.config import load_settings
from accredit.domain.audit.rules import SERVICE
from accredit.domain.credentials.queries import issuance_kind
from accredit.domain.issuing import operations as issuing
from accredit.domain.issuing import queries, replacing
from accredit.domain.issuing.models import Issuance
from accredit.domain.issuing.rules import ReplaceReason, Status
from accredit.domain.issuing.self_audit import verify_store
from accredit.domain.people.models import YoungPerson
from accredit.domain.verification import operations as verification
from accredit.domain.verification.queries import DatabaseSources
from accredit.domain.verification.rules import Verdict
from accredit.errors import NotReady
from accredit.jobs import worker
from accredit.jobs.handlers import handlers_of
from accredit.jobs.worker import open_desk
from accredit.kit.vc import status_list
from accredit.storage import Database, heartbeat
from accredit.storage.promises import Promise, Queue
from tests.integration.cohort import awarded, check_nothing_lost_nothing_doubled, wait_until_released, working


def test_thirty_awards_are_signed_in_seconds_and_share_a_checkpoint(database: Database, tmp_path: Path) -> None:
    cohort = awarded(database, tmp_path, 30)
    issuer = cohort.issuer()
    begun = time.monotonic()
    done = issuer.issue_waiting()
    took = time.monotonic() - begun
    assert (done.prepared, done.recorded, done.released, done.refused) == (30, 30, 30, {})
    check_nothing_lost_nothing_doubled(cohort)
    assert took < 20, f"thirty credentials took {took:.1f} s"
    again = issuer.issue_waiting()
    assert (again.prepared, again.recorded, again.released) == (0, 0, 0)


def test_what_was_released_passes_the_verifier(database: Database, tmp_path: Path) -> None:
    cohort = awarded(database, tmp_path, 2)
    cohort.issuer().issue_waiting()
    with database.reading() as db:
        for issuance_id in db.execute(sa.select(col(Issuance.id))).scalars().all():
            data = queries.signed_document(db, issuance_id)
            assert data is not None
            report = verification.verify(data, now=utc_now(), sources=DatabaseSources(db))
            assert report.verdict is Verdict.GENUINE_ISSUER_NOT_RECOGNISED, report.to_json()


def test_one_award_that_may_not_be_issued_does_not_stop_the_others(database: Database, tmp_path: Path) -> None:
    cohort = awarded(database, tmp_path, 3)
    with database.transaction() as db:
        # By hand, since no operation of the product takes a confirmation back.
        first = db.execute(sa.select(col(YoungPerson.id)).limit(1)).scalar_one()
        db.execute(
            sa.update(YoungPerson)
            .where(col(YoungPerson.id) == first)
            .values(printed_name_confirmed_at=None, printed_name_confirmed_by=None)
        )
    done = cohort.issuer().issue_waiting()
    assert done.released == 2
    assert list(done.refused.values()) == ["name-not-confirmed"]


def test_the_worker_keeps_the_promises_of_the_awards_and_of_a_revocation(database: Database, tmp_path: Path) -> None:
    cohort = awarded(database, tmp_path, 5)
    with working(cohort) as process:
        wait_until_released(cohort, 5)
        with database.reading() as db:
            assert heartbeat.is_alive(db, queue="sign", now=utc_now())
            (first, *_) = db.execute(sa.select(Issuance)).scalars().all()
        with database.transaction() as db:
            issuing.revoke(db, issuance_id=first.id, reason="asked by the school", actor=SERVICE, now=utc_now())
        begun = time.monotonic()
        while True:
            with database.reading() as db:
                published = queries.status_list(db, first.status_list_id)
            if (
                published is not None
                and published.signed_at >= first.prepared_at
                and _is_set(published.document, first)
            ):
                break
            assert time.monotonic() - begun < 60, "a revocation is in the list within a minute"
            time.sleep(0.2)
    assert process.returncode == 0, "SIGTERM ends the worker in peace"
    assert first.kind == issuance_kind


def _is_set(document: bytes, row: Issuance) -> bool:
    bits = status_list.decode(json.loads(document)["credentialSubject"]["encodedList"])
    return bits.is_set(row.status_index)


def test_without_the_passphrase_nothing_can_be_signed_and_mail_still_goes(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cohort = awarded(sqlite_database, tmp_path, 1)
    for name, value in cohort.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("ACCREDIT_KEY_PASSPHRASE")
    settings = load_settings()
    with pytest.raises(NotReady) as refused:
        open_desk(settings, sqlite_database)
    assert refused.value.code == "passphrase-missing"
    desk = open_desk(settings, sqlite_database, [Queue.DELIVER])
    assert desk.issuer is None
    assert list(handlers_of(desk)) == [Promise.SEND_MAIL, Promise.ASK_WITNESSES]


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("ACCREDIT_BASE_URL", "https://another.example", "base-url-changed"),
        ("ACCREDIT_DEMONSTRATION", "true", "demonstration-mismatch"),
    ],
)
def test_a_worker_with_the_settings_of_another_service_does_not_start(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, code: str
) -> None:
    cohort = awarded(sqlite_database, tmp_path, 1)
    for setting, given in (cohort.environment() | {name: value}).items():
        monkeypatch.setenv(setting, given)
    ended = threading.Event()
    ended.set()
    with pytest.raises(NotReady) as refused:
        worker.run(load_settings(), stop=ended)
    assert refused.value.code == code
    assert not (tmp_path / "keys").exists()


def test_the_worker_replaces_what_was_ordered_and_lists_the_earlier_one_within_a_minute(
    database: Database, tmp_path: Path
) -> None:
    cohort = awarded(database, tmp_path, 1)
    with working(cohort):
        wait_until_released(cohort, 1)
        with database.transaction() as db:
            (first,) = db.execute(sa.select(Issuance)).scalars().all()
            issuing.replace(db, issuance_id=first.id, reason=ReplaceReason.NAME_CHANGED, actor=SERVICE, now=utc_now())
        begun = time.monotonic()
        while True:
            with database.reading() as db:
                published = queries.status_list(db, first.status_list_id)
                following = replacing.current(db, first.id)
            if published is not None and _is_set(published.document, first):
                break
            assert time.monotonic() - begun < 60, "a replacement is in the list within a minute"
            time.sleep(0.2)
    assert following != first.id
    with database.reading() as db:
        assert queries.issuance(db, first.id).status is Status.REVOKED
        assert queries.issuance(db, following).is_public
        assert verify_store(db) == ()
