"""Short secrets that must be kept and read again: sealed for one purpose and one row (AES-256-GCM, HKDF-SHA-256).

A sealed secret that is moved to another row, or offered for another purpose, does not open. Which key is not here.
"""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE_BYTES = 12  # NIST SP 800-38D §8.2.2: random ones are good for 2**32 secrets.


class SealBrokenError(ValueError):
    """What was kept does not open: it was sealed with another key, for another purpose, or for another row."""


def seal(secret: bytes, *, key: bytes, purpose: str, about: bytes) -> bytes:
    """Return ``secret`` sealed for ``purpose`` and for the row ``about``."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + _cipher(key, purpose).encrypt(nonce, secret, about)


def open_sealed(kept: bytes, *, key: bytes, purpose: str, about: bytes) -> bytes:
    """Return the secret. Raises `SealBrokenError`."""
    try:
        return _cipher(key, purpose).decrypt(kept[:_NONCE_BYTES], kept[_NONCE_BYTES:], about)
    except (InvalidTag, ValueError) as error:
        raise SealBrokenError(purpose) from error


def _cipher(key: bytes, purpose: str) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, None, b"accredit/" + purpose.encode()).derive(key))
