"""The suites by others, canonical JSON, the older data model, and the contexts that a caller allows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from accredit.kit.linkeddata import ContextRefused, canonicalise, terms
from accredit.kit.linkeddata.terms import Table
from accredit.kit.vc import ecdsa_2019, eddsa_jcs_2022, eddsa_rdfc_2022, multibase, timestamps
from accredit.kit.vc import proof as proofs
from accredit.kit.vc.errors import TimestampInvalid
from accredit.kit.vc.multikey import KeyKind
from tests.unit.kit.vc import vc_examples as examples
from tests.unit.kit.vc.proof_examples import KEY, Document, code_of, signed, verify
from tests.unit.kit.vc.vc_examples import CREATED

CURVES = {KeyKind.P256: "sha256", KeyKind.P384: "sha384"}


def hashed_by_hand(document: Document, proof: Document, *, suite: str, name: str) -> bytes:
    """What the suites say is signed: the hash of the proof without its value, then that of the document."""
    if suite == "ecdsa-rdfc-2019":
        parts = ({**proof, "@context": document["@context"]}, document)
        return b"".join(hashlib.new(name, canonicalise(part, hash_name=name)).digest() for part in parts)
    # Of plain ASCII and without numbers, JSON in the order of its names is canonical JSON.
    written = [json.dumps(part, sort_keys=True, separators=(",", ":")) for part in (proof, document)]
    return b"".join(hashlib.new(name, text.encode()).digest() for text in written)


@pytest.mark.parametrize("suite", ["ecdsa-rdfc-2019", "ecdsa-jcs-2019"])
@pytest.mark.parametrize("kind", CURVES)
def test_proofs_by_keys_of_the_nist_curves_verify(kind: KeyKind, suite: str) -> None:
    public, sign = examples.curve_signer(kind, 5)
    key = replace(KEY, public_key=public)
    proof = proofs.new(
        cryptosuite=suite, verification_method=key.id, created=CREATED, proof_purpose="assertionMethod", options=None
    )
    if suite == "ecdsa-jcs-2019":
        proof["@context"] = examples.badge()["@context"]
    # Nodes without a name are named by their hashes, so that the longer hash gives another document.
    document = {**examples.badge(), "evidence": [{"type": ["Evidence"], "name": name} for name in "abcdefgh"]}
    signature = sign(hashed_by_hand(document, proof, suite=suite, name=CURVES[kind]))
    whole = {**document, "proof": {**proof, "proofValue": multibase.encode_base58(signature)}}
    assert verify(whole, key)[0].cryptosuite == suite
    proof["proofValue"] = multibase.encode_base58(sign(ecdsa_2019.hash_data(examples.badge(), proof, kind=kind)))
    assert verify({**examples.badge(), "proof": proof}, key)[0].cryptosuite == suite
    assert code_of({**examples.badge(), "name": "x", "proof": proof}, key) == "signature_invalid"
    assert code_of({**examples.badge(), "proof": {**proof, "proofValue": "z1"}}, key) == "proof_value"


def older_proof(*more: str, contexts: Mapping[str, Table] | None = None) -> tuple[Document, Document]:
    v1, suite = "https://www.w3.org/2018/credentials/v1", "https://w3id.org/security/suites/ed25519-2020/v1"
    older = {
        "@context": [v1, suite, *more],
        "type": ["VerifiableCredential"],
        "issuer": examples.ISSUER,
        "issuanceDate": "2020-01-01T00:00:00Z",
        "credentialSubject": {"id": "urn:x:2"},
    }
    proof = {
        "type": "Ed25519Signature2020",
        "created": timestamps.write(CREATED),
        "verificationMethod": KEY.id,
        "proofPurpose": "assertionMethod",
    }
    signature = examples.private(1).sign(eddsa_rdfc_2022.hash_data(older, proof, contexts=contexts))
    return older, {**proof, "proofValue": multibase.encode_base58(signature)}


def test_a_proof_of_the_older_kind_verifies() -> None:
    older, proof = older_proof()
    (found,) = verify({**older, "proof": proof}, expected_controller=examples.ISSUER)
    assert found.cryptosuite == "Ed25519Signature2020"
    assert code_of({**older, "issuanceDate": "2021-01-01T00:00:00Z", "proof": proof}) == "signature_invalid"
    assert code_of({**older, "proof": {**proof, "proofValue": "z1"}}) == "proof_value"
    public, _ = examples.curve_signer(KeyKind.P256, 1)
    assert code_of({**older, "proof": proof}, replace(KEY, public_key=public)) == "key_type"
    assert code_of({**older, "proof": {**proof, "cryptosuite": "x"}}) == "unsupported_proof"


def test_jcs_contexts_of_the_proof_must_begin_those_of_the_document() -> None:
    document = signed(eddsa_jcs_2022)
    longer = {**document, "@context": [*document["@context"], "https://x.example/c"]}
    eddsa_jcs_2022.verify(longer, public_key=KEY.public_key)
    assert code_of({**document, "@context": document["@context"][:1]}) == "context_mismatch"
    assert code_of({**document, "@context": document["@context"][::-1]}) == "context_mismatch"


def test_jcs_a_context_may_be_one_text() -> None:
    document = signed(eddsa_jcs_2022, document={**examples.badge(), "@context": examples.V2})
    assert document["proof"][0]["@context"] == examples.V2
    eddsa_jcs_2022.verify(document, public_key=KEY.public_key)
    eddsa_jcs_2022.verify({**document, "@context": [examples.V2, examples.OB]}, public_key=KEY.public_key)
    assert code_of({**document, "@context": examples.OB}) == "context_mismatch"
    assert code_of({**document, "@context": [examples.OB, examples.V2]}) == "context_mismatch"


def test_jcs_signs_a_document_without_contexts() -> None:
    document = signed(eddsa_jcs_2022, document={"anything": [1, None, {"x": True}]})
    assert "@context" not in document["proof"][0]
    assert len(verify(document)) == 1
    assert code_of({**document, "anything": []}) == "signature_invalid"


def test_a_credential_of_the_older_data_model_gets_the_context_of_proofs() -> None:
    older = {
        "@context": ["https://www.w3.org/2018/credentials/v1"],
        "type": ["VerifiableCredential"],
        "issuer": examples.ISSUER,
        "issuanceDate": "2020-01-01T00:00:00Z",
        "credentialSubject": {"id": "urn:x:2"},
    }
    document = signed(document=older)
    assert document["@context"] == [*older["@context"], "https://w3id.org/security/data-integrity/v2"]
    suite = "https://w3id.org/security/suites/ed25519-2020/v1"
    longer = signed(document={**older, "@context": [*older["@context"], suite]})
    assert longer["@context"] == [*older["@context"], suite, "https://w3id.org/security/data-integrity/v2"]
    alone = {**older, "@context": "https://www.w3.org/2018/credentials/v1"}
    assert signed(document=alone)["@context"] == document["@context"]
    assert signed(document=document)["@context"] == document["@context"]
    assert len(verify(document)) == 1


def test_times_are_written_in_utc() -> None:
    assert signed()["proof"][0]["created"] == "2026-11-20T12:00:00Z"
    with pytest.raises(TimestampInvalid):
        eddsa_rdfc_2022.add_proof(
            examples.badge(),
            sign=examples.private(1).sign,
            verification_method=KEY.id,
            created=datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None),
        )


EXAMPLES = "https://www.w3.org/ns/credentials/examples/v2"


def test_the_contexts_that_a_caller_allows_hold_for_document_and_proof() -> None:
    document = {**examples.badge(), "@context": [examples.V2, examples.OB, EXAMPLES], "alumniOf": "A school"}
    allowed = terms.pinned_for_conformance()
    whole = signed(document=document, contexts=allowed)
    assert len(verify(whole, contexts=allowed)) == 1
    eddsa_rdfc_2022.verify(whole, public_key=KEY.public_key, contexts=allowed)
    assert code_of(whole) == "context_not_pinned"
    assert code_of({**whole, "alumniOf": "Another"}, contexts=allowed) == "signature_invalid"
    with pytest.raises(ContextRefused):
        signed(document=document)


def test_the_contexts_that_a_caller_allows_hold_for_the_other_suites_too() -> None:
    allowed = terms.pinned_for_conformance()
    public, sign = examples.curve_signer(KeyKind.P256, 5)
    document = {**examples.badge(), "@context": [examples.V2, examples.OB, EXAMPLES], "alumniOf": "A school"}
    proof = {"type": "DataIntegrityProof", "cryptosuite": "ecdsa-rdfc-2019", "proofPurpose": "assertionMethod"}
    proof["verificationMethod"] = KEY.id
    data = ecdsa_2019.hash_data(document, proof, kind=KeyKind.P256, contexts=allowed)
    proof["proofValue"] = multibase.encode_base58(sign(data))
    key = replace(KEY, public_key=public)
    assert len(verify({**document, "proof": proof}, key, contexts=allowed)) == 1
    assert code_of({**document, "proof": proof}, key) == "context_not_pinned"
    older, proof = older_proof(EXAMPLES, contexts=allowed)
    assert len(verify({**older, "proof": proof}, contexts=allowed)) == 1
    assert code_of({**older, "proof": proof}) == "context_not_pinned"


def test_the_hash_of_the_document_can_be_told_from_that_of_the_proof() -> None:
    unsecured, (proof,) = proofs.split(signed())
    data = eddsa_rdfc_2022.hash_data(unsecured, proof)
    assert len(data) == 64
    assert data[eddsa_rdfc_2022.DOCUMENT_HASH] == hashlib.sha256(canonicalise(unsecured)).digest()
    configuration = {**proofs.without_value(proof), "@context": unsecured["@context"]}
    assert data[:32] == hashlib.sha256(canonicalise(configuration)).digest()
