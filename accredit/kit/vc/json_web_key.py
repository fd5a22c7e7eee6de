"""JSON Web Keys (RFC 7517, RFC 8037): public keys as VC-JWT and `JsonWebKey` methods carry them, RSA included.

A weak key is refused when it is read, because the libraries beneath accept it: RSA under 2,048 bits, a public exponent
under 65,537 (e = 1 makes every message its own signature), an even modulus.

Not here: private keys, symmetric keys and keys for encryption; each is refused. A key that a token brings along says
nothing about who made it; see `accredit.kit.vc.vc_jwt`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from accredit.kit.vc import multikey
from accredit.kit.vc.errors import KeyRefused
from accredit.kit.vc.multikey import KeyKind, PublicKey
from accredit.kit.vc.verification_key import ASSERTION, VerificationKey

MIN_RSA_BITS: Final = 2_048
MAX_RSA_BITS: Final = 8_192
"""Checking a signature takes time in the square of the modulus; no issuer uses a longer one."""
MIN_RSA_EXPONENT: Final = 65_537
MAX_RSA_EXPONENT: Final = 2**32

_PRIVATE_MEMBERS: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_CURVES: Final[dict[str, tuple[KeyKind, ec.EllipticCurve, int]]] = {
    "P-256": (KeyKind.P256, ec.SECP256R1(), 32),
    "P-384": (KeyKind.P384, ec.SECP384R1(), 48),
}
_ALGORITHMS: Final = {
    KeyKind.P256: frozenset({"ES256"}),
    KeyKind.P384: frozenset({"ES384"}),
    KeyKind.ED25519: frozenset({"EdDSA", "Ed25519"}),
}
_RSA_ALGORITHMS: Final = frozenset({"RS256"})


@dataclass(frozen=True)
class RsaPublicKey:
    """An RSA public key that has been checked; raises `KeyRefused` with ``key_too_weak`` or ``key_too_large``."""

    modulus: int
    exponent: int

    def __post_init__(self) -> None:
        bits = self.modulus.bit_length()
        if bits > MAX_RSA_BITS or self.exponent > MAX_RSA_EXPONENT:
            raise KeyRefused("key_too_large", f"An RSA key may have at most {MAX_RSA_BITS} bits.")
        if bits < MIN_RSA_BITS or self.exponent < MIN_RSA_EXPONENT:
            sentence = f"An RSA key needs at least {MIN_RSA_BITS} bits and an exponent of {MIN_RSA_EXPONENT} or more."
            raise KeyRefused("key_too_weak", sentence)
        if self.modulus % 2 == 0 or self.exponent % 2 == 0:
            raise KeyRefused("key_too_weak", "An even number is no modulus and no exponent of RSA.")

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Tell whether `signature` is this key's over `message`, by RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 §3.3)."""
        if len(signature) != (self.modulus.bit_length() + 7) // 8:
            return False
        try:
            _rsa_key(self.modulus, self.exponent).verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
        except (InvalidSignature, ValueError):
            return False
        return True


JoseKey = PublicKey | RsaPublicKey
"""A public key of any kind that a token may be signed with."""


@dataclass(frozen=True, kw_only=True)
class RsaVerificationKey:
    """An RSA key as its controller publishes it; each member means what it does in `VerificationKey`."""

    id: str
    controller: str
    public_key: RsaPublicKey
    relationships: frozenset[str] = frozenset({ASSERTION})
    valid_from: datetime | None = None
    retired: datetime | None = None
    expires: datetime | None = None
    revoked: datetime | None = None


JoseVerificationKey = VerificationKey | RsaVerificationKey
"""A verification method of any kind that a token may be signed with."""


def decode(jwk: object) -> JoseKey:
    """Read a public JWK.

    Raises `KeyRefused` with code ``key_malformed``, ``key_unsupported``, ``private_key``, ``key_too_weak``,
    ``key_too_large`` or ``weak_key``.
    """
    if not isinstance(jwk, Mapping):
        raise KeyRefused("key_malformed", "A JSON Web Key is an object.")
    kind = jwk.get("kty")
    # RFC 7517 §4.2 and §4.3: a key that says what it is for is for nothing else.
    operations = jwk.get("key_ops", ["verify"])
    if jwk.get("use", "sig") != "sig" or not isinstance(operations, list) or "verify" not in operations:
        raise KeyRefused("key_unsupported", "The key is not meant for verifying signatures.")
    if kind == "oct":
        raise KeyRefused("key_unsupported", "A shared secret signs nothing that a stranger could verify.")
    if not _PRIVATE_MEMBERS.isdisjoint(jwk):
        raise KeyRefused("private_key", "The key holds its private part; whoever signs must replace it at once.")
    found = _READERS.get(kind, _unsupported)(jwk) if isinstance(kind, str) else _unsupported(jwk)
    algorithm = jwk.get("alg")
    if algorithm is not None and (not isinstance(algorithm, str) or algorithm not in algorithms_of(found)):
        raise KeyRefused("key_malformed", "The key names an algorithm that it cannot be used with.")
    return found


def encode(key: JoseKey) -> dict[str, str]:
    """Write a public key as a JWK with its required members only (RFC 7638 §3.2), so that it is always the same."""
    if isinstance(key, RsaPublicKey):
        return {"kty": "RSA", "n": _number_text(key.modulus), "e": _number_text(key.exponent)}
    if key.kind is KeyKind.ED25519:
        return {"kty": "OKP", "crv": "Ed25519", "x": encode_base64url(key.raw)}
    name, curve, size = next((name, curve, size) for name, (kind, curve, size) in _CURVES.items() if kind is key.kind)
    point = ec.EllipticCurvePublicKey.from_encoded_point(curve, key.raw)
    raw = point.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)[1:]
    return {"kty": "EC", "crv": name, "x": encode_base64url(raw[:size]), "y": encode_base64url(raw[size:])}


def thumbprint(key: JoseKey) -> str:
    """Name a key by the SHA-256 of its JWK in base64url (RFC 7638 §3)."""
    text = json.dumps(encode(key), sort_keys=True, separators=(",", ":"))
    return encode_base64url(hashlib.sha256(text.encode("ascii")).digest())


def verification_method(public_key: JoseKey, **members: Any) -> JoseVerificationKey:
    """Build the verification method of a key of whatever kind; `members` are those of `VerificationKey`."""
    if isinstance(public_key, RsaPublicKey):
        return RsaVerificationKey(public_key=public_key, **members)
    return VerificationKey(public_key=public_key, **members)


def algorithms_of(key: JoseKey) -> frozenset[str]:
    """Name the JOSE algorithms that a key of this kind may be used with; a key of any other kind is a mismatch."""
    return _RSA_ALGORITHMS if isinstance(key, RsaPublicKey) else _ALGORITHMS[key.kind]


def encode_base64url(data: bytes) -> str:
    """Write bytes as base64url without padding (RFC 7515 §2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decode_base64url(text: str) -> bytes:
    """Read base64url without padding, in its one canonical spelling; raises `ValueError` for anything else."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("not base64url") from None
    # Bits left over at the end would be a second spelling of the same bytes, and `+/=` are another alphabet.
    if encode_base64url(data) != text:
        raise ValueError("not canonical base64url")
    return data


def _rsa(jwk: Mapping[str, Any]) -> RsaPublicKey:
    modulus, exponent = _bytes(jwk, "n"), _bytes(jwk, "e")
    if len(modulus) > MAX_RSA_BITS // 8:
        raise KeyRefused("key_too_large", f"An RSA key may have at most {MAX_RSA_BITS} bits.")
    return RsaPublicKey(int.from_bytes(modulus, "big"), int.from_bytes(exponent, "big"))


def _elliptic(jwk: Mapping[str, Any]) -> PublicKey:
    curve = jwk.get("crv")
    if not isinstance(curve, str) or curve not in _CURVES:
        return _unsupported(jwk)
    kind, _, size = _CURVES[curve]
    # RFC 7518 §6.2.1.2: a coordinate has the full length of the field.
    x, y = _bytes(jwk, "x", size), _bytes(jwk, "y", size)
    found = multikey.from_raw(kind, bytes([2 + y[-1] % 2]) + x)
    if encode(found)["y"] != jwk["y"]:
        raise KeyRefused("key_malformed", "These coordinates are no point of the curve.")
    return found


def _octet(jwk: Mapping[str, Any]) -> PublicKey:
    if jwk.get("crv") != "Ed25519":
        return _unsupported(jwk)
    return multikey.from_raw(KeyKind.ED25519, _bytes(jwk, "x", 32))


def _unsupported(_jwk: Mapping[str, Any]) -> PublicKey:
    raise KeyRefused("key_unsupported", "Use a key of type Ed25519, P-256, P-384 or RSA.")


_READERS: Final[dict[str, Callable[[Mapping[str, Any]], JoseKey]]] = {"RSA": _rsa, "EC": _elliptic, "OKP": _octet}


def _bytes(jwk: Mapping[str, Any], name: str, length: int | None = None) -> bytes:
    value = jwk.get(name)
    try:
        data = decode_base64url(value) if isinstance(value, str) and value else b""
    except ValueError:
        data = b""
    if not data or (length is not None and len(data) != length):
        raise KeyRefused("key_malformed", f"The member {name} must be base64url of the right length.")
    return data


def _number_text(number: int) -> str:
    return encode_base64url(number.to_bytes((number.bit_length() + 7) // 8, "big"))


@lru_cache(maxsize=256)
def _rsa_key(modulus: int, exponent: int) -> rsa.RSAPublicKey:
    return rsa.RSAPublicNumbers(exponent, modulus).public_key()
