"""Cryptosuite eddsa-rdfc-2022 (Data Integrity EdDSA Cryptosuites 1.0 §3.2): Ed25519 over canonical RDF."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from accredit.kit.linkeddata import canonicalise, patterns
from accredit.kit.linkeddata.kept_templates import KeptTemplates, Kind
from accredit.kit.linkeddata.terms import Table
from accredit.kit.vc import multibase
from accredit.kit.vc import proof as proofs
from accredit.kit.vc.errors import ProofInvalid
from accredit.kit.vc.multikey import KeyKind, PublicKey
from accredit.kit.vc.verification_key import ASSERTION

NAME: Final = "eddsa-rdfc-2022"
DOCUMENT_HASH: Final = slice(32, 64)
"""Where in what is signed the hash of the document stands, behind that of the proof configuration (§3.2.4)."""
_V1: Final = "https://www.w3.org/2018/credentials/v1"
_DATA_INTEGRITY: Final = "https://w3id.org/security/data-integrity/v2"
_TEMPLATES: Final = KeptTemplates()
_Unlearnt = tuple[dict[str, Any], Kind | None]


def add_proof(
    document: Mapping[str, Any],
    *,
    sign: proofs.Sign,
    verification_method: str,
    created: datetime,
    proof_purpose: str = ASSERTION,
    options: Mapping[str, Any] | None = None,
    contexts: Mapping[str, Table] | None = None,
) -> dict[str, Any]:
    """Copy a document with one more proof, made by `sign` (Ed25519) over 64 bytes of hashes.

    The same arguments always give the same proof. `options` are those of `proof.new`; proofs named in its
    ``previousProof`` are signed over. Raises `LinkedDataError` where the document would not be signed whole, and
    `ProofInvalid` with code ``previous_proof`` or ``proof_malformed``.
    """
    document = _with_proof_terms(document)
    unsecured = {name: value for name, value in document.items() if name != "proof"}
    proof = proofs.new(
        cryptosuite=NAME,
        verification_method=verification_method,
        created=created,
        proof_purpose=proof_purpose,
        options=options,
    )
    if "previousProof" in proof:
        unsecured["proof"] = proofs.previous_proofs(proof, proofs.split(document)[1])
    # Whoever signs verifies next, so the canonical form is kept for that one time.
    data, unlearnt = _hashed(unsecured, proof, contexts, comes_again=True)
    proof["proofValue"] = multibase.encode_base58(sign(data))
    _learn(unlearnt, verification_method)
    return proofs.appended(document, proof)


def verify(document: Mapping[str, Any], *, public_key: PublicKey, contexts: Mapping[str, Table] | None = None) -> None:
    """Check that the one proof of a document was made with this key over exactly this document.

    Not checked: purpose, times, and whose key it is; `data_integrity.verify` does. Raises `ProofInvalid` with code
    ``proof_missing``, ``too_many_proofs``, ``unsupported_proof``, ``proof_value``, ``key_type``,
    ``previous_proof`` or ``signature_invalid``, and `LinkedDataError` for data that is not signed.
    """
    unsecured, proof = proofs.only_proof(document)
    proofs.previous_proofs(proof, [proof])
    check(unsecured, proof, public_key=public_key, contexts=contexts)


def check(
    unsecured: Mapping[str, Any],
    proof: Mapping[str, Any],
    *,
    public_key: PublicKey,
    contexts: Mapping[str, Table] | None = None,
) -> None:
    """Check one proof over a document that holds no proof but those it builds on; raises as `verify` does."""
    proofs.check_suite(proof, NAME)
    if public_key.kind is not KeyKind.ED25519:
        raise ProofInvalid("key_type", "This cryptosuite needs an Ed25519 key.", path="$.proof.verificationMethod")
    signature = proofs.signature(proof, length=64)
    data, unlearnt = _hashed(unsecured, proof, contexts)
    if not public_key.verifies(signature, data):
        raise ProofInvalid("signature_invalid", "The signature does not match this document.", path="$.proof")
    # Only here is it known that the owner of the method has signed this, and not somebody in their name.
    _learn(unlearnt, _owner(proof))


def hash_data(
    unsecured: Mapping[str, Any], proof: Mapping[str, Any], *, contexts: Mapping[str, Table] | None = None
) -> bytes:
    """Hash the proof configuration, then the document (§3.2.3 to §3.2.5): 64 bytes."""
    return _hashed(unsecured, proof, contexts)[0]


def _hashed(
    unsecured: Mapping[str, Any],
    proof: Mapping[str, Any],
    contexts: Mapping[str, Table] | None,
    *,
    comes_again: bool = False,
) -> tuple[bytes, list[_Unlearnt]]:
    """Hash both parts; give those too for which there was no template, so that one can be learnt from them."""
    document = unsecured if isinstance(unsecured, dict) else dict(unsecured)
    configuration = proof_configuration(unsecured, proof)
    if contexts is not None:
        parts = (configuration, document)
        return b"".join(hashlib.sha256(canonicalise(part, contexts=contexts)).digest() for part in parts), []
    owner = _owner(proof)
    unlearnt = []
    known, found = _LATEST.configuration
    if known != configuration:
        written = _TEMPLATES.canonicalise(configuration, owner=owner)
        found = hashlib.sha256(written.quads).digest()
        _LATEST.keep(configuration, found)
        if not written.fitted:
            unlearnt.append((configuration, written.kind))
    written = _TEMPLATES.canonicalise(document, owner=owner, comes_again=comes_again)
    if not written.fitted:
        unlearnt.append((document, written.kind))
    return found + hashlib.sha256(written.quads).digest(), unlearnt


class _Latest:
    """The proof configuration that was hashed last: that of the next proof in a row, and of the check after signing."""

    configuration: tuple[dict[str, Any], bytes] = ({}, b"")

    def keep(self, configuration: dict[str, Any], found: bytes) -> None:
        """Remember a hash, if all is text: Python would take ``1`` for ``True``."""
        if patterns.is_text(configuration):
            # A copy, for whoever made the list of contexts may go on changing it.
            self.configuration = (patterns.with_marks(configuration, (), str), found)


_LATEST: Final = _Latest()


def _learn(parts: Sequence[_Unlearnt], owner: str) -> None:
    for part, kind in parts:
        # Proofs of one second by one key have the same configuration.
        _TEMPLATES.learn(part, owner=owner, kind=kind, comes_again="credentialSubject" not in part)


def _owner(proof: Mapping[str, Any]) -> str:
    method = proof.get("verificationMethod")
    return method if isinstance(method, str) else ""


def proof_configuration(unsecured: Mapping[str, Any], proof: Mapping[str, Any]) -> dict[str, Any]:
    """Build the proof configuration: the proof in the contexts of the document (§3.2.5)."""
    context = unsecured.get("@context")
    configuration = proofs.without_value(proof)
    # A context of the proof's own would be replaced and so go unsigned; it is tolerated only where it says the same.
    if configuration.get("@context", context) != context:
        raise ProofInvalid("proof_malformed", "The proof names other contexts than the document.", path="$.proof")
    return {**configuration, "@context": context}


def _with_proof_terms(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Add the context of proofs to a credential of VCDM 1.1, whose own context does not know them."""
    context = document.get("@context")
    urls = context if isinstance(context, list) else [context]
    if urls[:1] != [_V1] or any(isinstance(url, str) and "/security/data-integrity/" in url for url in urls):
        return document
    return {**document, "@context": [*urls, _DATA_INTEGRITY]}
