"""Bytes as text and back: one spelling each, and an end to what is read."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accredit.kit.vc import json_web_key, multibase

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", "z"),
        (b"\x00", "z1"),
        (b"\x00\x00\x01", "z112"),
        (b"\x39", "zz"),
        (b"\x3a", "z21"),
        (b"Hello World!", "z2NEpo7TZRRrLZSi2U"),
        (b"\xed\x01", "zK36"),
    ],
)
def test_base58_of_known_bytes(data: bytes, text: str) -> None:
    assert multibase.encode_base58(data) == text
    assert multibase.decode_base58(text) == data


@given(st.binary(max_size=180))
def test_bytes_read_back_as_themselves(data: bytes) -> None:
    assert multibase.decode_base58(multibase.encode_base58(data)) == data
    assert multibase.decode_base64url(multibase.encode_base64url(data)) == data
    assert json_web_key.decode_base64url(json_web_key.encode_base64url(data)) == data


@pytest.mark.parametrize("text", ["", "1", "zO", "z0", "zI", "zl", "z é", "z1é", "z-", "u1", "Z1", "z" + "1" * 256])
def test_what_is_not_base58_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not base58btc"):
        multibase.decode_base58(text)


def test_base58_may_have_256_characters() -> None:
    assert multibase.decode_base58("z" + "1" * 255) == bytes(255)
    assert multibase.decode_base58("z" + "z" * 255) == (58**255 - 1).to_bytes(187, "big")


@pytest.mark.parametrize("number", range(64))
def test_every_letter_may_end_base64url(number: int) -> None:
    text = "AAA" + ALPHABET[number]
    assert json_web_key.encode_base64url(bytes([0, 0, number])) == text
    assert multibase.encode_base64url(bytes([0, 0, number])) == "u" + text
    assert base64.urlsafe_b64decode(text) == json_web_key.decode_base64url(text) == bytes([0, 0, number])


@pytest.mark.parametrize("text", ["A", "AA==", "AB", "AAB", "A+A/", "AA\n", " AA", "AAéé", "A.AA", "AAAA="])
def test_what_is_not_the_one_spelling_of_base64url_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="base64url"):
        json_web_key.decode_base64url(text)
    for first in ("u", "", "z", "é"):
        with pytest.raises(ValueError, match="base64url"):
            multibase.decode_base64url(first + text)
