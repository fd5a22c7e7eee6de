"""Proof type Ed25519Signature2020, to verify badges of the older data model; we never issue with it.

It is the forerunner of eddsa-rdfc-2022: the same hashes and the same signature, but the type names the suite, and the
terms of the proof come from a context of its own (Data Integrity EdDSA Cryptosuites 1.0, appendix on this type).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from accredit.kit.linkeddata.terms import Table
from accredit.kit.vc import proof as proofs
from accredit.kit.vc.eddsa_rdfc_2022 import hash_data
from accredit.kit.vc.errors import ProofInvalid
from accredit.kit.vc.multikey import KeyKind, PublicKey

NAME: Final = "Ed25519Signature2020"


def check(
    unsecured: Mapping[str, Any],
    proof: Mapping[str, Any],
    *,
    public_key: PublicKey,
    contexts: Mapping[str, Table] | None = None,
) -> None:
    """Check one proof over a document that holds no proof but those it builds on.

    Raises `ProofInvalid` with code ``unsupported_proof``, ``key_type``, ``proof_value`` or ``signature_invalid``, and
    `LinkedDataError` for data that is not signed.
    """
    if proof.get("type") != NAME or "cryptosuite" in proof:
        raise ProofInvalid("unsupported_proof", f"The proof must be an {NAME} without cryptosuite.", path="$.proof")
    if public_key.kind is not KeyKind.ED25519:
        raise ProofInvalid("key_type", "This proof needs an Ed25519 key.", path="$.proof.verificationMethod")
    signature = proofs.signature(proof, length=64)
    if not public_key.verifies(signature, hash_data(unsecured, proof, contexts=contexts)):
        raise ProofInvalid("signature_invalid", "The signature does not match this document.", path="$.proof")
