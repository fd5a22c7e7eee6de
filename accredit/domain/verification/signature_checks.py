"""Checks 4 and 5: every signature holds over exactly this document, and its key belongs to the stated issuer."""

from __future__ import annotations

from dataclasses import replace

from accredit.domain.verification.examination import Examination, linked_data_reason
from accredit.domain.verification.key_finder import KeyFinder
from accredit.domain.verification.rules import CheckId, Outcome, Reason
from accredit.kit.linkeddata import LinkedDataError
from accredit.kit.vc import data_integrity, did_key, vc_jwt
from accredit.kit.vc.errors import KeyRefused, ProofInvalid, TokenInvalid, VcError
from accredit.kit.vc.json_web_key import JoseKey
from accredit.kit.vc.known_test_keys import is_printed_in_a_specification
from accredit.kit.vc.multikey import PublicKey

_PROOF_REASONS = {
    "proof_missing": Reason.PROOF_MISSING,
    "unsupported_proof": Reason.UNSUPPORTED_PROOF,
    "signature_invalid": Reason.SIGNATURE_INVALID,
    "context_mismatch": Reason.SIGNATURE_INVALID,
    "proof_expired": Reason.EXPIRED,
    "created_in_future": Reason.KEY_NOT_VALID_THEN,
    "key_type": Reason.ALG_NOT_ALLOWED,
}
_KEY_REASONS = {
    "wrong_key": Reason.KEY_NOT_OF_ISSUER,
    "key_type": Reason.KEY_NOT_OF_ISSUER,
    "wrong_controller": Reason.KEY_NOT_OF_ISSUER,
    "not_assertion_key": Reason.NOT_ASSERTION_KEY,
    "created_before_key": Reason.KEY_NOT_VALID_THEN,
    "created_after_key": Reason.KEY_NOT_VALID_THEN,
    "key_expired": Reason.KEY_NOT_VALID_THEN,
    "key_revoked": Reason.KEY_COMPROMISED,
}
# Of a token the algorithm is what does not fit: its key may be the issuer's, and is for another one.
_KEY_REASONS_OF_TOKENS = {code: reason for code, reason in _KEY_REASONS.items() if code != "key_type"}
_TOKEN_KEYS = {
    "key_too_weak": Reason.KEY_TOO_WEAK,
    "weak_key": Reason.WEAK_KEY,
    # Whoever reads the token can sign as its maker.
    "private_key": Reason.WEAK_KEY,
    "key_unsupported": Reason.ALG_NOT_ALLOWED,
}
# What is true of the key and leaves the document itself an open question.
OPEN_ABOUT_KEY = frozenset({Reason.ISSUER_KEY_UNREACHABLE, Reason.KEY_NOT_LISTED, Reason.FORM_NOT_SUPPORTED})


def signature_and_key(examination: Examination) -> None:
    """Check every embedded proof, or the token around the document and then every proof inside."""
    presented = examination.presented
    assert presented is not None
    if presented.token is None:
        _proofs_and_key(examination)
        return
    # The token is the outer signature; proofs inside are made before it and must hold too (Open Badges 3.0, Proofs).
    inner = replace(examination, checks=[])
    if "proof" in presented.document:
        _proofs_and_key(inner)
    if any(check.outcome is not Outcome.PASSED for check in inner.checks):
        examination.checks.extend(inner.checks)
        return
    _token_and_key(examination, presented.token)


def _token_and_key(examination: Examination, token: str) -> None:
    assert examination.credential is not None
    issuer_id = examination.credential.issuer_id
    finder = KeyFinder(examination.sources, examination.credential, outside=examination.outside)
    try:
        found = vc_jwt.decode(token, resolve=finder.of_token, now=examination.now)
    except KeyRefused as error:
        examination.failed(CheckId.KEY, _TOKEN_KEYS.get(error.code, Reason.PROOF_MALFORMED))
        return
    except VcError as error:
        _note_refusal(examination, finder, error)
        return
    examination.passed(CheckId.SIGNATURE, algorithm=found.algorithm)
    if isinstance(found.public_key, PublicKey) and is_printed_in_a_specification(found.public_key.raw):
        examination.failed(CheckId.KEY, Reason.WEAK_KEY)
        return
    if found.kid is None and _certifies_itself(found.public_key, issuer_id):
        examination.passed(CheckId.KEY, key=issuer_id)
    elif found.kid is None and examination.own:
        # We name our keys, so a key that comes along is none of ours.
        examination.failed(CheckId.KEY, Reason.KEY_NOT_OF_ISSUER)
    elif finder.reason is not None or not found.is_bound:
        examination.failed(CheckId.KEY, finder.reason or Reason.KEY_NOT_ANCHORED)
    else:
        examination.passed(CheckId.KEY, key=found.kid or issuer_id, **_evidence(finder))


def _evidence(finder: KeyFinder) -> dict[str, str]:
    # What an issuer elsewhere published can change from one hour to the next, so it is said what was read, and when.
    read = finder.document
    return {} if read is None else {"fetched_at": read.fetched_at.isoformat(), "sha256": read.digest}


def _certifies_itself(public_key: JoseKey, issuer_id: str) -> bool:
    return isinstance(public_key, PublicKey) and did_key.did_for(public_key) == issuer_id


def _proofs_and_key(examination: Examination) -> None:
    assert examination.credential is not None
    issuer_id = examination.credential.issuer_id
    finder = KeyFinder(examination.sources, examination.credential, outside=examination.outside)
    try:
        proofs = data_integrity.verify(examination.document, resolve=finder, now=examination.now)
    except LinkedDataError as error:
        examination.failed(CheckId.SIGNATURE, linked_data_reason(error), path=error.path)
        return
    except KeyRefused:
        examination.failed(CheckId.KEY, Reason.WEAK_KEY)
        return
    except VcError as error:
        _note_refusal(examination, finder, error)
        return
    examination.shown_in_part = all(data_integrity.SHOWN_IN_PART in proof.notes for proof in proofs)
    examination.passed(CheckId.SIGNATURE, cryptosuite=proofs[0].cryptosuite)
    if any(is_printed_in_a_specification(proof.key.public_key.raw) for proof in proofs):
        # Its private half stands in a specification or a test suite for everybody to sign with (attacks.md VI18).
        examination.failed(CheckId.KEY, Reason.WEAK_KEY)
    elif finder.reason is not None:
        examination.failed(CheckId.KEY, finder.reason)
    elif any(proof.controller != issuer_id for proof in proofs):
        examination.failed(CheckId.KEY, Reason.KEY_NOT_ANCHORED)
    else:
        examination.passed(CheckId.KEY, key=proofs[0].verification_method, **_evidence(finder))


def _note_refusal(examination: Examination, finder: KeyFinder, error: VcError) -> None:
    code = error.code if isinstance(error, ProofInvalid | TokenInvalid) else ""
    reasons = _KEY_REASONS_OF_TOKENS if isinstance(error, TokenInvalid) else _KEY_REASONS
    reason = finder.reason if code == "key_unknown" else reasons.get(code)
    if reason is None:
        examination.failed(CheckId.SIGNATURE, _PROOF_REASONS.get(code, Reason.PROOF_MALFORMED), path=error.path)
    elif reason in OPEN_ABOUT_KEY:
        examination.untold(CheckId.SIGNATURE, reason)
        examination.untold(CheckId.KEY, reason)
    else:
        examination.failed(CheckId.KEY, reason)
