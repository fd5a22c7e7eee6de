"""The switch that stops issuing: at once, in the middle of a batch too, and nothing is lost by it."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import col

from accredit.clock import utc_now
from accredit.domain.audit.rules import SERVICE
from accredit.domain.credentials.kinds import AWARDS
from accredit.domain.credentials.queries import issuance_kind, record_hashes
from accredit.domain.issuing import operations as issuing
from accredit.domain.issuing import queries
from accredit.domain.issuing.models import Issuance
from accredit.domain.issuing.rules import StopReason
from accredit.domain.verification import operations as verification
from accredit.domain.verification.queries import DatabaseSources
from accredit.domain.verification.rules import Verdict
from accredit.errors import RuleBroken
from accredit.jobs.issuing import Issued, Issuer
from accredit.keyring import KeyRing
from accredit.storage import Database
from tests.integration.cohort import (
    PASSPHRASE,
    Cohort,
    awarded,
    awarded_at_school,
    check_nothing_lost_nothing_doubled,
)


def _stop(database: Database, organisation_id: UUID | None = None) -> None:
    with database.transaction() as db:
        issuing.stop_issuing(
            db, organisation_id=organisation_id, reason=StopReason.INCIDENT, actor=SERVICE, now=utc_now()
        )


def _start(database: Database, organisation_id: UUID | None = None) -> None:
    with database.transaction() as db:
        issuing.start_issuing(db, organisation_id=organisation_id, actor=SERVICE, now=utc_now())


def test_nothing_is_issued_while_the_switch_is_off_and_everything_afterwards(
    database: Database, tmp_path: Path
) -> None:
    cohort = awarded(database, tmp_path, 3)
    _stop(database)
    done = cohort.issuer().issue_waiting()
    assert (done.prepared, done.recorded, done.released) == (0, 0, 0)
    _start(database)
    assert cohort.issuer().issue_waiting().released == 3
    check_nothing_lost_nothing_doubled(cohort)


def test_thrown_in_the_middle_of_a_batch_it_stops_the_very_next_signature(database: Database, tmp_path: Path) -> None:
    cohort = awarded(database, tmp_path, 6)
    cohort.issuer()
    signed: list[UUID] = []

    class Thrown(KeyRing):
        """Somebody throws the switch while the second of six is signed, in both of its forms."""

        def sign(self, key_id: UUID, message: bytes) -> bytes:
            signed.append(key_id)
            if len(signed) == 4:
                _stop(database)
            return super().sign(key_id, message)

    done = Issuer(database, Thrown.open(tmp_path / "keys", PASSPHRASE), utc_now).issue_waiting()
    assert (done.prepared, done.recorded, done.released) == (6, 0, 0)
    assert list(done.refused.values()) == ["issuing-stopped"] * 6
    with database.reading() as db:
        keys = {
            key_id
            for intent in queries.intents(db, queries.waiting(db, kind=issuance_kind))
            for key_id in (intent.key.id, intent.jwt_key and intent.jwt_key.id)
        }
    assert len([key_id for key_id in signed if key_id in keys]) == 4, "nothing was signed after the switch"
    _start(database)
    assert cohort.issuer().issue_waiting().released == 6
    check_nothing_lost_nothing_doubled(cohort)


def test_what_was_signed_a_moment_before_is_neither_recorded_nor_lost(database: Database, tmp_path: Path) -> None:
    cohort = awarded(database, tmp_path, 1)
    issuer = cohort.issuer()
    issuer._prepare_chunk(AWARDS, done := Issued())
    assert done.prepared == 1
    with database.reading() as db:
        (intent,) = queries.intents(db, queries.waiting(db, kind=issuance_kind))
    signed = issuing.sign(intent, keyring=KeyRing.open(tmp_path / "keys", PASSPHRASE), lint=lambda *_: None)
    _stop(database)
    with database.transaction() as db:
        result = issuing.record(db, signed=[signed], record_hashes=record_hashes, now=utc_now())
    assert result.recorded == ()
    assert result.refused[intent.issuance_id].rule == "issuing-stopped"
    _start(database)
    assert cohort.issuer().issue_waiting().released == 1
    check_nothing_lost_nothing_doubled(cohort)


def test_one_organisation_stands_still_and_another_goes_on(database: Database, tmp_path: Path) -> None:
    one = awarded(database, tmp_path, 2)
    awarded_at_school(database, tmp_path, 3, urn="199903")
    _stop(database, one.organisation_id)
    assert one.issuer().issue_waiting().released == 3
    _start(database, one.organisation_id)
    assert one.issuer().issue_waiting().released == 2


def test_what_was_issued_before_still_verifies(database: Database, tmp_path: Path) -> None:
    cohort = awarded(database, tmp_path, 1)
    cohort.issuer().issue_waiting()
    _stop(database)
    with database.reading() as db:
        (found,) = _documents(cohort)
        report = verification.verify(found, now=utc_now(), sources=DatabaseSources(db))
    assert report.verdict is Verdict.GENUINE_ISSUER_NOT_RECOGNISED


def test_recorded_credentials_wait_for_the_switch_before_they_are_seen(database: Database, tmp_path: Path) -> None:
    cohort = awarded(database, tmp_path, 2)
    issuer = cohort.issuer()
    done = Issued()
    while issuer._prepare_chunk(AWARDS, done):
        pass
    while issuer._sign_chunk(AWARDS, done):
        pass
    _stop(database)
    assert issuer.publish() == 0
    _start(database)
    assert issuer.publish() == 2


@pytest.mark.parametrize("act", ["stop twice", "start what runs"])
def test_the_switch_says_what_it_is(database: Database, tmp_path: Path, act: str) -> None:
    awarded(database, tmp_path, 1)
    if act == "stop twice":
        _stop(database)
        with pytest.raises(RuleBroken, match="issuing-stopped-already"):
            _stop(database)
    else:
        with pytest.raises(RuleBroken, match="issuing-not-stopped"):
            _start(database)


def _documents(cohort: Cohort) -> list[bytes]:
    with cohort.database.reading() as db:
        return [each for each in db.execute(sa.select(col(Issuance.signed_document))).scalars() if each is not None]
