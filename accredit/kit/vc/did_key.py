"""did:key: the key is its own identifier, and the only one that certifies itself.

It says nothing about who holds the key, and cannot be revoked; a school is identified by `did_web`.
"""

from __future__ import annotations

from typing import Any, Final

from accredit.kit.vc import multikey
from accredit.kit.vc.errors import IdentifierRefused
from accredit.kit.vc.multikey import PublicKey
from accredit.kit.vc.verification_key import ASSERTION, VerificationKey

_PREFIX: Final = "did:key:"
RELATIONSHIPS: Final = ("authentication", ASSERTION, "capabilityInvocation", "capabilityDelegation")


def did_for(public_key: PublicKey) -> str:
    """Build the DID of a key."""
    return _PREFIX + public_key.multibase


def verification_method_for(public_key: PublicKey) -> str:
    """Build the id of the one verification method; the fragment repeats the key (did:key, multibase value)."""
    return f"{did_for(public_key)}#{public_key.multibase}"


def resolve(verification_method: str) -> VerificationKey:
    """Read the key out of a did:key verification method.

    Raises `IdentifierRefused` with code ``did_malformed``, or `KeyRefused` as `multikey.decode` does.
    """
    did, _, fragment = verification_method.partition("#")
    if not did.startswith(_PREFIX) or did != _PREFIX + fragment:
        sentence = "A did:key verification method is the DID, # and the same key again."
        raise IdentifierRefused("did_malformed", sentence)
    return VerificationKey(
        id=verification_method,
        controller=did,
        public_key=multikey.decode(fragment),
        relationships=frozenset(RELATIONSHIPS),
    )


def did_document(did: str) -> dict[str, Any]:
    """Build the document that the DID stands for; raises as `resolve` does."""
    key = resolve(f"{did}#{did.removeprefix(_PREFIX)}")
    method = {"id": key.id, "type": "Multikey", "controller": did, "publicKeyMultibase": key.public_key.multibase}
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": did,
        "verificationMethod": [method],
        **{relationship: [key.id] for relationship in RELATIONSHIPS},
    }
