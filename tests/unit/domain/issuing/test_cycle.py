"""The issuing cycle: every step repeatable, nothing visible before the log shows it, one credential for one subject."""

from __future__ import annotations

import hashlib
import json
import threading
import uuid
from collections.abc import Collection
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import SERVICE, Tag
from accredit.domain.issuing import operations, queries, rules
from accredit.domain.issuing.models import Issuance
from accredit.domain.issuing.rules import LIST_LENGTH, Intent, Recorded, RehearsalKey, Signed, Stage
from accredit.domain.transparency import queries as log
from accredit.errors import RuleBroken
from accredit.kit import linkeddata
from accredit.kit.linkeddata.kept_templates import KeptTemplates, Written
from accredit.kit.vc import eddsa_rdfc_2022
from accredit.storage import Database, Session
from tests.unit.domain.issuing.issuer import NOW, Issuer, established, lint, record_hashes


@pytest.fixture
def issuer(database: Database, tmp_path: Path) -> Issuer:
    return established(database, tmp_path)


def _intent(issuer: Issuer, issuance_id: uuid.UUID) -> Intent:
    with issuer.database.reading() as db:
        (intent,) = queries.intents(db, [issuance_id])
    return intent


def _sign(issuer: Issuer, issuance_id: uuid.UUID) -> Signed:
    return operations.sign(_intent(issuer, issuance_id), keyring=issuer.keyring, lint=lint)


def _record(issuer: Issuer, *signed: Signed) -> Recorded:
    with issuer.database.transaction() as db:
        return operations.record(db, signed=signed, record_hashes=record_hashes, now=NOW)


def test_one_credential_from_intent_to_release(issuer: Issuer) -> None:
    prepared = issuer.prepare(uuid.uuid4())
    signed = _sign(issuer, prepared.id)
    assert _record(issuer, signed).recorded == (prepared.id,)
    with issuer.database.reading() as db:
        assert queries.signed_document(db, prepared.id) is None, "nobody may see it before a checkpoint covers it"
    issuer.checkpoint()
    with issuer.database.transaction() as db:
        assert operations.release(db, now=NOW) == (prepared.id,)
    with issuer.database.reading() as db:
        facts = queries.issuance(db, prepared.id)
        stored = queries.signed_document(db, prepared.id)
        assert facts.is_public
        assert stored == signed.document
        assert facts.signed_digest == hashlib.sha256(stored).digest()
        assert facts.leaf_index is not None
        assert log.receipt(db, facts.leaf_index) is not None
        assert log.verify_chain(db) == ()
        document = json.loads(stored)
        key = queries.key(db, document["proof"][0]["verificationMethod"])
    assert key is not None
    eddsa_rdfc_2022.verify(document, public_key=rules.for_proofs(key.public_key))
    assert document["id"] == f"urn:uuid:{facts.credential_id}"


@pytest.mark.attack("WZ15")
def test_preparing_again_returns_what_there_is(issuer: Issuer) -> None:
    subject = uuid.uuid4()
    assert issuer.prepare(subject) == issuer.prepare(subject)


def test_signing_the_frozen_bytes_again_gives_the_same_credential(issuer: Issuer) -> None:
    prepared = issuer.prepare(uuid.uuid4())
    assert _sign(issuer, prepared.id) == _sign(issuer, prepared.id)


def test_recording_again_adds_neither_leaf_nor_event(issuer: Issuer) -> None:
    prepared = issuer.prepare(uuid.uuid4())
    signed = _sign(issuer, prepared.id)
    _record(issuer, signed)
    with issuer.database.reading() as db:
        size = log.size(db)
    assert _record(issuer, signed) == Recorded(recorded=(), refused={})
    with issuer.database.reading() as db:
        assert log.size(db) == size
        events = sa.select(sa.func.count()).where(
            col(AuditEvent.tag) == Tag.CREDENTIAL_ISSUED, col(AuditEvent.subject_id) == prepared.id
        )
        assert db.execute(events).scalar_one() == 1


@pytest.mark.attack("WZ14")
def test_a_record_that_changed_after_preparing_is_not_issued_and_the_next_round_may_be(issuer: Issuer) -> None:
    subject = uuid.uuid4()
    prepared = issuer.prepare(subject)
    signed = _sign(issuer, prepared.id)

    def changed(_db: Session, subjects: Collection[uuid.UUID]) -> dict[uuid.UUID, bytes]:
        return dict.fromkeys(subjects, bytes(32))

    with issuer.database.transaction() as db:
        result = operations.record(db, signed=[signed], record_hashes=changed, now=NOW)
    assert result.recorded == ()
    assert result.refused[prepared.id].rule == "record-changed"
    again = issuer.prepare(subject)
    assert again.round == 1
    assert again.credential_id != prepared.credential_id
    with issuer.database.reading() as db:
        assert queries.issuance(db, prepared.id).stage is Stage.VOID


def test_a_credential_that_fails_the_rehearsal_is_not_signed(issuer: Issuer) -> None:
    prepared = issuer.prepare(uuid.uuid4())
    seen: list[RehearsalKey] = []

    def refuse(document: bytes, key: RehearsalKey) -> None:
        seen.append(key)
        rehearsed = json.loads(document)
        eddsa_rdfc_2022.verify(rehearsed, public_key=rules.for_proofs(key.public_key))
        raise RuleBroken("lint-failed")

    with pytest.raises(RuleBroken):
        operations.sign(_intent(issuer, prepared.id), keyring=issuer.keyring, lint=refuse)
    with issuer.database.reading() as db:
        real = queries.verification_keys(db, seen[0].controller)
    assert seen[0].public_key not in {key.public_key for key in real}


def test_the_real_key_signs_no_other_bytes_than_the_general_path_wrote(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A template that was learnt wrongly would give one signature that nobody else could verify, and one that we do."""
    intent = _intent(issuer, issuer.prepare(uuid.uuid4()).id)
    written = linkeddata.canonicalise(json.loads(intent.unsigned_document))

    def wrong(_kept: KeptTemplates, _document: object, *, owner: str, comes_again: bool = False) -> Written:
        assert owner == intent.key.verification_method
        return Written(written.replace(b"Test", b"Best"), fitted=True)

    monkeypatch.setattr(KeptTemplates, "canonicalise", wrong)
    with pytest.raises(RuleBroken) as refused:
        operations.sign(intent, keyring=issuer.keyring, lint=lambda _document, _key: None)
    assert refused.value.rule == "lint-failed"


def test_a_retired_key_signs_nothing_more(issuer: Issuer) -> None:
    prepared = issuer.prepare(uuid.uuid4())
    with issuer.database.transaction() as db:
        operations.retire_key(
            db, controller="did:web:accredit.example:o:test-school", fragment="assertion-1", now=NOW, actor=SERVICE
        )
    with pytest.raises(RuleBroken) as refused:
        _sign(issuer, prepared.id)
    assert refused.value.rule == "no-signing-key"


@pytest.mark.parametrize(
    "member",
    ["id", "issuer", "credentialStatus", "proof"],
    ids=["another id", "another issuer", "another status entry", "a proof brought along"],
)
def test_only_what_was_reserved_is_signed(issuer: Issuer, member: str) -> None:
    intent = _intent(issuer, issuer.prepare(uuid.uuid4()).id)
    document = json.loads(intent.unsigned_document)
    document[member] = {"id": "did:web:elsewhere.example"}
    forged = Intent(**{**intent.__dict__, "unsigned_document": json.dumps(document).encode()})
    with pytest.raises(RuleBroken) as refused:
        operations.sign(forged, keyring=issuer.keyring, lint=lint)
    assert refused.value.rule == "not-as-reserved"


def test_status_indexes_are_spread_over_the_list_and_never_shared(issuer: Issuer) -> None:
    for _ in range(20):
        issuer.prepare(uuid.uuid4())
    with issuer.database.reading() as db:
        indexes = db.execute(sa.select(col(Issuance.status_index)).order_by(col(Issuance.id))).scalars().all()
    assert len(set(indexes)) == 20
    assert all(0 <= index < LIST_LENGTH for index in indexes)
    assert sorted(indexes) != indexes, "an index must not tell in which order credentials were made"


def test_many_workers_prepare_one_subject_once(issuer: Issuer) -> None:
    subject, seen = uuid.uuid4(), []

    def work() -> None:
        seen.append(issuer.prepare(subject).id)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 8
    assert len(set(seen)) == 1


def test_two_workers_record_one_credential_once(issuer: Issuer) -> None:
    signed = _sign(issuer, issuer.prepare(uuid.uuid4()).id)
    results: list[Recorded] = []
    threads = [threading.Thread(target=lambda: results.append(_record(issuer, signed))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(len(result.recorded) for result in results) == [0, 0, 0, 1]
