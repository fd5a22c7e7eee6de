"""Cryptosuite eddsa-jcs-2022 (Data Integrity EdDSA Cryptosuites 1.0 §3.3): Ed25519 over canonical JSON.

Every member of the document is signed, whatever its context. The contexts of the proof stay in the proof.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from accredit.kit.linkeddata import jcs
from accredit.kit.linkeddata.terms import Table
from accredit.kit.vc import multibase
from accredit.kit.vc import proof as proofs
from accredit.kit.vc.errors import ProofInvalid
from accredit.kit.vc.multikey import KeyKind, PublicKey
from accredit.kit.vc.verification_key import ASSERTION

NAME: Final = "eddsa-jcs-2022"


def add_proof(
    document: Mapping[str, Any],
    *,
    sign: proofs.Sign,
    verification_method: str,
    created: datetime,
    proof_purpose: str = ASSERTION,
    options: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Copy a document with one more proof, made by `sign` (Ed25519); `options` are those of `proof.new`.

    Raises `LinkedDataError` where the document cannot stand in canonical JSON, and `ProofInvalid` with code
    ``previous_proof``.
    """
    unsecured = {name: value for name, value in document.items() if name != "proof"}
    proof = proofs.new(
        cryptosuite=NAME,
        verification_method=verification_method,
        created=created,
        proof_purpose=proof_purpose,
        options=options,
    )
    if "@context" in document:
        proof["@context"] = document["@context"]
    if "previousProof" in proof:
        unsecured["proof"] = proofs.previous_proofs(proof, proofs.split(document)[1])
    proof["proofValue"] = multibase.encode_base58(sign(hash_data(unsecured, proof)))
    return proofs.appended(document, proof)


def verify(document: Mapping[str, Any], *, public_key: PublicKey) -> None:
    """Check that the one proof of a document was made with this key over exactly this document.

    Raises `ProofInvalid` as `eddsa_rdfc_2022.verify` does, and with code ``context_mismatch``.
    """
    unsecured, proof = proofs.only_proof(document)
    proofs.previous_proofs(proof, [proof])
    check(unsecured, proof, public_key=public_key)


def check(
    unsecured: Mapping[str, Any],
    proof: Mapping[str, Any],
    *,
    public_key: PublicKey,
    contexts: Mapping[str, Table] | None = None,  # noqa: ARG001 - every suite is called in the same way
) -> None:
    """Check one proof over a document that holds no proof but those it builds on; `contexts` play no part here."""
    proofs.check_suite(proof, NAME)
    if public_key.kind is not KeyKind.ED25519:
        raise ProofInvalid("key_type", "This cryptosuite needs an Ed25519 key.", path="$.proof.verificationMethod")
    signature = proofs.signature(proof, length=64)
    if not public_key.verifies(signature, hash_data(in_contexts_of_proof(unsecured, proof), proof)):
        raise ProofInvalid("signature_invalid", "The signature does not match this document.", path="$.proof")


def hash_data(unsecured: Mapping[str, Any], proof: Mapping[str, Any]) -> bytes:
    """Hash the proof configuration, then the document (§3.3.3 to §3.3.5): 64 bytes."""
    return b"".join(
        hashlib.sha256(jcs.canonicalise(part)).digest() for part in (proofs.without_value(proof), dict(unsecured))
    )


def in_contexts_of_proof(unsecured: Mapping[str, Any], proof: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give the document the contexts that were signed; they must begin its list (§3.3.2, step 4)."""
    if "@context" not in proof:
        return unsecured
    signed, present = proof["@context"], unsecured.get("@context")
    signed_list = signed if isinstance(signed, list) else [signed]
    present_list = present if isinstance(present, list) else [present]
    if present_list[: len(signed_list)] != signed_list:
        sentence = "The document's contexts must begin with those of the proof."
        raise ProofInvalid("context_mismatch", sentence, path="$.proof['@context']")
    return {**unsecured, "@context": signed}
