"""Suspend, reinstate, revoke; the list and the register that others read."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from pathlib import Path

import pytest

from accredit.domain.audit.rules import SERVICE
from accredit.domain.issuing import operations, queries, rules
from accredit.domain.issuing.rules import Purpose, Stage, Status, StatusAct, check_status_act
from accredit.domain.transparency import queries as log
from accredit.domain.transparency.rules import Act
from accredit.errors import NotFound, RuleBroken
from accredit.kit.vc import eddsa_rdfc_2022, status_list
from accredit.storage import Database
from tests.unit.domain.issuing.issuer import DID, NOW, Issuer, established, lint, record_hashes


@pytest.fixture
def issuer(database: Database, tmp_path: Path) -> Issuer:
    return established(database, tmp_path)


def _issued(issuer: Issuer) -> uuid.UUID:
    prepared = issuer.prepare(uuid.uuid4())
    with issuer.database.reading() as db:
        intents = queries.intents(db, [prepared.id])
    signed = [operations.sign(intent, keyring=issuer.keyring, lint=lint) for intent in intents]
    with issuer.database.transaction() as db:
        operations.record(db, signed=signed, record_hashes=record_hashes, now=NOW)
    issuer.checkpoint()
    with issuer.database.transaction() as db:
        operations.release(db, now=NOW)
    return prepared.id


REFUSALS = {
    "an intent cannot be revoked": (StatusAct.REVOKE, Stage.INTENT, Status.ACTIVE, "why", "not-issued-yet"),
    "a void issuance cannot be suspended": (StatusAct.SUSPEND, Stage.VOID, Status.ACTIVE, "why", "not-issued-yet"),
    "a revocation is never lifted": (StatusAct.REINSTATE, Stage.RELEASED, Status.REVOKED, "why", "already-revoked"),
    "nothing is revoked twice": (StatusAct.REVOKE, Stage.RELEASED, Status.REVOKED, "why", "already-revoked"),
    "nothing is suspended twice": (StatusAct.SUSPEND, Stage.RELEASED, Status.SUSPENDED, "why", "already-suspended"),
    "only a pause is ended": (StatusAct.REINSTATE, Stage.RELEASED, Status.ACTIVE, "why", "not-suspended"),
    "a reason is needed": (StatusAct.REVOKE, Stage.RELEASED, Status.ACTIVE, "  ", "reason-needed"),
}


@pytest.mark.parametrize(("act", "stage", "status", "reason", "rule"), REFUSALS.values(), ids=REFUSALS.keys())
def test_a_status_act_is_refused(act: StatusAct, stage: Stage, status: Status, reason: str, rule: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        check_status_act(act=act, stage=stage, status=status, reason=reason)
    assert refused.value.rule == rule


ALLOWED = {
    "an active one is suspended": (StatusAct.SUSPEND, Status.ACTIVE, Status.SUSPENDED),
    "a suspended one is reinstated": (StatusAct.REINSTATE, Status.SUSPENDED, Status.ACTIVE),
    "an active one is revoked": (StatusAct.REVOKE, Status.ACTIVE, Status.REVOKED),
    "a suspended one is revoked": (StatusAct.REVOKE, Status.SUSPENDED, Status.REVOKED),
}


@pytest.mark.parametrize(("act", "before", "after"), ALLOWED.values(), ids=ALLOWED.keys())
def test_a_status_act_is_allowed(act: StatusAct, before: Status, after: Status) -> None:
    assert check_status_act(act=act, stage=Stage.RELEASED, status=before, reason="why") is after


def test_each_act_is_a_row_and_a_leaf_and_the_page_changes_at_once(issuer: Issuer) -> None:
    issued = _issued(issuer)
    for act in (operations.suspend, operations.reinstate, operations.suspend, operations.revoke):
        with issuer.database.transaction() as db:
            act(db, issuance_id=issued, reason="kept within the school", actor=SERVICE, now=NOW)
    with issuer.database.reading() as db:
        assert queries.issuance(db, issued).status is Status.REVOKED
        assert [event.act.value for event in queries.status_history(db, issued)] == [
            "suspend",
            "reinstate",
            "suspend",
            "revoke",
        ]
        assert log.leaf_index(db, act=Act.CREDENTIAL_SUSPENDED, subject_id=issued, occurrence=1) is not None
        assert log.leaf_index(db, act=Act.CREDENTIAL_REVOKED, subject_id=issued) is not None


def test_an_organisation_cannot_touch_what_another_issued(issuer: Issuer) -> None:
    issued = _issued(issuer)
    with pytest.raises(NotFound), issuer.database.transaction(tenant=uuid.uuid4()) as db:
        operations.revoke(db, issuance_id=issued, reason="why", actor=SERVICE, now=NOW)


def test_the_published_list_has_exactly_the_revoked_bits_and_verifies(issuer: Issuer) -> None:
    revoked, kept = _issued(issuer), _issued(issuer)
    with issuer.database.transaction() as db:
        operations.revoke(db, issuance_id=revoked, reason="why", actor=SERVICE, now=NOW)
        operations.suspend(db, issuance_id=kept, reason="why", actor=SERVICE, now=NOW)
    with issuer.database.reading() as db:
        facts, other = queries.issuance(db, revoked), queries.issuance(db, kept)
    with issuer.database.transaction() as db:
        assert operations.publish_status_list(db, list_id=facts.status_list_id, keyring=issuer.keyring, now=NOW)
    with issuer.database.reading() as db:
        published = queries.status_list(db, facts.status_list_id)
        assert published is not None
        assert queries.current_status_list(db, published.public_id) == published
        document = json.loads(published.document)
        key = queries.key(db, document["proof"][0]["verificationMethod"])
    assert key is not None
    assert key.purpose is Purpose.STATUS
    eddsa_rdfc_2022.verify(document, public_key=rules.for_proofs(key.public_key))
    bits = status_list.decode(document["credentialSubject"]["encodedList"])
    assert bits.is_set(facts.status_index)
    assert not bits.is_set(other.status_index)
    assert sum(byte.bit_count() for byte in bits.data) == 1
    assert document["id"].startswith("https://accredit.example/status/")


def test_a_list_is_signed_again_only_when_it_changed_or_grows_old(issuer: Issuer) -> None:
    with issuer.database.reading() as db:
        list_id = queries.issuance(db, issuer_id := _issued(issuer)).status_list_id

    def publish(hours: float) -> bool:
        with issuer.database.transaction() as db:
            return operations.publish_status_list(
                db, list_id=list_id, keyring=issuer.keyring, now=NOW + timedelta(hours=hours)
            )

    assert publish(0)
    assert not publish(1)
    with issuer.database.transaction() as db:
        operations.revoke(db, issuance_id=issuer_id, reason="why", actor=SERVICE, now=NOW)
    assert publish(1)
    assert not publish(2)
    assert publish(8)
    with issuer.database.reading() as db:
        assert queries.lists_to_sign(db, signed_before=NOW + timedelta(hours=8)) == ()
        assert queries.lists_to_sign(db, signed_before=NOW + timedelta(hours=9)) == (list_id,)


def test_after_a_rotation_the_history_stays_and_the_new_key_signs(issuer: Issuer) -> None:
    issued = _issued(issuer)
    with issuer.database.transaction() as db:
        fresh = operations.rotate_key(
            db, controller=DID, purpose=Purpose.ASSERTION, keyring=issuer.keyring, now=NOW, actor=SERVICE
        )
    with issuer.database.reading() as db:
        assert queries.signing_key(db, controller=DID, purpose=Purpose.ASSERTION) == fresh
        fragments = [key.fragment for key in queries.verification_keys(db, DID)]
        assert sorted(fragments) == ["assertion-1", "assertion-2", "assertion-jwt-1", "status-1"]
        old = json.loads(queries.signed_document(db, issued) or b"")
        assert queries.key(db, old["proof"][0]["verificationMethod"]) is not None
        issuer.keyring.check({key.id: key.public_key for key in queries.register(db)})
    newer = _issued(issuer)
    with issuer.database.reading() as db:
        document = json.loads(queries.signed_document(db, newer) or b"")
    assert document["proof"][0]["verificationMethod"] == f"{DID}#assertion-2"


def test_making_sure_of_keys_twice_makes_them_once(issuer: Issuer) -> None:
    with issuer.database.transaction() as db:
        operations.ensure_keys(
            db, organisation_id=issuer.organisation_id, controller=DID, keyring=issuer.keyring, now=NOW
        )
        assert len(queries.verification_keys(db, DID)) == 3
        assert log.leaf_index(db, act=Act.KEY_PUBLISHED, subject_id=queries.verification_keys(db, DID)[0].id) == 1
