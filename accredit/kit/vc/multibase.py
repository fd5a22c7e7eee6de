"""Multibase, in the two forms that credentials use: ``z`` base58btc and ``u`` base64url without padding."""

from __future__ import annotations

import base64
import binascii
from typing import Final

_ALPHABET: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
# Two digits at a time; ten of them fit into a machine word, where arithmetic is faster than on longer numbers.
_PAIRS: Final = [first + second for first in _ALPHABET for second in _ALPHABET]
_TEN_DIGITS: Final = 58**10
_NO_DIGIT: Final = 255
_VALUES: Final = bytes(_ALPHABET.find(chr(code)) % 256 for code in range(256))

MAX_BASE58_LENGTH: Final = 256
"""Decoding base58 takes time in the square of its length; keys and signatures are far shorter than this."""

# Two neighbours become one number of twice the size, all along a text at once: a mask for every other number of so
# many bits, and what the left one of two is worth.
_JOINS: Final = [
    (bits, sum(((1 << bits) - 1) << place for place in range(0, 8 * MAX_BASE58_LENGTH, 2 * bits)), 58 ** (bits // 8))
    for bits in (8, 16, 32, 64, 128, 256, 512, 1_024)
]


def encode_base58(data: bytes) -> str:
    """Write bytes as multibase base58btc, ``z`` first."""
    number = int.from_bytes(data, "big")
    tens = []
    while number:
        number, rest = divmod(number, _TEN_DIGITS)
        rest, fifth = divmod(rest, 3_364)
        rest, fourth = divmod(rest, 3_364)
        rest, third = divmod(rest, 3_364)
        first, second = divmod(rest, 3_364)
        tens.append(_PAIRS[first] + _PAIRS[second] + _PAIRS[third] + _PAIRS[fourth] + _PAIRS[fifth])
    tens.reverse()
    zeros = len(data) - len(data.lstrip(b"\x00"))
    return "z" + "1" * zeros + "".join(tens).lstrip("1")


def decode_base58(text: str) -> bytes:
    """Read multibase base58btc; raises `ValueError` when it is not that, or over 256 characters."""
    if not text.startswith("z") or len(text) > MAX_BASE58_LENGTH or not text.isascii():
        raise ValueError("not base58btc of a reasonable length")
    digits = text[1:].encode("ascii").translate(_VALUES)
    if _NO_DIGIT in digits:
        raise ValueError("not base58btc")
    number = int.from_bytes(digits, "big")
    for bits, mask, weight in _JOINS:
        if bits >= 8 * len(digits):
            break
        number = (number & mask) + (number >> bits & mask) * weight
    zeros = len(digits) - len(digits.lstrip(b"\x00"))
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
