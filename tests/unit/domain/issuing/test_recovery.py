"""An older database comes back: what was revoked since then stays revoked, whether it is known here or not."""

from __future__ import annotations

import json
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from accredit.domain.audit.rules import SERVICE
from accredit.domain.issuing import operations, queries, recovery, replacing
from accredit.domain.issuing.models import StatusList
from accredit.domain.issuing.queries import IssuanceFacts
from accredit.domain.issuing.rules import Purpose, Stage, Status
from accredit.domain.issuing.self_audit import verify_lists, verify_store
from accredit.domain.transparency import queries as log
from accredit.domain.transparency import recovery as gaps
from accredit.kit.vc import status_list
from accredit.storage import Database
from tests.databases import settle
from tests.unit.domain.issuing.issuer import DID, NOW, Issuer, established
from tests.unit.domain.issuing.test_replacing import issued, order, release, sign

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def issuer(sqlite_database: Database, tmp_path: Path) -> Issuer:
    return established(sqlite_database, tmp_path)


@pytest.fixture
def older(issuer: Issuer, known: IssuanceFacts, tmp_path: Path) -> Iterator[Issuer]:
    """The database as it was when one credential had been issued."""
    settle(issuer.database)
    shutil.copy(str(issuer.database.engine.url.database), tmp_path / "older.sqlite")
    with Database(f"sqlite:///{tmp_path / 'older.sqlite'}") as database:
        yield replace(issuer, database=database)


@pytest.fixture
def known(issuer: Issuer) -> IssuanceFacts:
    return issued(issuer, uuid.uuid4())


def revoke(issuer: Issuer, issuance_id: uuid.UUID) -> None:
    with issuer.database.transaction() as db:
        operations.revoke(db, issuance_id=issuance_id, reason="why", actor=SERVICE, now=NOW)


def publish(issuer: Issuer) -> dict[str, object]:
    with issuer.database.transaction() as db:
        row = db.execute(sa.select(StatusList)).scalars().one()
        assert operations.publish_status_list(db, list_id=row.id, keyring=issuer.keyring, now=LATER)
        document: dict[str, object] = json.loads(row.signed_list or b"")
    return document


def said(document: dict[str, object], index: int) -> bool:
    subject = document["credentialSubject"]
    assert isinstance(subject, dict)
    return status_list.decode(subject["encodedList"]).is_set(index)


def test_the_bit_of_a_credential_that_is_lost_stays_set(issuer: Issuer, known: IssuanceFacts, older: Issuer) -> None:
    lost = issued(issuer, uuid.uuid4())
    for each in (known, lost):
        revoke(issuer, each.id)
    published = publish(issuer)
    with older.database.transaction() as db:
        recovery.close_lists(db, now=LATER)
        assert queries.status_list(db, known.status_list_id) is None, "an older list is shown to nobody"
        assert recovery.revoke_as_published(db, document=published, now=LATER) == 1
        shown = queries.status_list(db, known.status_list_id)
        assert shown is not None
        assert shown.suspensions is None, "an older list of pauses is not shown beside it"
        assert queries.issuance(db, known.id).status is Status.REVOKED
    again = publish(older)
    assert (said(again, known.status_index), said(again, lost.status_index)) == (True, True)
    with older.database.reading() as db:
        assert verify_lists(db) == ()


def test_what_was_only_prepared_is_given_up_since_it_may_have_been_revoked(
    issuer: Issuer, known: IssuanceFacts, tmp_path: Path
) -> None:
    prepared = issuer.prepare(uuid.uuid4())
    settle(issuer.database)
    shutil.copy(str(issuer.database.engine.url.database), tmp_path / "before.sqlite")
    sign(issuer, prepared.id)
    revoke(issuer, prepared.id)
    published = publish(issuer)
    with Database(f"sqlite:///{tmp_path / 'before.sqlite'}") as database:
        before = replace(issuer, database=database)
        with database.transaction() as db:
            recovery.close_lists(db, now=LATER)
            recovery.revoke_as_published(db, document=published, now=LATER)
        anew = before.prepare(prepared.subject_id)
        with database.reading() as db:
            assert queries.issuance(db, prepared.id).stage is Stage.VOID
        assert anew.credential_id != prepared.credential_id
        assert anew.status_list_id != known.status_list_id


@pytest.mark.parametrize("is_paused", [False, True], ids=["in force", "paused meanwhile"])
def test_what_was_replaced_after_the_backup_leads_to_what_took_its_place(
    issuer: Issuer, known: IssuanceFacts, tmp_path: Path, is_paused: bool
) -> None:
    order(issuer, known.id)
    following = issuer.prepare(known.subject_id)
    sign(issuer, following.id)
    if is_paused:
        with issuer.database.transaction() as db:
            operations.suspend(db, issuance_id=known.id, reason="why", actor=SERVICE, now=LATER)
    issuer.checkpoint()
    settle(issuer.database)
    shutil.copy(str(issuer.database.engine.url.database), tmp_path / "between.sqlite")
    release(issuer)
    published = publish(issuer)
    with Database(f"sqlite:///{tmp_path / 'between.sqlite'}") as database:
        between = replace(issuer, database=database)
        with database.transaction() as db:
            recovery.close_lists(db, now=LATER)
            assert recovery.revoke_as_published(db, document=published, now=LATER) == 1
        with database.reading() as db:
            ended, holds = queries.issuance(db, known.id), queries.issuance(db, following.id)
            assert (ended.status, holds.stage) == (Status.REVOKED, Stage.RELEASED)
            assert holds.status is (Status.SUSPENDED if is_paused else Status.ACTIVE)
            assert replacing.current(db, known.id) == following.id
            assert verify_store(db) == ()
        again = publish(between)
        assert (said(again, known.status_index), said(again, following.status_index)) == (True, False)
        with database.reading() as db:
            assert verify_lists(db) == ()


def test_a_key_that_an_older_backup_does_not_know_is_never_named_again(issuer: Issuer, older: Issuer) -> None:
    def rotate(whose: Issuer) -> str:
        with whose.database.transaction() as db:
            fresh = operations.rotate_key(
                db, controller=DID, purpose=Purpose.ASSERTION, keyring=whose.keyring, now=LATER, actor=SERVICE
            )
        return fresh.fragment

    with issuer.database.reading() as db:
        held = log.size(db)
    lost = {rotate(issuer), rotate(issuer)}
    with issuer.database.reading() as db:
        newest = log.size(db)
    with older.database.transaction() as db:
        gaps.note_gap(db, first=held, last=newest - 1, now=LATER)
    found = [rotate(older), rotate(older)]
    assert lost == {"assertion-2", "assertion-3"}
    assert not lost & set(found)
    assert len(set(found)) == 2
