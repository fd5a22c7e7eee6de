"""Multibase, in the two forms that credentials use: ``z`` base58btc and ``u`` base64url without padding."""

from __future__ import annotations

import base64
import binascii
from typing import Final

_ALPHABET: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUES: Final = {character: value for value, character in enumerate(_ALPHABET)}

MAX_BASE58_LENGTH: Final = 256
"""Decoding base58 takes time in the square of its length; keys and signatures are far shorter than this."""


def encode_base58(data: bytes) -> str:
    """Write bytes as multibase base58btc, ``z`` first."""
    number = int.from_bytes(data, "big")
    characters = []
    while number:
        number, remainder = divmod(number, 58)
        characters.append(_ALPHABET[remainder])
    zeros = len(data) - len(data.lstrip(b"\x00"))
    return "z" + "1" * zeros + "".join(reversed(characters))


def decode_base58(text: str) -> bytes:
    """Read multibase base58btc; raises `ValueError` when it is not that, or over 256 characters."""
    if not text.startswith("z") or len(text) > MAX_BASE58_LENGTH:
        raise ValueError("not base58btc of a reasonable length")
    number = 0
    for character in text[1:]:
        value = _VALUES.get(character)
        if value is None:
            raise ValueError("not base58btc")
        number = number * 58 + value
    zeros = len(text) - 1 - len(text[1:].lstrip("1"))
    return b"\x00" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")


def encode_base64url(data: bytes) -> str:
    """Write bytes as multibase base64url without padding, ``u`` first."""
    return "u" + base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decode_base64url(text: str) -> bytes:
    """Read multibase base64url; raises `ValueError` when it is padded, or not its one canonical form."""
    if not text.startswith("u") or not text.isascii():
        raise ValueError("not base64url")
    body = text[1:]
    try:
        data = base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("not base64url") from None
    if encode_base64url(data) != text:
        raise ValueError("not canonical base64url")
    return data
