"""Cryptosuites ecdsa-rdfc-2019 and ecdsa-jcs-2019 (Data Integrity ECDSA Cryptosuites 1.0 §3.2, §3.3), to verify.

The curve of the key chooses the hash: SHA-256 with P-256, SHA-384 with P-384, for canonical names as well.
We never issue with them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from accredit.kit.linkeddata import canonicalise, jcs
from accredit.kit.linkeddata.terms import Table
from accredit.kit.vc import proof as proofs
from accredit.kit.vc.eddsa_jcs_2022 import in_contexts_of_proof
from accredit.kit.vc.eddsa_rdfc_2022 import proof_configuration
from accredit.kit.vc.errors import ProofInvalid
from accredit.kit.vc.multikey import KeyKind, PublicKey

RDFC: Final = "ecdsa-rdfc-2019"
JCS: Final = "ecdsa-jcs-2019"
_HASHES: Final = {KeyKind.P256: ("sha256", 64), KeyKind.P384: ("sha384", 96)}


def check(
    unsecured: Mapping[str, Any],
    proof: Mapping[str, Any],
    *,
    public_key: PublicKey,
    contexts: Mapping[str, Table] | None = None,
) -> None:
    """Check one proof over a document that holds no proof but those it builds on.

    Raises `ProofInvalid` with code ``unsupported_proof``, ``key_type``, ``proof_value``, ``context_mismatch`` or
    ``signature_invalid``, and `LinkedDataError` for data that is not signed.
    """
    proofs.check_suite(proof, JCS if proof.get("cryptosuite") == JCS else RDFC)
    if public_key.kind not in _HASHES:
        raise ProofInvalid("key_type", "This cryptosuite needs a P-256 or P-384 key.", path="$.proof")
    _, length = _HASHES[public_key.kind]
    signature = proofs.signature(proof, length=length)
    if not public_key.verifies(signature, hash_data(unsecured, proof, kind=public_key.kind, contexts=contexts)):
        raise ProofInvalid("signature_invalid", "The signature does not match this document.", path="$.proof")


def hash_data(
    unsecured: Mapping[str, Any],
    proof: Mapping[str, Any],
    *,
    kind: KeyKind,
    contexts: Mapping[str, Table] | None = None,
) -> bytes:
    """Hash the proof configuration, then the document: 64 bytes for P-256, 96 for P-384."""
    name, _ = _HASHES[kind]
    if proof.get("cryptosuite") == JCS:
        document = dict(in_contexts_of_proof(unsecured, proof))
        parts = [jcs.canonicalise(part) for part in (proofs.without_value(proof), document)]
    else:
        configuration = proof_configuration(unsecured, proof)
        parts = [canonicalise(part, contexts=contexts, hash_name=name) for part in (configuration, dict(unsecured))]
    return b"".join(hashlib.new(name, part).digest() for part in parts)
