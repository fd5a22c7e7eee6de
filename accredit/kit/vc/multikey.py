"""Multikey (Controlled Identifiers 1.0 §2.2.2): Ed25519, P-256 and P-384 public keys as one text.

An Ed25519 key of small order would let anybody make a "signature" for any message, and a non-canonical one has a
second spelling; the signature library accepts both, so they are refused when a key is read.

Not here: private keys. Whoever signs passes a function.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from accredit.kit.vc import multibase
from accredit.kit.vc.errors import KeyRefused


class KeyKind(Enum):
    """The kinds of key, each with its multicodec prefix and the length of the key in bytes."""

    ED25519 = (b"\xed\x01", 32)
    P256 = (b"\x80\x24", 33)
    P384 = (b"\x81\x24", 49)

    def __init__(self, prefix: bytes, length: int) -> None:
        self.prefix = prefix
        self.length = length


_CURVES: Final[dict[KeyKind, tuple[ec.EllipticCurve, hashes.HashAlgorithm, int]]] = {
    KeyKind.P256: (ec.SECP256R1(), hashes.SHA256(), 32),
    KeyKind.P384: (ec.SECP384R1(), hashes.SHA384(), 48),
}

_P: Final = 2**255 - 19
_D: Final = -121665 * pow(121666, -1, _P) % _P
# The y coordinates of the eight points of small order (two of order 8 are given by their y alone).
_ORDER_8_Y: Final = 2707385501144840649318225287225658788936804267575313519463743609750303402022
_SMALL_ORDER_Y: Final = frozenset({0, 1, _P - 1, _ORDER_8_Y, _P - _ORDER_8_Y})


@dataclass(frozen=True)
class PublicKey:
    """A public key that has been checked; `raw` is 32 bytes (Ed25519) or a compressed point (P-256, P-384)."""

    kind: KeyKind
    raw: bytes

    @property
    def multibase(self) -> str:
        """The key as Multikey writes it, ``z6Mk…`` for Ed25519."""
        return _written(self)

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Tell whether `signature` (64 or 96 bytes, r ‖ s for ECDSA) is this key's over `message`."""
        try:
            _verify(self.kind, self.raw, signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


@lru_cache(maxsize=1024)
def _written(key: PublicKey) -> str:
    return multibase.encode_base58(key.kind.prefix + key.raw)


@lru_cache(maxsize=1024)
def from_raw(kind: KeyKind, raw: bytes) -> PublicKey:
    """Check the bytes of a public key; raises `KeyRefused` with ``key_malformed`` or ``weak_key``."""
    if len(raw) != kind.length:
        raise KeyRefused("key_malformed", f"A key of this kind has {kind.length} bytes.")
    if kind is KeyKind.ED25519:
        _check_ed25519(raw)
    else:
        _curve_key(kind, raw)
    return PublicKey(kind, raw)


def encode_ed25519(raw: bytes) -> str:
    """Write the 32 bytes of an Ed25519 public key as Multikey; raises `KeyRefused` as `from_raw` does."""
    return from_raw(KeyKind.ED25519, raw).multibase


@lru_cache(maxsize=1024)
def decode(text: str) -> PublicKey:
    """Read a Multikey text; raises `KeyRefused` with ``key_malformed``, ``key_unsupported`` or ``weak_key``."""
    try:
        data = multibase.decode_base58(text)
    except ValueError:
        raise KeyRefused("key_malformed", "A public key is written in base58btc and begins with z.") from None
    for kind in KeyKind:
        if data.startswith(kind.prefix):
            return from_raw(kind, data[len(kind.prefix) :])
    raise KeyRefused("key_unsupported", "Use a key of type Ed25519, P-256 or P-384.")


def _check_ed25519(raw: bytes) -> None:
    """Refuse what is no point of the curve, a second spelling of one, or a point of small order (RFC 8032 §5.1.3)."""
    number = int.from_bytes(raw, "little")
    y = number & ((1 << 255) - 1)
    if y >= _P or y in _SMALL_ORDER_Y:
        raise KeyRefused("weak_key", "This Ed25519 key would accept a signature for any message.")
    y_squared = y * y % _P
    x_squared = (y_squared - 1) * pow(_D * y_squared + 1, -1, _P) % _P
    if pow(x_squared, (_P - 1) // 2, _P) != 1:
        raise KeyRefused("key_malformed", "These bytes are no point of the curve.")


@lru_cache(maxsize=1024)
def _curve_key(kind: KeyKind, raw: bytes) -> ec.EllipticCurvePublicKey:
    if raw[0] not in (2, 3):
        raise KeyRefused("key_malformed", "Write the point in its compressed form.")
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(_CURVES[kind][0], raw)
    except ValueError:
        raise KeyRefused("key_malformed", "These bytes are no point of the curve.") from None


@lru_cache(maxsize=1024)
def _ed25519_key(raw: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(raw)


def _verify(kind: KeyKind, raw: bytes, signature: bytes, message: bytes) -> None:
    if kind is KeyKind.ED25519:
        _ed25519_key(raw).verify(signature, message)
        return
    _, digest, size = _CURVES[kind]
    if len(signature) != 2 * size:
        raise ValueError("an ECDSA signature is r and s, each as long as the field")
    r, s = int.from_bytes(signature[:size], "big"), int.from_bytes(signature[size:], "big")
    _curve_key(kind, raw).verify(encode_dss_signature(r, s), message, ec.ECDSA(digest))
