"""Issue what a test suite posts, if it is a credential; the issuer is whoever signs, whatever name was posted.

1. the credential gets its issuer where it names none, and the context of proofs where it is of VCDM 1.1
2. it must be formed as the data model asks for, and every member must mean something
3. it is named after the issuer that signs, and gets a place in the status list where this base gives one
4. it is signed in the form of this base; proofs that it has stay beside the new one
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from types import ModuleType
from typing import Any, Final

from accredit.kit.linkeddata import terms
from accredit.kit.vc import data_model, eddsa_jcs_2022, eddsa_rdfc_2022, envelope, proof, timestamps
from accredit.kit.vc.errors import DataModelInvalid, ProofInvalid
from accredit.kit.vc.vc_jwt_claims import V1
from accredit.kit.vc.verifiable_credential import Meaning, check_meaning
from accredit.kit.vc.verification_key import ASSERTION
from accredit.web.conformance.issuers import Form, Issuer

MEANING: Final = Meaning(tables=terms.pinned_for_conformance(), accepts_inline=True, accepts_wrapped=True)
PROOF_TERMS: Final = "https://w3id.org/security/data-integrity/v2"
STATUS_TERMS: Final = "https://www.w3.org/ns/credentials/status/v1"
_SUITES: Final[Mapping[Form, ModuleType]] = {Form.RDFC: eddsa_rdfc_2022, Form.JCS: eddsa_jcs_2022}
_TYPES: Final = {proof.TYPE, Form.RDFC.value, Form.JCS.value}
"""Some suites give the name of the cryptosuite as the type."""
_KEPT_OPTIONS: Final = ("domain", "challenge", "previousProof")
_SELECTIVE: Final = ("mandatoryPointers", "selectivePointers")


def issue(
    posted: object,
    *,
    issuer: Issuer,
    options: Mapping[str, Any],
    now: datetime,
    new_status: Callable[[str | None], dict[str, Any]],
) -> dict[str, Any]:
    """Sign a credential, or refuse it.

    Raises `DataModelInvalid` with code ``credential_missing`` or as `data_model.check_credential` does,
    `LinkedDataError`, `TimestampInvalid`, and `ProofInvalid` with code ``option_not_supported`` or ``previous_proof``.
    """
    if not isinstance(posted, dict):
        raise DataModelInvalid("credential_missing", "Send the credential under the name credential.")
    _check_options(options, issuer)
    document = _completed(posted, issuer)
    data_model.check_credential(document)
    document = _named_after(issuer, document)
    if issuer.adds_status and "credentialStatus" not in document:
        check_meaning(document, MEANING)
        document["credentialStatus"] = new_status(document.get("id"))
    check_meaning(document, MEANING)
    return _secured(document, issuer, options, now)


def _check_options(options: Mapping[str, Any], issuer: Issuer) -> None:
    for name in _SELECTIVE:
        if options.get(name):
            raise _unsupported(name, f"Selective disclosure is not offered here; leave {name} out.")
    suites = {"cryptosuite": {issuer.form.value}, "type": _TYPES, "proofPurpose": {ASSERTION}}
    for name, known in suites.items():
        if options.get(name) is not None and options[name] not in list(known):
            raise _unsupported(name, f"This address issues with {name} {' or '.join(sorted(known))} only.")


def _unsupported(name: str, sentence: str) -> ProofInvalid:
    return ProofInvalid("option_not_supported", sentence, path=f"$.options.{name}")


def _completed(posted: Mapping[str, Any], issuer: Issuer) -> dict[str, Any]:
    document = dict(posted)
    named = document.get("issuer", issuer.did)
    # Only what is absent is filled in: an issuer that is null, or a name that is none, is a mistake to be told.
    document["issuer"] = {"id": issuer.did, **named} if isinstance(named, dict) else named
    if _is_older(document) and issuer.form is not Form.ENVELOPE:
        document["@context"] = _with(document["@context"], "/security/data-integrity/", PROOF_TERMS)
    if _is_older(document) and issuer.adds_status:
        document["@context"] = _with(document["@context"], STATUS_TERMS, STATUS_TERMS)
    return document


def _is_older(document: Mapping[str, Any]) -> bool:
    contexts = document.get("@context")
    return isinstance(contexts, list) and contexts[:1] == [V1]


def _with(contexts: list[Any], mark: str, context: str) -> list[Any]:
    return contexts if any(isinstance(each, str) and mark in each for each in contexts) else [*contexts, context]


def _named_after(issuer: Issuer, document: dict[str, Any]) -> dict[str, Any]:
    """Put the name of whoever signs in the place of the one that was posted; nobody signs in another's name."""
    named = document["issuer"]
    return {**document, "issuer": {**named, "id": issuer.did} if isinstance(named, dict) else issuer.did}


def _proof_options(options: Mapping[str, Any], now: datetime) -> tuple[datetime, dict[str, Any]]:
    kept = {name: options[name] for name in _KEPT_OPTIONS if options.get(name) is not None}
    for name, value in kept.items():
        texts = value if isinstance(value, list) and name != "challenge" else [value]
        if not all(isinstance(text, str) for text in texts):
            raise _unsupported(name, f"Write {name} as text.")
    times = {
        name: timestamps.parse(options[name], path=f"$.options.{name}")
        for name in ("created", "expires")
        if options.get(name) is not None
    }
    if "expires" in times:
        kept["expires"] = timestamps.write(times["expires"])
    return times.get("created", now), kept


def _secured(document: dict[str, Any], issuer: Issuer, options: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    if issuer.form is Form.ENVELOPE:
        token = envelope.secure(document, kid=issuer.verification_method, alg="ES256", sign=issuer.sign)
        return dict(envelope.wrap(token))
    created, kept = _proof_options(options, now)
    mapped, tables = MEANING.read(document)
    is_rdfc = issuer.form is Form.RDFC
    signed = _SUITES[issuer.form].add_proof(
        # Canonical JSON is of the document as it stands; canonical RDF of what it means, inline contexts included.
        mapped if is_rdfc else document,
        sign=issuer.sign,
        verification_method=issuer.verification_method,
        created=created,
        options=kept,
        **({"contexts": tables} if is_rdfc else {}),
    )
    proofs = signed["proof"]
    # One proof is written as an object: readers of one proof know no lists.
    return {**document, "proof": proofs[0] if len(proofs) == 1 else proofs}
