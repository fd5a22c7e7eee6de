"""Multibase, in the two forms that credentials use: ``z`` base58btc and ``u`` base64url without padding."""

from __future__ import annotations

import base64
import binascii
from typing import Final

_ALPHABET: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
# Two digits at a time; ten of them fit into a machine word, where arithmetic is faster than on longer numbers.
_PAIRS: Final = [first + second for first in _ALPHABET for second in _ALPHABET]
_VALUES: Final = {character: value for value, character in enumerate(_ALPHABET)}
_PAIR_VALUES: Final = {pair: value for value, pair in enumerate(_PAIRS)}
_TEN_DIGITS: Final = 58**10

MAX_BASE58_LENGTH: Final = 256
"""Decoding base58 takes time in the square of its length; keys and signatures are far shorter than this."""


def encode_base58(data: bytes) -> str:
    """Write bytes as multibase base58btc, ``z`` first."""
    number = int.from_bytes(data, "big")
    pairs = []
    while number:
        number, digits = divmod(number, _TEN_DIGITS)
        for _ in range(5):
            digits, remainder = divmod(digits, 3_364)
            pairs.append(_PAIRS[remainder])
    zeros = len(data) - len(data.lstrip(b"\x00"))
    return "z" + "1" * zeros + "".join(reversed(pairs)).lstrip("1")


def decode_base58(text: str) -> bytes:
    """Read multibase base58btc; raises `ValueError` when it is not that, or over 256 characters."""
    if not text.startswith("z") or len(text) > MAX_BASE58_LENGTH:
        raise ValueError("not base58btc of a reasonable length")
    odd = 1 + (len(text) - 1) % 2
    try:
        number = _VALUES[text[1]] if odd == 2 else 0
        for start in range(odd, len(text), 2):
            number = number * 3_364 + _PAIR_VALUES[text[start : start + 2]]
    except KeyError:
        raise ValueError("not base58btc") from None
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
