"""What every Data Integrity proof has in common (VC Data Integrity 1.0 §2.1): its members, times and value.

Not here: how a cryptosuite makes its hash; each has a module of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from accredit.kit.vc import multibase, timestamps
from accredit.kit.vc.errors import ProofInvalid

MAX_PROOFS: Final = 8
TYPE: Final = "DataIntegrityProof"

Sign = Callable[[bytes], bytes]
"""A function that signs bytes with a private key that stays where it is."""


def split(document: Mapping[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Separate a document from its proofs.

    Raises `ProofInvalid` with code ``document_malformed``, ``proof_missing``, ``too_many_proofs`` or
    ``proof_malformed`` (VC Data Integrity §4.4, step 1 and §4.5).
    """
    if not isinstance(document, dict):
        raise ProofInvalid("document_malformed", "A secured document must be one object.")
    unsecured = {name: value for name, value in document.items() if name != "proof"}
    found = document.get("proof")
    proofs = found if isinstance(found, list) else [] if found is None else [found]
    if not proofs:
        raise ProofInvalid("proof_missing", "The document carries no proof.")
    if len(proofs) > MAX_PROOFS:
        raise ProofInvalid("too_many_proofs", f"A document may carry at most {MAX_PROOFS} proofs.", path="$.proof")
    if not all(isinstance(proof, dict) and proof for proof in proofs):
        raise ProofInvalid("proof_malformed", "Each proof must be an object.", path="$.proof")
    return unsecured, proofs


def only_proof(document: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Separate a document from its one proof; raises as `split` does, and with ``too_many_proofs`` for two."""
    unsecured, proofs = split(document)
    if len(proofs) != 1:
        raise ProofInvalid("too_many_proofs", "Exactly one proof was expected.", path="$.proof")
    return unsecured, proofs[0]


def new(
    *,
    cryptosuite: str,
    verification_method: str,
    created: datetime,
    proof_purpose: str,
    options: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """Begin a proof; `options` may hold ``id``, ``expires`` (as text), ``domain``, ``challenge``, ``previousProof``."""
    return {
        "type": TYPE,
        "cryptosuite": cryptosuite,
        "created": timestamps.write(created),
        "verificationMethod": verification_method,
        "proofPurpose": proof_purpose,
        **(options or {}),
    }


def check_suite(proof: Mapping[str, Any], cryptosuite: str) -> None:
    """Refuse a proof of another type or cryptosuite; raises `ProofInvalid` with code ``unsupported_proof``."""
    if proof.get("type") != TYPE or proof.get("cryptosuite") != cryptosuite:
        sentence = f"The proof must be a {TYPE} with cryptosuite {cryptosuite}."
        raise ProofInvalid("unsupported_proof", sentence, path="$.proof")


def signature(proof: Mapping[str, Any], *, length: int) -> bytes:
    """Read ``proofValue``, `length` bytes in base58btc; raises `ProofInvalid` with code ``proof_value``."""
    value = proof.get("proofValue")
    try:
        found = multibase.decode_base58(value) if isinstance(value, str) else b""
    except ValueError:
        found = b""
    if len(found) != length:
        sentence = f"proofValue must be z and {length} bytes in base58btc."
        raise ProofInvalid("proof_value", sentence, path="$.proof.proofValue")
    return found


def without_value(proof: Mapping[str, Any]) -> dict[str, Any]:
    """Copy a proof without its ``proofValue``: the proof configuration."""
    return {name: value for name, value in proof.items() if name != "proofValue"}


def appended(document: Mapping[str, Any], proof: dict[str, Any]) -> dict[str, Any]:
    """Copy a document with one proof more; proofs are always a list (OB 3.0 Serialization)."""
    found = document.get("proof")
    proofs = found if isinstance(found, list) else [] if found is None else [found]
    return {**document, "proof": [*proofs, proof]}


def previous_proofs(proof: Mapping[str, Any], proofs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Collect the proofs that this one builds on (VC Data Integrity §4.5); none for a proof that stands alone.

    Raises `ProofInvalid` with code ``previous_proof`` when one is not there, is not unique, or is the proof itself.
    """
    wanted = proof.get("previousProof")
    identifiers = wanted if isinstance(wanted, list) else [] if wanted is None else [wanted]
    found = []
    for identifier in identifiers:
        matching = [other for other in proofs if isinstance(identifier, str) and other.get("id") == identifier]
        if len(matching) != 1 or matching[0] is proof:
            sentence = "Each previousProof must be the id of exactly one other proof of the document."
            raise ProofInvalid("previous_proof", sentence, path="$.proof")
        found.append(matching[0])
    return found
