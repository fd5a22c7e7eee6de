"""A badge, keys made from counted seeds, and a resolver; for the tests of this folder."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from accredit.kit.vc import multikey
from accredit.kit.vc.verification_key import VerificationKey

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
CREATED = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ISSUER = "did:web:accredit.example:o:northfield"
V2 = "https://www.w3.org/ns/credentials/v2"
OB = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"


def private(seed: int) -> Ed25519PrivateKey:
    """A private key that everybody can make: for tests, and refused everywhere else."""
    return Ed25519PrivateKey.from_private_bytes(seed.to_bytes(32, "big"))


def public(seed: int) -> multikey.PublicKey:
    raw = private(seed).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return multikey.from_raw(multikey.KeyKind.ED25519, raw)


def key(seed: int, *, controller: str = ISSUER, **history: Any) -> VerificationKey:
    found = public(seed)
    return VerificationKey(id=f"{controller}#{found.multibase}", controller=controller, public_key=found, **history)


def resolver(*keys: VerificationKey) -> Callable[[str], VerificationKey | None]:
    return {each.id: each for each in keys}.get


def curve_signer(kind: multikey.KeyKind, seed: int) -> tuple[multikey.PublicKey, Callable[[bytes], bytes]]:
    """A P-256 or P-384 key, and a function that signs with it as r ‖ s."""
    curve, digest, size = {
        multikey.KeyKind.P256: (ec.SECP256R1(), SHA256(), 32),
        multikey.KeyKind.P384: (ec.SECP384R1(), SHA384(), 48),
    }[kind]
    secret = ec.derive_private_key(seed, curve)
    raw = secret.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)

    def sign(message: bytes) -> bytes:
        r, s = decode_dss_signature(secret.sign(message, ec.ECDSA(digest)))
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")

    return multikey.from_raw(kind, raw), sign


def badge() -> dict[str, Any]:
    return {
        "@context": [V2, OB],
        "id": "urn:uuid:6a1676b8-b51f-11ed-937b-d76685a20ff5",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"id": ISSUER, "type": ["Profile"], "name": "Northfield School"},
        "validFrom": "2026-11-20T12:00:00Z",
        "credentialSubject": {
            "id": "urn:uuid:0b34d20a-1111-4222-8333-944455566677",
            "type": ["AchievementSubject"],
            "achievement": {
                "id": "urn:uuid:5f5cbbd6-1111-4222-8333-944455566677",
                "type": ["Achievement"],
                "name": "Peer supporter",
                "description": "Trained and practised.",
                "criteria": {"narrative": "Twelve hours of training."},
            },
        },
    }
