"""Backup and restore, on both databases: nothing is lost unseen, nothing grows from an old log, nobody comes back."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pyrage
import pytest
import sqlalchemy as sa
from sqlmodel import col

from accredit.cli.backup import ERASED, backup
from accredit.cli.ledger import ledger
from accredit.cli.restore import restore, settle
from accredit.clock import utc_now
from accredit.domain.audit.rules import SERVICE
from accredit.domain.issuing import operations as issuing
from accredit.domain.issuing import queries
from accredit.domain.issuing.models import Issuance, StatusList
from accredit.domain.people.models import YoungPerson
from accredit.domain.retention import operations as retention
from accredit.domain.retention.rules import ErasureReason
from accredit.domain.transparency import queries as log
from accredit.domain.verification.rules import Reason, Verdict
from accredit.errors import Conflict, NotReady
from accredit.storage import archive, copies
from accredit.storage.tombstones import Tombstone, Tombstones
from tests.integration.cohort import awarded_at_school
from tests.integration.lost_database import (
    Service,
    documents,
    issue_at_the_same_school,
    issue_more,
    verify,
)


def test_what_was_backed_up_comes_back_whole(service: Service) -> None:
    before = service.cohort.database
    path = service.backup()
    restored = service.lose_database()
    said = service.run(restore, path)
    assert said.exit_code == 0, said.output
    assert "finds nothing wrong" in said.output
    assert documents(restored) == documents(before)
    report = verify(restored, documents(before)[0])
    assert report.verdict is Verdict.GENUINE_ISSUER_NOT_RECOGNISED
    issue_more(service, restored)
    restored.close()


def test_encrypted_it_can_only_be_restored_by_whoever_has_the_key(service: Service, tmp_path: Path) -> None:
    identity = pyrage.x25519.Identity.generate()
    path = service.backup("--recipient", str(identity.to_public()))
    assert path.suffix == ".age"
    restored = service.lose_database()
    with pytest.raises(NotReady, match="--identity"):
        service.run(restore, path)
    (tmp_path / "identity").write_text(f"{identity}\n")
    assert service.run(restore, path, "--identity", tmp_path / "identity").exit_code == 0
    restored.close()


def test_r59_each_backup_made_during_writes_passes_fsck(service: Service) -> None:
    database, stopped = service.cohort.database, threading.Event()

    def write() -> None:
        urn = 199904
        while not stopped.is_set():
            awarded_at_school(database, service.folder, 1, urn=str(urn))
            service.issuer(database).issue_waiting()
            urn += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        # A backup is only called one after its copy was restored and checked.
        made = [service.run(backup, service.folder / f"backup-{number}") for number in range(3)]
    finally:
        stopped.set()
        writer.join()
    assert [each.exit_code for each in made] == [0, 0, 0]


def test_r57_lg05_an_old_backup_is_noticed_and_signs_nothing(service: Service) -> None:
    old = service.backup()
    newer = issue_at_the_same_school(service)
    restored = service.lose_database()
    said = service.run(restore, old)
    assert said.exit_code == 1
    assert "rolled back" in said.output
    assert "--files" in said.output
    with pytest.raises(Conflict, match="rolled back"):
        service.issuer(restored)
    # What was issued since is genuine, though this database has never heard of it.
    report = verify(restored, newer)
    assert (report.verdict, report.reason) == (Verdict.CANNOT_CONFIRM, Reason.NO_CURRENT_RECORD)
    # And what was issued before may have been revoked since.
    older = verify(restored, documents(restored)[0])
    assert (older.verdict, older.reason) == (Verdict.CANNOT_CONFIRM, Reason.STATUS_NOT_FRESH)
    restored.close()


def test_r57_with_the_published_files_the_log_goes_on_and_no_index_is_used_twice(service: Service) -> None:
    old = service.backup()
    issue_more(service, service.cohort.database)
    with service.cohort.database.reading() as db:
        newest = log.latest_checkpoint(db)
    assert newest is not None
    service.run(ledger, "export", service.folder / "published")
    restored = service.lose_database()
    said = service.run(restore, old, "--files", service.folder / "published")
    # Nobody knows yet what was revoked meanwhile, so nothing of that time is called good, and nothing is published.
    assert said.exit_code == 1, said.output
    assert "came back from" in said.output
    assert "accredit settle" in said.output
    report = verify(restored, documents(restored)[0])
    assert (report.verdict, report.reason) == (Verdict.CANNOT_CONFIRM, Reason.STATUS_NOT_FRESH)
    assert service.run(settle).exit_code == 1
    assert service.run(settle, "--nothing-was-revoked").exit_code == 0
    assert verify(restored, documents(restored)[0]).verdict is Verdict.GENUINE_ISSUER_NOT_RECOGNISED
    with restored.reading() as db:
        assert log.size(db) == newest.size
        lists = set(db.execute(sa.select(col(StatusList.id))).scalars())
    awarded_at_school(restored, service.folder, 2, urn="199905")
    assert service.issuer(restored).issue_waiting().released == 2
    with restored.reading() as db:
        used = db.execute(sa.select(col(Issuance.status_list_id)).where(col(Issuance.status_list_id).not_in(lists)))
        assert len(used.scalars().all()) == 2
        assert log.verify_chain(db) == ()
    # The log that people know continues: files published before are files of this log still.
    checked = service.run(ledger, "export", service.folder / "published")
    assert checked.exit_code == 0
    assert service.run(ledger, "check", service.folder / "published").exit_code == 0
    restored.close()


def test_a_receipt_shows_that_a_backup_is_old_when_the_lock_store_is_lost_too(service: Service) -> None:
    old = service.backup()
    issue_more(service, service.cohort.database)
    with service.cohort.database.reading() as db:
        receipt = log.receipt(db, log.size(db) - 1)
    assert receipt is not None
    (service.folder / "kept.tlog-proof").write_text(receipt)
    service.lock.path.unlink()
    restored = service.lose_database()
    said = service.run(restore, old, "--kept", service.folder / "kept.tlog-proof")
    assert said.exit_code == 1
    assert "rolled back" in said.output
    restored.close()


def test_r58_with_nothing_to_compare_it_says_so(service: Service) -> None:
    path = service.backup()
    service.lock.path.unlink()
    restored = service.lose_database()
    said = service.run(restore, path)
    assert said.exit_code == 1
    assert "Nothing shows whether this is the newest state" in said.output
    restored.close()


def test_r58_files_of_another_history_are_refused(service: Service) -> None:
    old = service.backup()
    first = service.lose_database()
    service.run(restore, old)
    issue_more(service, service.cohort.database)
    service.lock.path.unlink()
    issue_more(service, first)
    service.run(ledger, "export", service.folder / "other-history")
    service.environment["ACCREDIT_DATABASE_URL"] = service.cohort.database.engine.url.render_as_string(False)
    newer = service.backup()
    restored = service.lose_database()
    with pytest.raises(Conflict, match="histor"):
        service.run(restore, newer, "--files", service.folder / "other-history")
    first.close()
    restored.close()


def test_what_was_revoked_after_the_backup_is_revoked_again_from_the_published_list(service: Service) -> None:
    database = service.cohort.database
    old = service.backup()
    with database.reading() as db:
        row = db.execute(sa.select(Issuance).order_by(col(Issuance.id))).scalars().first()
    assert row is not None
    with database.transaction() as db:
        issuing.revoke(db, issuance_id=row.id, reason="entered twice", actor=SERVICE, now=utc_now())
    service.issuer(database).publish_status_list(row.status_list_id)
    with database.reading() as db:
        published = queries.status_list(db, row.status_list_id)
    assert published is not None
    (service.folder / "list.json").write_bytes(published.document)
    service.run(ledger, "export", service.folder / "published") if service.issuer(database).publish() == 0 else None
    restored = service.lose_database()
    files = ("--files", service.folder / "published")
    said = service.run(restore, old, *files, "--status-list", service.folder / "list.json")
    assert "1 certificate(s) revoked again" in said.output
    assert "cannot confirm" not in said.output
    assert row.signed_document is not None
    report = verify(restored, row.signed_document)
    assert (report.verdict, report.reason) == (Verdict.NOT_CURRENT, Reason.REVOKED)
    restored.close()


def test_a_revocation_lost_with_the_records_is_never_published_as_lifted(service: Service) -> None:
    database = service.cohort.database
    old = service.backup()
    with database.reading() as db:
        row = db.execute(sa.select(Issuance).order_by(col(Issuance.id))).scalars().first()
        list_id = db.execute(sa.select(col(StatusList.id))).scalars().first()
        before = queries.status_list(db, list_id) if list_id else None
    assert row is not None
    assert row.signed_document is not None
    assert list_id is not None
    with database.transaction() as db:
        issuing.revoke(db, issuance_id=row.id, reason="entered twice", actor=SERVICE, now=utc_now())
    service.issuer(database).publish()
    service.run(ledger, "export", service.folder / "published")
    restored = service.lose_database()
    assert service.run(restore, old, "--files", service.folder / "published").exit_code == 1
    report = verify(restored, row.signed_document)
    assert (report.verdict, report.reason) == (Verdict.CANNOT_CONFIRM, Reason.STATUS_NOT_FRESH)
    issuer = service.issuer(restored)
    assert issuer.sign_lists(signed_before=utc_now() + timedelta(days=1)) == 0
    with restored.reading() as db:
        # The list that came back would tell everybody that what was revoked holds, for as long as it is fresh.
        assert queries.status_list(db, list_id) is None
    # A list from before the backup says nothing of what came after it.
    older = json.loads(before.document if before else b"{}")
    older["validFrom"] = "2020-01-01T00:00:00Z"
    (service.folder / "older.json").write_text(json.dumps(older))
    with pytest.raises(NotReady):
        service.run(settle, "--status-list", service.folder / "older.json")
    restored.close()


def test_a_list_that_somebody_else_signed_revokes_nothing(service: Service) -> None:
    path = service.backup()
    database = service.cohort.database
    with database.reading() as db:
        row = db.execute(sa.select(StatusList)).scalars().first()
    assert row is not None
    assert row.signed_list is not None
    forged = json.loads(row.signed_list)
    forged["credentialSubject"]["encodedList"] = "u" + "A" * 40
    (service.folder / "forged.json").write_text(json.dumps(forged))
    restored = service.lose_database()
    with pytest.raises(NotReady, match="no status list of this service"):
        service.run(restore, path, "--status-list", service.folder / "forged.json")
    restored.close()


def test_dp09_whoever_was_erased_does_not_come_back_with_an_old_backup(service: Service) -> None:
    database = service.cohort.database
    with database.transaction() as db:
        person = db.execute(sa.select(YoungPerson).order_by(col(YoungPerson.id)).limit(1)).scalar_one()
        person.known_as = "Zephyrine Quixotica"
    old = service.backup()
    with database.transaction() as db:
        retention.erase_person(
            db,
            person_id=person.id,
            reason=ErasureReason.ASKED,
            tombstones=Tombstones(service.folder / "erased.jsonl"),
            actor=SERVICE,
            now=utc_now(),
        )
    service.issuer(database).publish()
    service.run(ledger, "export", service.folder / "published")
    restored = service.lose_database()
    said = service.run(restore, old, "--files", service.folder / "published")
    assert "Erased again 1 record" in said.output
    with restored.reading() as db:
        assert db.get(YoungPerson, person.id) is None
    restored.close()


def test_dp09_while_the_list_of_the_erased_cannot_be_read_nothing_comes_back(service: Service) -> None:
    path = service.backup()
    (service.folder / "erased.jsonl").write_text("{damaged}\n")
    service.lose_database().close()
    with pytest.raises(NotReady, match=r"Line 1 of .*erased"):
        service.run(restore, path)
    assert copies.is_empty(service.environment["ACCREDIT_DATABASE_URL"])


def test_a_list_of_the_erased_that_we_never_wrote_is_refused_before_anything_is_put_in_place(service: Service) -> None:
    path = service.backup()
    line = {"erasure": str(UUID(int=1)), "person": str(UUID(int=2)), "reason": "bogus", "at": "2026-06-30T14:03:00Z"}
    (service.folder / "erased.jsonl").write_text(json.dumps(line) + "\n")
    restored = service.lose_database()
    with pytest.raises(NotReady, match="never writes"):
        service.run(restore, path)
    assert copies.is_empty(service.environment["ACCREDIT_DATABASE_URL"])
    restored.close()


def test_an_altered_backup_erases_nobody(service: Service, tmp_path: Path) -> None:
    database = service.cohort.database
    with database.reading() as db:
        person = db.execute(sa.select(col(YoungPerson.id)).order_by(col(YoungPerson.id)).limit(1)).scalar_one()
    path = service.backup()
    # Whoever can write where backups lie adds somebody to the list of the erased, and a manifest that agrees with it.
    taken, altered = tmp_path / "taken", tmp_path / "altered"
    taken.mkdir()
    pepper = service.environment["ACCREDIT_PEPPER"].encode()
    facts, members = archive.unseal(path, into=taken, identity=None, pepper=pepper)
    Tombstones(members[ERASED]).write(
        Tombstone(erasure_id=UUID(int=1), person_id=person, reason=ErasureReason.ASKED.value, at=utc_now())
    )
    archive.seal(altered, members=members, facts=facts, recipients=[], pepper=b"a guess of somebody else's")
    restored = service.lose_database()
    with pytest.raises(NotReady, match="does not bear the seal"):
        service.run(restore, altered)
    assert copies.is_empty(service.environment["ACCREDIT_DATABASE_URL"])
    said = service.run(restore, altered, "--without-seal")
    assert said.exit_code == 0, said.output
    with restored.reading() as db:
        assert db.get(YoungPerson, person) is not None
    assert Tombstones(service.folder / "erased.jsonl").read() == []
    restored.close()


def test_a_restore_never_writes_over_a_database(service: Service) -> None:
    path = service.backup()
    with pytest.raises(NotReady, match="Move it away"):
        service.run(restore, path)


def test_a_backup_of_another_service_is_refused(service: Service) -> None:
    path = service.backup()
    service.environment["ACCREDIT_BASE_URL"] = "https://other.example"
    restored = service.lose_database()
    with pytest.raises(NotReady, match="names another"):
        service.run(restore, path)
    restored.close()


def test_r60_too_little_room_is_said_before_anything_is_written(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accredit.cli.backup.ROOM", 10**12)
    with pytest.raises(NotReady, match="Make room"):
        service.run(backup, service.folder / "backups")
    assert list((service.folder / "backups").iterdir()) == []
