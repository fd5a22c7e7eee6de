"""Holders and issuers that are did:keys, and credentials that are no badges; for the tests of presentations."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType
from typing import Any

from accredit.kit.vc import did_key, eddsa_rdfc_2022, envelope
from accredit.kit.vc.json_web_signature import es256_signer
from accredit.kit.vc.proof import Sign
from accredit.kit.vc.verification_key import VerificationKey
from tests.unit.kit.vc import token_examples, vc_examples

V2 = vc_examples.V2
DOMAIN, CHALLENGE = "https://verifier.example", "5f0d-challenge"


@dataclass(frozen=True)
class Party:
    """Somebody who signs with a did:key."""

    did: str
    method: str
    sign: Sign


def party(seed: int) -> Party:
    key = vc_examples.public(seed)
    return Party(did_key.did_for(key), did_key.verification_method_for(key), vc_examples.private(seed).sign)


def party_with_curve_key(seed: int = 7) -> Party:
    key = token_examples.curve_public(seed)
    sign = es256_signer(token_examples.curve_secret(seed))
    return Party(did_key.did_for(key), did_key.verification_method_for(key), sign)


ISSUER, HOLDER, STRANGER, TOKEN_ISSUER = party(41), party(42), party(43), party_with_curve_key()


def resolve(method: str) -> VerificationKey | None:
    return did_key.resolve(method) if method.startswith("did:key:") else None


def credential(issuer: Party = ISSUER, **members: Any) -> dict[str, Any]:
    """A credential of VCDM 2.0 that is no badge."""
    return {
        "@context": [V2],
        "type": ["VerifiableCredential"],
        "issuer": issuer.did,
        "credentialSubject": {"id": "did:example:somebody"},
        **members,
    }


def signed(document: dict[str, Any], by: Party = ISSUER, suite: ModuleType = eddsa_rdfc_2022, **more: Any) -> Any:
    return suite.add_proof(document, sign=by.sign, verification_method=by.method, created=vc_examples.CREATED, **more)


def enveloped(document: dict[str, Any], by: Party = TOKEN_ISSUER) -> dict[str, Any]:
    return dict(envelope.wrap(envelope.secure(document, kid=by.method, alg="ES256", sign=by.sign)))
