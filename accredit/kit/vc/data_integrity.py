"""Verify the proofs of a document (VC Data Integrity 1.0 §4.4 and §4.5), whichever cryptosuites they use.

"The signature verifies" is not "this came from that issuer". Each proof is reported with the controller of its key;
whether that controller is the issuer is asked with `expected_controller`. A second proof, by anyone at all, never
makes its author an issuer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from accredit.kit.linkeddata.terms import Table
from accredit.kit.vc import (
    ecdsa_2019,
    ecdsa_sd_2023,
    ed25519_signature_2020,
    eddsa_jcs_2022,
    eddsa_rdfc_2022,
    timestamps,
)
from accredit.kit.vc import proof as proofs
from accredit.kit.vc.errors import ProofInvalid
from accredit.kit.vc.verification_key import ASSERTION, VerificationKey

Resolve = Callable[[str], VerificationKey | None]
"""Finds the key of a verification method; None when it cannot be found."""

CLOCK_SKEW: Final = timedelta(seconds=60)
SHOWN_IN_PART: Final = "shown_in_part"
"""A note on a proof under which the holder may have left something out, such as an end or a status."""

_CHECKS: Final = {
    eddsa_rdfc_2022.NAME: eddsa_rdfc_2022.check,
    eddsa_jcs_2022.NAME: eddsa_jcs_2022.check,
    ecdsa_2019.RDFC: ecdsa_2019.check,
    ecdsa_2019.JCS: ecdsa_2019.check,
    ecdsa_sd_2023.NAME: ecdsa_sd_2023.check,
    ed25519_signature_2020.NAME: ed25519_signature_2020.check,
}


class VerifiedProof(NamedTuple):
    """One proof that holds; `position` counts in the document, `notes` name what was present and not asked for."""

    position: int
    cryptosuite: str
    verification_method: str
    controller: str
    purpose: str
    created: datetime | None
    expires: datetime | None
    key: VerificationKey
    notes: tuple[str, ...] = ()


class _Expected(NamedTuple):
    resolve: Resolve
    now: datetime
    purpose: str
    domain: str | None
    challenge: str | None
    contexts: Mapping[str, Table] | None


def verify(
    document: Mapping[str, Any],
    *,
    resolve: Resolve,
    now: datetime,
    expected_purpose: str = ASSERTION,
    expected_controller: str | None = None,
    expected_domain: str | None = None,
    expected_challenge: str | None = None,
    contexts: Mapping[str, Table] | None = None,
) -> list[VerifiedProof]:
    """Check every proof of a recognised kind; each must hold, and at least one must be there.

    `now` is an aware time. With `expected_controller` at least one key must be controlled by it.
    Raises `ProofInvalid` whose code is one of: ``document_malformed proof_missing proof_malformed too_many_proofs
    unsupported_proof proof_purpose key_unknown wrong_key not_assertion_key wrong_controller created_in_future
    created_before_key created_after_key proof_expired key_expired key_revoked domain_mismatch challenge_mismatch
    previous_proof proof_value key_type context_mismatch signature_invalid``; `TimestampInvalid`; `LinkedDataError`
    where the document holds data that is not signed; and whatever `resolve` raises.
    """
    unsecured, found = proofs.split(document)
    expected = _Expected(
        resolve=resolve,
        now=now,
        purpose=expected_purpose,
        domain=expected_domain,
        challenge=expected_challenge,
        contexts=contexts,
    )
    verified = [
        _verify_one(unsecured, proof, found, position, expected)
        for position, proof in enumerate(found)
        if _suite(proof) in _CHECKS
    ]
    if not verified:
        raise ProofInvalid("unsupported_proof", "No proof is of a kind that can be checked here.", path="$.proof")
    if expected_controller is not None and all(proof.controller != expected_controller for proof in verified):
        sentence = "The key of the proof does not belong to the issuer."
        raise ProofInvalid("wrong_controller", sentence, path="$.proof.verificationMethod")
    return verified


def _suite(proof: Mapping[str, Any]) -> str:
    """Name the suite of a proof: its cryptosuite, or for the older kinds of proof the type."""
    name = proof.get("cryptosuite") if proof.get("type") == proofs.TYPE else proof.get("type")
    return name if isinstance(name, str) else ""


def _verify_one(
    unsecured: dict[str, Any],
    proof: dict[str, Any],
    found: list[dict[str, Any]],
    position: int,
    expected: _Expected,
) -> VerifiedProof:
    path = f"$.proof[{position}]"
    method, purpose = proof.get("verificationMethod"), proof.get("proofPurpose")
    if not isinstance(method, str):
        raise ProofInvalid("proof_malformed", "verificationMethod must be one text.", path=path)
    if purpose != expected.purpose:
        raise ProofInvalid("proof_purpose", f"The proof must be for {expected.purpose}.", path=path)
    notes = _check_audience(proof, expected, path)
    created, expires = _times(proof, expected.now, path)
    key = expected.resolve(method)
    if key is None:
        raise ProofInvalid("key_unknown", "The key of this proof could not be found.", path=path)
    _check_key(key, method, created, expected, path)
    previous = proofs.previous_proofs(proof, found)
    secured = {**unsecured, "proof": previous} if previous else unsecured
    suite = _suite(proof)
    _CHECKS[suite](secured, proof, public_key=key.public_key, contexts=expected.contexts)
    if suite == ecdsa_sd_2023.NAME:
        notes = (*notes, SHOWN_IN_PART)
    return VerifiedProof(
        position=position,
        cryptosuite=suite,
        verification_method=method,
        controller=key.controller,
        purpose=purpose,
        created=created,
        expires=expires,
        key=key,
        notes=notes,
    )


def _check_audience(proof: dict[str, Any], expected: _Expected, path: str) -> tuple[str, ...]:
    """Compare domain and challenge (§4.4, steps 7 and 8); one that nobody asked for is noted, never overlooked."""
    domain = proof.get("domain")
    domains = domain if isinstance(domain, list) else [] if domain is None else [domain]
    if expected.domain is not None and expected.domain not in domains:
        raise ProofInvalid("domain_mismatch", "The proof was made for another domain.", path=path)
    if expected.challenge is not None and proof.get("challenge") != expected.challenge:
        raise ProofInvalid("challenge_mismatch", "The proof answers another challenge.", path=path)
    notes = []
    if domains and expected.domain is None:
        notes.append("domain_not_expected")
    if "challenge" in proof and expected.challenge is None:
        notes.append("challenge_not_expected")
    return tuple(notes)


def _times(proof: dict[str, Any], now: datetime, path: str) -> tuple[datetime | None, datetime | None]:
    created = _time(proof, "created", path)
    expires = _time(proof, "expires", path)
    if created is not None and created > now + CLOCK_SKEW:
        raise ProofInvalid("created_in_future", "The proof was made in the future.", path=path)
    if expires is not None and expires <= now:
        raise ProofInvalid("proof_expired", "The proof has expired.", path=path)
    return created, expires


def _time(proof: dict[str, Any], name: str, path: str) -> datetime | None:
    return timestamps.parse(proof[name], path=f"{path}.{name}", needs_offset=False) if name in proof else None


def _check_key(key: VerificationKey, method: str, created: datetime | None, expected: _Expected, path: str) -> None:
    """Check that this key may make this proof, at the time the proof names and now (CID 1.0 §2.2 and §3.3)."""
    if key.id != method:
        raise ProofInvalid("wrong_key", "The key that was found has another id.", path=path)
    if expected.purpose not in key.relationships:
        raise ProofInvalid("not_assertion_key", f"The key may not be used for {expected.purpose}.", path=path)
    if key.revoked is not None and key.revoked <= expected.now:
        # A thief chooses `created` as he likes, so the time in the proof does not help a revoked key.
        raise ProofInvalid("key_revoked", "The key has been revoked.", path=path)
    if key.expires is not None and key.expires <= expected.now:
        raise ProofInvalid("key_expired", "The key has expired.", path=path)
    if created is None:
        return
    if key.valid_from is not None and created < key.valid_from:
        raise ProofInvalid("created_before_key", "The proof is older than its key.", path=path)
    if key.retired is not None and created > key.retired:
        raise ProofInvalid("created_after_key", "The proof is younger than the retirement of its key.", path=path)
