"""What a signer is asked to sign, and what comes out of it, when somebody or something tampers (KY06, KY08, KY14)."""

from __future__ import annotations

import inspect
import json
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.audit.rules import SERVICE
from accredit.domain.issuing import operations, queries
from accredit.domain.issuing.models import Issuance, SigningKey
from accredit.domain.issuing.queries import KeyFacts
from accredit.domain.issuing.rules import Intent, Purpose, Stage
from accredit.errors import AccreditError, RuleBroken
from accredit.keyring import KeyRing
from accredit.kit.vc.errors import VcError
from accredit.storage import Database
from tests.unit.domain.issuing.issuer import DID, NOW, ORIGIN, Issuer, established, lint, record_hashes


@pytest.fixture
def issuer(database: Database, tmp_path: Path) -> Issuer:
    return established(database, tmp_path)


def _intent(issuer: Issuer) -> Intent:
    prepared = issuer.prepare(uuid.uuid4())
    with issuer.database.reading() as db:
        (intent,) = queries.intents(db, [prepared.id])
    return intent


def _changed(intent: Intent, **members: Any) -> Intent:
    document = {**json.loads(intent.unsigned_document), **members}
    return replace(intent, unsigned_document=json.dumps(document).encode())


OTHERS = {
    "another credential's id": {"id": "urn:uuid:00000000-0000-4000-8000-000000000000"},
    "another issuer": {"issuer": "did:web:accredit.example:o:another-school"},
    "without a place in the status list": {"credentialStatus": None},
    "a document that is signed already": {"proof": {"type": "DataIntegrityProof"}},
}


@pytest.mark.attack("KY06")
@pytest.mark.parametrize("members", OTHERS.values(), ids=OTHERS)
def test_ky06_the_signer_signs_only_what_was_reserved(issuer: Issuer, members: dict[str, Any]) -> None:
    with pytest.raises(RuleBroken) as refused:
        operations.sign(_changed(_intent(issuer), **members), keyring=issuer.keyring, lint=lint)
    assert refused.value.rule == "not-as-reserved"


@pytest.mark.attack("KY06")
def test_ky06_the_frozen_document_cannot_be_exchanged_in_the_database(issuer: Issuer) -> None:
    intent = _intent(issuer)
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), issuer.database.transaction() as db:
        db.execute(
            sa.update(Issuance).values(unsigned_document=_changed(intent, name="Prime Minister").unsigned_document)
        )


@pytest.mark.attack("KY06")
def test_ky06_whoever_asks_for_a_credential_names_a_subject_and_brings_no_document() -> None:
    asked = set(inspect.signature(operations.replace).parameters) | set(inspect.signature(operations.record).parameters)
    assert not asked & {"document", "unsigned_document", "payload", "message"}
    assert set(inspect.signature(queries.intents).parameters) == {"db", "issuance_ids"}


@pytest.mark.attack("KY08")
def test_ky08_no_key_serves_two_purposes_and_none_is_registered_twice(issuer: Issuer) -> None:
    for purpose in (Purpose.ASSERTION, Purpose.STATUS, Purpose.ASSERTION_JWT, Purpose.CHECKPOINT):
        with issuer.database.transaction() as db:
            operations.rotate_key(
                db,
                controller=ORIGIN if purpose is Purpose.CHECKPOINT else DID,
                purpose=purpose,
                keyring=issuer.keyring,
                now=NOW,
                actor=SERVICE,
            )
    with issuer.database.reading() as db:
        register = queries.register(db)
    assert len(register) == 8
    assert len({key.public_key_multibase or key.public_key_jwk for key in register}) == 8
    assert len({key.id for key in register}) == 8
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), issuer.database.transaction() as db:
        db.execute(sa.update(SigningKey).values(purpose=Purpose.ASSERTION))


class Faulty(KeyRing):
    """A machine on which one bit of a signature flips, by a fault of memory or by somebody's will."""

    only: uuid.UUID

    def sign(self, key_id: uuid.UUID, message: bytes) -> bytes:
        """Sign, and flip a bit of it."""
        signature = super().sign(key_id, message)
        return bytes([signature[0] ^ 1]) + signature[1:] if key_id == self.only else signature


@pytest.mark.attack("KY14")
@pytest.mark.parametrize("form", ["key", "jwt_key"], ids=["as a document", "as a token"])
def test_ky14_a_signature_with_a_flipped_bit_leaves_the_signer_as_nothing(issuer: Issuer, form: str) -> None:
    intent = _intent(issuer)
    faulty = Faulty(issuer.keyring._directory, issuer.keyring._passphrase)
    faulty.only = getattr(intent, form).id
    with pytest.raises((VcError, AccreditError)):
        operations.sign(intent, keyring=faulty, lint=lint)
    with issuer.database.reading() as db:
        (row,) = db.execute(sa.select(Issuance)).scalars()
        assert (row.stage, row.signed_document, row.signed_jwt) == (Stage.INTENT, None, None)
    assert operations.sign(intent, keyring=issuer.keyring, lint=lint).document


def _delete(issuer: Issuer, key: KeyFacts, *, force: bool = False) -> None:
    with issuer.database.transaction() as db:
        operations.delete_key(
            db,
            controller=key.controller,
            fragment=key.fragment,
            keyring=issuer.keyring,
            force=force,
            now=NOW,
            actor=SERVICE,
        )


@pytest.mark.attack("KY18")
def test_ky18_a_key_is_not_deleted_while_it_signs_or_while_what_it_signed_is_in_force(issuer: Issuer) -> None:
    intent = _intent(issuer)
    signed = operations.sign(intent, keyring=issuer.keyring, lint=lint)
    with issuer.database.transaction() as db:
        operations.record(db, signed=[signed], record_hashes=record_hashes, now=NOW)
        key = queries.signing_key(db, controller=DID, purpose=Purpose.ASSERTION)
    assert key is not None
    with pytest.raises(RuleBroken) as refused:
        _delete(issuer, key, force=True)
    assert refused.value.rule == "key-in-use"
    with issuer.database.transaction() as db:
        operations.rotate_key(
            db, controller=DID, purpose=Purpose.ASSERTION, keyring=issuer.keyring, now=NOW, actor=SERVICE
        )
    with pytest.raises(RuleBroken) as refused:
        _delete(issuer, key)
    assert refused.value.rule == "credentials-live"
    assert issuer.keyring.holds(key.id)
    _delete(issuer, key, force=True)
    assert not issuer.keyring.holds(key.id)
    with issuer.database.reading() as db:
        assert queries.key(db, key.verification_method) is not None, "its public half stays for ever"
        assert db.execute(
            sa.select(sa.func.count()).select_from(SigningKey).where(col(SigningKey.id) == key.id)
        ).scalar_one()


@pytest.mark.attack("KY18")
def test_ky18_once_all_it_signed_is_revoked_a_retired_key_may_go(issuer: Issuer) -> None:
    intent = _intent(issuer)
    signed = operations.sign(intent, keyring=issuer.keyring, lint=lint)
    with issuer.database.transaction() as db:
        operations.record(db, signed=[signed], record_hashes=record_hashes, now=NOW)
        operations.revoke(db, issuance_id=intent.issuance_id, reason="asked", actor=SERVICE, now=NOW)
        key = queries.signing_key(db, controller=DID, purpose=Purpose.ASSERTION)
        assert key is not None
        operations.retire_key(db, controller=DID, fragment=key.fragment, now=NOW, actor=SERVICE)
    _delete(issuer, key)
    assert not issuer.keyring.holds(key.id)
